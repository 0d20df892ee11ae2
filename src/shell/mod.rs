//! Shell text cut into simple commands, words and assignments, with the bytes of each.
//!
//! A reader of POSIX shell and bash that is after words, not meaning: it knows quotes, escapes, line continuations,
//! comments, expansions, here-documents and what ends a command, and takes any text without complaint. Nothing is
//! expanded: an expansion stays in the word as written and is marked as such. `$(…)` and backquotes are read as
//! commands of their own, to a bounded depth.

pub mod embedded;
mod scan;
mod word;

pub use scan::commands;
pub use word::{Word, WordBuilder};

use crate::model::Span;

/// A simple command: assignments, then words. Spans count in the text given to [`commands`].
#[derive(Clone, Debug, Default)]
pub struct Command<'a> {
    /// `NAME=value` before the first word.
    pub assignments: Vec<Word<'a>>,
    /// The words, the program's name first; redirections are left out.
    pub words: Vec<Word<'a>>,
    /// The text that goes to standard input: the word behind `<<<`.
    pub input: Option<Word<'a>>,
    /// The bodies of the command's here-documents, without the line that ends them.
    pub heredocs: Vec<Span>,
    /// Whether the command reads what the command given before it writes (`… | this`).
    pub piped: bool,
}

impl Command<'_> {
    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.assignments.is_empty() && self.words.is_empty() && self.input.is_none() && self.heredocs.is_empty()
    }
}
