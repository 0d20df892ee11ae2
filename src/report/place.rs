//! Lines and columns: the only module that turns byte offsets into what people read.

use crate::model::{LineIndex, Origin, Run, Span};

/// A span in lines (from 1) and columns (from 1, in characters); the end is behind the last character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column behind the last character.
    pub end_column: usize,
}

impl Place {
    /// The same place, or the first character of the file where the file is not known.
    pub fn or_first(self) -> Self {
        if self.line > 0 { self } else { Self { line: 1, column: 1, end_line: 1, end_column: 1 } }
    }
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
    pub fn find(&mut self, origin: &'r Origin, span: Span) -> Place {
        let known = self.current.as_ref().is_some_and(|(current, ..)| *current == origin);
        if !known {
            let bytes: &[u8] = self.run.source(origin).map_or(&[], |source| &source.bytes);
            self.current = Some((origin, bytes, LineIndex::new(bytes)));
        }
        let Some((_, bytes, index)) = &self.current else { return Place::default() };
        let (line, column) = index.position(bytes, span.start);
        let (end_line, end_column) = index.position(bytes, span.end);
        Place { line, column, end_line, end_column }
    }
}
