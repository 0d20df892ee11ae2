//! The token rules on one version of a text after another: what they made of a stretch that was kept is taken over.
//!
//! Taken over is only what can't come out otherwise: all bytes that decide about it are in the kept stretch.

use super::near::{Ends, Runs};
use super::{BEFORE, Window, accept, encoded, join, search, windows_of};
use crate::check::Context;
use crate::check::prefilter::TokenHit;
use crate::model::{Document, Kept, kept_at, kept_near, seek};

/// What the rules made of a version.
#[derive(Debug, Default)]
pub struct Past {
    /// The text's length in bytes.
    length: usize,
    /// Where which keyword makes which rule worth running, in order.
    worth: Vec<(TokenHit, Window)>,
    /// Where a rule reported nothing, in order.
    silent: Vec<Window>,
    /// Whether a stretch was worth decoding.
    has_encoded: bool,
}

/// An earlier version, and what this one kept of it.
#[derive(Clone, Copy)]
pub struct Before<'e> {
    /// What the rules made of it.
    pub past: &'e Past,
    /// What was kept, in order.
    pub kept: &'e [Kept],
}

impl Past {
    /// Of a text of `length` bytes in which neither a keyword nor an encoded stretch stands.
    pub fn of_silence(length: usize) -> Self {
        Self { length, ..Self::default() }
    }

    /// The text's length in bytes.
    pub fn length(&self) -> usize {
        self.length
    }
}

/// Reports what [`super::scan`] and [`encoded::scan`] report, and gives what the next version may take over.
pub fn scan(doc: &Document<'_>, hits: &[TokenHit], before: Option<Before<'_>>, cx: &mut Context<'_>) -> Past {
    let bytes = doc.text.as_bytes();
    let mut past = Past { worth: worth(bytes, hits, before), ..Past::of_silence(bytes.len()) };
    let mut ends = Ends::default();
    for window in join(past.worth.iter().map(|(_, window)| *window).collect()) {
        let reported = cx.findings.len();
        if before.is_none_or(|before| !before.was_silent(bytes, window, &mut ends)) {
            search(doc, window, cx);
        }
        if cx.findings.len() == reported {
            past.silent.push(window);
        }
    }
    past.has_encoded = before.is_none_or(|before| before.may_have_encoded(bytes)) && encoded::scan(doc, cx);
    past
}

fn worth(bytes: &[u8], hits: &[TokenHit], before: Option<Before<'_>>) -> Vec<(TokenHit, Window)> {
    let mut worth = Vec::with_capacity(before.map_or(0, |before| before.past.worth.len()));
    let (mut runs, mut next, mut place) = (Runs::new(bytes), 0, 0);
    // For each width of windows: their ends come in the order of the hits.
    let mut ends: Vec<(usize, Ends)> = Vec::new();
    for hit in hits {
        let mut stretch = |before: Before<'_>| {
            let stretch = kept_near(before.kept, hit.start, &mut place)?;
            let at = ends.iter().position(|(width, _)| *width == hit.window()).unwrap_or_else(|| {
                ends.push((hit.window(), Ends::default()));
                ends.len() - 1
            });
            let end = ends[at].1.of(bytes, hit.end() + hit.window());
            before.decides(bytes, stretch, hit.start, BEFORE, end)
        };
        match before.and_then(|before| Some((before, stretch(before)?))) {
            Some((before, stretch)) => {
                let then = hit.at(stretch.back(hit.start));
                let all = &before.past.worth;
                next = seek(all, next, |(hit, _)| *hit < then);
                let known = all[next..].iter().take_while(|(hit, _)| *hit == then);
                next += known.clone().count();
                worth.extend(known.map(|(_, window)| {
                    (*hit, Window { start: stretch.forth(window.start), end: stretch.forth(window.end), ..*window })
                }));
            }
            None => windows_of(&mut runs, *hit, &mut |window| worth.push((*hit, window))),
        }
    }
    worth
}

impl Before<'_> {
    /// Whether the rule ran on the same bytes and reported nothing.
    fn was_silent(self, bytes: &[u8], window: Window, ends: &mut Ends) -> bool {
        let stretch = kept_at(self.kept, window.start);
        let mut end = || ends.of(bytes, window.end);
        let stretch = stretch.and_then(|at| self.decides(bytes, at, window.start, accept::CONTEXT, end()));
        stretch.is_some_and(|stretch| {
            let then = Window { start: stretch.back(window.start), end: stretch.back(window.end), ..window };
            self.past.silent.binary_search(&then).is_ok()
        })
    }

    /// The kept stretch, in which `start` stands, if it holds as many bytes before that, and all up to the run's `end` with
    /// the byte behind it.
    fn decides(self, bytes: &[u8], stretch: Kept, start: usize, before: usize, end: usize) -> Option<Kept> {
        stretch.decides(start, before, end + 1, (bytes.len(), self.past.length)).then_some(stretch)
    }

    /// Whether a stretch that is worth decoding may stand in the text: one in the earlier version, or one at what is new.
    fn may_have_encoded(self, bytes: &[u8]) -> bool {
        let (mut from, mut known) = (0, None);
        self.past.has_encoded
            || self.kept.iter().any(|stretch| {
                let gap = from..stretch.at;
                from = stretch.end();
                encoded::is_near(bytes, gap, &mut known)
            })
            || encoded::is_near(bytes, from..bytes.len(), &mut known)
    }
}
