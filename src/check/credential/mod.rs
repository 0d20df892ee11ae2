//! The credential classifier: is this name a credential's, is this value one?
//!
//! A pure function of a name, a value and the setting they stand in; its word lists are data under `rules/credential/`.

mod examples;
mod name;
mod named;
mod outcome;
mod placeholder;
mod plain;
mod pointer;
mod randomness;
mod remembered;
mod shape;
mod unnamed;
mod url;
mod value;
pub(super) mod words;

use std::ops::Range;

use super::token::validate::{Verdict, jwt, private_key};
use crate::model::{Confidence, Severity, What};

pub use examples::is_published_example;
pub use name::{NameKind, name_kind};
pub use placeholder::is_placeholder;
pub use plain::is_key_id;
pub use pointer::is_constant;
pub use randomness::{is_salt, looks_random};
pub use remembered::Remembered;
pub use shape::is_code;
pub use url::{default_password, is_scheme, password_of_login};
pub use value::{ValueKind, value_kind};
pub use words::ends_with;

use words::{CODE_EXTENSIONS, COMMON_PASSWORDS, PROSE_EXTENSIONS, SAMPLE_WORDS, Words, contains};

/// The words that a text is cut into, as names are.
pub fn words_of(text: &str) -> Vec<&str> {
    Words::of(text).as_slice().to_vec()
}

/// Whether the value is that of an Authorization header, with its credential: `Bearer …`, `Basic …`.
pub fn is_header(value: &str) -> bool {
    url::authorization(value).is_some()
}

/// Whether files with this extension hold source code.
pub fn is_code_extension(extension: &str) -> bool {
    contains(CODE_EXTENSIONS, extension)
}

/// Whether files with this extension hold sentences.
pub fn is_prose_extension(extension: &str) -> bool {
    contains(PROSE_EXTENSIONS, extension)
}

/// Whether a word of a path makes its file a test, a fixture or an example.
pub fn is_sample_word(word: &str) -> bool {
    contains(SAMPLE_WORDS, word)
}

/// Where a name and its value stand; it shifts how much evidence a finding needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A value of a Kubernetes Secret: a secret unless it plainly is none.
    Secret,
    /// An environment variable of a container, a build or a CI job.
    Environment,
    /// A key of a configuration document (values.yaml, ConfigMap, `.env`, properties).
    Configuration,
    /// A flag of a command line (`--password=…`).
    CommandLine,
    /// An assignment in source code, a log or prose.
    Text,
}

/// Whether the text is one of the passwords that everybody tries first.
pub fn is_common_password(text: &str) -> bool {
    contains(COMMON_PASSWORDS, text)
}

/// That a value is a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Byte range of the secret inside the value (the password of a URL; else the whole value, trimmed).
    pub secret: Range<usize>,
    /// How sure.
    pub confidence: Confidence,
    /// Severity, where it differs from the rule's (a weak or default password is medium).
    pub severity: Option<Severity>,
    /// What it is, masked.
    pub what: What,
}

/// Judges a name and a value together. `None`: a reference, a template, a placeholder, or nothing secret.
pub fn judge(name: &str, value: &str, setting: Setting) -> Option<Judgement> {
    let kind = name_kind(name);
    judge_as(kind, name, value, setting)
}

/// Judges a value under a name whose kind is known already (a name that the user's configuration counts as a
/// credential's).
pub fn judge_as(kind: NameKind, name: &str, value: &str, setting: Setting) -> Option<Judgement> {
    let plain = matches!(kind, NameKind::Identity | NameKind::Neutral);
    let kind = if plain && setting == Setting::Environment && named::is_made_account(name, value) {
        NameKind::Maybe
    } else {
        kind
    };
    if setting != Setting::Secret && says_nothing(kind, value) {
        return None;
    }
    judge_fully(kind, name, value, setting)
}

/// Whether neither the name nor the value speaks of a credential, so that only a Secret makes it one: so it is with most
/// pairs of a document.
pub fn says_nothing(kind: NameKind, value: &str) -> bool {
    !matches!(kind, NameKind::Password | NameKind::Credential | NameKind::Maybe) && !could_hold_one(value)
}

/// Whether a value could hold a credential by itself, whatever its name: most values of a document end here. True for more
/// than do hold one.
fn could_hold_one(value: &str) -> bool {
    let bytes = value.as_bytes();
    let bare = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    memchr::memchr3(b'@', b'=', b'$', bytes).is_some()
        || bytes.len() > 8 && ["eyJ", "LS0tLS1", "PuTTY-User"].iter().any(|known| bare.starts_with(known))
        || bytes.len() > 24 && memchr::memmem::find(bytes, b"-----BEGIN ").is_some()
        // The schemes of an Authorization header begin so.
        || bare.bytes().next().is_some_and(|first| b"btagskd".contains(&first.to_ascii_lowercase()))
            && bytes.contains(&b' ')
            && url::authorization(value).is_some()
}

fn judge_fully(kind: NameKind, name: &str, value: &str, setting: Setting) -> Option<Judgement> {
    // What a Secret holds under `passKey` is the key: there is no other place that it could name.
    let kind = if setting == Setting::Secret && name::is_key_of(name) { NameKind::Credential } else { kind };
    let value_is = value_kind(value);
    if value.contains('$') && value.contains("${") && value::literal_default(value.trim()).is_some() {
        return default_in_substitution(kind, name, value, setting);
    }
    match value_is {
        ValueKind::Empty | ValueKind::Reference | ValueKind::Placeholder | ValueKind::Ciphertext => None,
        ValueKind::PrivateKey => looked_into(value, private_key::in_text(value), "private key", setting),
        ValueKind::Jwt if setting != Setting::Text || kind != NameKind::Neutral => {
            looked_into(value, jwt::validate(value.trim(), value), "JSON Web Token", setting)
        }
        _ => inside(kind, value, value_is, setting)
            .or_else(|| whole(kind, name, value, value_is, setting))
            .or_else(|| (setting == Setting::Secret).then(|| plain_in_secret(value))),
    }
}

/// A value of a known structure, with what was found inside.
fn looked_into(value: &str, verdict: Verdict, what: &'static str, setting: Setting) -> Option<Judgement> {
    let plain = judgement(value, 0..value.len(), Confidence::High, None, what);
    match verdict {
        Verdict::Unknown => Some(plain),
        // What a Secret holds is told, if only to those who ask for what is plainly no credential.
        Verdict::Drop if setting == Setting::Secret => {
            let confidence = if private_key::has_body(value) { Confidence::Medium } else { Confidence::Low };
            Some(Judgement { confidence, ..plain })
        }
        Verdict::Drop => None,
        Verdict::Known(facts) => Some(Judgement {
            what: facts.what.map_or(plain.what, What::from),
            severity: facts.severity,
            // Where it stands says that it is one, whatever its own form.
            confidence: facts.confidence.unwrap_or(Confidence::High).max(Confidence::Medium),
            secret: plain.secret,
        }),
    }
}

/// A substitution whose default is a literal: `${DB_PASSWORD:-hunter2}`.
fn default_in_substitution(kind: NameKind, name: &str, value: &str, setting: Setting) -> Option<Judgement> {
    let lead = value.len() - value.trim_start().len();
    let default = value::literal_default(value.trim())?;
    let default = default.start + lead..default.end + lead;
    let mut judged = judge_as(kind, name, &value[default.clone()], setting)?;
    judged.secret = judged.secret.start + default.start..judged.secret.end + default.start;
    Some(judged)
}

/// A password inside a URL or a connection string, whatever the name.
fn inside(kind: NameKind, value: &str, value_is: ValueKind, setting: Setting) -> Option<Judgement> {
    let is_used = matches!(setting, Setting::Secret | Setting::Environment);
    // `DSN_LIST=postgres://app:…@db` holds one, though names that end so are mostly about something.
    if kind == NameKind::About && !(is_used && value_is == ValueKind::Url)
        || !matches!(
            value_is,
            ValueKind::Url | ValueKind::Prose | ValueKind::Literal | ValueKind::Code | ValueKind::Host
        )
    {
        return None;
    }
    let (range, what) = if let Some(range) = url::authorization(value) {
        (range, "credential of an Authorization header")
    } else if let Some(range) = url::userinfo(value) {
        (range, "password in a URL")
    } else if let Some(range) = url::oracle(value).or_else(|| url::data_source(value)) {
        (range, "password in a connection string")
    } else if let Some(range) = url::password_file(value) {
        (range, "password in a password file")
    } else if let Some(range) = url::password_of_login(value).filter(|_| kind == NameKind::Maybe) {
        (range, "password of a login")
    } else {
        (url::parameter(value)?, "password in a connection string")
    };
    let secret = &value[range.clone()];
    let kind_is_sure = kind.is_credential();
    let kind = value_kind(secret);
    let literal = !matches!(
        kind,
        ValueKind::Empty | ValueKind::Reference | ValueKind::Placeholder | ValueKind::Ciphertext | ValueKind::Boolean
    );
    let format_mark = matches!(secret, "%s" | "%v" | "{}" | "pass" | "password" | "pwd" | "secret" | "token");
    // `https://USER:PASSWORD@host` explains one everywhere.
    let form = matches!(secret, "PASS" | "PASSWORD" | "PWD");
    // `https://user:pass@host` explains a form; as a connection's real default it would stand under a telling name, or among
    // other parameters of the connection.
    let explains = value_is == ValueKind::Prose && !is_options(value);
    let before = value[..range.start].trim_end_matches([':', '=']);
    let user = before.rsplit(['/', ' ', ';', '&', '?', ',']).next().unwrap_or_default();
    let stands_for_one = form
        || format_mark && explains
        || outcome::is_name_in_capitals(user, secret)
        || outcome::is_name_of_variable(secret)
        || outcome::is_three_letters(secret)
        || outcome::is_form_of_address(user, secret, &value[range.end..])
        || !is_used && (outcome::is_filling_login(user, secret) || outcome::is_pair_of_names(user, secret))
        || !is_used && !kind_is_sure && outcome::is_form_of_login(before, user, secret);
    (literal && !stands_for_one && !secret.starts_with(['%', '{']))
        .then(|| judgement(value, range, Confidence::High, severity(secret), what))
}

/// Whether the value is made of options, those of a module of Java's that signs in, too.
fn is_options(value: &str) -> bool {
    value.contains("LoginModule ") || value.split_whitespace().all(|part| part.contains('='))
}

/// The value itself.
fn whole(kind: NameKind, name: &str, value: &str, value_is: ValueKind, setting: Setting) -> Option<Judgement> {
    let confidence = match kind {
        NameKind::Password | NameKind::Credential => named::judge(kind, name, value, value_is, setting)?,
        NameKind::Maybe if setting == Setting::Secret && name::is_key_pairs_id(name) => {
            unnamed::judge(kind, name, value, value_is, setting)?
        }
        NameKind::Maybe => named::judge_maybe(name, value, value_is, setting)?,
        _ => unnamed::judge(kind, name, value, value_is, setting)?,
    };
    let range = trimmed(value);
    let text = &value[range.clone()];
    let what = if value_is == ValueKind::PasswordHash { "password hash" } else { noun(name) };
    let severity = if value_is == ValueKind::PasswordHash { Some(Severity::Medium) } else { severity(text) };
    Some(judgement(value, range, confidence, severity, what))
}

fn plain_in_secret(value: &str) -> Judgement {
    judgement(value, trimmed(value), Confidence::Low, None, "value")
}

/// Medium for what everybody tries first; the rule's own severity otherwise.
fn severity(text: &str) -> Option<Severity> {
    let one_kind = text.bytes().all(|b| b.is_ascii_lowercase()) || text.bytes().all(|b| b.is_ascii_digit());
    let weak = text.len() < 8 || contains(COMMON_PASSWORDS, text) || one_kind && text.len() < 12;
    weak.then_some(Severity::Medium)
}

/// What a credential of this name is called.
fn noun(name: &str) -> &'static str {
    let cut = Words::of(name);
    let last = cut.as_slice().iter().rev().find_map(|word| {
        let lower = word.to_ascii_lowercase();
        ["token", "secret", "key", "passphrase", "credentials", "password", "auth"]
            .into_iter()
            .find(|noun| lower.ends_with(noun))
    });
    match last {
        Some("auth") => "credential",
        Some(noun) => noun,
        None if name_kind(name) == NameKind::Password => "password",
        None => "credential",
    }
}

fn trimmed(value: &str) -> Range<usize> {
    let start = value.len() - value.trim_start().len();
    start..start + value.trim().len()
}

fn judgement(
    value: &str,
    secret: Range<usize>,
    confidence: Confidence,
    severity: Option<Severity>,
    noun: &'static str,
) -> Judgement {
    let characters = value[secret.clone()].chars().count() as u32;
    Judgement { secret, confidence, severity, what: What::Counted { noun, characters } }
}

#[cfg(test)]
mod tests;
