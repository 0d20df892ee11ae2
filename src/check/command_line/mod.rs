//! Credentials in command lines: Dockerfile `RUN`/`CMD`, container `command`/`args`, CI scripts, shell files.
//!
//! Two ways in, one for each way a command line is written down: [`script`] takes shell text, [`argv`] takes a list of
//! words (the exec form), whose `sh -c SCRIPT` it reads as shell text again. What a flag or a word holds is said by the
//! tables in `table`; whether it is a credential is said by the classifier ([`super::credential`]).

mod candidates;
mod forms;
mod reader;
mod statement;
mod table;
mod value;

use std::cell::RefCell;
use std::collections::HashSet;
use std::ops::Range;

use super::credential::{self, Judgement, Remembered};
use super::filled_in;
use crate::model::{Secret, Span};
use crate::shell;
use candidates::Candidate;
pub use statement::quoted_passwords;

/// A stretch of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// The word, counted from 0, for [`argv`]; always 0 for [`script`].
    pub word: usize,
    /// Bytes of that word, or of the script's text.
    pub range: Range<usize>,
}

/// A credential in a command line.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The secret's own bytes, without quotes and flag.
    pub at: At,
    /// The flag, the variable's name or the program that gives it meaning.
    pub label: Option<At>,
    /// The secret, quotes and escapes removed.
    pub secret: Secret,
    /// How sure, how grave, and what it is (its `secret` range counts in the value that was judged: use `at`).
    pub judgement: Judgement,
}

/// Gives the credentials in shell text: a `RUN` instruction's, a CI step's, a whole script. Ranges are bytes of `text`;
/// line continuations and comments between them may still stand in it.
pub fn script(text: &str, sink: &mut dyn FnMut(Credential)) {
    unless_silent("script", &[text], sink, &mut |sink| {
        let sink = &mut once(sink);
        candidates::in_script(text, &mut |candidate| judge(candidate, &|range| At { word: 0, range }, sink));
    });
}

/// Takes the credentials of a command line.
type Sink<'s> = &'s mut dyn FnMut(Credential);

/// Reads a command line unless it is known to hold nothing.
fn unless_silent(form: &str, words: &[&str], sink: Sink<'_>, read: &mut dyn FnMut(Sink<'_>)) {
    const LONGEST: usize = 4096;
    thread_local! {
        static SILENT: RefCell<Remembered<()>> = const { RefCell::new(Remembered::room(512, LONGEST)) };
    }
    let length: usize = words.iter().map(|word| word.len()).sum();
    if length > LONGEST {
        return read(sink);
    }
    // With their lengths, no two lists of words are the same question.
    let lengths: String = words.iter().map(|word| format!("{} ", word.len())).collect();
    let question = [form, &lengths, &words.concat()].concat();
    if SILENT.with_borrow(|silent| silent.get(&question)).is_some() {
        return;
    }
    let mut count = 0;
    read(&mut |credential| {
        count += 1;
        sink(credential);
    });
    if count == 0 {
        SILENT.with_borrow_mut(|silent| silent.put(&question, ()));
    }
}

/// Gives the here-documents of shell text that no shell reads: files that a command writes or takes.
pub fn documents(text: &str, give: &mut dyn FnMut(Span)) {
    if !text.contains("<<") {
        return;
    }
    shell::commands(text, &mut |command| {
        let program = command.words.first().map_or("", |word| reader::base_name(&word.value));
        if !table::SHELLS.contains(&program) {
            command.heredocs.iter().for_each(|body| give(*body));
        }
    });
}

/// Gives the credentials in a command line that is a list of words: exec form, `command` and `args` joined.
pub fn argv(words: &[&str], sink: &mut dyn FnMut(Credential)) {
    let starts: Vec<usize> = words
        .iter()
        .scan(0, |next, word| {
            let start = *next;
            *next += word.len() + 1;
            Some(start)
        })
        .collect();
    let locate = |range: Range<usize>| {
        let word = starts.partition_point(|&start| start <= range.start).saturating_sub(1);
        let (start, len) = (starts[word], words[word].len());
        At { word, range: range.start - start..(range.end - start).min(len) }
    };
    unless_silent("words", words, sink, &mut |sink| {
        let sink = &mut once(sink);
        candidates::in_argv(words, &starts, &mut |candidate| judge(candidate, &locate, sink));
    });
}

/// A sink that takes each place once: a value may be reached by two ways, a line of a file and the quotes in it.
fn once(sink: &mut dyn FnMut(Credential)) -> impl FnMut(Credential) {
    let mut seen = HashSet::new();
    move |credential| {
        if seen.insert((credential.at.word, credential.at.range.start)) {
            sink(credential);
        }
    }
}

fn judge(candidate: Candidate<'_>, locate: &dyn Fn(Range<usize>) -> At, sink: &mut dyn FnMut(Credential)) {
    let judged = credential::judge(candidate.name, candidate.value, candidate.setting);
    let Some(judgement) = judged.or_else(|| filled_in::password(candidate.name, candidate.value)) else { return };
    let Some(secret) = candidate.value.get(judgement.secret.clone()) else { return };
    if candidate.is_dynamic(judgement.secret.clone()) {
        return;
    }
    sink(Credential {
        at: locate(candidate.locate(judgement.secret.clone())),
        label: candidate.label.clone().map(locate),
        secret: Secret::new(secret),
        judgement,
    });
}
