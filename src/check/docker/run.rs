//! `RUN` with a credential: on the command line, in a line that it writes to a file, or in a heredoc. The history of the
//! image keeps the text, and the layer keeps the file.

use super::{Evidence, Site, sites};
use crate::check::command_line::{self, Credential};
use crate::check::{Check, Context};
use crate::model::{Args, Document, Heredoc, Instruction, Keyword, Rule, Span, SpanMap, Word, behind_last};
use crate::rules;

/// The rule `docker-run`.
pub struct Run;

impl Check for Run {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_RUN
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        for site in sites(doc, &[Keyword::Run, Keyword::Copy, Keyword::Add]) {
            if site.instruction.keyword == Keyword::Run {
                match &site.instruction.args {
                    Args::Json(words) => argv(self.rule(), &site, words, cx),
                    _ => script(self.rule(), &site, Place::Arguments, cx),
                }
            }
            for heredoc in &site.instruction.heredocs {
                if is_script(&site, heredoc) {
                    script(self.rule(), &site, Place::Heredoc(heredoc.body), cx);
                } else {
                    file(&site, heredoc, cx);
                }
            }
        }
    }
}

/// Where shell text stands.
#[derive(Clone, Copy)]
pub enum Place {
    /// The arguments of the instruction.
    Arguments,
    /// The body of a heredoc.
    Heredoc(Span),
}

impl Place {
    fn text<'s>(self, site: &'s Site<'_>) -> &'s str {
        match self {
            Place::Arguments => site.instruction.arguments(),
            Place::Heredoc(body) => body.of(site.doc.text),
        }
    }

    fn span(self, site: &Site<'_>, range: std::ops::Range<usize>) -> Span {
        match self {
            Place::Arguments => site.instruction.argument_span(range),
            Place::Heredoc(body) => Span::new(range.start, range.end).shift(body.start),
        }
    }
}

/// Reports the credentials in shell text.
pub fn script(rule: &'static Rule, site: &Site<'_>, place: Place, cx: &mut Context<'_>) {
    let text = place.text(site);
    command_line::script(text, &mut |credential| {
        report(rule, site, &|at| place.span(site, at.range.clone()), credential, cx);
    });
}

/// Reports the credentials in a list of words.
pub fn argv(rule: &'static Rule, site: &Site<'_>, words: &[Word<'_>], cx: &mut Context<'_>) {
    let texts: Vec<&str> = words.iter().map(|word| &*word.text).collect();
    command_line::argv(&texts, &mut |credential| {
        let span =
            |at: &command_line::At| words.get(at.word).map_or(site.instruction.span, |w| w.span_of(at.range.clone()));
        report(rule, site, &span, credential, cx);
    });
}

fn report(
    rule: &'static Rule,
    site: &Site<'_>,
    span: &dyn Fn(&command_line::At) -> Span,
    credential: Credential,
    cx: &mut Context<'_>,
) {
    let label = credential.label.as_ref().map(|at| (span(at), "this says what the value is"));
    let evidence = Evidence {
        span: span(&credential.at),
        secret: credential.secret.expose(),
        what: credential.judgement.what,
        confidence: credential.judgement.confidence,
        severity: credential.judgement.severity,
        label,
        name: "",
    };
    site.report(rule, evidence, cx);
}

const SHELLS: [&str; 6] = ["sh", "bash", "ash", "dash", "zsh", "ksh"];

/// How files end that this program runs.
fn language(program: &str) -> Option<&'static str> {
    let name = program.rsplit('/').next()?.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    [("python", "py"), ("node", "js"), ("ruby", "rb"), ("perl", "pl"), ("php", "php")]
        .into_iter()
        .find_map(|(known, extension)| (name == known).then_some(extension))
}

/// Whether the heredoc is the script itself (`RUN <<EOF`), or a shell's input, and not a file's content.
fn is_script(site: &Site<'_>, heredoc: &Heredoc) -> bool {
    if site.instruction.keyword != Keyword::Run {
        return false;
    }
    let first = site.instruction.arguments().split_whitespace().next().unwrap_or_default();
    let is_shell = |word: &str| SHELLS.contains(&behind_last(word, b'/'));
    let by_a_shell = is_shell(first);
    // `RUN <<EOF python3`: the program stands behind what announces the text.
    let program = site.instruction.arguments().split_whitespace().find(|word| !word.contains("<<"));
    let by_another = first.contains("<<") && program.is_some_and(|word| !is_shell(word) && language(word).is_some());
    let line = heredoc.body.of(site.doc.text).lines().next().unwrap_or_default();
    let other_interpreter = line.starts_with("#!") && !line.contains("sh");
    (first.contains("<<") || by_a_shell) && !other_interpreter && !by_another
}

/// Checks a heredoc that becomes a file as that file.
fn file(site: &Site<'_>, heredoc: &Heredoc, cx: &mut Context<'_>) {
    let body = heredoc.body.of(site.doc.text);
    let name = target(site.instruction);
    let structure = site.structural_path(&name);
    let found = cx.look_into(site.doc, body, SpanMap::at(heredoc.body.start), &name, &structure);
    cx.findings.extend(found);
}

/// The name of the file that the instruction's heredoc becomes: the last argument of `COPY`, or the target of a
/// redirection.
fn target(instruction: &Instruction<'_>) -> String {
    let path = if instruction.keyword == Keyword::Run {
        let text = instruction.arguments();
        let redirected = text.rsplit_once('>').and_then(|(_, behind)| behind.split_whitespace().next());
        let last = || text.split_whitespace().rfind(|word| !word.contains("<<"));
        let name = redirected.or_else(last).unwrap_or("heredoc").trim_matches(['"', '\'']);
        if let Some(extension) = language(name) {
            return format!("script.{extension}");
        }
        name
    } else {
        instruction.words().last().map_or("heredoc", |word| &word.text)
    };
    path.to_owned()
}
