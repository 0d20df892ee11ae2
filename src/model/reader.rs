//! How a check has a text parsed that stands inside another one, without knowing the parsers.

use super::{Document, NodeId, Place, Span, SpanMap};

/// A text that stands inside a document: a block scalar holding YAML, a JSON string in an annotation.
pub struct Nested {
    /// The text, decoded.
    pub text: String,
    /// From the text to the enclosing document's text (not yet to the file).
    pub map: SpanMap,
    /// The name that it goes by (the key it stands under), or empty.
    pub name: String,
    /// The scalar that holds it.
    pub node: NodeId,
}

/// Turns texts into documents; the engine hands the document stage to the checks as one of these.
pub trait Reader {
    /// Parses `text` and gives each document to `sink` (a YAML stream has several).
    fn documents(&self, text: &str, map: SpanMap, place: Place, sink: &mut dyn FnMut(&Document<'_>));

    /// The nested texts of `doc` that are worth parsing, but for those of which the caller knows, by the span of the value
    /// with its key, that nothing is found in them.
    fn nested(&self, doc: &Document<'_>, is_known: &dyn Fn(Span) -> bool) -> Vec<Nested>;
}
