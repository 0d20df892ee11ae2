//! Reads one command: which word is the program, what its flags hold, and where another command starts inside it.

use std::cell::LazyCell;

use super::candidates::{Candidate, MAX_DEPTH, Map, Part, Sink, script_at};
use super::table::{
    DECLARATIONS, FLAGS, Flag, Holds, LAST, POSITIONALS, RUNNERS, SHELLS, SWITCHES, TAKE_FILES, Value, WRAPPERS,
    WRITERS, Wrapper,
};
use super::value;
use crate::check::credential::words::{CREDENTIAL, contains};
use crate::check::credential::{self, Setting};
use crate::model::{Span, behind_last};
use crate::shell::{Command, Word};

/// Reads one command.
pub(super) struct Reader<'r> {
    /// The text that the words' spans count in; empty for a list of words.
    pub text: &'r str,
    /// How many scripts lie around.
    pub depth: u8,
    /// Whether the program reads a file where a value is `@` and its path.
    pub takes_files: bool,
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
        self.powershell(&command.words);
        let mut words = &command.words[..];
        for _ in 0..=MAX_DEPTH {
            let inner = behind_wrappers(words);
            for word in &words[..words.len() - inner.len()] {
                self.assignment(Part::all(word), Setting::Environment);
            }
            words = &inner[self.program(inner, command, writer)..];
            if words.is_empty() {
                break;
            }
        }
    }

    /// Reads the words of a program; gives how many are its own.
    fn program(&mut self, words: &[Word<'_>], command: &Command<'_>, writer: Option<&Command<'_>>) -> usize {
        let program = words.first().map_or("", |word| base_name(&word.value));
        if SHELLS.contains(&program)
            && let Some(read) = self.shell(words, command)
        {
            // What stands behind a script are its arguments.
            return read + self.words("", &words[read..]);
        }
        if let Some(read) = self.windows(program, words) {
            return read;
        }
        self.takes_files = TAKE_FILES.contains(&program);
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
        let is_runner = LazyCell::new(|| RUNNERS.iter().any(|runner| is_program(runner, words)));
        let mut taken = false;
        for (at, word) in words.iter().enumerate() {
            if std::mem::take(&mut taken) || matches!(&*word.value, "-" | "--") {
                continue;
            }
            if word.value.starts_with(['-', '/']) && word.value.len() > 1 {
                taken = self.flag(words, at);
            } else if at > 0 && *is_runner && is_known_program(base_name(&word.value)) {
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
        if self.text.is_empty() && word.value.contains('\n') {
            return self.script(part);
        }
        if !is_pattern && (self.settings(part) || self.assignment(part, setting)) {
            return;
        }
        if program == "sed" {
            return self.replacement(part);
        }
        if value::is_header(&word.value) {
            return self.holds(Holds::Header, part, None, "");
        }
        // `: "${DB_PASSWORD:=…}"` sets what is not set.
        if let Some(name) = value::name_of_default(&word.value) {
            return self.give(name, part, Setting::Environment, None);
        }
        if word.value.starts_with('{') {
            self.object(part);
        }
        self.quoted(part);
        // What a shell elsewhere runs: that of the arguments alone, or of another host.
        if (self.text.is_empty() || program == "ssh") && word.value.contains(' ') {
            return self.script(part);
        }
        self.url(part);
    }

    /// Reads a word, or a part of it, as a script: what a shell gets behind `-c`, or an argument that the shell named
    /// elsewhere gets.
    pub(super) fn script(&mut self, part: Part<'_>) {
        let outer = self.map;
        let map = |span: Span| outer(part.word.span_of(part.start + span.start..part.start + span.end));
        if self.depth < MAX_DEPTH {
            script_at(part.text(), self.depth + 1, &map, &mut *self.sink);
        }
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
        for flag in FLAGS {
            // The flag's name is the cheaper question, and most often answered with no.
            if let Some((part, taken)) = match_flag(flag, word, name, own, next)
                && is_for(flag, words)
            {
                self.holds(flag.holds, part, label, name);
                return taken;
            }
        }
        if let Some((letter, at)) = behind_switches(words, word) {
            let is_it = |flag: &&Flag| {
                let mut letters = flag.flag.chars();
                (letters.next(), letters.next(), letters.next()) == (Some('-'), Some(letter), None)
            };
            if let Some(flag) = FLAGS.iter().filter(|flag| is_for(flag, words)).find(is_it) {
                let glued = Part::from(word, at + 1);
                let (part, taken) = if glued.text().is_empty() {
                    let Some(next) = next else { return false };
                    (Part::all(next), true)
                } else {
                    (glued, false)
                };
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
                return value::has_userinfo(&next.value) || next.value.contains(' ');
            }
            _ => {}
        }
        false
    }

    /// A long flag's value: a credential by the flag's name, or a value with an inner form of its own.
    fn named(&mut self, name: &str, part: Part<'_>, label: Option<Span>) {
        if value::has_userinfo(part.text()) {
            return self.url(part);
        }
        if LOGINS.iter().any(|login| name.eq_ignore_ascii_case(login))
            && let Some(password) = credential::password_of_login(part.text())
        {
            return self.give("password", part.sub(password), Setting::CommandLine, label);
        }
        if !is_switch(name) {
            self.give(name, part, Setting::CommandLine, label);
        }
        self.quoted(part);
        // `--env=NAME=value`; that of `--env NAME=value` is read as a word of its own.
        if part.start > 0 {
            self.assignment(part, Setting::CommandLine);
        }
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
        let has = |switch: char| words.iter().any(|w| w.value.starts_with('-') && w.value.contains(switch));
        if rule.switch.is_some_and(|switch| !has(switch)) {
            return;
        }
        if words.iter().any(|word| rule.without.iter().any(|flag| word.value.starts_with(flag))) {
            return;
        }
        let before = |word: &&Word<'_>| word.value == rule.behind;
        let at = match rule.at {
            _ if !rule.behind.is_empty() => plain.iter().position(before).map_or(plain.len(), |at| at + 1),
            LAST => plain.len() - 1,
            at => rule.words.len() + at,
        };
        let Some(value) = plain.get(at).filter(|_| at >= rule.words.len()) else { return };
        // `vault login username=…`: what has a name of its own is judged by it.
        if program == "vault" && is_named(&value.value) {
            return;
        }
        let before = plain[at - 1];
        let label = Some(plain[0].span);
        self.holds(rule.holds, Part::all(value), label, &before.value);
    }

    /// What a shell reads: the word behind `-c`, or its here-documents; how many words were read, if a script is
    /// among them.
    fn shell(&mut self, words: &[Word<'_>], command: &Command<'_>) -> Option<usize> {
        let is_c = |word: &Word<'_>| {
            let flags = word.value.strip_prefix('-').unwrap_or_default();
            flags.ends_with('c') && flags.bytes().all(|b| b.is_ascii_alphabetic()) && flags.len() < 6
        };
        let script = words.iter().position(is_c).and_then(|at| Some((at + 2, words.get(at + 1)?)));
        if let Some((read, word)) = script {
            self.script(Part::all(word));
            return Some(read);
        }
        for body in command.heredocs.iter().filter(|_| self.depth < MAX_DEPTH) {
            let outer = self.map;
            let map = |span: Span| outer(span.shift(body.start));
            script_at(body.of(self.text), self.depth + 1, &map, &mut *self.sink);
        }
        None
    }

    pub(super) fn give(&mut self, name: &str, part: Part<'_>, setting: Setting, label: Option<Span>) {
        if part.text().is_empty() {
            return;
        }
        // What stands in for a variable that is not set is as plain to read as any value.
        let default = value::default_of(part.text());
        let is_default = default.is_some();
        let part = default.map_or(part, |range| part.sub(range));
        let (value, label) = (part.text(), label.map(self.map));
        let (word, offset, map) = (part.word, part.start, self.map);
        (self.sink)(Candidate { name, value, setting, label, is_default, word, offset, map });
    }
}

/// Long flags of many programs that take `user:password`.
const LOGINS: [&str; 8] = ["user", "username", "auth", "basic-auth", "basic.auth", "credentials", "creds", "login"];

/// How many words in a subcommand stands at most.
const NEAR: usize = 16;

/// Whether a flag means what the table says in this command.
fn is_for(flag: &Flag, words: &[Word<'_>]) -> bool {
    flag.programs.is_empty() || flag.programs.iter().any(|expected| is_program(expected, words))
}

/// Whether the words are of the program `expected`, with its subcommand if one is named behind a blank.
fn is_program(expected: &str, words: &[Word<'_>]) -> bool {
    let program = words.first().map_or("", |word| base_name(&word.value));
    let Some(rest) = expected.strip_prefix(program) else { return false };
    let is_near = |near| words.iter().take(NEAR).any(|word| is_called(&word.value, near));
    rest.is_empty() || rest.strip_prefix(' ').is_some_and(is_near)
}

/// Whether a word is `expected`, a long flag that has it as its value, or, behind a slash, a path that ends with it.
fn is_called(word: &str, expected: &str) -> bool {
    let value = || word.starts_with("--").then(|| word.split_once('=')).flatten().map(|(_, value)| value);
    word == expected || expected.starts_with('/') && word.ends_with(expected) || value() == Some(expected)
}

/// Whether the tables know the program as one that is run by another.
fn is_known_program(name: &str) -> bool {
    SHELLS.contains(&name) || name == "ssh" || FLAGS.iter().any(|flag| flag.programs.contains(&name))
}

/// Switches of curl without a value, which may stand before the flag in one word: `-fsSu user:password`.
const CURL_SWITCHES: &[u8] = b"fsSkLvgiIjlnNOpqRaBGJZ0123456#";

/// The flag at the end of a word of curl's switches, and where it stands in the word.
fn behind_switches<'c>(words: &'c [Word<'c>], word: &'c Word<'c>) -> Option<(char, usize)> {
    let letters = word.value.strip_prefix('-').filter(|_| is_program("curl", words))?;
    let switches = letters.bytes().take_while(|letter| CURL_SWITCHES.contains(letter)).count();
    let flag = letters[switches..].chars().next()?;
    (switches > 0).then_some((flag, switches + 1))
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
    // `-password x` is a flag of its own, not `-p` with a value behind it.
    let is_longer = || contains(CREDENTIAL, name.trim_start_matches('-')) && name.len() > "-pass".len();
    let glued = flag.value != Value::Next
        && word.value.len() > flag.flag.len()
        && word.value.starts_with(flag.flag)
        && !is_longer();
    glued.then(|| (Part::from(word, flag.flag.len()), false))
}

/// Names that Vault's ways to log in have for what they are given.
const VAULT_NAMES: [&str; 13] = [
    "username",
    "password",
    "token",
    "role",
    "role_id",
    "secret_id",
    "jwt",
    "passcode",
    "domain",
    "mount",
    "name",
    "aws_access_key_id",
    "aws_secret_access_key",
];

/// Whether a word is `name=value` for Vault.
fn is_named(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| VAULT_NAMES.contains(&name))
}

fn is_switch(name: &str) -> bool {
    SWITCHES.iter().any(|part| name.contains(part))
}

/// Whether a word is what the table expects; an expectation that ends with a dot stands for all that start so.
fn word_fits(word: &str, expected: &str) -> bool {
    word == expected || (expected.ends_with('.') && word.starts_with(expected))
}

pub(super) fn base_name(program: &str) -> &str {
    behind_last(program, b'/')
}

/// The words of the command that is really run.
pub(super) fn behind_wrappers<'w, 'a>(words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let mut rest = words;
    while let Some(wrapper) = rest.first().and_then(|word| find_wrapper(base_name(&word.value))) {
        let (mut at, mut own) = (1, wrapper.words);
        while let Some(word) = rest.get(at) {
            let text = &*word.value;
            if wrapper.flags.contains(&text) {
                at += 1;
            } else if !text.starts_with('-') && value::assignment(text).is_none() {
                if own == 0 {
                    break;
                }
                own -= 1;
            }
            at += 1;
        }
        rest = rest.get(at..).unwrap_or_default();
    }
    rest
}

fn find_wrapper(program: &str) -> Option<&'static Wrapper> {
    WRAPPERS.iter().find(|wrapper| wrapper.program == program)
}
