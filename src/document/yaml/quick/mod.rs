//! A quick reader of the YAML that people write in manifests: block mappings and sequences, flow collections, and every
//! kind of scalar. It gives the very tree that [`super::build`] makes of the parser's events, several times faster.
//!
//! It answers `None` at the first thing that it does not know for certain (anchors, tags, complex keys, tabs, carriage
//! returns, indentation indicators, anything that may be an error): then the parser reads the whole document.
//!
//! It reads more than the parser in two cases. Lines of flow collections and quoted scalars may stand anywhere, as they may
//! for the readers that Kubernetes has. And where templates stood, lines of branches of which only one will be left need
//! not agree on their indentation.

mod flow;
mod scalar;

use super::MAX_DEPTH;
use crate::model::{Kind, NodeId, Span, Style, Tree};

/// Bytes of a manifest for each node, roughly.
const BYTES_PER_NODE: usize = 24;
/// Bytes of text that room for nodes is made for ahead; more is made as they come.
const MOST_RESERVED: usize = 32 << 10;

/// Reads `neutral`, which has the length of the original `text`; `None` where the parser must do it.
pub fn read<'a>(text: &'a str, neutral: &str) -> Option<Tree<'a>> {
    let bytes = neutral.as_bytes();
    if bytes.starts_with(b"%") || neutral.starts_with('\u{feff}') || has_control(bytes) {
        return None;
    }
    let is_template = !std::ptr::eq(text, neutral);
    let mut reader = Reader { neutral, bytes, tree: Tree::new(text), at: 0, indent: 0, depth: 0, is_template };
    reader.tree.reserve(neutral.len().min(MOST_RESERVED) / BYTES_PER_NODE);
    reader.document()?;
    Some(reader.tree)
}

/// Whether a control character other than a line end or a tab stands in the text. Chunk by chunk, as a loop that may end at
/// every byte takes them one by one.
fn has_control(bytes: &[u8]) -> bool {
    let is_control = |b: u8| (b < b' ' && b != b'\n' && b != b'\t') || b == 0x7f;
    bytes.chunks(256).any(|chunk| chunk.iter().fold(false, |any, b| any | is_control(*b)))
}

/// The place in the text, and the tree so far.
struct Reader<'n, 'a> {
    neutral: &'n str,
    bytes: &'n [u8],
    tree: Tree<'a>,
    /// Byte offset of what is read next.
    at: usize,
    /// Columns before `at` on its line, once [`Reader::next_line`] has found content.
    indent: usize,
    depth: usize,
    /// Whether templates stood in the text.
    is_template: bool,
}

/// Where a node of block style may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    /// Behind `key:` on the same line: a scalar or a flow collection.
    Value,
    /// At the start of a line or behind `- `: a block collection too.
    Free,
}

/// Columns of the collection around a node; `-1` at the top.
type Parent = isize;

impl Reader<'_, '_> {
    fn document(&mut self) -> Option<()> {
        self.next_line()?;
        if self.indent == 0 && self.bytes[self.at..].starts_with(b"---") && self.is_break(self.at + 3) {
            self.at += 3;
            self.rest_of_line()?;
            self.next_line()?;
        }
        // Whether nothing is a document is the parser's to say.
        self.node(Position::Free, self.indent, -1)?;
        (self.at == self.bytes.len()).then_some(())
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).copied()
    }

    /// Whether the byte at `at` is white space or the end.
    fn is_break(&self, at: usize) -> bool {
        self.byte(at).is_none_or(|b| matches!(b, b' ' | b'\n' | b'\t'))
    }

    fn blanks(&mut self) {
        while self.byte(self.at) == Some(b' ') {
            self.at += 1;
        }
    }

    /// Passes blanks and a comment up to the line's end.
    fn rest_of_line(&mut self) -> Option<()> {
        let before = self.at;
        self.blanks();
        match self.byte(self.at) {
            None | Some(b'\n') => Some(()),
            Some(b'#') if self.at > before => {
                self.at = self.line_end();
                Some(())
            }
            _ => None,
        }
    }

    fn line_end(&self) -> usize {
        memchr::memchr(b'\n', &self.bytes[self.at..]).map_or(self.bytes.len(), |end| self.at + end)
    }

    /// From the end of a line (or the start of the text) to the next line's content; comments and empty lines are passed.
    fn next_line(&mut self) -> Option<()> {
        loop {
            let start = match self.byte(self.at) {
                Some(b'\n') => self.at + 1,
                _ => self.at,
            };
            self.at = start;
            self.blanks();
            match self.byte(self.at) {
                None => {
                    self.indent = 0;
                    return Some(());
                }
                Some(b'\n') => {}
                Some(b'#') => self.at = self.line_end(),
                Some(b'\t') => return None,
                _ => {
                    self.indent = self.at - start;
                    return Some(());
                }
            }
        }
    }

    /// Reads the node at `self.at`, which stands in column `column`, and passes to the next line's content.
    fn node(&mut self, position: Position, column: usize, parent: Parent) -> Option<NodeId> {
        match self.byte(self.at)? {
            b'-' if self.is_dash() => match position {
                Position::Free => self.sequence(column),
                Position::Value => None,
            },
            b'"' | b'\'' => {
                let (style, span) = self.quoted()?;
                if self.is_key_end() {
                    return self.mapping(position, column, style, span);
                }
                let id = self.scalar(style, span);
                self.value(id)
            }
            b'|' | b'>' => self.block_scalar(parent),
            b'[' | b'{' => {
                let id = self.flow()?;
                self.value(id)
            }
            _ => {
                let span = self.plain_line()?;
                if self.is_key_end() {
                    return self.mapping(position, column, Style::Plain, span);
                }
                let whole = self.continued(span, parent)?;
                let id = if whole == span { self.plain(span) } else { self.scalar(Style::Plain, whole) };
                self.value(id)
            }
        }
    }

    /// Whether the dash of an item stands here.
    fn is_dash(&self) -> bool {
        self.byte(self.at) == Some(b'-') && self.is_break(self.at + 1)
    }

    /// Whether the scalar just read is a key: blanks and a colon follow.
    fn is_key_end(&self) -> bool {
        let at = self.at + self.bytes[self.at..].iter().take_while(|b| **b == b' ').count();
        self.byte(at) == Some(b':') && self.is_break(at + 1)
    }

    /// A node that is no key, behind which nothing may stand on its line.
    fn value(&mut self, id: NodeId) -> Option<NodeId> {
        self.rest_of_line()?;
        self.next_line()?;
        Some(id)
    }

    fn deeper(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth < MAX_DEPTH).then_some(())
    }

    /// A mapping whose first key has been read.
    fn mapping(&mut self, position: Position, column: usize, style: Style, key: Span) -> Option<NodeId> {
        if position != Position::Free {
            return None;
        }
        self.deeper()?;
        let quote = usize::from(style != Style::Plain);
        let id = self.tree.push(Kind::Mapping, Style::Plain, Span::new(key.start - quote, key.start - quote));
        let mut last = None;
        let (mut style, mut key, mut key_column) = (style, key, column);
        loop {
            let node = self.key(style, key)?;
            self.link(id, &mut last, node);
            let node = self.entry_value(key_column)?;
            self.link(id, &mut last, node);
            if self.at == self.bytes.len() || self.indent < column {
                break;
            }
            let is_item = self.is_dash();
            if (self.indent > column || is_item) && !self.is_template {
                return None;
            }
            if is_item {
                break;
            }
            key_column = self.indent;
            (style, key) = match self.byte(self.at)? {
                b'"' | b'\'' => self.quoted()?,
                _ => (Style::Plain, self.plain_line()?),
            };
            if !self.is_key_end() {
                return None;
            }
        }
        self.depth -= 1;
        self.tree.set_end(id, self.at);
        Some(id)
    }

    /// The node of a key, which stands on one line, and its colon.
    fn key(&mut self, style: Style, key: Span) -> Option<NodeId> {
        let raw = &self.bytes[key.start..key.end];
        if raw.len() > 900 || style != Style::Plain && raw.contains(&b'\n') {
            return None;
        }
        self.blanks();
        self.at += 1;
        Some(if style == Style::Plain { self.plain(key) } else { self.scalar(style, key) })
    }

    /// What stands behind a colon, on its line or below; `column` is the key's.
    fn entry_value(&mut self, column: usize) -> Option<NodeId> {
        let colon = self.at;
        self.blanks();
        if !matches!(self.byte(self.at), None | Some(b'\n' | b'#')) {
            return self.node(Position::Value, usize::MAX, column as Parent);
        }
        self.at = colon;
        self.rest_of_line()?;
        self.next_line()?;
        let is_item = self.is_dash();
        if self.at < self.bytes.len() && (self.indent > column || (self.indent == column && is_item)) {
            return self.node(Position::Free, self.indent, column as Parent);
        }
        Some(self.null(colon))
    }

    /// A sequence, at its first dash.
    fn sequence(&mut self, column: usize) -> Option<NodeId> {
        self.deeper()?;
        let id = self.tree.push(Kind::Sequence, Style::Plain, Span::new(self.at, self.at));
        let (mut last, mut dash_column) = (None, column);
        loop {
            let node = self.item(dash_column)?;
            self.link(id, &mut last, node);
            if self.at == self.bytes.len() || self.indent < column {
                break;
            }
            let is_item = self.is_dash();
            if self.indent > column && !(self.is_template && is_item) {
                return None;
            }
            if !is_item {
                break;
            }
            dash_column = self.indent;
        }
        self.depth -= 1;
        self.tree.set_end(id, self.at);
        Some(id)
    }

    /// What stands behind a dash, on its line or below.
    fn item(&mut self, column: usize) -> Option<NodeId> {
        let dash = self.at;
        self.at += 1;
        self.blanks();
        if !matches!(self.byte(self.at), None | Some(b'\n' | b'#')) {
            return self.node(Position::Free, column + self.at - dash, column as Parent);
        }
        self.at = dash + 1;
        self.rest_of_line()?;
        self.next_line()?;
        if self.at < self.bytes.len() && self.indent > column {
            return self.node(Position::Free, self.indent, column as Parent);
        }
        Some(self.null(dash + 1))
    }

    /// A value that is not there.
    fn null(&mut self, at: usize) -> NodeId {
        self.tree.push(Kind::Scalar, Style::Plain, Span::new(at, at))
    }

    /// Appends `node` to the children of `parent`.
    fn link(&mut self, parent: NodeId, last: &mut Option<NodeId>, node: NodeId) {
        match last.replace(node) {
            None => self.tree.set_first_child(parent, node),
            Some(last) => self.tree.set_next(last, node),
        }
    }
}

#[cfg(test)]
mod tests;
