//! Reads one command: which word is the program, what its flags hold, and where another command starts inside it.

use super::candidates::{Candidate, MAX_DEPTH, Map, Part, Sink, script_at};
use super::table::{
    DECLARATIONS, FLAGS, Flag, Holds, POSITIONALS, RUNNERS, SHELLS, SWITCHES, Value, WRAPPERS, WRITERS,
};
use super::value;
use crate::check::credential::Setting;
use crate::model::Span;
use crate::shell::{Command, Word};

/// Reads one command.
pub(super) struct Reader<'r> {
    /// The text that the words' spans count in; empty for a list of words.
    pub text: &'r str,
    /// How many scripts lie around.
    pub depth: u8,
    /// From the text to the outermost text.
    pub map: Map<'r>,
    /// Takes the candidates.
    pub sink: Sink<'r>,
}

impl Reader<'_> {
    pub(super) fn command(&mut self, command: &Command<'_>, writer: Option<&Command<'_>>) {
        for word in &command.assignments {
            self.assignment(Part::all(word), Setting::Environment);
        }
        let mut words = behind_wrappers(&command.words);
        for _ in 0..=MAX_DEPTH {
            let read = self.program(words, command, writer);
            words = behind_wrappers(&words[read..]);
            if words.is_empty() {
                break;
            }
        }
    }

    /// Reads the words of a program; gives how many are its own.
    fn program(&mut self, words: &[Word<'_>], command: &Command<'_>, writer: Option<&Command<'_>>) -> usize {
        let program = words.first().map_or("", |word| base_name(&word.value));
        if SHELLS.contains(&program) {
            self.shell(words, command);
        }
        self.positional(program, words);
        self.standard_input(words, command, writer);
        if WRITERS.contains(&program) {
            self.written(words);
            return words.len();
        }
        self.words(program, words)
    }

    /// Reads every word by itself, flags together with the word behind them; gives how many were read.
    fn words(&mut self, program: &str, words: &[Word<'_>]) -> usize {
        let setting = if DECLARATIONS.contains(&program) { Setting::Environment } else { Setting::CommandLine };
        let mut taken = false;
        for (at, word) in words.iter().enumerate() {
            if std::mem::take(&mut taken) {
                continue;
            }
            if word.value.starts_with(['-', '/']) && word.value.len() > 1 {
                taken = self.flag(words, at);
            } else if at > 0 && RUNNERS.contains(&program) {
                return at;
            } else if at > 0 || self.text.is_empty() {
                self.plain(program, word, setting);
            }
        }
        words.len()
    }

    /// A word that is no flag: an assignment, a header, a URL with a password.
    fn plain(&mut self, program: &str, word: &Word<'_>, setting: Setting) {
        let part = Part::all(word);
        // What `sed`, `grep` and `awk` look for is no value.
        let is_pattern = matches!(program, "sed" | "grep" | "egrep" | "awk" | "gawk" | "perl" | "test" | "[" | "[[");
        if !is_pattern && self.assignment(part, setting) {
            return;
        }
        if value::is_header(&word.value) {
            return self.holds(Holds::Header, part, None, "");
        }
        self.url(part);
    }

    /// Reads a flag; says whether the next word is its value.
    fn flag(&mut self, words: &[Word<'_>], at: usize) -> bool {
        let (word, next) = (&words[at], words.get(at + 1));
        let (name, own) = match word.value.find('=') {
            Some(at) => (&word.value[..at], Some(Part::from(word, at + 1))),
            None => (&*word.value, None),
        };
        let next = next.filter(|next| !next.value.starts_with("--"));
        let label = Some(word.span_of(0..name.len()));
        for flag in FLAGS.iter().filter(|flag| is_for(flag, words)) {
            if let Some((part, taken)) = match_flag(flag, word, name, own, next) {
                self.holds(flag.holds, part, label, name);
                return taken;
            }
        }
        let bare = name.trim_start_matches(['-', '/']);
        let long = name.starts_with("--") || (name.starts_with('-') && bare.len() > 2);
        if !long {
            return false;
        }
        match (own, next) {
            (Some(part), _) => self.named(bare, part, label),
            (None, Some(next)) if !is_switch(bare) && !next.value.starts_with('-') => {
                self.named(bare, Part::all(next), label);
            }
            _ => {}
        }
        false
    }

    /// A long flag's value, judged by the flag's name; its own inner form first.
    fn named(&mut self, name: &str, part: Part<'_>, label: Option<Span>) {
        if is_switch(name) && !part.text().contains("://") {
            return;
        }
        self.give(name, part, Setting::CommandLine, label);
    }

    fn positional(&mut self, program: &str, words: &[Word<'_>]) {
        if !POSITIONALS.iter().any(|p| p.words[0] == program) {
            return;
        }
        let plain: Vec<&Word<'_>> = words.iter().filter(|word| !word.value.starts_with('-')).collect();
        let fits = |at: usize, expected: &str| {
            let Some(word) = plain.get(at) else { return false };
            if at == 0 { base_name(&word.value) == expected } else { word_fits(&word.value, expected) }
        };
        let rule = POSITIONALS.iter().find(|rule| rule.words.iter().enumerate().all(|(at, word)| fits(at, word)));
        let Some(rule) = rule else { return };
        // `htpasswd -n user password` has no file.
        let at = rule.words.len() + rule.at;
        let Some(value) = plain.get(at) else { return };
        let before = plain[at - 1];
        let label = Some(plain[0].span);
        self.holds(rule.holds, Part::all(value), label, &before.value);
    }

    /// What a shell reads: the word behind `-c`, or its here-documents.
    fn shell(&mut self, words: &[Word<'_>], command: &Command<'_>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        let is_c = |word: &Word<'_>| {
            let flags = word.value.strip_prefix('-').unwrap_or_default();
            flags.ends_with('c') && flags.bytes().all(|b| b.is_ascii_alphabetic()) && flags.len() < 6
        };
        let script = words.iter().position(is_c).and_then(|at| words.get(at + 1));
        if let Some(word) = script {
            let outer = self.map;
            let map = |span: Span| outer(word.span_of(span.start..span.end));
            script_at(&word.value, self.depth + 1, &map, &mut *self.sink);
        } else {
            for body in &command.heredocs {
                let outer = self.map;
                let map = |span: Span| outer(span.shift(body.start));
                script_at(body.of(self.text), self.depth + 1, &map, &mut *self.sink);
            }
        }
    }

    pub(super) fn give(&mut self, name: &str, part: Part<'_>, setting: Setting, label: Option<Span>) {
        if part.text().is_empty() {
            return;
        }
        let (map, word, offset) = (self.map, part.word, part.start);
        (self.sink)(Candidate { name, value: part.text(), setting, label: label.map(map), word, offset, map });
    }
}

/// How many words in a subcommand stands at most.
const NEAR: usize = 8;

/// Whether a flag means what the table says in this command: the program fits, and the subcommand if one is named.
fn is_for(flag: &Flag, words: &[Word<'_>]) -> bool {
    let program = words.first().map_or("", |word| base_name(&word.value));
    flag.programs.is_empty()
        || flag.programs.iter().any(|expected| match expected.split_once(' ') {
            Some((name, subcommand)) => name == program && words.iter().take(NEAR).any(|word| word.value == subcommand),
            None => *expected == program,
        })
}

/// The value of `flag` if the word is that flag, and whether the value is the next word.
fn match_flag<'c>(
    flag: &Flag,
    word: &'c Word<'c>,
    name: &str,
    own: Option<Part<'c>>,
    next: Option<&'c Word<'c>>,
) -> Option<(Part<'c>, bool)> {
    if name == flag.flag {
        return match (own, next) {
            // `-p=x` of a short flag holds `=x` in truth, but nobody means that.
            (Some(part), _) => Some((part, false)),
            (None, Some(next)) if flag.value != Value::Glued => Some((Part::all(next), true)),
            _ if flag.holds == Holds::Nothing => Some((Part::from(word, word.value.len()), false)),
            _ => None,
        };
    }
    let glued = flag.value != Value::Next && word.value.len() > flag.flag.len() && word.value.starts_with(flag.flag);
    glued.then(|| (Part::from(word, flag.flag.len()), false))
}

fn is_switch(name: &str) -> bool {
    SWITCHES.iter().any(|part| name.contains(part))
}

/// Whether a word is what the table expects; an expectation that ends with a dot stands for all that start so.
fn word_fits(word: &str, expected: &str) -> bool {
    word == expected || (expected.ends_with('.') && word.starts_with(expected))
}

pub(super) fn base_name(program: &str) -> &str {
    program.rsplit('/').next().unwrap_or_default()
}

/// The words of the command that is really run.
pub(super) fn behind_wrappers<'w, 'a>(words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let mut rest = words;
    while rest.first().is_some_and(|word| WRAPPERS.contains(&base_name(&word.value))) {
        let is_own = |word: &Word<'_>| {
            let text = &*word.value;
            text.starts_with('-') || text.starts_with(|c: char| c.is_ascii_digit()) || value::assignment(text).is_some()
        };
        let skip = 1 + rest[1..].iter().take_while(|word| is_own(word)).count();
        rest = &rest[skip..];
    }
    rest
}
