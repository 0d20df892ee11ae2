//! Passwords in SQL's `INSERT INTO users (name, password) VALUES ('bob', '…')`: a value is named by its column.

use std::ops::Range;

use crate::check::credential;

/// Longest list of columns that is read, in bytes.
const LONGEST: usize = 4096;

/// Bytes of a statement's rows that are read.
const ROWS: usize = 1 << 20;

/// If the byte at `at` stands in a list of columns of an `INSERT`, gives each column that is a credential's with its
/// literals, and says where the list ends. Ranges count in the text. `seen` is how far rows were read before; of what lies
/// before it, little is read again.
pub(super) fn read(
    text: &str,
    at: usize,
    seen: &mut usize,
    give: &mut dyn FnMut(Range<usize>, Range<usize>),
) -> Option<usize> {
    let bytes = text.as_bytes();
    let floor = at.saturating_sub(LONGEST);
    let open = floor + bytes[floor..at].iter().rposition(|b| matches!(b, b'(' | b')' | b';' | b'\''))?;
    let before = &bytes[open.saturating_sub(160)..open];
    let inserts = |word: &[u8]| word.eq_ignore_ascii_case(b"insert") || word.eq_ignore_ascii_case(b"replace");
    if bytes[open] != b'(' || !before.split(|b| b.is_ascii_whitespace()).rev().take(6).any(inserts) {
        return None;
    }
    let columns = items(text, open, open + LONGEST).ok()?;
    let mut rest = columns.end;
    let behind = text.get(rest..)?.trim_start();
    if !behind.get(..6)?.eq_ignore_ascii_case("values") {
        return None;
    }
    rest = text.len() - behind.len() + 6;
    let secret = |range: &Range<usize>| credential::name_kind(&text[range.clone()]).is_credential();
    let wanted: Vec<usize> = (0..columns.items.len()).filter(|&at| secret(&columns.items[at])).collect();
    if wanted.is_empty() {
        return Some(columns.end);
    }
    let end = rest + if rest < *seen { LONGEST } else { ROWS };
    while rest < end {
        let blank = |b: &u8| b.is_ascii_whitespace() || *b == b',';
        let start = rest + bytes[rest..].iter().take(end - rest).take_while(|b| blank(b)).count();
        if bytes.get(start) != Some(&b'(') {
            break;
        }
        let row = match items(text, start, end) {
            Ok(row) => row,
            Err(at) => {
                rest = at;
                break;
            }
        };
        for &at in &wanted {
            let Some(value) = row.items.get(at) else { continue };
            let inner = text[value.clone()].strip_prefix('N').unwrap_or(&text[value.clone()]);
            if let Some(literal) = inner.strip_prefix('\'').and_then(|inner| inner.strip_suffix('\'')) {
                give(columns.items[at].clone(), value.end - 1 - literal.len()..value.end - 1);
            }
        }
        rest = row.end;
    }
    *seen = rest.max(*seen);
    Some(columns.end)
}

/// What stands between brackets, at commas.
struct Items {
    items: Vec<Range<usize>>,
    /// Behind the bracket that closes.
    end: usize,
}

/// The items in the brackets that open at `open` and close before `end`, blanks and the quotes of names left out; or how
/// far was looked for what closes them.
fn items(text: &str, open: usize, end: usize) -> Result<Items, usize> {
    let bytes = &text.as_bytes()[..end.min(text.len())];
    let (mut at, mut start, mut depth) = (open + 1, open + 1, 0_usize);
    let mut found = Vec::new();
    while at < bytes.len() {
        match bytes[at] {
            b'\'' => at = close(bytes, at + 1),
            b'(' => depth += 1,
            b')' if depth > 0 => depth -= 1,
            b')' | b',' if depth == 0 => {
                found.push(trimmed(text, start..at).ok_or(at)?);
                start = at + 1;
                if bytes[at] == b')' {
                    return Ok(Items { items: found, end: at + 1 });
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(bytes.len())
}

/// Where the quote stands that closes the literal that begins at `at`; a backslash takes the byte behind it along, as in
/// MySQL.
fn close(bytes: &[u8], mut at: usize) -> usize {
    while let Some(len) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'\'', b'\\', rest)) {
        at += len;
        if bytes[at] == b'\'' {
            return at;
        }
        at += 2;
    }
    bytes.len()
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
        let at = text.find("password").unwrap_or(0);
        read(text, at, &mut 0, &mut |name, value| out.push((&text[name], &text[value])));
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

    #[test]
    fn a_backslash_takes_a_quote_along() {
        let text = r"INSERT INTO a (id, bio, password) VALUES (1,'it\'s me','V-1'),(2,'x\\','V-2');";
        assert_eq!(found(text), [("password", "V-1"), ("password", "V-2")]);
    }

    #[test]
    fn rows_are_counted_in_bytes() {
        let rows: String = (0..5000).map(|at| format!("({at}, 'V-{at}'),\n")).collect();
        assert_eq!(found(&format!("INSERT INTO a (id, password) VALUES {rows};")).len(), 5000);
        let long = "x".repeat(5000);
        assert_eq!(found(&format!("INSERT INTO a (bio, password) VALUES ('{long}', 'V-1');")).len(), 1);
    }

    #[test]
    fn rows_that_never_end_are_read_in_little_time() {
        let one = r"insert into a (password) values ('\'";
        let text = one.repeat(20_000);
        let (mut seen, start) = (0, std::time::Instant::now());
        for at in 0..20_000 {
            read(&text, at * one.len() + 15, &mut seen, &mut |_, _| {});
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_inside_of_it(text in "insert into a \\((a, )?password[`é), ]{0,4} ?values ?[(),'\\\\éa]{0,30}") {
            read(&text, text.find("password").unwrap_or(0), &mut 0, &mut |name, value| {
                assert!(text.get(name).is_some() && text.get(value).is_some());
            });
        }
    }
}
