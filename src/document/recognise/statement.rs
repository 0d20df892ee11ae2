//! Statements of SQL that give a user a password, in texts whose names do not say that they hold any.

/// Whether a line begins a statement of SQL that gives a user a password.
pub fn is_sql(text: &str) -> bool {
    const STATEMENTS: [&str; 7] = [
        "create user ",
        "create role ",
        "create login ",
        "alter user ",
        "alter role ",
        "alter login ",
        "set password ",
    ];
    let begins = |line: &str| {
        let line = line.trim_start();
        line.bytes().next().is_some_and(may_begin_statement)
            && STATEMENTS
                .iter()
                .any(|known| line.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known)))
    };
    text.lines().take(200).any(begins)
}

/// Whether a statement of SQL that gives somebody a password may begin with this byte.
pub fn may_begin_statement(first: u8) -> bool {
    matches!(first.to_ascii_lowercase(), b'a' | b'c' | b's')
}
