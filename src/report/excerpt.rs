//! The masked source lines that a diagnostic shows, with their true line numbers.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::masked::Masked;
use super::printable::is_hidden;
use crate::model::{LineIndex, Span};

/// Bytes of a line beyond which only what stands round the secret's first byte is shown.
const LONG_LINE: usize = 240;
/// Bytes shown before the secret's first byte in a long line; twice as many are shown behind it.
const REACH: usize = 60;
/// Lines between a label and the secret before the label is told in words instead.
const NEAR: usize = 30;
/// Columns between the place that a label points at and its words.
const POINTER: usize = 4;

/// A stretch of a file, masked.
pub struct Excerpt {
    name: String,
    text: String,
    /// Offset of the stretch in the file.
    start: usize,
    /// Lines before it.
    line: usize,
    /// Characters before it on its line.
    column: usize,
    /// Bytes of a line that are shown.
    room: usize,
    /// Where in it labels point, and where their words end.
    labels: Vec<(usize, usize)>,
}

impl Excerpt {
    /// The lines of a file round `span`, and of `labels` those that stand near it.
    pub fn new(name: String, file: &mut Masked<'_>, index: &LineIndex, span: Span, labels: &[Span]) -> Self {
        let bytes = file.bytes();
        let (line, _) = index.position(bytes, span.start);
        let near = |label: &&Span| index.position(bytes, label.start).0.abs_diff(line) <= NEAR;
        let lines = labels.iter().filter(near).map(|label| index.position(bytes, label.start).0).chain([line]);
        let (first, last) = lines.fold((line, line), |(first, last), at| (first.min(at), last.max(at)));
        let whole = Span::new(index.line(bytes, first).start, index.line(bytes, last).end);
        let is_long = (first..=last).any(|line| index.line(bytes, line).len() > LONG_LINE);
        let is_clipped = is_long || whole.len() > 16 << 10;
        let stretch = if is_clipped { clipped(bytes, span, index.line(bytes, line)) } else { whole };
        let text = printed(&file.part(stretch));
        let (line, column) = index.position(bytes, stretch.start);
        Self {
            name,
            text,
            start: stretch.start,
            line: line - 1,
            column: column - 1,
            room: usize::MAX,
            labels: Vec::new(),
        }
    }

    /// The same excerpt, of whose lines no more is shown than fits: what the labels point at, what stands round it, and
    /// the labels' words.
    pub fn within(self, room: usize, labels: &[LabeledSpan]) -> Self {
        let words = |label: &LabeledSpan| label.label().map_or(0, |words| words.chars().count());
        let place = |label: &LabeledSpan| {
            let middle = label.offset() + label.len() / 2;
            (middle, middle + POINTER + words(label))
        };
        Self { room, labels: labels.iter().map(place).collect(), ..self }
    }

    /// The part of a line from `start` to `end` that is shown of it, where `shown` has to be.
    fn fitted(&self, (start, end): (usize, usize), shown: (usize, usize)) -> (usize, usize) {
        let is_long = |from: usize, to: usize| to - from > self.room;
        let spare = self.room.saturating_sub(shown.1 - shown.0);
        let start = if is_long(start, shown.1) { start.max(shown.0.saturating_sub(spare / 2)) } else { start };
        let words = self.labels.iter().filter(|label| (shown.0..shown.1).contains(&label.0)).map(|label| label.1).max();
        let start = words.map_or(start, |end| start.max(end.saturating_sub(self.room).min(shown.0)));
        let end = if is_long(start, end) { end.min(shown.1.max(start.saturating_add(self.room))) } else { end };
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        (
            (start..=shown.0).find(is_boundary).unwrap_or(shown.0),
            (shown.1..=end).rev().find(is_boundary).unwrap_or(shown.1),
        )
    }

    /// The part of `span` that the excerpt shows, counted from the excerpt's start; its first line alone.
    pub fn local(&self, span: Span) -> Option<SourceSpan> {
        let start = span.start.checked_sub(self.start).filter(|start| *start < self.text.len())?;
        let end = span.end.saturating_sub(self.start).min(self.text.len());
        let line = memchr::memchr2(b'\n', b'\r', &self.text.as_bytes()[start..end]).map_or(end, |found| start + found);
        Some((start, line.max(start + 1).min(self.text.len()) - start).into())
    }
}

/// The bytes round the start of `span` on its line, cut at char boundaries.
fn clipped(bytes: &[u8], span: Span, line: Span) -> Span {
    let is_boundary = |at: usize| bytes.get(at).is_none_or(|byte| byte & 0xC0 != 0x80);
    let mut start = span.start.saturating_sub(REACH).max(line.start);
    while !is_boundary(start) {
        start += 1;
    }
    let mut end = (span.start + 2 * REACH).min(line.end);
    while end > start && !is_boundary(end) {
        end -= 1;
    }
    Span::new(start, end)
}

/// A stretch as text of the same length, in which `?` stands for what is no text or steers a terminal.
fn printed(part: &[u8]) -> String {
    let mut text = String::with_capacity(part.len());
    for chunk in part.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' | '\t' => text.push(c),
                '\r' => text.push(' '),
                c if is_hidden(c) => text.extend(std::iter::repeat_n('?', c.len_utf8())),
                c => text.push(c),
            }
        }
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    // What a CI system takes for a command in its log, wherever it stands.
    if text.contains("##") { text.replace("##[", "#?[").replace("##vso[", "#?vso[") } else { text }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        // Whole lines: what stands beside a secret tells what it is for.
        let shown = (span.offset().min(self.text.len()), (span.offset() + span.len()).min(self.text.len()));
        let start = self.text[..shown.0].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[shown.1..].find('\n').map_or(self.text.len(), |at| shown.1 + at);
        // The column is that of what was asked for: miette names it beside the path.
        let before = self.text[start..shown.0].chars().count();
        let is_one_line = !self.text[shown.0..shown.1].contains('\n');
        let (start, end) = if is_one_line { self.fitted((start, end), shown) } else { (start, end) };
        let inner = self.text.read_span(&(start, end - start).into(), lines_before, lines_after)?;
        let column = if inner.line() == 0 { before + self.column } else { before };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            inner.data(),
            *inner.span(),
            inner.line() + self.line,
            column,
            inner.line_count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cut_line_holds_what_is_pointed_at(before in "[aé𝄞 ]{0,90}", secret in "[xy]{1,30}", behind in "[aé]{0,90}", room in 0usize..80) {
            let text = format!("first\n{before}{secret}{behind}\nlast");
            let span = Span::new(6 + before.len(), 6 + before.len() + secret.len());
            let index = LineIndex::new(text.as_bytes());
            let mut file = Masked::new(text.as_bytes(), &[], Vec::new());
            let excerpt = Excerpt::new("a".to_owned(), &mut file, &index, span, &[]);
            let at = excerpt.local(span).ok_or_else(|| TestCaseError::fail("it is shown"))?;
            let label = LabeledSpan::new_primary_with_span(Some("a password".to_owned()), at);
            let excerpt = excerpt.within(room, &[label]);
            let shown = excerpt.read_span(&at, 0, 0).map_err(|error| TestCaseError::fail(error.to_string()))?;
            let line = String::from_utf8(shown.data().to_vec()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(line.contains(&secret) && line.trim_end().len() <= room.max(secret.len()), "{line}");
            prop_assert_eq!((shown.line(), shown.column()), (1, before.chars().count()));
        }
    }
}
