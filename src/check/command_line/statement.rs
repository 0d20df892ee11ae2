//! Passwords in statements of SQL, and in what scripts write like them: `IDENTIFIED BY '…'`, `PASSWORD = N'…'`.

use std::ops::Range;

use memchr::{memchr, memmem};

/// Gives the quoted texts behind what SQL and scripts write before a password. Quotes of comments are marks of a sentence.
pub fn quoted_passwords(text: &str, give: &mut dyn FnMut(Range<usize>)) {
    let bytes = text.as_bytes();
    let (mut at, mut from) = (0, 0);
    let is_mark = |b: &u8| matches!(b, b'\'' | b'"' | b'-' | b'/' | b'#');
    while let Some(next) = bytes[at..].iter().position(is_mark) {
        at += next;
        if let Some(length) = comment(bytes, at) {
            at += length;
            from = at;
            continue;
        }
        at += 1;
        if !matches!(bytes[at - 1], b'\'' | b'"') {
            continue;
        }
        let Some(len) = literal(&bytes[at..], bytes[at - 1]) else { return };
        let before = &bytes[from..at - 1];
        // `:'new_password'` is a variable of psql.
        if !before.ends_with(b" :") && (announces_password(before) || sets_password(bytes, at - 1)) {
            give(at..at + len);
        }
        at += len + 1;
        from = at;
    }
}

/// How long the comment is that begins at `at`, if one does.
fn comment(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let line = || Some(memchr(b'\n', rest).map_or(rest.len(), |end| end + 1));
    let starts_line = || {
        let before = text[..at].iter().rev().take(64).find(|b| !matches!(b, b' ' | b'\t'));
        before.is_none_or(|b| *b == b'\n')
    };
    match rest {
        // Of a command, `--password` is an option.
        [b'-', b'-', b'a'..=b'z', ..] if !starts_line() => None,
        [b'-', b'-', ..] => line(),
        // MySQL runs what stands in `/*!50001 … */`.
        [b'/', b'*', b'!', ..] => None,
        [b'/', b'*', ..] => Some(memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2)),
        [b'#', ..] if starts_line() => line(),
        _ => None,
    }
}

/// Length of the literal that `text` begins with, up to its quote. Where a backslash takes a quote along, the text goes on
/// behind it; standard SQL has no such thing.
fn literal(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    loop {
        at += memchr(quote, &text[at..])?;
        let goes_on = || text.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b',' | b';' | b')'));
        if !text[..at].ends_with(b"\\") || text[..at].ends_with(b"\\\\") || !goes_on() {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether a text ends with what announces a password: `identified by`, `password =`, `pwd:`.
fn announces_password(before: &[u8]) -> bool {
    // SQL Server's `N'…'` is a text of Unicode.
    let national = before.strip_suffix(b"N").filter(|rest| rest.ends_with(b" ") || rest.ends_with(b"="));
    let before = national.unwrap_or(before);
    let end = before.iter().rposition(|b| !matches!(b, b' ' | b'=' | b':' | b'(')).map_or(0, |at| at + 1);
    let before = &before[end.saturating_sub(32)..end];
    ["identified by", "password", "pwd", "auth_string", "native_password by"].iter().any(|words| {
        before.len() >= words.len() && before[before.len() - words.len()..].eq_ignore_ascii_case(words.as_bytes())
    })
}

/// Whether what stands before the quote at `at` is MySQL's `SET PASSWORD FOR 'user'@'host' =`.
fn sets_password(text: &[u8], at: usize) -> bool {
    let before = text[..at].trim_ascii_end();
    let Some(before) = before.strip_suffix(b"=") else { return false };
    let floor = before.len().saturating_sub(160);
    let start =
        before[floor..].iter().rposition(|b| matches!(b, b';' | b'\n' | b'"')).map_or(floor, |end| floor + end + 1);
    let statement = before[start..].trim_ascii_start();
    statement.len() > 17 && statement[..17].eq_ignore_ascii_case(b"set password for ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let mut out = Vec::new();
        quoted_passwords(text, &mut |range| out.push(&text[range]));
        out
    }

    #[test]
    fn passwords_are_found_behind_what_announces_them() {
        assert_eq!(found("CREATE USER 'a'@'%' IDENTIFIED BY 'V-1';"), ["V-1"]);
        assert_eq!(
            found("CREATE LOGIN a WITH PASSWORD=N'V-1', x = 'y'; ALTER LOGIN a WITH PASSWORD = N'V-2'"),
            ["V-1", "V-2"]
        );
        assert_eq!(found("USE a;\nSET PASSWORD FOR 'a'@'%' = 'V-1'; SET x = 'y'"), ["V-1"]);
        assert_eq!(found("SET PASSWORD FOR 'a'@'%' = PASSWORD('V-1')"), ["V-1"]);
        assert_eq!(found("PASSWORD :'new_password'"), [""; 0]);
        assert_eq!(found("VALUES ('it\\'s', 'C:\\', 1); ALTER USER a PASSWORD 'V-1'"), ["V-1"]);
    }

    #[test]
    fn quotes_of_comments_open_nothing() {
        let text = "-- don't\n# it's me\n /* can't */\nCREATE USER a IDENTIFIED BY 'V-1'; -- isn't\nx PASSWORD 'V-2'";
        assert_eq!(found(text), ["V-1", "V-2"]);
        assert_eq!(found("-- PASSWORD 'V-1'"), [""; 0]);
        assert_eq!(found("a '-- no comment' PASSWORD 'V-1'"), ["V-1"]);
        assert_eq!(found("tool --user a --password 'V-1' --quiet"), ["V-1"]);
        assert_eq!(found("/*!50003 CREATE USER a IDENTIFIED BY 'V-1' */;"), ["V-1"]);
    }
}
