//! Lines that shell text writes to a file: `echo "password=x" > f`, `printf '//registry/:_authToken=%s\n' …`.

use std::ops::Range;

use crate::check::command_line::{At, Credential};
use crate::check::credential::{self, Setting};
use crate::model::{Instruction, Keyword, Secret};
use crate::shell::{self, Word};

/// The credentials in the words of `echo` and `printf`, each word read as lines of `name=value` or `name: value`.
pub fn lines(text: &str) -> Vec<Credential> {
    let mut found = Vec::new();
    if !text.contains("echo") && !text.contains("printf") {
        return found;
    }
    shell::commands(text, &mut |command| {
        let mut words = command.words.iter();
        if words.next().is_some_and(|word| matches!(&*word.value, "echo" | "printf")) {
            words.for_each(|word| in_word(word, &mut found));
        }
    });
    found
}

fn in_word(word: &Word<'_>, found: &mut Vec<Credential>) {
    for line in split(&word.value) {
        let Some((name, value)) = pair(&word.value, line) else { continue };
        let Some(judgement) =
            credential::judge(&word.value[name.clone()], &word.value[value.clone()], Setting::Configuration)
        else {
            continue;
        };
        let secret = judgement.secret.start + value.start..judgement.secret.end + value.start;
        if word.is_dynamic(secret.clone()) {
            continue;
        }
        let at = |range: Range<usize>| {
            let span = word.span_of(range);
            At { word: 0, range: span.start..span.end }
        };
        let Some(text) = word.value.get(secret.clone()) else { continue };
        found.push(Credential { at: at(secret), label: Some(at(name)), secret: Secret::new(text), judgement });
    }
}

/// The lines of `text`; `\n` written out separates too, as `printf` and `echo -e` read it.
fn split(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(['\n', '\\']) {
        let width = if text[at..].starts_with('\n') { 1 } else { 2 };
        if width == 2 && !text[at..].starts_with("\\n") {
            continue;
        }
        lines.push(start..at);
        start = at + width;
    }
    lines.push(start..text.len());
    lines
}

/// The name and the value of the line at `range`. Of an `.npmrc` key (`//registry/:_authToken`) the last part is the name.
fn pair(text: &str, range: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let line = text.get(range.clone())?;
    let at = line.find('=').or_else(|| line.find(": "))?;
    let name = line[..at].trim_end();
    let from = name
        .rfind(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.'))
        .map_or(0, |n| n + name[n..].chars().next().map_or(1, char::len_utf8));
    let behind = &line[at + 1..];
    let open = behind.len() - behind.trim_start_matches([' ', '"', '\'']).len();
    let close = behind.trim_end_matches([' ', '"', '\'', ';', ',']).len().max(open);
    let name = range.start + from..range.start + name.len();
    (!name.is_empty() && open < close).then(|| (name, range.start + at + 1 + open..range.start + at + 1 + close))
}

/// The name of the file that the instruction's heredoc becomes: the last argument of `COPY`, or the target of a
/// redirection.
pub fn target(instruction: &Instruction<'_>) -> String {
    let path = if instruction.keyword == Keyword::Run {
        let text = instruction.arguments();
        let redirected = text.rsplit_once('>').and_then(|(_, behind)| behind.split_whitespace().next());
        let last = || text.split_whitespace().rfind(|word| !word.contains("<<"));
        redirected.or_else(last).unwrap_or("heredoc").trim_matches(['"', '\''])
    } else {
        instruction.words().last().map_or("heredoc", |word| &word.text)
    };
    path.to_owned()
}
