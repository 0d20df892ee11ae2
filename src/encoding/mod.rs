//! Decoders that remember where each decoded byte stood: base64, hex, percent-encoding, string escapes, YAML scalars.
//!
//! Each takes a text and gives the decoded text with the [`SpanMap`](crate::model::SpanMap) that leads back.

mod binary;
mod escape;
pub mod scalar;
#[cfg(test)]
mod tests;

pub use binary::{base64, gunzip, hex};
pub use escape::{percent, unescape, without_continuations};
pub use scalar::scalar_map;

use crate::model::{Span, SpanMap};

/// A decoded text that grows together with its map.
#[derive(Default)]
pub struct Decoded {
    /// The text so far.
    pub text: String,
    /// From the text to what it was decoded from.
    pub map: SpanMap,
}

impl Decoded {
    /// Appends `text`, which stands for the bytes `outer`.
    pub fn push(&mut self, text: &str, outer: Span) {
        if !text.is_empty() {
            self.text.push_str(text);
            self.map.push(text.len(), outer);
        }
    }
}
