//! A credential that source code or a text gives to a name, or that stands in a URL.
//!
//! In code nearly every name of a credential stands beside something that is none: a field's name, a label, a variable. So
//! a value counts by its looks, too, and how much it must look like a secret depends on how it is written and on what kind
//! of file it stands in.

use std::ops::Range;

use super::assignment::{self, Assignment, Form};
use super::{call, comment, connection, form, insert, is_sql, url};
use crate::check::credential::{self, Judgement, NameKind, Setting};
use crate::check::token::validate::is_filler;
use crate::check::{Check, Context, Found, command_line};
use crate::model::{Body, Confidence, Document, Role, Rule, Secret, Span};
use crate::rules;

/// The rule `text-credential`.
pub struct Credential;

impl Check for Credential {
    fn rule(&self) -> &'static Rule {
        &rules::TEXT_CREDENTIAL
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        !matches!(doc.role, Role::LockFile | Role::Schema)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        // Commands have checks of their own.
        if !matches!(doc.body, Body::Text) || doc.role == Role::ShellScript {
            return self.comments(doc, cx);
        }
        let file = FileKind::of(doc.place.file_name(), &doc.place.path);
        let hits = cx.hits(doc);
        let (mut seen, mut rows) = (0, 0);
        for &at in &hits.names {
            if at < seen || doc.text.len() <= at {
                continue;
            }
            if file.is_sql
                && let Some(end) = insert::read(doc.text, at, &mut rows, &mut |name, value| {
                    self.assigned(doc, &Assignment { name, value, form: Form::Quoted }, file, cx);
                })
            {
                seen = end;
                continue;
            }
            let Some(name) = assignment::name_around(doc.text, at) else { continue };
            // A function of the table is known by its whole name, so that it goes first.
            if let Some(argument) = call::read(doc.text, name.clone()) {
                seen = name.end;
                self.argument(doc, name, argument, file, cx);
            } else if let Some(found) = assignment::read(doc.text, name.clone()) {
                seen = found.name.end;
                self.assigned(doc, &found, file, cx);
            } else if let Some(argument) = call::setter(doc.text, name.clone()) {
                seen = name.end;
                self.argument(doc, name, argument, file, cx);
            }
        }
        for &at in &hits.urls {
            self.url(doc, at, file, cx);
        }
        if file.is_sql && !hits.names.is_empty() {
            command_line::quoted_passwords(doc.text, &mut |range| self.statement(doc, range, file, cx));
        }
    }
}

impl Credential {
    /// What was commented out of a configuration: only what looks generated, the rest explains.
    fn comments(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        if cx.has_looked_through(doc) {
            return;
        }
        let places = cx.names_in(doc);
        let give = &mut |name: Range<usize>, value: Range<usize>| {
            let is_credential = credential::name_kind(&doc.text[name.clone()]).is_credential();
            if is_credential && comment::is_generated(&doc.text[value.clone()]) {
                let file = FileKind::of(doc.place.file_name(), &doc.place.path);
                self.assigned(doc, &Assignment { name, value, form: Form::Quoted }, file, cx);
            }
        };
        match places {
            Some(places) => comment::read_at(doc.text, places.into_iter(), give),
            None => comment::read(doc.text, give),
        }
    }

    fn assigned(&self, doc: &Document<'_>, found: &Assignment, file: FileKind, cx: &mut Context<'_>) {
        let (name, value) = (&doc.text[found.name.clone()], &doc.text[found.value.clone()]);
        // In quotes it is no folder: `{ user: "app", pwd: "…" }`.
        let kind =
            if name == "pwd" && found.form == Form::Quoted { NameKind::Password } else { credential::name_kind(name) };
        let Some(judged) = credential::judge_as(kind, name, value, Setting::Text) else { return };
        let secret = &value[judged.secret.clone()];
        // `"Authorization": "Bearer …"`: the header says what the rest is.
        let kind = if credential::is_header(value) { NameKind::Credential } else { kind };
        let form = if connection::holds(doc.text, found) { Form::Quoted } else { found.form };
        let Some(confidence) = looks(kind, name, secret, form, file) else { return };
        let confidence = confidence.min(judged.confidence);
        let span = Span::new(found.value.start + judged.secret.start, found.value.start + judged.secret.end);
        let label = (Span::new(found.name.start, found.name.end), "this name says what the value is");
        self.report(doc, span, judged, confidence, vec![label], cx);
    }

    fn argument(
        &self,
        doc: &Document<'_>,
        name: Range<usize>,
        argument: Range<usize>,
        file: FileKind,
        cx: &mut Context<'_>,
    ) {
        let value = &doc.text[argument.clone()];
        let Some(judged) = credential::judge_as(NameKind::Password, "password", value, Setting::Text) else { return };
        let Some(confidence) = looks(NameKind::Password, "password", value, Form::Argument, file) else { return };
        let span = Span::new(argument.start + judged.secret.start, argument.start + judged.secret.end);
        let label = (Span::new(name.start, name.end), "this function takes a password");
        self.report(doc, span, judged, confidence, vec![label], cx);
    }

    /// The password that a statement of SQL gives to a user.
    fn statement(&self, doc: &Document<'_>, value: Range<usize>, file: FileKind, cx: &mut Context<'_>) {
        let text = &doc.text[value.clone()];
        let judged = credential::judge_as(NameKind::Password, "password", text, Setting::CommandLine);
        let Some(judged) = judged.filter(|judged| judged.secret.len() == text.len() && !form::is_filled_in(text))
        else {
            return;
        };
        let shown = file.is_sample && doc.place.depth == 0;
        let confidence = if shown { Confidence::Low } else { Confidence::Medium };
        self.report(doc, Span::new(value.start, value.end), judged, confidence, Vec::new(), cx);
    }

    fn url(&self, doc: &Document<'_>, at: usize, file: FileKind, cx: &mut Context<'_>) {
        let Some(range) = url::around(doc.text, at) else { return };
        let text = &doc.text[range.clone()];
        let Some(judged) = credential::judge_as(NameKind::Neutral, "", text, Setting::Text) else { return };
        let secret = &text[judged.secret.clone()];
        let telling = credential::looks_random(secret) || has_digit_and_letter(secret);
        // A long random password is used somewhere, whatever the host is called.
        let local = url::is_local(text) && !(secret.len() >= 12 && credential::looks_random(secret));
        let doubtful = local || file.is_sample || file.is_prose || !telling;
        let confidence = match doubtful {
            _ if file.is_credentials => Confidence::High,
            true => Confidence::Low,
            false => Confidence::Medium,
        };
        let span = Span::new(range.start + judged.secret.start, range.start + judged.secret.end);
        self.report(doc, span, judged, confidence, Vec::new(), cx);
    }

    fn report(
        &self,
        doc: &Document<'_>,
        span: Span,
        judged: Judgement,
        confidence: Confidence,
        labels: Vec<(Span, &'static str)>,
        cx: &mut Context<'_>,
    ) {
        let found = Found {
            span,
            secret: Secret::new(span.of(doc.text)),
            what: judged.what,
            confidence,
            severity: judged.severity,
            labels,
            structural_path: String::new(),
        };
        cx.report(self.rule(), doc, found);
    }
}

/// The last words of the names of passwords alone.
const PASSWORDS: [&str; 5] = ["password", "passwd", "pass", "passphrase", "pwd"];

/// How sure it is that a value which the classifier takes for a credential's is one in a text; `None`: it is none.
fn looks(kind: NameKind, name: &str, secret: &str, form: Form, file: FileKind) -> Option<Confidence> {
    // A bare word of code is an expression; of a sentence, a word, unless it looks generated.
    let bare = !matches!(form, Form::Quoted | Form::Argument | Form::Beside);
    if form == Form::Beside && secret.contains(['/', ':', ' '])
        || is_name_of_one(secret)
        || bare && (file.is_code || is_expression(secret))
        || form == Form::Word && !(has_digit_and_letter(secret) && comment::is_generated(secret))
        || !kind.is_credential()
        || secret.starts_with("0x") && !is_hexadecimal_key(secret)
        || !credential::is_salt(secret) && (form::is_filled_in(secret) || form::begins_as_expression(secret))
        || is_filler(secret)
        || holds_alphabet(secret)
        || is_about_name(name, secret)
    {
        return None;
    }
    let random = credential::looks_random(secret);
    let password = kind == NameKind::Password;
    let is_programs = file.is_code && !file.is_template && credential::ends_with(name, &PASSWORDS);
    Some(match () {
        () if is_made_up(name, secret, random, file) => Confidence::Low,
        () if random && secret.len() >= 16 && !file.is_prose => Confidence::High,
        () if random || password && secret.len() >= 6 && is_mixed(secret) => Confidence::Medium,
        // What everybody tries first is a password, too, where a program's text gives it to one.
        () if password && form == Form::Quoted && is_programs && credential::is_common_password(secret) => {
            Confidence::Medium
        }
        () => Confidence::Low,
    })
}

/// Whether the value stands where most are invented.
fn is_made_up(name: &str, secret: &str, random: bool, file: FileKind) -> bool {
    // What documents show is made up, but for a long random value of a variable in a command.
    let is_shown = file.is_prose && !(random && secret.len() >= 12 && assignment::is_constant(name));
    let numbered = secret.trim_end_matches(|c: char| c.is_ascii_digit());
    let says = |word: &str| says_made_up(word) && !(random && is_default(word, secret));
    file.is_sample
        || is_shown
        || credential::is_sample_word(numbered)
        || credential::words_of(name).into_iter().any(says)
}

/// Whether the text is itself the name of a credential, in humps: one of a list of names.
fn is_name_of_one(text: &str) -> bool {
    let humps = text.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    humps.count() > 1
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().filter(u8::is_ascii_digit).count() < 2
        && text.ends_with(|c: char| c.is_ascii_alphabetic())
        && credential::name_kind(text).is_credential()
}

/// Whether a bare text is more likely an expression, a path or an address than a secret. Keys in base64 have marks of
/// those, too.
fn is_expression(text: &str) -> bool {
    text.contains(['(', '[', '.', '=', '/', ':']) && !is_encoded(text)
}

/// Whether a number is as long as a key of 256 bits, as those of wallets are written.
fn is_hexadecimal_key(text: &str) -> bool {
    text.len() == 66 && text[2..].bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a text is a long random one of letters of both cases, digits and the marks of base64 and its kin.
fn is_encoded(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().filter(is).count() > 1;
    text.len() >= 20
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'.' | b'_' | b'-'))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && credential::looks_random(text)
}

/// Whether a name's word says that the value is used where no other is given: a long random one is used.
fn is_default(word: &str, secret: &str) -> bool {
    word.eq_ignore_ascii_case("default") && secret.len() >= 16
}

/// Whether a word of a name says that the value is no real one: `invalidToken`, `fake_password`.
fn says_made_up(word: &str) -> bool {
    credential::is_sample_word(word)
        || [
            "non",
            "not",
            "no",
            "invalid",
            "wrong",
            "bad",
            "dummy",
            "expected",
            "expired",
            "default",
            "foo",
            "csrf",
            "authenticity",
        ]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}

/// Whether the value says the name again, or is made of the words of such names, with a number perhaps: a field's name, a
/// label.
fn is_about_name(name: &str, secret: &str) -> bool {
    let words = credential::words_of(secret);
    let again = |word: &&str| {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        name.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
            || credential::name_kind(word) != NameKind::Neutral
    };
    !words.is_empty() && !has_mark_inside(secret) && words.iter().all(again)
}

/// Whether the first letters of the alphabet, or as many others in order, make up much of the text.
fn holds_alphabet(text: &str) -> bool {
    text.as_bytes().windows(7).any(|run| run.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1)))
}

fn has_digit_and_letter(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Letters with digits or with marks between them that no identifier holds.
fn is_mixed(text: &str) -> bool {
    has_digit_and_letter(text) || text.bytes().any(|b| b.is_ascii_alphabetic()) && has_mark_inside(text)
}

/// Whether a mark that no identifier holds stands before the last character.
fn has_mark_inside(text: &str) -> bool {
    let inside = &text.as_bytes()[..text.len().saturating_sub(1)];
    inside.iter().any(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'^' | b'&' | b'*' | b'?' | b'+' | b'~'))
}

/// What kind of file a text is, by its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct FileKind {
    /// Source code of a programming language: bare words are expressions.
    is_code: bool,
    /// Text that a program fills in: what stands in it is what it shows, or a default.
    is_template: bool,
    /// Sentences.
    is_prose: bool,
    /// A test, a fixture, an example: what it holds is mostly made up.
    is_sample: bool,
    /// SQL, whose statements give passwords to users.
    is_sql: bool,
    /// Git's store of passwords: what stands in it is used.
    is_credentials: bool,
}

/// Whether the path is that of a test, a fixture or an example.
pub fn is_sample(path: &str) -> bool {
    path.split(['/', '.', '_', '-']).any(credential::is_sample_word)
}

impl FileKind {
    fn of(name: &str, path: &str) -> Self {
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        Self {
            is_code: credential::is_code_extension(extension),
            is_template: matches!(extension, "tpl" | "gotmpl" | "tmpl"),
            is_prose: credential::is_prose_extension(extension),
            is_sample: is_sample(path),
            is_sql: is_sql(name),
            is_credentials: name == ".git-credentials",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FileKind;
    use crate::model::behind_last;

    #[test]
    fn files_are_known_by_their_names() {
        let kind = |path: &str| FileKind::of(behind_last(path, b'/'), path);
        assert!(kind("src/main.go").is_code && !kind("src/main.go").is_sample);
        assert!(kind("pkg/auth/auth_test.go").is_sample && kind("docs/install.md").is_sample);
        assert!(kind("README.md").is_prose && !kind("notes.txt").is_code);
        assert!(!kind("src/contest.py").is_sample);
    }
}
