//! Values of a Secret under names that say nothing of a credential, or that they are none.

use super::named::passphrase;
use super::plain::{is_algorithm, is_certificate, is_plain_name};
use super::value::{ValueKind, value_kind};
use super::{NameKind, Setting, judge as judge_pair, looks_random, name, name_kind, shape};
use crate::model::Confidence;

/// A value under a name that says nothing, or that says it is none: only a Secret makes it one.
pub(super) fn judge(
    kind: NameKind,
    name: &str,
    value: &str,
    value_is: ValueKind,
    setting: Setting,
) -> Option<Confidence> {
    if setting != Setting::Secret {
        return (value_is == ValueKind::PasswordHash && name::is_encrypted(name)).then_some(Confidence::Medium);
    }
    let text = value.trim();
    if is_certificate(name) || is_algorithm(text) {
        return Some(Confidence::Low);
    }
    if let Some(confidence) = settings(text) {
        return Some(confidence);
    }
    if value_is == ValueKind::PasswordHash || value_is == ValueKind::Literal && looks_random(text) {
        return Some(Confidence::High);
    }
    // Users are not called so, nor is anything else that is none.
    if kind == NameKind::Identity && is_like_password(text) || kind != NameKind::About && says_password(text) {
        return Some(Confidence::Medium);
    }
    let about = (matches!(kind, NameKind::Identity | NameKind::About | NameKind::Location) || is_plain_name(name))
        && !name::is_key_pairs_id(name)
        || shape::is_address(text)
        || value_is == ValueKind::Prose && passphrase(name, text, Setting::Configuration).is_none();
    // `AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID` stands for what is put in later.
    let constant = || name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let about = about || text == name && constant() || text.starts_with("arn:") || name::is_plain_key(name);
    let short = matches!(value_is, ValueKind::Literal | ValueKind::Keyword | ValueKind::Prose | ValueKind::Uuid)
        && !text.contains('\n');
    Some(if short && !about { Confidence::Medium } else { Confidence::Low })
}

/// Whether a word says that it is a password: `kilnpass`. Ways and orders to sign in end so, too: `userpass`, `no-password`.
fn says_password(text: &str) -> bool {
    const WAYS: [&str; 9] =
        ["password", "userpass", "bypass", "compass", "no", "without", "prohibit", "forgot", "reset"];
    text.len() > 5
        && !WAYS.contains(&text)
        && !text.split_once(['-', '_']).is_some_and(|(first, _)| WAYS.contains(&first))
        && ["pass", "password", "passwd"].iter().any(|end| text.ends_with(end))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Whether letters, digits and a mark that no user's name or address has stand in a short text: `Shop@2031`, `t!ger5`.
fn is_like_password(text: &str) -> bool {
    let has = |is: fn(&u8) -> bool| text.bytes().any(|b| is(&b));
    let marks = text.contains(['!', '#', '$', '%', '^', '&', '*']);
    let at = text
        .split_once('@')
        .is_some_and(|(_, behind)| !behind.contains('.') && behind.ends_with(|c: char| c.is_ascii_digit()));
    (6..40).contains(&text.len())
        && has(u8::is_ascii_alphabetic)
        && has(u8::is_ascii_digit)
        && (marks || at)
        && text.bytes().all(|b| b.is_ascii_graphic())
}

/// Settings by names of their own, as `ENABLED=true` or `uid=1000,gid=1000`: how sure the surest credential among them is.
fn settings(text: &str) -> Option<Confidence> {
    let is_name = |name: &str| {
        (2..64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'))
    };
    let mut surest = Confidence::Low;
    for part in text.split([',', ';']) {
        // `uid=1000,noperm`: a switch among them.
        if text.contains('=') && text.len() > part.len() && is_name(part.trim()) {
            continue;
        }
        let (name, value) = part.trim().split_once('=').filter(|(name, _)| is_name(name))?;
        let alone = text.len() == part.len();
        // `password=kiln`: a file of one line.
        if alone && name_kind(name).is_credential() {
            return judge_pair(name, value, Setting::Secret).map(|held| held.confidence);
        }
        if alone && !name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            return None;
        }
        // Nothing but a secret is random there, whatever it is called.
        let random = value_kind(value) == ValueKind::Literal && looks_random(value);
        let judged = judge_pair(name, value, Setting::Configuration).map_or(Confidence::Low, |held| held.confidence);
        surest = surest.max(if random { Confidence::High } else { judged });
    }
    Some(surest)
}
