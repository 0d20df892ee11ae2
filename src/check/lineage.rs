//! What the scan of one version of a file leaves for the next, which keeps most of it.

use std::cell::RefCell;
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
    /// Where nothing was found.
    silent: Silent,
}

/// Where nothing was found in a version.
#[derive(Debug, Default)]
struct Silent {
    /// The documents of a YAML stream in which nothing was found, in order.
    documents: Vec<Span>,
    /// Values with their keys, in order, in which nothing was found as texts that are nested in a document.
    nested: Vec<Span>,
    /// Where findings start, in order, if all of it is a plain text.
    in_text: Option<Vec<usize>>,
}

/// What is known to be silent in a version, as the one before it was, and what is found to be.
pub struct Silence<'e> {
    before: Option<(&'e Learnt, &'e [Kept])>,
    now: RefCell<Silent>,
}

impl<'e> Silence<'e> {
    /// Whether the document at `span` was kept whole, and nothing was found in it under the same path. If so, it is noted.
    pub fn is_document(&self, span: Span) -> bool {
        let is_known = self.was(span, |silent| &silent.documents);
        self.now.borrow_mut().documents.extend(is_known.then_some(span));
        is_known
    }

    /// Notes a document in which nothing was found.
    pub fn note_document(&self, span: Span) {
        self.now.borrow_mut().documents.push(span);
    }

    /// Whether the value at `span`, with its key, was kept whole, and nothing was found in the text nested in it.
    /// If so, it is noted.
    pub fn is_nested(&self, span: Span) -> bool {
        let is_known = self.was(span, |silent| &silent.nested);
        self.now.borrow_mut().nested.extend(is_known.then_some(span));
        is_known
    }

    /// Notes those of some values, looked into as nested texts, in which none of the findings stands that were made so.
    pub fn note_nested(&self, values: Vec<Span>, findings: impl Iterator<Item = Span>) {
        let mut starts: Vec<usize> = findings.map(|span| span.start).collect();
        starts.sort_unstable();
        let is_silent = |value: &Span| {
            let first = starts.partition_point(|start| *start < value.start);
            starts.get(first).is_none_or(|start| *start >= value.end)
        };
        self.now.borrow_mut().nested.extend(values.into_iter().filter(is_silent));
    }

    fn was(&self, span: Span, which: impl Fn(&Silent) -> &[Span]) -> bool {
        self.before.is_some_and(|(earlier, kept)| {
            kept_at(kept, span.start).filter(|stretch| span.end <= stretch.end()).is_some_and(|stretch| {
                let then = Span::new(stretch.back(span.start), stretch.back(span.end));
                which(&earlier.silent).binary_search(&then).is_ok()
            })
        })
    }

    /// Notes where what was found starts, if all of the version is a plain text.
    pub fn note_text(&self, mut found: Vec<usize>) {
        found.sort_unstable();
        self.now.borrow_mut().in_text = Some(found);
    }
}

/// A version that is scanned, and the one before.
#[derive(Debug, Default)]
pub struct Lineage<'e> {
    /// What was learnt of an earlier version, and what this one kept of it, in order.
    pub before: Option<(&'e Learnt, &'e [Kept])>,
    /// What is learnt of this one. Nothing, if it was not read as it stands: other bytes have other offsets.
    pub learnt: Option<Learnt>,
}

impl<'e> Lineage<'e> {
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
        self.learnt = Some(Learnt { hits, past, path: String::new(), silent: Silent::default() });
    }

    /// What is known of the silence of this version, under the same path.
    pub fn silence(&self, path: &str) -> Silence<'e> {
        Silence { before: self.before.filter(|(earlier, _)| earlier.path == path), now: RefCell::default() }
    }

    /// Of the keywords in this version, which is `length` bytes long, those that a search in a plain text has to look at:
    /// where all that decides was kept, it finds nothing where nothing was found.
    pub fn hits_of_text(&self, path: &str, length: usize, hits: &Hits) -> Option<Hits> {
        let (earlier, kept) = self.before.filter(|(earlier, _)| earlier.path == path)?;
        let found = earlier.silent.in_text.as_ref()?;
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

    /// Notes what was found to be silent.
    pub fn learn_documents(&mut self, path: &str, silence: Silence<'_>) {
        let Some(learnt) = &mut self.learnt else { return };
        let mut silent = silence.now.into_inner();
        silent.documents.sort_unstable();
        silent.nested.sort_unstable();
        silent.in_text = silent.in_text.filter(|_| text::is_local(path));
        (learnt.path, learnt.silent) = (path.to_owned(), silent);
    }

    /// Forgets where nothing was found, as that depends on more than the text.
    pub fn forget_documents(&mut self) {
        if let Some(learnt) = &mut self.learnt {
            (learnt.path, learnt.silent) = (String::new(), Silent::default());
        }
    }

    /// Notes that no token rule has anything to look at in this one, which is `length` bytes long.
    pub fn learn_silence(&mut self, hits: Hits, length: usize) {
        self.learn(Arc::new(hits), Past::of_silence(length));
    }
}
