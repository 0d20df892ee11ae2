//! What the scan of one version of a file leaves for the next, which keeps most of it.

use std::sync::Arc;

use super::prefilter::Hits;
use super::token::again::{Before, Past};
use crate::model::Kept;

/// What was learnt of one version: offsets and keywords, no text.
#[derive(Debug)]
pub struct Learnt {
    hits: Arc<Hits>,
    past: Past,
}

/// A version that is scanned, and the one before.
#[derive(Debug, Default)]
pub struct Lineage<'e> {
    /// What was learnt of an earlier version, and what this one kept of it, in order.
    pub before: Option<(&'e Learnt, &'e [Kept])>,
    /// What is learnt of this one. Nothing, if it was not read as it stands: other bytes have other offsets.
    pub learnt: Option<Learnt>,
}

impl Lineage<'_> {
    /// The keywords in this version's bytes.
    pub fn hits(&self, bytes: &[u8]) -> Hits {
        match self.before {
            Some((earlier, kept)) => Hits::of_version(bytes, &earlier.hits, kept),
            None => Hits::of(bytes),
        }
    }

    /// What the token rules made of the earlier version.
    pub(super) fn tokens(&self) -> Option<Before<'_>> {
        self.before.map(|(earlier, kept)| Before { past: &earlier.past, kept })
    }

    /// Notes what the token rules made of this one.
    pub(super) fn learn(&mut self, hits: Arc<Hits>, past: Past) {
        self.learnt = Some(Learnt { hits, past });
    }

    /// Notes that no token rule has anything to look at in this one, which is `length` bytes long.
    pub fn learn_silence(&mut self, hits: Hits, length: usize) {
        self.learn(Arc::new(hits), Past::of_silence(length));
    }
}
