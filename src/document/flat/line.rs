//! Lines of a text with where they start, and the cutting that all flat formats share.

use memchr::memchr;

use crate::model::Span;

/// The lines of a text, each as the span of its content: the line end (`\n`, `\r\n`) is left out.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lines<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Where the next line starts.
    pub fn at(&self) -> usize {
        self.at
    }

    /// Goes on with the line that starts at `at`.
    pub fn skip_to(&mut self, at: usize) {
        self.at = at;
    }

    /// Goes on with the line after the one that `at` stands in.
    pub fn skip_past_line_of(&mut self, at: usize) {
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        self.at = (at + memchr(b'\n', rest).map_or(rest.len(), |end| end + 1)).min(self.text.len());
    }
}

impl Iterator for Lines<'_> {
    type Item = Span;

    fn next(&mut self) -> Option<Span> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
        let len = memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = (start + len + 1).min(self.text.len());
        let content = rest[..len].strip_suffix(b"\r").unwrap_or(&rest[..len]);
        Some(Span::new(start, start + content.len()))
    }
}

/// The section that entries carry: the text of `span`, cut short, so that a hostile section does not cost its length
/// again for every entry.
pub(super) fn section(text: &str, span: Span) -> String {
    span.of(text).chars().take(100).collect()
}

/// `span` without the ASCII blanks at its ends.
pub(super) fn trim(text: &str, span: Span) -> Span {
    let part = span.of(text);
    let start = span.start + (part.len() - part.trim_ascii_start().len());
    Span::new(start, start + part.trim_ascii().len())
}

/// The content of a text that starts with a quote, up to the same quote that no backslash escapes (in single quotes,
/// nothing does); `None` if `span` does not start with a quote or does not hold its end.
pub(super) fn quoted(text: &str, span: Span) -> Option<Span> {
    let bytes = span.of(text).as_bytes();
    let quote = *bytes.first().filter(|b| matches!(b, b'"' | b'\'' | b'`'))?;
    let mut at = 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            b if b == quote => return Some(Span::new(span.start + 1, span.start + at)),
            _ => {}
        }
        at += 1;
    }
    None
}

/// `span` up to a comment: one of `marks` with a blank before it.
pub(super) fn without_comment(text: &str, span: Span, marks: &[u8]) -> Span {
    let bytes = span.of(text).as_bytes();
    let starts = |at: usize| marks.contains(&bytes[at]) && (at == 0 || bytes[at - 1].is_ascii_whitespace());
    let end = (0..bytes.len()).find(|&at| starts(at)).unwrap_or(bytes.len());
    trim(text, Span::new(span.start, span.start + end))
}
