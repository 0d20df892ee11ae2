//! Physical lines in, logical lines out: continuations joined, comments dropped, heredoc bodies set apart.

use std::borrow::Cow;
use std::sync::Arc;

use crate::model::{Heredoc, Joined, Span, SpanMap};

/// Reads a Dockerfile line by line, each byte once.
pub struct Lines<'a> {
    text: &'a str,
    at: usize,
    escape: char,
}

/// A logical line.
pub struct Logical<'a> {
    /// Its text, without leading and trailing white space.
    pub line: Joined<'a>,
    /// Whether the file ended inside a continuation.
    pub unfinished: bool,
}

impl<'a> Lines<'a> {
    /// Starts behind the byte order mark and the parser directives, which it obeys.
    pub fn new(text: &'a str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut lines = Self { text, at, escape: '\\' };
        lines.directives();
        lines
    }

    /// The escape character.
    pub fn escape(&self) -> char {
        self.escape
    }

    /// Where the next line starts.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Directives stand at the very top; the first line that is none ends them, even if it is blank.
    fn directives(&mut self) {
        loop {
            let before = self.at;
            let Some((name, value)) = self.physical().and_then(|line| directive(line.of(self.text))) else {
                self.at = before;
                return;
            };
            if name.eq_ignore_ascii_case("escape") {
                self.escape = if value == "`" { '`' } else { '\\' };
            }
        }
    }

    /// The next physical line without its line end.
    fn physical(&mut self) -> Option<Span> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let start = self.at;
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |n| start + n);
        self.at = (end + 1).min(bytes.len());
        Some(Span::new(start, start + self.text[start..end].trim_end_matches('\r').len()))
    }

    /// The next logical line; blank lines and comments are skipped.
    pub fn logical(&mut self) -> Option<Logical<'a>> {
        let first = loop {
            let line = self.physical()?;
            let text = line.of(self.text);
            let trimmed = text.trim_start();
            if !trimmed.is_empty() && !trimmed.starts_with('#') {
                break Span::new(line.end - trimmed.len(), line.end);
            }
        };
        match self.continued(first) {
            None => {
                let text = first.of(self.text).trim_end();
                let line = Joined { text: Cow::Borrowed(text), map: Arc::new(SpanMap::at(first.start)) };
                Some(Logical { line, unfinished: false })
            }
            Some(part) => Some(self.join(part)),
        }
    }

    /// Joins the lines that continue `first`. Comments and blank lines between them are no part of the text.
    fn join(&mut self, first: Span) -> Logical<'a> {
        let mut text = first.of(self.text).to_owned();
        let mut map = SpanMap::builder();
        map.push(first.len(), first);
        let unfinished = loop {
            let Some(line) = self.physical() else { break true };
            let trimmed = line.of(self.text).trim_start();
            if trimmed.is_empty() || trimmed.starts_with('#') {
                continue;
            }
            let part = self.continued(line);
            let kept = part.unwrap_or(line);
            text.push_str(kept.of(self.text));
            map.push(kept.len(), kept);
            if part.is_none() {
                break false;
            }
        };
        text.truncate(text.trim_end().len());
        Logical { line: Joined { text: Cow::Owned(text), map: Arc::new(map) }, unfinished }
    }

    /// The line without the escape character at its end, if it has one that is not itself escaped.
    fn continued(&self, line: Span) -> Option<Span> {
        let text = line.of(self.text).trim_end_matches([' ', '\t']);
        let kept = text.strip_suffix(self.escape)?;
        (!kept.ends_with(self.escape)).then(|| Span::new(line.start, line.start + kept.len()))
    }

    /// Reads the lines of a heredoc up to its delimiter; `false` if the file ends before it.
    pub fn heredoc(&mut self, heredoc: &mut Heredoc) -> bool {
        heredoc.body = Span::new(self.at, self.at);
        while let Some(line) = self.physical() {
            let text = line.of(self.text);
            let text = if heredoc.strip_tabs { text.trim_start_matches('\t') } else { text };
            if text == heredoc.name {
                heredoc.body.end = line.start;
                return true;
            }
        }
        heredoc.body.end = self.at;
        false
    }
}

/// `# name=value`.
fn directive(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    (plain && !value.is_empty()).then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let mut lines = Lines::new(text);
        std::iter::from_fn(|| lines.logical()).map(|l| l.line.text.into_owned()).collect()
    }

    #[test]
    fn continuations_drop_comments_and_blank_lines() {
        assert_eq!(texts("RUN a \\\n# no\n\n  && b\nUSER x\n"), ["RUN a   && b", "USER x"]);
    }

    #[test]
    fn an_escaped_escape_ends_the_line() {
        assert_eq!(texts("ENV A=c:\\\\\nENV B=1"), ["ENV A=c:\\\\", "ENV B=1"]);
    }

    #[test]
    fn the_escape_directive_holds_only_at_the_top() {
        assert_eq!(texts("# escape=`\nRUN a `\r\n b\r\n"), ["RUN a  b"]);
        assert_eq!(texts("# x\n# escape=`\nRUN a `\n"), ["RUN a `"]);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_line() {
        assert_eq!(texts("\u{feff}FROM a\r\n"), ["FROM a"]);
    }

    #[test]
    fn joined_text_maps_back() {
        let text = "ENV A=1 \\\n# c\n  B=2\n";
        let line = Lines::new(text).logical().map(|l| l.line);
        let span = line.map(|l| l.span(l.text.find("B=2").unwrap_or(0)..l.text.len()));
        assert_eq!(span.map(|s| s.of(text)), Some("B=2"));
    }
}
