//! Decoders that remember where each decoded byte stood: base64, hex, percent-encoding, string escapes, block scalars.
//!
//! Each takes a text and gives the decoded text with the [`SpanMap`] that leads back.

use crate::model::{NodeId, SpanMap, Tree};

/// The map from a scalar's decoded value to the text of its document.
pub fn scalar_map(tree: &Tree<'_>, node: NodeId) -> SpanMap {
    let value = tree.str(node).unwrap_or_default();
    SpanMap::whole(value.len(), tree.span(node))
}
