//! The document stage as the checks get it, and what of it one version of a file spares the next.

use std::cell::{Cell, RefCell};

use crate::check::lineage::Silence;
use crate::document;
use crate::model::{Body, Document, Nested, Place, Problem, Reader, Span, SpanMap};

/// The document stage, as the checks get it.
#[derive(Default)]
pub(super) struct Documents {
    /// What could not be read as it was meant.
    pub problems: RefCell<Vec<Problem>>,
}

impl Documents {
    /// Gives to the checks, which say where what they found starts unless a problem came up, the documents of a text that
    /// stands in its file as it is, but for those of which it is known that nothing is found in them.
    pub fn unknown_documents(
        &self,
        text: &str,
        place: Place,
        silence: &Silence<'_>,
        check: &mut dyn FnMut(&Document<'_>) -> Option<Vec<usize>>,
    ) {
        let asked = Cell::new(None);
        let is_known = |span: Span| {
            asked.set(Some(span));
            silence.is_document(span)
        };
        let mut problems = Vec::new();
        document::read_unknown(text, SpanMap::at(0), place, &is_known, &mut problems, &mut |doc| {
            // What was not read as a tree is a problem, and that is to be said of the next version, too.
            let span = doc.map.to_file(Span::new(0, doc.text.len()));
            let Some(found) = check(doc) else { return };
            if matches!(doc.body, Body::Text) && span.len() == text.len() {
                silence.note_text(found);
            } else if found.is_empty() && asked.get() == Some(span) && doc.tree().is_some() {
                silence.note_document(span);
            }
        });
        self.problems.borrow_mut().append(&mut problems);
    }
}

impl Reader for Documents {
    fn documents(&self, text: &str, map: SpanMap, place: Place, sink: &mut dyn FnMut(&Document<'_>)) {
        let mut problems = Vec::new();
        document::read(text, map, place, &mut problems, sink);
        self.problems.borrow_mut().append(&mut problems);
    }

    fn nested(&self, doc: &Document<'_>, is_known: &dyn Fn(Span) -> bool) -> Vec<Nested> {
        document::nested(doc, is_known)
    }
}
