//! The masked source lines that a diagnostic shows, with their true line numbers.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::printable::is_hidden;
use crate::model::{LineIndex, Redactor, Span, mask};

/// Bytes of a line beyond which only what stands round the secret's first byte is shown.
const LONG_LINE: usize = 240;
/// Bytes shown before the secret's first byte in a long line; twice as many are shown behind it.
const REACH: usize = 60;
/// Lines between a label and the secret before the label is told in words instead.
const NEAR: usize = 30;

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
}

impl Excerpt {
    /// The lines round `span`, and of `labels` those that stand near it; each secret of `spans` is masked.
    pub fn new(
        (name, bytes): (String, &[u8]),
        index: &LineIndex,
        span: Span,
        labels: &[Span],
        spans: &[Span],
        redactor: Option<&Redactor>,
    ) -> Self {
        let (line, _) = index.position(bytes, span.start);
        let near = |label: &&Span| index.position(bytes, label.start).0.abs_diff(line) <= NEAR;
        let lines = labels.iter().filter(near).map(|label| index.position(bytes, label.start).0).chain([line]);
        let (first, last) = lines.fold((line, line), |(first, last), at| (first.min(at), last.max(at)));
        let whole = Span::new(index.line(bytes, first).start, index.line(bytes, last).end);
        let is_long = (first..=last).any(|line| index.line(bytes, line).len() > LONG_LINE);
        let stretch =
            if is_long || whole.len() > 16 << 10 { clipped(bytes, span, index.line(bytes, line)) } else { whole };
        let (line, column) = index.position(bytes, stretch.start);
        let text = masked(bytes, stretch, spans, redactor);
        Self { name, text, start: stretch.start, line: line - 1, column: column - 1 }
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

/// The stretch as text of the same length: secrets as asterisks, what is no text or steers a terminal as `?`.
fn masked(bytes: &[u8], stretch: Span, spans: &[Span], redactor: Option<&Redactor>) -> String {
    let mut part = bytes[stretch.start..stretch.end].to_vec();
    let first = spans.partition_point(|span| span.end <= stretch.start);
    for span in spans[first..].iter().take_while(|span| span.start < stretch.end) {
        let from = span.start.saturating_sub(stretch.start);
        mask(&mut part, Span::new(from, span.end - stretch.start));
    }
    if let Some(redactor) = redactor {
        redactor.mask(&mut part);
    }
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
        let (start, end) = (span.offset().min(self.text.len()), (span.offset() + span.len()).min(self.text.len()));
        let start = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        let end = self.text[end..].find('\n').map_or(self.text.len(), |at| end + at);
        let inner = self.text.read_span(&(start, end - start).into(), lines_before, lines_after)?;
        // The column is that of what was asked for: miette names it beside the path.
        let offset = span.offset().min(self.text.len());
        let before = self.text[start..offset].chars().count();
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
