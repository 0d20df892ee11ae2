//! A word of shell text: its value without quotes, and where each byte of that value stands.

use std::borrow::Cow;
use std::ops::Range;

use crate::model::Span;

/// A word. Offsets into its value are led to the text that holds it by [`Word::span_of`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// The value: quotes and escapes removed, expansions as written.
    pub value: Cow<'a, str>,
    /// All bytes of the word, quotes included.
    pub span: Span,
    /// Stretches of `value` that are expansions (`$VAR`, `${VAR}`, `$(…)`, backquotes), in order.
    pub dynamic: Vec<Range<usize>>,
    /// Where stretches of the value start: (offset in the value, offset in the text). Never empty.
    pieces: Vec<(usize, usize)>,
}

impl<'a> Word<'a> {
    /// A word that stands unquoted in the text from `start` on.
    pub fn literal(value: &'a str, start: usize) -> Self {
        Self {
            value: Cow::Borrowed(value),
            span: Span::new(start, start + value.len()),
            dynamic: Vec::new(),
            pieces: vec![(0, start)],
        }
    }

    /// The bytes of the text that hold the stretch `range` of the value.
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let start = self.outer(range.start);
        let end = if range.is_empty() { start } else { self.outer(range.end - 1) + 1 };
        Span::new(start, end.max(start))
    }

    /// Whether an expansion takes part in the stretch `range` of the value.
    pub fn is_dynamic(&self, range: Range<usize>) -> bool {
        self.dynamic.iter().any(|d| d.start < range.end && range.start < d.end)
    }

    fn outer(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|&(inner, _)| inner <= at);
        let (inner, outer) = self.pieces[next.saturating_sub(1)];
        outer + (at - inner.min(at))
    }
}

/// Puts a word together from the stretches of a text.
#[derive(Debug)]
pub struct WordBuilder<'a> {
    text: &'a str,
    start: usize,
    /// The value so far; empty while `run` alone is the value.
    value: String,
    /// A stretch of the text that is the value's whole start, not yet copied.
    run: Span,
    dynamic: Vec<Range<usize>>,
    pieces: Vec<(usize, usize)>,
}

impl<'a> WordBuilder<'a> {
    /// A builder for the word that starts at byte `start` of `text`.
    pub fn new(text: &'a str, start: usize) -> Self {
        let run = Span::new(start, start);
        Self { text, start, value: String::new(), run, dynamic: Vec::new(), pieces: Vec::new() }
    }

    /// Appends the bytes of `span`, which stand for themselves.
    pub fn push(&mut self, span: Span) {
        if span.is_empty() {
            return;
        }
        if self.pieces.is_empty() {
            self.pieces.push((0, span.start));
            self.run = span;
            return;
        }
        if self.value.is_empty() && self.run.end == span.start {
            self.run.end = span.end;
            return;
        }
        if self.value.is_empty() {
            self.value.push_str(self.run.of(self.text));
        }
        self.pieces.push((self.value.len(), span.start));
        self.value.push_str(span.of(self.text));
    }

    /// Appends the bytes of `span`, an expansion that stays as written.
    pub fn push_dynamic(&mut self, span: Span) {
        let from = self.len();
        self.push(span);
        self.dynamic.push(from..self.len());
    }

    /// Length of the value so far, in bytes.
    fn len(&self) -> usize {
        if self.value.is_empty() { self.run.len() } else { self.value.len() }
    }

    /// The word, which ends before byte `end` of the text.
    pub fn finish(mut self, end: usize) -> Word<'a> {
        if self.pieces.is_empty() {
            // The empty word `''`: its place is between the quotes.
            self.pieces.push((0, (self.start + 1).min(end)));
        }
        let value = if self.value.is_empty() { Cow::Borrowed(self.run.of(self.text)) } else { Cow::Owned(self.value) };
        Word { value, span: Span::new(self.start, end), dynamic: self.dynamic, pieces: self.pieces }
    }
}
