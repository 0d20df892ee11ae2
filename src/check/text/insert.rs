//! Passwords in SQL's `INSERT INTO users (name, password) VALUES ('bob', '…')`: a value is named by its column.

use std::ops::Range;

use crate::check::credential;

/// Longest list of columns, and longest row, that is read, in bytes.
const LONGEST: usize = 4096;

/// Most rows of a statement that are read.
const ROWS: usize = 64;

/// If the byte at `at` stands in a list of columns of an `INSERT`, gives each column that is a credential's with its
/// literals, and says where the list ends. Ranges count in the text.
pub(super) fn read(text: &str, at: usize, give: &mut dyn FnMut(Range<usize>, Range<usize>)) -> Option<usize> {
    let bytes = text.as_bytes();
    let floor = at.saturating_sub(LONGEST);
    let open = floor + bytes[floor..at].iter().rposition(|b| matches!(b, b'(' | b')' | b';' | b'\''))?;
    let before = &bytes[open.saturating_sub(160)..open];
    let inserts = |word: &[u8]| word.eq_ignore_ascii_case(b"insert") || word.eq_ignore_ascii_case(b"replace");
    if bytes[open] != b'(' || !before.split(|b| b.is_ascii_whitespace()).rev().take(6).any(inserts) {
        return None;
    }
    let columns = items(text, open)?;
    let mut rest = columns.end;
    let behind = text.get(rest..)?.trim_start();
    if !behind.get(..6)?.eq_ignore_ascii_case("values") {
        return None;
    }
    rest = text.len() - behind.len() + 6;
    let secret = |range: &Range<usize>| credential::name_kind(&text[range.clone()]).is_credential();
    let wanted: Vec<usize> = (0..columns.items.len()).filter(|&at| secret(&columns.items[at])).collect();
    for _ in 0..ROWS {
        let behind = text[rest..].trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let start = text.len() - behind.len();
        let Some(row) = behind.starts_with('(').then(|| items(text, start)).flatten() else { break };
        for &at in &wanted {
            let Some(value) = row.items.get(at) else { continue };
            let inner = text[value.clone()].strip_prefix('N').unwrap_or(&text[value.clone()]);
            if let Some(literal) = inner.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')) {
                give(columns.items[at].clone(), value.end - 1 - literal.len()..value.end - 1);
            }
        }
        rest = row.end;
    }
    Some(columns.end)
}

/// What stands between brackets, at commas.
struct Items {
    items: Vec<Range<usize>>,
    /// Behind the bracket that closes.
    end: usize,
}

/// The items in the brackets that open at `open`, blanks and the quotes of names left out.
fn items(text: &str, open: usize) -> Option<Items> {
    let bytes = text.as_bytes();
    let (mut at, mut start, mut depth) = (open + 1, open + 1, 0_usize);
    let mut found = Vec::new();
    while at < bytes.len() && at - open < LONGEST {
        match bytes[at] {
            b'\'' => at += 1 + memchr::memchr(b'\'', &bytes[at + 1..])?,
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b')' | b',' if depth == 0 => {
                found.push(trimmed(text, start..at)?);
                start = at + 1;
                if bytes[at] == b')' {
                    return Some(Items { items: found, end: at + 1 });
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let item = text.get(range.clone())?;
    let around = |c: char| c.is_whitespace() || matches!(c, '`' | '"' | '[' | ']');
    let start = range.start + item.len() - item.trim_start_matches(around).len();
    Some(start..start + item.trim_matches(around).len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(text: &str) -> Vec<(&str, &str)> {
        let mut out = Vec::new();
        read(text, text.find("password").unwrap_or(0), &mut |name, value| out.push((&text[name], &text[value])));
        out
    }

    #[test]
    fn a_value_is_named_by_its_column() {
        let text = "INSERT INTO `users` (`id`, `password`, n) VALUES (f(1, 2), N'V-1', 'a''b'),\n (2, 'V-2', 'c');";
        assert_eq!(found(text), [("password", "V-1"), ("password", "V-2")]);
        assert_eq!(found("insert into a (password) values (?)"), []);
        assert_eq!(found("CREATE TABLE a (password TEXT)"), []);
        assert_eq!(found("INSERT INTO a (password) SELECT x FROM b"), []);
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_inside_of_it(text in "insert into a \\((a, )?password[`é), ]{0,4} ?values ?[(),'éa]{0,30}") {
            read(&text, text.find("password").unwrap_or(0), &mut |name, value| {
                assert!(text.get(name).is_some() && text.get(value).is_some());
            });
        }
    }
}
