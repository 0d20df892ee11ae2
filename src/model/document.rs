//! A document: the meaning of a text, with spans, and where that text stands.

use std::sync::Arc;

use super::{Dockerfile, NodeId, Role, Span, SpanMap, Tree, behind_last};

/// A text and what a parser made of it. Spans in `body` count in `text`; `map` leads them to the file.
#[derive(Debug)]
pub struct Document<'a> {
    /// The text: a whole file, one document of a YAML stream, or a nested value after decoding.
    pub text: &'a str,
    /// From offsets in `text` to bytes of the outermost file.
    pub map: Arc<SpanMap>,
    /// Where the text stands: file path, and the structure around a nested text.
    pub place: Place,
    /// What it is for.
    pub role: Role,
    /// What the parser made of it.
    pub body: Body<'a>,
    /// Stretches of `text` that are templates (`{{ … }}`), sorted; the parser saw neutral text there.
    pub templates: Vec<Span>,
}

impl<'a> Document<'a> {
    /// Whether a template stands inside `span`.
    pub fn is_templated(&self, span: Span) -> bool {
        let first = self.templates.partition_point(|t| t.end <= span.start);
        self.templates.get(first).is_some_and(|t| t.start < span.end)
    }

    /// The tree, if the text is YAML or JSON.
    pub fn tree(&self) -> Option<&Tree<'a>> {
        match &self.body {
            Body::Tree(tree) => Some(tree),
            _ => None,
        }
    }
}

/// Where a document's text stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Path of the file, `/`-separated, for recognition by name.
    pub path: String,
    /// The name that a nested text goes by where it is embedded (the ConfigMap's or Secret's key: `application.yml`,
    /// `.npmrc`); empty for a file.
    pub name: String,
    /// Structural path of the enclosing value (`ConfigMap/app data["application.yml"]`); empty for a file.
    pub structure: String,
    /// How many texts lie around this one; 0 for a file.
    pub depth: u8,
}

impl Place {
    /// The last component of the name that the text goes by: the nested name if it has one, the file's otherwise.
    pub fn file_name(&self) -> &str {
        let name = if self.name.is_empty() { &self.path } else { &self.name };
        behind_last(name, b'/')
    }
}

/// What a parser made of a text.
#[derive(Debug)]
pub enum Body<'a> {
    /// YAML or JSON.
    Tree(Tree<'a>),
    /// A Dockerfile.
    Dockerfile(Dockerfile<'a>),
    /// Flat names and values: dotenv, properties, INI, TOML, shell assignments, YAML that does not parse.
    Entries(Vec<Entry>),
    /// Anything else.
    Text,
}

/// A name and its value on a line of a flat format. Spans count in the document's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The section it stands in (`[database]`), or empty.
    pub section: String,
    /// The name's bytes.
    pub name: Span,
    /// The value's bytes, without quotes.
    pub value: Span,
    /// Whether the value is quoted.
    pub quoted: bool,
}

/// A step from a document's root to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Under a key.
    Key(NodeId),
    /// The item of a sequence, counted from 0.
    Item(u32),
}
