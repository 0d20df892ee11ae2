//! What the scan of one version of a file leaves for the next, which keeps most of it.

use std::sync::Arc;

use super::prefilter::Hits;
use super::text;
use super::token::again::{Before, Past};
use crate::model::{Kept, Span, kept_at};

/// What was learnt of one version: offsets and keywords, no text.
#[derive(Debug)]
pub struct Learnt {
    hits: Arc<Hits>,
    past: Past,
    /// The path it was scanned under, which says much about what a document is.
    path: String,
    /// The documents of a YAML stream in which nothing was found, in order.
    silent: Vec<Span>,
    /// Where findings start, in order, if all of it is a plain text.
    in_text: Option<Vec<usize>>,
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
        self.learnt = Some(Learnt { hits, past, path: String::new(), silent: Vec::new(), in_text: None });
    }

    /// Whether the document at `span` was kept whole, and nothing was found in it under the same path.
    pub fn was_silent(&self, path: &str, span: Span) -> bool {
        self.before.filter(|(earlier, _)| earlier.path == path).is_some_and(|(earlier, kept)| {
            kept_at(kept, span.start).filter(|stretch| span.end <= stretch.end()).is_some_and(|stretch| {
                let then = Span::new(stretch.back(span.start), stretch.back(span.end));
                earlier.silent.binary_search(&then).is_ok()
            })
        })
    }

    /// Of the keywords in this version, which is `length` bytes long, those that a search in a plain text has to look at:
    /// where all that decides was kept, it finds nothing where nothing was found.
    pub fn hits_of_text(&self, path: &str, length: usize, hits: &Hits) -> Option<Hits> {
        let (earlier, kept) = self.before.filter(|(earlier, _)| earlier.path == path)?;
        let found = earlier.in_text.as_ref()?;
        let (before, behind) = text::REACH;
        let is_as_it_was = |at: usize| {
            kept_at(kept, at).is_some_and(|stretch| {
                let then = stretch.back(at);
                let near = found.get(found.partition_point(|start| start + before < then));
                stretch.decides(at, before, at + behind, (length, earlier.past.length()))
                    && near.is_none_or(|start| *start > then + behind)
            })
        };
        Some(hits.around_new(is_as_it_was))
    }

    /// Notes the documents, in order, in which nothing was found, and where what was found in a plain text starts.
    pub fn learn_documents(&mut self, path: &str, silent: Vec<Span>, in_text: Option<Vec<usize>>) {
        if let Some(learnt) = &mut self.learnt {
            (learnt.path, learnt.silent) = (path.to_owned(), silent);
            learnt.in_text = in_text.filter(|_| text::is_local(path));
        }
    }

    /// Forgets the documents, as what was found in them depends on more than their text.
    pub fn forget_documents(&mut self) {
        self.learn_documents("", Vec::new(), None);
    }

    /// Notes that no token rule has anything to look at in this one, which is `length` bytes long.
    pub fn learn_silence(&mut self, hits: Hits, length: usize) {
        self.learn(Arc::new(hits), Past::of_silence(length));
    }
}
