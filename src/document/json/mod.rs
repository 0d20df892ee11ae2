//! JSON into the span tree, without recursion and in one pass. Comments and trailing commas are let pass, as in the
//! configuration files of editors; several values one after another (NDJSON) are several documents. A value of very many
//! nodes is given [in windows](windows).

mod windows;

use crate::encoding::unescape;
use crate::model::{Kind, NodeId, Span, Style, Tree};

/// Levels of nesting after which a document is given up.
pub const MAX_DEPTH: usize = 200;

/// Why a text has no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is no JSON at this byte.
    Syntax(usize),
    /// It nests deeper than [`MAX_DEPTH`].
    Deep,
}

/// Parses the value that `text` starts with, gives its tree to `sink`, and gives the offset behind it and the white space
/// after it. The tree's text ends there. A value of more than `most` nodes is given as several trees, in order: each has
/// some of its nodes, and around them the collections that they stand in, with their small entries.
///
/// # Errors
/// The text is no JSON there, or nests too deep; `sink` has got nothing then.
pub fn parse<'a>(text: &'a str, most: usize, sink: &mut dyn FnMut(Tree<'a>)) -> Result<usize, Broken> {
    let mut parser = Parser::new(text);
    let mut is_large = false;
    parser.value()?;
    while !parser.open.is_empty() {
        parser.step()?;
        if parser.tree.len() > most {
            is_large = true;
            break;
        }
    }
    if is_large {
        drop(parser);
        return windows::give(text, most.min(windows::NODES), sink);
    }
    parser.space();
    parser.tree.cut(parser.at);
    sink(parser.tree);
    Ok(parser.at)
}

struct Open {
    id: NodeId,
    /// Its last child in the tree.
    last: Option<NodeId>,
    /// Whether nothing of it has been read.
    first: bool,
    /// Whether it is an object.
    mapping: bool,
    /// Whether its small entries are to be known to all windows.
    large: bool,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    tree: Tree<'a>,
    open: Vec<Open>,
    small: windows::SmallEntries,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0, tree: Tree::new(text), open: Vec::new(), small: windows::SmallEntries::default() }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn broken<T>(&self) -> Result<T, Broken> {
        Err(Broken::Syntax(self.at))
    }

    /// Skips white space and comments.
    fn space(&mut self) {
        // Mostly there is none.
        if self.peek().is_some_and(|byte| byte > b' ' && byte != b'/') {
            return;
        }
        let bytes = self.text.as_bytes();
        loop {
            while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                self.at += 1;
            }
            let rest = &bytes[self.at..];
            if rest.starts_with(b"//") {
                self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// The next item of the innermost open collection, or its end.
    fn step(&mut self) -> Result<(), Broken> {
        self.space();
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let (mapping, first) = (open.mapping, std::mem::take(&mut open.first));
        let close = if mapping { b'}' } else { b']' };
        if !first {
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(byte) if byte == close => return self.close(),
                _ => return self.broken(),
            }
            self.space();
        }
        if self.peek() == Some(close) {
            return self.close();
        }
        if mapping { self.entry() } else { self.value() }
    }

    /// A key and its value, or the value's beginning.
    fn entry(&mut self) -> Result<(), Broken> {
        if self.peek() != Some(b'"') {
            return self.broken();
        }
        self.string()?;
        self.space();
        if self.peek() != Some(b':') {
            return self.broken();
        }
        self.at += 1;
        self.value()
    }

    fn close(&mut self) -> Result<(), Broken> {
        self.at += 1;
        if let Some(open) = self.open.pop() {
            self.tree.set_end(open.id, self.at);
            if open.large {
                self.small.add(&self.tree, open.id);
            }
        }
        Ok(())
    }

    fn value(&mut self) -> Result<(), Broken> {
        self.space();
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'{') => self.start(Kind::Mapping),
            Some(b'[') => self.start(Kind::Sequence),
            Some(b'-' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z') => {
                let start = self.at;
                while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z')) {
                    self.at += 1;
                }
                self.add(Kind::Scalar, Style::Plain, Span::new(start, self.at));
                Ok(())
            }
            _ => self.broken(),
        }
    }

    fn start(&mut self, kind: Kind) -> Result<(), Broken> {
        if self.open.len() >= MAX_DEPTH {
            return Err(Broken::Deep);
        }
        let id = self.add(kind, Style::Plain, Span::new(self.at, self.at));
        self.at += 1;
        self.open.push(Open { id, last: None, first: true, mapping: kind == Kind::Mapping, large: false });
        Ok(())
    }

    fn string(&mut self) -> Result<(), Broken> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = start;
        let mut escaped = false;
        loop {
            let rest = bytes.get(at..).unwrap_or_default();
            let ends = |byte: &u8| matches!(byte, b'"' | b'\\');
            // Most strings are too short for a search by blocks to pay.
            let found = rest.iter().take(16).position(ends).or_else(|| memchr::memchr2(b'"', b'\\', rest));
            let Some(found) = found else { return self.broken() };
            if rest[found] == b'"' {
                at += found;
                break;
            }
            escaped = true;
            at += found + 2;
        }
        let id = self.add(Kind::Scalar, Style::DoubleQuoted, Span::new(start, at));
        if escaped {
            let value = unescape(&self.text[start..at], start).text;
            self.tree.set_value(id, value.into_boxed_str());
        }
        self.at = at + 1;
        Ok(())
    }

    fn add(&mut self, kind: Kind, style: Style, span: Span) -> NodeId {
        let id = self.tree.push(kind, style, span);
        if let Some(open) = self.open.last_mut() {
            match open.last.replace(id) {
                None => self.tree.set_first_child(open.id, id),
                Some(last) => self.tree.set_next(last, id),
            }
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn whole(text: &str) -> Result<(Tree<'_>, usize), Broken> {
        let mut tree = Tree::new(text);
        let len = parse(text, usize::MAX, &mut |parsed| tree = parsed)?;
        Ok((tree, len))
    }

    #[test]
    fn strings_know_their_bytes() {
        let text = r#" {"a": [1, true, {"pass\u0077ord": "x\"y"}], /* c */ "b": "é",} "#;
        let (tree, end) = whole(text).expect("it is JSON");
        assert_eq!(end, text.len());
        let root = tree.root().expect("a root");
        let item = tree.items(tree.get(root, "a").expect("a")).last().expect("items");
        let secret = tree.get(item, "password").expect("an escaped key");
        assert_eq!((tree.str(secret), tree.span(secret).of(text)), (Some("x\"y"), r#"x\"y"#));
        assert_eq!(tree.str_at(root, &["b"]), Some("é"));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["{a: 1}", "{\"a\" 1}", "[1 2]", "\"open", "{\"a\": \"\\", ""] {
            assert!(matches!(whole(text), Err(Broken::Syntax(_))), "{text}");
        }
        assert_eq!(whole(&"[".repeat(10_000)).err(), Some(Broken::Deep));
    }

    proptest! {
        #[test]
        fn any_text_is_parsed_or_refused(text in "([a1é{}\\[\\],: /*\n]|\\\\u00|\\\\|\"){0,60}") {
            if let Ok((tree, end)) = whole(&text) {
                prop_assert!(end <= text.len());
                for at in 0..tree.len() {
                    let span = tree.span(NodeId(at as u32));
                    prop_assert!(span.end <= text.len() && text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
                }
            }
        }
    }
}
