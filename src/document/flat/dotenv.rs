//! `.env` files: `NAME=value` with an optional `export`, quotes that may span lines, comments. As docker compose and
//! the dotenv libraries read them.

use super::line::{Lines, trim, without_comment};
use crate::model::{Entry, Span};

/// Gives the entries of `text`.
pub fn dotenv(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next() {
        let Some((name, value)) = assignment(text, line) else { continue };
        let (value, quoted) = match quoted(text, value.start) {
            Some(inner) => {
                lines.skip_past_line_of(inner.end);
                (inner, true)
            }
            None => (without_comment(text, value, b"#"), false),
        };
        out.push(Entry { section: String::new(), name, value, quoted });
    }
    out
}

/// The name and the rest of the line behind `=` (or `: `, as some dotenv libraries allow).
fn assignment(text: &str, line: Span) -> Option<(Span, Span)> {
    let line = trim(text, line);
    let part = line.of(text);
    let part = ["export ", "set ", "setenv ", "local "].iter().find_map(|w| part.strip_prefix(w)).unwrap_or(part);
    let part = part.trim_ascii_start();
    let start = line.end - part.len();
    let len = part.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')).count();
    let behind = part[len..].trim_ascii_start();
    let value = behind.strip_prefix('=').or_else(|| behind.strip_prefix(": "))?;
    let starts_well = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts_well.then(|| (Span::new(start, start + len), trim(text, Span::new(line.end - value.len(), line.end))))
}

/// The content of the quotes that start at `start`, over several lines if need be. A quote whose next fellow opens
/// another line's value is a stray one.
fn quoted(text: &str, start: usize) -> Option<Span> {
    let bytes = text.as_bytes();
    let quote = *bytes.get(start).filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b if b == quote => {
                let inner = &text[start + 1..at];
                let stray = inner.contains('\n') && inner.ends_with('=');
                return (!stray).then_some(Span::new(start + 1, at));
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        dotenv(text).iter().map(|e| (e.name.of(text), e.value.of(text))).collect()
    }

    #[test]
    fn reads_names_values_quotes_and_comments() {
        let text = "# c\nA=b c # no\r\nexport B = \"x#\\\"y\" # no\nC='z'\nD=\nE=p#q\n=x\nnot a line\n";
        assert_eq!(read(text), [("A", "b c"), ("B", "x#\\\"y"), ("C", "z"), ("D", ""), ("E", "p#q")]);
    }

    #[test]
    fn quotes_span_lines_unless_they_are_stray() {
        assert_eq!(read("K=\"one\ntwo\"\nA=b"), [("K", "one\ntwo"), ("A", "b")]);
        assert_eq!(read("K=\"one\nA=\"b\"\n"), [("K", "\"one"), ("A", "b")]);
    }
}
