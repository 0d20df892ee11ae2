//! Lines and columns: the only module that turns byte offsets into what people read.

use crate::model::{LineIndex, Origin, Position, Run, Span};

/// The same place, or the first character of the file where the file is not known.
pub fn or_first(place: Position) -> Position {
    if place.line > 0 { place } else { Position { line: 1, column: 1, end_line: 1, end_column: 1 } }
}

/// Looks places up, with the line index of the file that was asked for last.
pub struct Places<'r> {
    run: &'r Run,
    current: Option<(&'r Origin, &'r [u8], LineIndex)>,
}

impl<'r> Places<'r> {
    /// Looks up in the sources of `run`.
    pub fn new(run: &'r Run) -> Self {
        Self { run, current: None }
    }

    /// Where `span` of the blob `origin` stands.
    pub fn find(&mut self, origin: &'r Origin, span: Span) -> Position {
        let source = self.run.source(origin);
        if let Some(positions) = source.map(|source| &source.positions).filter(|positions| !positions.is_empty()) {
            let known = positions.binary_search_by_key(&span, |(known, _)| *known);
            return known.map(|at| positions[at].1).unwrap_or_default();
        }
        let known = self.current.as_ref().is_some_and(|(current, ..)| *current == origin);
        if !known {
            let bytes: &[u8] = source.map_or(&[], |source| &source.bytes);
            self.current = Some((origin, bytes, LineIndex::new(bytes)));
        }
        let Some((_, bytes, index)) = &self.current else { return Position::default() };
        let (line, column) = index.position(bytes, span.start);
        let (end_line, end_column) = index.position(bytes, span.end);
        Position { line, column, end_line, end_column }
    }
}
