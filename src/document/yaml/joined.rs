//! Lines of flow collections, joined: the parser wants them indented as far as what is around them, readers that
//! Kubernetes has do not.
//!
//! `data: {` with its `}` at the start of a line is common. The quick reader takes it; where it had to leave the document
//! to the parser, this text is tried once the parser has refused the other.

use std::ops::Range;

/// The text with blanks for line ends and comments inside flow collections, byte for byte; `None` where that changes
/// nothing.
pub(super) fn joined(neutral: &str) -> Option<String> {
    memchr::memchr2(b'{', b'[', neutral.as_bytes())?;
    let mut lines = Lines { out: neutral.as_bytes().to_vec(), depth: 0, quote: None, block: None, changed: false };
    let mut start = 0;
    while start < lines.out.len() {
        let end = memchr::memchr(b'\n', &lines.out[start..]).map_or(lines.out.len(), |end| start + end);
        lines.line(start, end);
        start = end + 1;
    }
    lines.changed.then(|| String::from_utf8(lines.out).ok()).flatten()
}

/// What is known at the start of a line.
struct Lines {
    out: Vec<u8>,
    /// How many flow collections are open.
    depth: usize,
    /// The quote that is open.
    quote: Option<u8>,
    /// Columns before the key of the block scalar that is open.
    block: Option<usize>,
    changed: bool,
}

impl Lines {
    fn line(&mut self, start: usize, end: usize) {
        let indent = self.out[start..end].iter().take_while(|b| **b == b' ').count();
        let is_blank = self.out[start + indent..end].trim_ascii().is_empty();
        if self.block.is_some_and(|columns| is_blank || indent > columns) {
            return;
        }
        self.block = None;
        if self.depth > 0 && self.quote.is_none() && start > 0 {
            self.blank(start.saturating_sub(2)..start, |byte| matches!(byte, b'\n' | b'\r'));
        }
        let end = self.scan(start, end);
        let line = self.out[start..end].trim_ascii_end();
        let indicators = line.iter().rev().take_while(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')).count();
        let header = &line[..line.len() - indicators];
        if self.depth == 0 && self.quote.is_none() && matches!(header, [.., b' ', b'|' | b'>']) {
            self.block = Some(indent);
        }
    }

    /// Reads the brackets and quotes of a line; gives where its comment begins, or its end.
    fn scan(&mut self, start: usize, end: usize) -> usize {
        let mut at = start;
        // Whether a token may begin here.
        let mut fresh = true;
        while at < end {
            let byte = self.out[at];
            match (self.quote, byte) {
                (Some(b'"'), b'\\') => at += 1,
                (Some(quote), _) if byte == quote => self.quote = None,
                (Some(_), _) => {}
                (None, b'#') if at == start || matches!(self.out[at - 1], b' ' | b'\t') => {
                    if self.depth > 0 {
                        self.blank(at..end, |_| true);
                    }
                    return at;
                }
                (None, b'"' | b'\'') if fresh => self.quote = Some(byte),
                (None, b'{' | b'[') if fresh || self.depth > 0 => self.depth += 1,
                (None, b'}' | b']') => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
            let blank = matches!(byte, b' ' | b'\t');
            let before = at.checked_sub(1).map(|before| self.out[before]);
            fresh = match byte {
                _ if self.quote.is_some() => false,
                b'{' | b'[' | b',' => self.depth > 0,
                b':' => self.depth > 0,
                _ if blank => fresh || matches!(before, Some(b':' | b'-' | b'?' | b',')),
                _ => false,
            };
            at += 1;
        }
        end
    }

    /// Writes blanks over those bytes of the stretch that are to go.
    fn blank(&mut self, stretch: Range<usize>, goes: impl Fn(u8) -> bool) {
        for byte in self.out[stretch].iter_mut().filter(|byte| goes(**byte)) {
            *byte = b' ';
            self.changed = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::joined;

    #[test]
    fn lines_of_flow_collections_are_joined_and_no_others() {
        for (text, expected) in [
            ("a: {\n  b: c # d\n}\ne: f\n", "a: {   b: c     }\ne: f\n"),
            ("a: [b#\n]\n", "a: [b# ]\n"),
            ("a: [\r\nb,\r\n]\r\n", "a: [  b,  ]\r\n"),
            ("- {a: '}',\nb: \"\\\"]\"}\n", "- {a: '}', b: \"\\\"]\"}\n"),
        ] {
            assert_eq!(joined(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["a: b\n", "a: |\n  x {\n  y\n}", "a: it's {\nb: c\n", "# {\na: b\n", "a: {b: c}\nd: e\n"] {
            assert_eq!(joined(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_keeps_its_length(text in "[a{}\\[\\],:'\"#|é \n\r-]{0,60}") {
            if let Some(out) = joined(&text) {
                prop_assert_eq!(out.len(), text.len());
            }
        }
    }
}
