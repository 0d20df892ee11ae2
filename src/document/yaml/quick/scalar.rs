//! Scalars: plain, quoted and block ones.

use super::{Parent, Reader};
use crate::encoding;
use crate::model::{Kind, NodeId, Span, Style};

/// Bytes that no plain scalar begins with, or that may mean something else there.
const INDICATORS: &[u8] = b",[]{}#&*!|>'\"%@`:?";

/// Bytes that may end plain text, or that it does not hold.
static ENDS: [bool; 256] = {
    let mut ends = [false; 256];
    (ends[b':' as usize], ends[b'#' as usize], ends[b'\t' as usize], ends[b'\n' as usize]) = (true, true, true, true);
    ends
};

impl Reader<'_, '_> {
    /// A node for the content `span`. Its value is decoded where it differs from its bytes.
    pub(super) fn scalar(&mut self, style: Style, span: Span) -> NodeId {
        let id = self.tree.push(Kind::Scalar, style, span);
        let raw = span.of(self.neutral).as_bytes();
        let decoded = match style {
            Style::DoubleQuoted => memchr::memchr2(b'\\', b'\n', raw).is_some(),
            Style::SingleQuoted => memchr::memchr2(b'\'', b'\n', raw).is_some(),
            _ => memchr::memchr(b'\n', raw).is_some(),
        };
        if decoded {
            let (value, _) = encoding::scalar::decode(self.tree.text(), style, span);
            self.tree.set_value(id, value.into_boxed_str());
        }
        id
    }

    /// A node for a plain scalar of one line, whose value is its bytes.
    pub(super) fn plain(&mut self, span: Span) -> NodeId {
        self.tree.push(Kind::Scalar, Style::Plain, span)
    }

    /// The plain scalar that begins here, as far as it stands on this line; ends behind it.
    pub(super) fn plain_line(&mut self) -> Option<Span> {
        let start = self.at;
        let first = self.byte(start)?;
        if INDICATORS.contains(&first) || (first == b'-' && self.is_break(start + 1)) {
            return None;
        }
        self.plain_text()
    }

    /// Plain text up to `: `, ` #` or the line's end, without blanks at its end.
    fn plain_text(&mut self) -> Option<Span> {
        let start = self.at;
        // Most are so short that preparing a search would cost more.
        let mut end = start;
        loop {
            end += self.bytes[end..].iter().take_while(|byte| !ENDS[usize::from(**byte)]).count();
            match self.byte(end) {
                None | Some(b'\n') => break,
                Some(b'\t') => return None,
                Some(b':') if self.is_break(end + 1) => break,
                Some(b'#') if end > start && self.bytes[end - 1] == b' ' => break,
                _ => end += 1,
            }
        }
        let text = &self.neutral[start..end];
        let trimmed = text.trim_end_matches(' ');
        // White space beyond ASCII at the end is left to the parser.
        let last = trimmed.bytes().next_back()?;
        if !last.is_ascii_graphic() && trimmed.trim_end().len() != trimmed.len() {
            return None;
        }
        self.at = start + trimmed.len();
        Some(Span::new(start, self.at))
    }

    /// A plain scalar with its further lines: those indented deeper than the collection around it.
    pub(super) fn continued(&mut self, first: Span, parent: Parent) -> Option<Span> {
        let mut span = first;
        loop {
            let end = self.at;
            self.blanks();
            match self.byte(self.at) {
                Some(b'\n') => {}
                // A comment ends the scalar.
                _ => {
                    self.at = end;
                    return Some(span);
                }
            }
            let Some(start) = self.continuation(parent)? else {
                self.at = end;
                return Some(span);
            };
            self.at = start;
            let more = self.plain_text()?;
            if self.is_key_end() {
                // The key of another branch.
                self.at = end;
                return self.is_template.then_some(span);
            }
            span.end = more.end;
        }
    }

    /// Where the scalar goes on in a line below; `Some(None)` where it does not.
    fn continuation(&self, parent: Parent) -> Option<Option<usize>> {
        let mut at = self.at;
        loop {
            let line = at + 1;
            let text = line + self.bytes[line..].iter().take_while(|b| **b == b' ').count();
            match self.byte(text) {
                None => return Some(None),
                Some(b'\n') => at = text,
                Some(b'\t') => return None,
                Some(b'#') => return Some(None),
                Some(_) => return Some(((text - line) as Parent > parent).then_some(text)),
            }
        }
    }

    /// The content of the quoted scalar that begins here; ends behind its closing quote.
    pub(super) fn quoted(&mut self) -> Option<(Style, Span)> {
        let start = self.at + 1;
        let (style, end) = match self.byte(self.at)? {
            b'"' => (Style::DoubleQuoted, self.double_quoted_end(start)?),
            _ => (Style::SingleQuoted, self.single_quoted_end(start)?),
        };
        for line in memchr::memchr_iter(b'\n', &self.bytes[start..end]).map(|at| start + at + 1) {
            let blank = self.bytes[line..end].iter().take_while(|b| **b == b' ').count();
            if self.byte(line + blank) == Some(b'\t') {
                return None;
            }
        }
        self.at = end + 1;
        Some((style, Span::new(start, end)))
    }

    fn single_quoted_end(&self, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            at += memchr::memchr(b'\'', self.bytes.get(at..)?)?;
            if self.byte(at + 1) != Some(b'\'') {
                return Some(at);
            }
            at += 2;
        }
    }

    fn double_quoted_end(&self, start: usize) -> Option<usize> {
        let mut at = start;
        loop {
            at += memchr::memchr2(b'"', b'\\', self.bytes.get(at..)?)?;
            if self.bytes[at] == b'"' {
                return Some(at);
            }
            // Line ends that are escaped away, white space and rare escapes are left to the parser.
            let digits = match self.byte(at + 1)? {
                b'n' | b't' | b'r' | b'"' | b'\\' | b'/' | b'0' | b'a' | b'b' | b'e' | b'f' | b'v' => 0,
                b'x' => 2,
                b'u' => 4,
                _ => return None,
            };
            let hex = self.bytes.get(at + 2..at + 2 + digits)?;
            // Halves of surrogate pairs are errors to the parser.
            if !hex.iter().all(u8::is_ascii_hexdigit) || (digits == 4 && matches!(hex[0], b'd' | b'D')) {
                return None;
            }
            at += 2 + digits;
        }
    }

    /// A block scalar, at its `|` or `>`.
    pub(super) fn block_scalar(&mut self, parent: Parent) -> Option<NodeId> {
        let style = if self.byte(self.at)? == b'|' { Style::Literal } else { Style::Folded };
        self.at += 1;
        let chomping = self.byte(self.at).filter(|b| matches!(b, b'-' | b'+'));
        self.at += usize::from(chomping.is_some());
        self.rest_of_line()?;
        let start = (self.at + 1).min(self.bytes.len());
        let (column, end) = self.block_lines(start, parent)?;
        let body = &self.neutral[start..end];
        let text = body.trim_start();
        let from = end - text.len();
        let span = Span::new(from, from + text.trim_end().len());
        let id = self.tree.push(Kind::Scalar, style, span);
        if !span.is_empty() {
            let value = self.block_value(style, span, column, chomping == Some(b'-'));
            if value != span.of(self.neutral) {
                self.tree.set_value(id, value.into_boxed_str());
            }
        }
        // At the line end that belongs to the block.
        self.at =
            if end > start || end == self.bytes.len() { end } else { start } - usize::from(end < self.bytes.len());
        self.next_line()?;
        Some(id)
    }

    /// The indentation of a block's lines, and where the line behind the last of them begins.
    fn block_lines(&self, start: usize, parent: Parent) -> Option<(usize, usize)> {
        let (first, longest) = self.first_text(start)?;
        let column = self.bytes[first..].iter().take_while(|b| **b == b' ').count();
        if column as Parent <= parent || first == self.bytes.len() {
            return Some((0, first));
        }
        // The parser refuses a longer line of blanks before the text, as is left of a template.
        if column == 0 || longest > column && !self.is_template {
            return None;
        }
        let mut at = first;
        while at < self.bytes.len() {
            let blank = self.bytes[at..].iter().take(column + 1).take_while(|b| **b == b' ').count();
            match self.byte(at + blank) {
                Some(b'\n') if blank <= column => at += blank + 1,
                None => at += blank,
                Some(_) if blank >= column || self.is_template && blank as Parent > parent => {
                    at = memchr::memchr(b'\n', &self.bytes[at..]).map_or(self.bytes.len(), |end| at + end + 1);
                }
                Some(b'\t') => return None,
                Some(_) if blank as Parent <= parent => break,
                Some(_) => return None,
            }
        }
        Some((column, at))
    }

    /// From `start` on, the first line that is not of blanks only, and the length of the longest one before it.
    fn first_text(&self, start: usize) -> Option<(usize, usize)> {
        let (mut line, mut longest) = (start, 0);
        loop {
            let blank = self.bytes[line..].iter().take_while(|b| **b == b' ').count();
            match self.byte(line + blank) {
                Some(b'\n') => line += blank + 1,
                Some(b'\t') => return None,
                None => return Some((self.bytes.len(), longest)),
                Some(_) => return Some((line, longest)),
            }
            longest = longest.max(blank);
        }
    }

    fn block_value(&self, style: Style, span: Span, column: usize, strips: bool) -> String {
        let changed = span.of(self.neutral) != span.of(self.tree.text());
        if style == Style::Folded || changed {
            let (mut value, _) = encoding::scalar::decode(self.tree.text(), style, span);
            if !changed && !strips {
                value.push('\n');
            }
            return value;
        }
        let mut value = String::with_capacity(span.end - span.start + 1);
        for (at, line) in span.of(self.neutral).split('\n').enumerate() {
            if at > 0 {
                value.push('\n');
            }
            value.push_str(if at > 0 { line.get(column..).unwrap_or_default() } else { line });
        }
        if !strips {
            value.push('\n');
        }
        value
    }
}
