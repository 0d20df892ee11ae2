//! The values of a command by their form: what a table says a value is, assignments, URLs, written lines, standard
//! input.

use super::candidates::Part;
use super::reader::{Reader, base_name, behind_wrappers};
use super::table::{Holds, READERS, SHELLS, WINDOWS_SCRIPT, WINDOWS_SHELLS, WRITERS};
use super::value;
use crate::check::credential::Setting;
use crate::model::Span;
use crate::shell::{Command, Word};

impl Reader<'_> {
    /// Reads a value by what the tables say of it.
    pub(super) fn holds(&mut self, holds: Holds, part: Part<'_>, label: Option<Span>, name: &str) {
        match holds {
            Holds::Nothing => {}
            Holds::Credential(name) => self.give(name, part, Setting::CommandLine, label),
            Holds::NamedBefore => self.give(name, part, Setting::CommandLine, label),
            Holds::UserAnd(mark) => {
                if let Some(at) = part.text().find(mark) {
                    let password = part.sub(at + mark.len_utf8()..part.text().len());
                    self.give("password", password, Setting::CommandLine, label);
                }
            }
            Holds::Assignments => self.assignments(part, Setting::CommandLine),
            Holds::Assignment => {
                self.assignment(part, Setting::CommandLine);
            }
            Holds::SecretAssignment => {
                self.assignment(part, Setting::Secret);
            }
            Holds::Header => {
                if let Some((name, range)) = value::header(part.text()) {
                    self.give(name, part.sub(range), Setting::CommandLine, label);
                }
            }
            Holds::Script => self.script(part),
            Holds::TrustStore if part.text() == "changeit" => {}
            Holds::TrustStore => self.give("password", part, Setting::CommandLine, label),
            Holds::PassPhrase => {
                if let Some(phrase) = part.text().strip_prefix("pass:") {
                    self.give("password", part.sub(5..5 + phrase.len()), Setting::CommandLine, label);
                }
            }
        }
    }

    /// PowerShell's `$env:DB_PASSWORD = '…'` and `$token = "…"`.
    pub(super) fn powershell(&mut self, words: &[Word<'_>]) {
        if let Some(first) = words.first().filter(|first| first.value.starts_with("$env:")) {
            self.assignment(Part::all(first), Setting::Environment);
        }
        let [name, mark, value, ..] = words else { return };
        // A bare word is a command whose result the variable gets.
        let is_text = self.text.get(value.span.start..).is_some_and(|text| text.starts_with(['"', '\'']));
        if let Some(variable) = name.value.strip_prefix('$').filter(|_| is_text && mark.value == "=") {
            let variable = variable.strip_prefix("env:").unwrap_or(variable);
            self.give(variable, Part::all(value), Setting::Environment, Some(name.span));
        }
    }

    /// What a shell of Windows runs: one word that is a script, or the words of a command; how many words were read.
    pub(super) fn windows(&mut self, program: &str, words: &[Word<'_>]) -> Option<usize> {
        if !WINDOWS_SHELLS.contains(&program) {
            return None;
        }
        let is_mark = |word: &Word<'_>| WINDOWS_SCRIPT.iter().any(|known| word.value.eq_ignore_ascii_case(known));
        let at = words.iter().position(is_mark)? + 1;
        if let [script] = &words[at..] {
            self.script(Part::all(script));
            return Some(words.len());
        }
        self.powershell(&words[at..]);
        Some(at)
    }

    /// `a=b`, or `a=b,c=d` and `a=b&c=d`.
    pub(super) fn assignments(&mut self, part: Part<'_>, setting: Setting) {
        if part.text().starts_with('{') {
            return self.object(part);
        }
        let mut start = 0;
        for piece in part.text().split_inclusive([',', '&', ';']) {
            let len = piece.trim_end_matches([',', '&', ';']).len();
            let one = part.sub(start..start + len);
            if !self.assignment(one, setting) {
                self.url(one);
            }
            start += piece.len();
        }
    }

    /// `NAME=value`; says whether it is one.
    pub(super) fn assignment(&mut self, part: Part<'_>, setting: Setting) -> bool {
        let Some((name, range)) = value::assignment(part.text()) else { return false };
        let label = part.word.span_of(part.start..part.start + name.len());
        let value = part.sub(range);
        if self.takes_files && value.text().starts_with('@') && value.text().contains(['.', '/']) {
            // What is read from a file.
        } else if value.text().starts_with('{') {
            // Helm's `--set-json auth={"password": …}`.
            self.object(value);
        } else if value::is_header(value.text()) {
            // git's `http.extraheader=Authorization: …`.
            self.holds(Holds::Header, value, Some(label), "");
        } else {
            self.give(name, value, setting, Some(label));
        }
        true
    }

    /// What sed writes in place of another line: `s/^password=.*/password=…/`.
    pub(super) fn replacement(&mut self, part: Part<'_>) {
        let text = part.text();
        let Some(mark) = text.strip_prefix('s').and_then(|rest| rest.chars().next()).filter(char::is_ascii_punctuation)
        else {
            return;
        };
        let mut pieces = text.split(mark);
        let (Some(start), Some(pattern), Some(new)) = (pieces.next(), pieces.next(), pieces.next()) else { return };
        let from = start.len() + pattern.len() + 2;
        // The line keeps its name.
        if value::assignment(new).is_some_and(|(name, _)| pattern.contains(name)) {
            self.assignment(part.sub(from..from + new.len()), Setting::CommandLine);
        }
    }

    /// An object of JSON.
    pub(super) fn object(&mut self, part: Part<'_>) {
        value::json_pairs(part.text(), &mut |name, range| {
            let label = part.word.span_of(part.start + name.start..part.start + name.end);
            self.give(&part.text()[name], part.sub(range), Setting::Configuration, Some(label));
        });
    }

    /// `host=h user=u password=p`, a connection in one word; says whether it is one.
    pub(super) fn settings(&mut self, part: Part<'_>) -> bool {
        let text = part.text();
        let pieces = || text.split([' ', ';']).filter(|piece| !piece.is_empty());
        if pieces().nth(1).is_none() || !pieces().all(|piece| value::assignment(piece).is_some()) {
            return false;
        }
        let mut start = 0;
        for piece in text.split([' ', ';']) {
            self.assignment(part.sub(start..start + piece.len()), Setting::Configuration);
            start += piece.len() + 1;
        }
        true
    }

    /// Passwords in quotes inside the word: SQL's `IDENTIFIED BY '…'`, `WITH PASSWORD '…'`, a script's `pwd: "…"`.
    pub(super) fn quoted(&mut self, part: Part<'_>) {
        if part.text().contains([' ', '(']) {
            super::statement::quoted_passwords(part.text(), &mut |range| {
                self.give("password", part.sub(range), Setting::CommandLine, None);
            });
        }
    }

    /// A URL that may hold a password, anywhere in the word.
    pub(super) fn url(&mut self, part: Part<'_>) {
        if value::has_userinfo(part.text()) || value::has_query(part.text()) {
            self.give("url", part, Setting::CommandLine, None);
        }
    }

    /// Lines of configuration that a command writes: `echo "password=x" >> file`.
    pub(super) fn written(&mut self, words: &[Word<'_>]) {
        let arguments = match words.get(1) {
            Some(word) if word.value == "--" => &words[2..],
            _ => &words[1..],
        };
        if base_name(&words[0].value) == "printf"
            && let Some((format, arguments)) = arguments.split_first()
        {
            self.formatted(format, arguments);
        }
        for word in words.iter().skip(1) {
            self.lines(Part::all(word));
            self.url(Part::all(word));
            self.quoted(Part::all(word));
        }
    }

    /// What `printf` puts in the places of its format: `printf 'password=%s\n' x`.
    fn formatted(&mut self, format: &Word<'_>, arguments: &[Word<'_>]) {
        let text = &format.value;
        let (mut before, mut seen) = (0, 0);
        value::lines(text, &mut |name, range| {
            seen += conversions(&text[before..range.start]);
            before = range.start;
            if text[range.clone()] == *"%s"
                && let Some(argument) = arguments.get(seen)
            {
                let label = format.span_of(name.clone());
                self.give(&text[name], Part::all(argument), Setting::Configuration, Some(label));
            }
        });
    }

    /// Gives the lines of a text that are a name and a value.
    pub(super) fn lines(&mut self, part: Part<'_>) {
        value::lines(part.text(), &mut |name, range| {
            let label = part.word.span_of(part.start + name.start..part.start + name.end);
            self.give(&part.text()[name], part.sub(range), Setting::Configuration, Some(label));
        });
    }

    /// What goes to the command's standard input: a here-document, `<<<`, or what `echo` writes into the pipe.
    pub(super) fn standard_input(&mut self, words: &[Word<'_>], command: &Command<'_>, writer: Option<&Command<'_>>) {
        let program = words.first().map_or("", |word| base_name(&word.value));
        for body in command.heredocs.iter().filter(|_| !SHELLS.contains(&program)) {
            let body = Word::literal(body.of(self.text), body.start);
            self.lines(Part::all(&body));
            self.quoted(Part::all(&body));
        }
        let reads = |(marks, _): &&(&[&str], Holds)| {
            marks.iter().all(|mark| *mark == program || words.iter().any(|word| word.value == *mark))
                || (program == marks[0] && marks.len() == 1)
        };
        // `sudo -S` is a wrapper, so it is looked for among all words.
        let sudo = command.words.iter().any(|w| w.value == "sudo") && command.words.iter().any(|w| w.value == "-S");
        let holds = READERS.iter().find(reads).map(|(_, holds)| *holds);
        let Some(holds) = holds.or(sudo.then_some(Holds::Credential("password"))) else { return };
        let label = command.words.first().map(|word| word.span);
        if let Some(input) = &command.input {
            self.holds(holds, Part::all(input), label, "");
        }
        let Some(writer) = writer.map(|w| behind_wrappers(&w.words)) else { return };
        if writer.first().is_some_and(|word| WRITERS.contains(&&*word.value)) {
            for word in writer.iter().skip(1).filter(|word| !word.value.starts_with('-')) {
                let len = word.value.trim_end_matches("\\n").len();
                self.holds(holds, Part::all(word).sub(0..len), label, "");
            }
        }
    }
}

/// How many arguments a piece of a format for `printf` takes: one for each `%`, none for `%%`.
fn conversions(text: &str) -> usize {
    text.matches('%').count() - 2 * text.matches("%%").count()
}
