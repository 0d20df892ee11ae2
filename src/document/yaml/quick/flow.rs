//! Flow collections: `[…]` and `{…}`, over several lines too.

use super::Reader;
use crate::model::{Kind, NodeId, Span, Style};

impl Reader<'_, '_> {
    /// A flow collection, at its opening bracket; ends behind its closing one.
    pub(super) fn flow(&mut self) -> Option<NodeId> {
        self.deeper()?;
        let start = self.at;
        let (kind, close) = match self.byte(start)? {
            b'[' => (Kind::Sequence, b']'),
            _ => (Kind::Mapping, b'}'),
        };
        self.at += 1;
        let id = self.tree.push(kind, Style::Plain, Span::new(start, start + 1));
        let mut last = None;
        self.flow_blanks()?;
        while self.byte(self.at)? != close {
            if kind == Kind::Mapping {
                let key = self.flow_scalar()?;
                self.link(id, &mut last, key);
                self.flow_colon()?;
            }
            let node = match self.byte(self.at)? {
                b'[' | b'{' => self.flow()?,
                _ => self.flow_scalar()?,
            };
            self.link(id, &mut last, node);
            self.flow_blanks()?;
            match self.byte(self.at)? {
                b',' => self.at += 1,
                b if b == close => break,
                _ => return None,
            }
            self.flow_blanks()?;
        }
        self.at += 1;
        self.depth -= 1;
        self.tree.set_end(id, self.at);
        Some(id)
    }

    /// The colon behind a key, with what separates it from its value.
    fn flow_colon(&mut self) -> Option<()> {
        self.blanks();
        if self.byte(self.at)? != b':' || !matches!(self.byte(self.at + 1)?, b' ' | b'\n') {
            return None;
        }
        self.at += 1;
        self.flow_blanks()
    }

    /// White space, line ends and comments inside a collection.
    fn flow_blanks(&mut self) -> Option<()> {
        loop {
            let before = self.at;
            self.blanks();
            match self.byte(self.at)? {
                b'\n' => self.next_line()?,
                b'#' if self.at > before => self.at = self.line_end(),
                b'\t' | b'#' => return None,
                _ => return Some(()),
            }
        }
    }

    fn flow_scalar(&mut self) -> Option<NodeId> {
        if matches!(self.byte(self.at)?, b'"' | b'\'') {
            let (style, span) = self.quoted()?;
            if span.of(self.neutral).contains('\n') {
                return None;
            }
            return Some(self.scalar(style, span));
        }
        let start = self.at;
        let span = self.plain_line()?;
        let raw = span.of(self.neutral).as_bytes();
        let is_end = |b: &u8| matches!(b, b',' | b'[' | b']' | b'{' | b'}');
        let len = raw.iter().position(is_end).unwrap_or(raw.len());
        let text = std::str::from_utf8(&raw[..len]).ok()?.trim_end_matches(' ');
        // A colon before a bracket or a comma may end a key.
        if text.is_empty() || text.ends_with(':') || text.trim_end().len() != text.len() || text == "-" {
            return None;
        }
        self.at = start + text.len();
        Some(self.scalar(Style::Plain, Span::new(start, self.at)))
    }
}
