//! From the parser's events to the span tree.

use std::borrow::Cow;
use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use super::{Broken, MAX_DEPTH};
use crate::encoding;
use crate::model::{Kind, NodeId, Span, Style, Tree};

/// Builds the tree of one document.
pub struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
}

/// A collection whose end has not been seen.
struct Open {
    id: NodeId,
    last: Option<NodeId>,
}

impl<'a> Builder<'a> {
    /// A builder over the original text.
    pub fn new(text: &'a str) -> Self {
        Self { tree: Tree::new(text), open: Vec::new(), anchors: HashMap::new() }
    }

    /// Reads the neutral text, which has the original's length.
    pub fn build(mut self, neutral: &str) -> Result<Tree<'a>, Broken> {
        let offsets = Offsets::new(neutral);
        let mut parser = Parser::new_from_str(neutral);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| Broken::Syntax(error.marker().line()))?;
            let span = Span::new(offsets.byte(span.start.index()), offsets.byte(span.end.index()));
            match event {
                Event::Scalar(value, style, anchor, tag) => self.scalar(neutral, &value, style, anchor, tag, span),
                Event::SequenceStart(anchor, tag) => self.start(Kind::Sequence, anchor, tag, span)?,
                Event::MappingStart(anchor, tag) => self.start(Kind::Mapping, anchor, tag, span)?,
                Event::SequenceEnd | Event::MappingEnd => self.end(span.end),
                Event::Alias(anchor) => self.alias(anchor, span),
                Event::StreamEnd => break,
                _ => {}
            }
        }
        Ok(self.tree)
    }

    fn start(&mut self, kind: Kind, anchor: usize, tag: Option<Cow<'_, Tag>>, span: Span) -> Result<(), Broken> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Broken::Deep);
        }
        let id = self.tree.push(kind, Style::Plain, span);
        self.note(id, anchor, tag);
        self.attach(id);
        self.open.push(Open { id, last: None });
        Ok(())
    }

    fn end(&mut self, end: usize) {
        if let Some(open) = self.open.pop() {
            self.tree.set_end(open.id, end);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let id = self.tree.push(Kind::Alias, Style::Plain, span);
        // An alias inside its own anchor has no target yet and stays one.
        let inside = |target: &NodeId| self.open.iter().any(|open| open.id == *target);
        if let Some(&target) = self.anchors.get(&anchor).filter(|target| !inside(target)) {
            self.tree.set_target(id, target);
        }
        self.attach(id);
    }

    fn scalar(
        &mut self,
        neutral: &str,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        span: Span,
    ) {
        let (style, span) = content(neutral, value, style, span);
        let id = self.tree.push(Kind::Scalar, style, span);
        let seen = span.of(neutral);
        let original = span.of(self.tree.text());
        let changed = seen != original;
        match (changed, value == seen) {
            (_, true) => {}
            // Empty lines before a block's first one lie outside of its span.
            (false, false) if matches!(style, Style::Literal | Style::Folded) => {
                self.tree.set_value(id, value.trim_start_matches('\n').into());
            }
            (false, false) => self.tree.set_value(id, value.into()),
            // The parser decoded neutral text; what the file says is decoded from the original.
            (true, false) => {
                let (decoded, _) = encoding::scalar::decode(self.tree.text(), style, span);
                self.tree.set_value(id, decoded.into_boxed_str());
            }
        }
        self.note(id, anchor, tag);
        self.attach(id);
    }

    fn note(&mut self, id: NodeId, anchor: usize, tag: Option<Cow<'_, Tag>>) {
        if anchor > 0 {
            self.anchors.insert(anchor, id);
        }
        if let Some(tag) = tag {
            let handle = if tag.handle == "tag:yaml.org,2002:" { "!!" } else { &tag.handle };
            self.tree.set_tag(id, &format!("{handle}{}", tag.suffix));
        }
    }

    fn attach(&mut self, id: NodeId) {
        let Some(open) = self.open.last_mut() else { return };
        match open.last.replace(id) {
            None => self.tree.set_first_child(open.id, id),
            Some(last) => self.tree.set_next(last, id),
        }
    }
}

/// The style and the content's bytes of a scalar that the parser places at `span`, which may begin with an anchor or a
/// tag and end with white space.
fn content(text: &str, value: &str, style: ScalarStyle, span: Span) -> (Style, Span) {
    let raw = span.of(text);
    match style {
        ScalarStyle::Plain => {
            let end = raw.trim_end().len();
            let start = if raw[..end].ends_with(value) && raw.starts_with(['&', '!']) { end - value.len() } else { 0 };
            (Style::Plain, Span::new(start, end).shift(span.start))
        }
        ScalarStyle::SingleQuoted => (Style::SingleQuoted, inside(raw, '\'').shift(span.start)),
        ScalarStyle::DoubleQuoted => (Style::DoubleQuoted, inside(raw, '"').shift(span.start)),
        ScalarStyle::Literal => (Style::Literal, block(text, value, span)),
        ScalarStyle::Folded => (Style::Folded, block(text, value, span)),
    }
}

/// What stands between the first quote and the one that closes it; the parser's span may hold a comment behind it.
fn inside(raw: &str, quote: char) -> Span {
    let start = raw.find(quote).map_or(0, |at| at + 1);
    let bytes = raw.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == '"' => at += 1,
            b'\'' if quote == '\'' && bytes.get(at + 1) == Some(&b'\'') => at += 1,
            b if char::from(b) == quote => break,
            _ => {}
        }
        at += 1;
    }
    Span::new(start, at.min(bytes.len()))
}

/// The text lines of a block scalar, without the indentation of the first line and the last line end. Blanks that the
/// first line has beyond an indentation that the header names are content.
fn block(text: &str, value: &str, span: Span) -> Span {
    let raw = span.of(text);
    let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    // The header is in the span only where an anchor or a tag stands before it.
    let with_header = !text[line_start..span.start].trim().is_empty();
    let header = if with_header { memchr::memchr(b'\n', raw.as_bytes()).map_or(raw.len(), |end| end + 1) } else { 0 };
    let body = &raw[header..];
    let blank = body.len() - body.trim_start().len();
    let first = value.trim_start_matches('\n');
    let own = (first.len() - first.trim_start_matches(' ').len()).min(blank);
    let start = span.start + header + if blank == body.len() { 0 } else { blank - own };
    Span::new(start, start.max(span.start + header + body.trim_end().len()))
}

/// Turns the parser's character positions into byte offsets.
struct Offsets<'t> {
    /// Byte offset of every 64th character; empty where all characters are one byte.
    marks: Vec<usize>,
    text: &'t str,
}

const STEP: usize = 64;

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        if text.is_ascii() {
            return Self { marks: Vec::new(), text };
        }
        let marks = text.char_indices().step_by(STEP).map(|(at, _)| at).collect();
        Self { marks, text }
    }

    fn byte(&self, index: usize) -> usize {
        if self.marks.is_empty() {
            return index;
        }
        let Some(&mark) = self.marks.get(index / STEP) else { return self.text.len() };
        let rest = self.text[mark..].char_indices().nth(index % STEP);
        rest.map_or(self.text.len(), |(at, _)| mark + at)
    }
}
