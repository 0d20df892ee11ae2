//! Java properties: `name=value`, `name: value` or `name value`, with values that go on behind a `\` at the line's end.
//! As `java.util.Properties` documents them.

use super::line::{Lines, trim};
use crate::model::{Entry, Span};

/// Gives the entries of `text`. A value that goes on over lines spans them as written.
pub fn properties(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next() {
        let mut whole = trim(text, line);
        if matches!(whole.of(text).as_bytes(), [] | [b'#' | b'!', ..] | [b'{', b'{', ..]) {
            continue;
        }
        let mut last = line;
        while goes_on(last.of(text)) {
            let Some(next) = lines.next() else { break };
            whole.end = trim(text, next).end.max(whole.end);
            last = next;
        }
        if let Some((name, value)) = split(text, whole) {
            out.push(Entry { section: String::new(), name, value, quoted: false });
        }
    }
    out
}

/// Whether an odd number of backslashes ends the line.
fn goes_on(line: &str) -> bool {
    line.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1
}

/// The name up to the first `=`, `:` or blank that no backslash escapes, and the value.
fn split(text: &str, line: Span) -> Option<(Span, Span)> {
    let bytes = line.of(text).as_bytes();
    let mut at = 0;
    while at < bytes.len() && !matches!(bytes[at], b'=' | b':' | b' ' | b'\t') {
        at += 1 + usize::from(bytes[at] == b'\\');
    }
    let name = Span::new(line.start, line.start + at.min(bytes.len()));
    let behind = trim(text, Span::new(name.end, line.end));
    let value =
        behind.of(text).strip_prefix(['=', ':']).map_or(behind, |v| Span::new(behind.end - v.len(), behind.end));
    let mut value = trim(text, value);
    // A value that begins on the next line.
    while let Some(rest) = value.of(text).strip_prefix("\\\n").or_else(|| value.of(text).strip_prefix("\\\r\n")) {
        value = trim(text, Span::new(value.end - rest.len(), value.end));
    }
    (!name.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        properties(text).iter().map(|e| (e.name.of(text), e.value.of(text))).collect()
    }

    #[test]
    fn reads_all_three_separators() {
        assert_eq!(
            read("#c\n!c\na.b=c\nd : e f\r\ng h\ni\\:j=k=l\nm\n"),
            [("a.b", "c"), ("d", "e f"), ("g", "h"), ("i\\:j", "k=l"), ("m", "")]
        );
    }

    #[test]
    fn values_go_on_behind_a_backslash() {
        assert_eq!(read("a=b\\\n  c\nd=e\\\\\nf=g\\"), [("a", "b\\\n  c"), ("d", "e\\\\"), ("f", "g\\")]);
    }
}
