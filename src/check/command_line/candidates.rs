//! The names and values in a command line that could be a credential's, found by the tables and by form.

use std::ops::Range;

use crate::check::credential::Setting;
use crate::shell::Word;

/// A name and a value that the classifier is to judge together.
pub(super) struct Candidate<'c> {
    /// The name: a flag without dashes, a variable, or what the table calls the value.
    pub name: &'c str,
    /// The value.
    pub value: &'c str,
    /// What kind of place it is.
    pub setting: Setting,
    /// Bytes of the outermost text that give it meaning.
    pub label: Option<Range<usize>>,
    /// The word that holds the value.
    word: &'c Word<'c>,
    /// Where the value starts in the word's value.
    offset: usize,
    /// From the text of the word to the outermost text.
    map: &'c dyn Fn(Range<usize>) -> Range<usize>,
}

impl Candidate<'_> {
    /// The bytes of the outermost text that hold the stretch `range` of the value.
    pub fn locate(&self, range: Range<usize>) -> Range<usize> {
        let span = self.word.span_of(range.start + self.offset..range.end + self.offset);
        (self.map)(span.start..span.end)
    }

    /// Whether an expansion takes part in the stretch `range` of the value.
    pub fn is_dynamic(&self, range: Range<usize>) -> bool {
        self.word.is_dynamic(range.start + self.offset..range.end + self.offset)
    }
}

/// Gives the candidates of shell text.
pub(super) fn in_script(_text: &str, _each: &mut dyn FnMut(Candidate<'_>)) {}

/// Gives the candidates of a list of words, of which word N starts at `starts[N]` of the text that offsets count in.
pub(super) fn in_argv(_words: &[&str], _starts: &[usize], _each: &mut dyn FnMut(Candidate<'_>)) {}
