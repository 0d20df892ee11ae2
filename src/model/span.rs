//! Byte spans, the maps that lead a span of a nested text back to the file it came from, and line numbers.

use std::sync::Arc;

/// A half-open range of byte offsets.
///
/// In a [`crate::model::Finding`] the offsets count from the start of the file that the user can open; in a
/// [`crate::model::Document`] they count from the start of that document's own text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Length in bytes.
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether no byte lies in it.
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// Whether `other` lies wholly inside.
    pub const fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the two share a byte.
    pub const fn overlaps(self, other: Span) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same range, counted from an origin that lies `by` bytes earlier.
    pub const fn shift(self, by: usize) -> Span {
        Span::new(self.start + by, self.end + by)
    }

    /// The part of `text` that the span covers, or the empty string where it doesn't lie on its char boundaries.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// The first bytes of a text: at most `limit`, and no part of a character.
pub fn head(text: &str, limit: usize) -> &str {
    let mut end = text.len().min(limit);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// What stands behind the last `mark`, an ASCII character; all of the text if it has none.
pub fn behind_last(text: &str, mark: u8) -> &str {
    let start = memchr::memrchr(mark, text.as_bytes()).map_or(0, |at| at + 1);
    text.get(start..).unwrap_or(text)
}

/// How a stretch of a nested text corresponds to the text around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Where the stretch starts in the nested text.
    inner: usize,
    /// Where it starts in the outer text.
    outer: usize,
    /// Bytes it takes in the outer text.
    outer_len: usize,
    /// Bytes it takes in the nested text.
    inner_len: usize,
}

/// Leads spans of a nested text (a block scalar, a decoded base64 value, a document in a stream) back to the bytes
/// of the outermost file.
///
/// Stretches of equal length map byte for byte; stretches whose length changed (an escape, base64) map in
/// proportion, rounded outwards, so that the mapped span always covers what it stands for.
#[derive(Clone, Debug, Default)]
pub struct SpanMap {
    pieces: Vec<Piece>,
    parent: Option<Arc<SpanMap>>,
}

impl SpanMap {
    /// Maps a text that is the file itself, or stands in it unchanged from byte `offset` on.
    pub fn at(offset: usize) -> Self {
        let piece = Piece { inner: 0, outer: offset, outer_len: usize::MAX / 4, inner_len: usize::MAX / 4 };
        Self { pieces: vec![piece], parent: None }
    }

    /// An empty map to which [`SpanMap::push`] adds the stretches in order.
    pub fn builder() -> Self {
        Self::default()
    }

    /// Maps the whole of a nested text of `inner_len` bytes onto `outer` (in proportion when the lengths differ).
    pub fn whole(inner_len: usize, outer: Span) -> Self {
        let mut map = Self::default();
        map.push(inner_len, outer);
        map
    }

    /// Appends the next `inner_len` bytes of the nested text, which stand at `outer`.
    pub fn push(&mut self, inner_len: usize, outer: Span) {
        let inner = self.pieces.last().map_or(0, |p| p.inner + p.inner_len);
        if let Some(last) = self.pieces.last_mut() {
            let same_rate = last.inner_len == last.outer_len && inner_len == outer.len();
            if same_rate && last.outer + last.outer_len == outer.start {
                last.inner_len += inner_len;
                last.outer_len += inner_len;
                return;
            }
        }
        self.pieces.push(Piece { inner, outer: outer.start, outer_len: outer.len(), inner_len });
    }

    /// The same map inside a text that `parent` maps further out.
    pub fn within(mut self, parent: &Arc<SpanMap>) -> Self {
        self.parent = Some(match self.parent.take() {
            Some(old) => Arc::new((*old).clone().within(parent)),
            None => Arc::clone(parent),
        });
        self
    }

    /// The bytes of the outermost file that `span` stands for.
    pub fn to_file(&self, span: Span) -> Span {
        let start = self.outer_start(span.start);
        let end = if span.is_empty() { start } else { self.outer_end(span.end).max(start) };
        let out = Span::new(start, end);
        match &self.parent {
            Some(parent) => parent.to_file(out),
            None => out,
        }
    }

    /// The stretch that holds the nested text's byte `at`.
    fn piece(&self, at: usize) -> Option<&Piece> {
        let next = self.pieces.partition_point(|p| p.inner <= at);
        self.pieces.get(next.saturating_sub(1))
    }

    fn outer_start(&self, at: usize) -> usize {
        let Some(p) = self.piece(at) else { return 0 };
        let into = at.saturating_sub(p.inner).min(p.inner_len);
        if p.inner_len == p.outer_len {
            return p.outer + into;
        }
        p.outer + scale_down(into, p.outer_len, p.inner_len)
    }

    fn outer_end(&self, end: usize) -> usize {
        let Some(p) = self.piece(end.saturating_sub(1)) else { return 0 };
        let into = end.saturating_sub(p.inner).min(p.inner_len);
        if p.inner_len == p.outer_len {
            return p.outer + into;
        }
        p.outer + scale_up(into, p.outer_len, p.inner_len)
    }
}

fn scale_down(into: usize, outer: usize, inner: usize) -> usize {
    if inner == 0 { 0 } else { (into as u128 * outer as u128 / inner as u128) as usize }
}

fn scale_up(into: usize, outer: usize, inner: usize) -> usize {
    if inner == 0 { outer } else { ((into as u128 * outer as u128).div_ceil(inner as u128)) as usize }
}

/// Places in a file whose lines and columns are known, to turn byte offsets into the lines and columns that people use.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Every so many bytes, so that neither a file of short lines nor one of a single line costs much.
    marks: Vec<Mark>,
}

/// A place where a character starts.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    at: usize,
    /// Line ends before it.
    ends: usize,
    /// Characters between the start of its line and it.
    characters: usize,
}

/// Bytes between two marks.
const MARK_EVERY: usize = 1 << 10;

impl Mark {
    /// The mark at `to`, a later place where a character starts.
    fn moved(self, bytes: &[u8], to: usize) -> Self {
        let between = &bytes[self.at..to];
        let ends = memchr::memchr_iter(b'\n', between).count();
        let (before, rest) = match memchr::memrchr(b'\n', between) {
            Some(end) => (0, &between[end + 1..]),
            None => (self.characters, between),
        };
        Mark { at: to, ends: self.ends + ends, characters: before + characters(rest) }
    }
}

impl LineIndex {
    /// Finds the lines of `bytes` (a line ends with `\n`).
    pub fn new(bytes: &[u8]) -> Self {
        let mut marks = vec![Mark::default()];
        let mut last = Mark::default();
        loop {
            let mut next = last.at + MARK_EVERY;
            while next < bytes.len() && bytes[next] & 0xC0 == 0x80 {
                next += 1;
            }
            if next >= bytes.len() {
                return Self { marks };
            }
            last = last.moved(bytes, next);
            marks.push(last);
        }
    }

    /// The line (counted from 1) and the column (counted from 1, in characters) of the byte at `offset` in `bytes`.
    pub fn position(&self, bytes: &[u8], offset: usize) -> (usize, usize) {
        let offset = offset.min(bytes.len());
        let mark = self.last_mark(|mark| mark.at <= offset).moved(bytes, offset);
        (mark.ends + 1, mark.characters + 1)
    }

    /// The byte range of `line` (counted from 1) in `bytes`, its line end included.
    pub fn line(&self, bytes: &[u8], line: usize) -> Span {
        Span::new(self.behind(bytes, line.saturating_sub(1)), self.behind(bytes, line))
    }

    /// The offset behind the first `ends` line ends.
    fn behind(&self, bytes: &[u8], ends: usize) -> usize {
        let Some(left) = ends.checked_sub(1) else { return 0 };
        let mark = self.last_mark(|mark| mark.ends < ends);
        let end = memchr::memchr_iter(b'\n', &bytes[mark.at..]).nth(left - mark.ends);
        end.map_or(bytes.len(), |end| mark.at + end + 1)
    }

    /// The last mark for which `is_before` holds, as for all before it.
    fn last_mark(&self, is_before: impl Fn(&Mark) -> bool) -> Mark {
        let behind = self.marks.partition_point(is_before);
        behind.checked_sub(1).map(|at| self.marks[at]).unwrap_or_default()
    }
}

/// The characters of `bytes`; what is no UTF-8 counts as it is shown, one U+FFFD for each broken sequence.
fn characters(bytes: &[u8]) -> usize {
    bytes.utf8_chunks().map(|chunk| chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{LineIndex, MARK_EVERY, Span};

    proptest! {
        #[test]
        fn a_column_in_a_long_line_is_what_counting_from_its_start_gives(
            piece in prop::collection::vec(any::<u8>(), 1..40),
            times in 1usize..600,
            at in any::<prop::sample::Index>(),
        ) {
            let bytes = piece.repeat(times.max(MARK_EVERY / piece.len()));
            let offset = at.index(bytes.len() + 1);
            let start = bytes[..offset].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            let counted = String::from_utf8_lossy(&bytes[start..offset]).chars().count() + 1;
            let index = LineIndex::new(&bytes);
            let line = bytes[..offset].iter().filter(|b| **b == b'\n').count() + 1;
            prop_assert_eq!(index.position(&bytes, offset), (line, counted));
            let end = bytes[offset..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| offset + at + 1);
            prop_assert_eq!(index.line(&bytes, line), Span::new(start, end));
            prop_assert_eq!(index.line(&bytes, bytes.len() + 2), Span::new(bytes.len(), bytes.len()));
        }
    }
}
