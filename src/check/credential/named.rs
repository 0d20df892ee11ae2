//! Values under names that are, or may be, a credential's.

use super::plain::{is_algorithm, is_certificate, is_commit, is_key_id, is_measurement_id};
use super::pointer::{self, names_a_key, names_a_resource, reads_as_a_name};
use super::randomness::looks_random;
use super::value::{self, ValueKind};
use super::words::{ACCOUNT_SOURCES, FILLING_VALUES, FUNCTION_WORDS, Words, contains, ends_with};
use super::{NameKind, Setting, name, outcome, shape, url};
use crate::model::Confidence;

/// A value under a credential's name.
pub(super) fn judge(
    kind: NameKind,
    name: &str,
    value: &str,
    value_is: ValueKind,
    setting: Setting,
) -> Option<Confidence> {
    let text = value.trim();
    let secret = setting == Setting::Secret;
    match value_is {
        ValueKind::Literal | ValueKind::PasswordHash => {}
        // `DB_PASSWORD=:ferret9`: only a program's text has symbols.
        ValueKind::Code if !secret && setting != Setting::Text && shape::is_symbol(text) => {}
        ValueKind::Number if kind == NameKind::Credential && !secret => {
            // `API_KEY=12345`; shorter ones count something, and so does what has a plural's name (`MAX_TOKENS`).
            let variable = matches!(setting, Setting::Environment | Setting::CommandLine) && !pointer::is_plural(name);
            let is_key = text.len() >= 5 && text.bytes().all(|b| b.is_ascii_digit()) || is_groups_of_digits(text);
            return (variable && is_key).then_some(Confidence::Medium);
        }
        // `MAX_PASSWORDS=1000` counts them.
        ValueKind::Number if !secret && pointer::is_plural(name) => return None,
        ValueKind::Number => {
            // `password: 0` is a switch; `password: 123456` is a password.
            return (text.len() >= 3 && text.bytes().all(|b| b.is_ascii_digit()) || secret).then_some(Confidence::High);
        }
        ValueKind::Uuid => return Some(Confidence::High),
        ValueKind::Prose => return passphrase(name, text, setting),
        ValueKind::Keyword => {
            let direct = matches!(setting, Setting::Environment | Setting::CommandLine);
            let nothing_else = secret
                || kind == NameKind::Password
                    && (direct || setting == Setting::Configuration && contains(FILLING_VALUES, text));
            return nothing_else.then_some(Confidence::High);
        }
        // What a Secret calls a password is one, though it looks like a host's name or a path.
        ValueKind::Path | ValueKind::Host | ValueKind::Digest if secret && kind == NameKind::Password => {}
        // Nor is a password's variable where a host is named.
        ValueKind::Host if kind == NameKind::Password && setting == Setting::Environment && text == "localhost" => {}
        // A host-like or path-like text may be what a Secret keeps under a credential's name.
        ValueKind::Path
        | ValueKind::Host
        | ValueKind::Url
        | ValueKind::Code
        | ValueKind::Digest
        | ValueKind::Boolean
            if secret =>
        {
            return Some(if value_is == ValueKind::Code { Confidence::High } else { Confidence::Low });
        }
        _ => return None,
    }
    if secret {
        // Something puts the value of the variable there.
        return Some(if pointer::is_variable(text) { Confidence::Low } else { Confidence::High });
    }
    literal(kind, name, text, setting)
}

/// A text that could be a credential, outside of Secrets: unless it only names or describes one.
fn literal(kind: NameKind, name: &str, text: &str, setting: Setting) -> Option<Confidence> {
    // What a variable or an option holds is used, however it reads.
    let described = matches!(setting, Setting::Text | Setting::Configuration);
    let token = kind == NameKind::Credential && described;
    let elsewhere = match setting {
        Setting::CommandLine => names_a_resource(name, text),
        // `secret: monitoring/creds`
        _ => {
            names_a_key(name, text, setting)
                || name.eq_ignore_ascii_case("secret") && text.contains('/') && names_a_resource(name, text)
        }
    };
    if elsewhere
        || is_account_source(name, text)
        || kind == NameKind::Credential && (outcome::is_pgp_id(name, text) || is_measurement_id(text))
        || outcome::is_name_in_capitals(name, text)
        || described && outcome::is_three_letters(text)
        || setting != Setting::CommandLine && outcome::is_caption(name, text)
        || token && (outcome::is_name_in_humps(text) || outcome::is_style(text))
        || text.chars().nth(1).is_none()
        || text.starts_with(['{', '[', '<', '|', '>'])
        || token && (counts_up(text) || lists_numbers(text))
    {
        return None;
    }
    // The provider's own rule knows every form that its tokens have: what it leaves is none of them.
    let has_other_form = token
        && (name::has_one_form(name) || value::begins_as_one_form(text) || outcome::is_word_for_issued(name, text));
    let unsure = has_other_form
        || outcome::is_sentence_in_capitals(text)
        || outcome::is_issued_in_words(name, text)
        || setting != Setting::CommandLine && reads_as_a_name(name, text, setting);
    Some(if unsure { Confidence::Low } else { Confidence::High })
}

/// Whether a short text is made of nothing but stretches of the alphabet and of numbers in order (`abc123`, `abcd1234`):
/// nobody issues such a token.
fn counts_up(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() < 16 && bytes.chunk_by(|a, b| *b == a.wrapping_add(1)).all(|run| run.len() > 2)
}

/// Whether digits stand in three groups or more, as keys are printed on cards, and in no date: `402-771-936`.
fn is_groups_of_digits(text: &str) -> bool {
    let digits = |group: &str| group.len() > 2 && group.bytes().all(|b| b.is_ascii_digit());
    text.split('-').count() > 2 && text.split('-').all(digits)
}

/// Whether the text is a list of numbers, as databases have tokens for their parts of a ring: `-4611,0,4611`.
fn lists_numbers(text: &str) -> bool {
    let is_number = |part: &str| {
        let digits = part.trim().trim_start_matches('-');
        !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())
    };
    text.contains(',') && text.split(',').all(is_number)
}

/// Several words under a credential's name: a passphrase, unless it reads like a sentence.
pub(super) fn passphrase(name: &str, text: &str, setting: Setting) -> Option<Confidence> {
    let words = text.split_whitespace().count();
    // `p@ss w0rd!` ends like a sentence and is none.
    let ends = text.ends_with(['.', '!', '?', ':']) && (words > 3 || !text.bytes().any(|b| b.is_ascii_digit()));
    let sentence = ends || text.contains([';', ',']) || words > 8 || text.contains('\n');
    let explains = text.split_whitespace().filter(|word| contains(FUNCTION_WORDS, word)).count() > 1;
    let explains = explains || says_whose(name, text);
    let described = setting == Setting::Configuration;
    match setting {
        // `password (if used to log in)` is what somebody is to put there.
        Setting::Secret if explains && text.contains('(') => Some(Confidence::Low),
        Setting::Secret => Some(Confidence::High),
        Setting::Text => None,
        _ if is_account_source(name, text) || described && outcome::is_report(name, text) => None,
        _ if reads_as_a_name(name, text, setting) || described && pointer::is_label(name, text) => {
            Some(Confidence::Low)
        }
        _ if sentence || explains || text.contains(['{', '(', '<', '=']) => None,
        _ => Some(Confidence::Medium),
    }
}

/// Whether a text says whose or what for the credential of the name is, as one who explains a file writes it: `password for
/// the database` under `password`, `Token from the console` under `token`.
fn says_whose(name: &str, text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else { return false };
    ends_with(name, &[first]) && (contains(FUNCTION_WORDS, second) || second.eq_ignore_ascii_case("from"))
}

/// Whether it says where a system looks its accounts up, as `/etc/nsswitch.conf` does: `passwd: files sss`.
fn is_account_source(name: &str, text: &str) -> bool {
    name == "passwd" && text.split_whitespace().all(|word| contains(ACCOUNT_SOURCES, word))
}

/// Whether a variable has a word as the id of a pair of keys, as stores that one runs oneself have: `AWS_ACCESS_KEY_ID: minio`.
fn is_weak_id(name: &str, text: &str, value_is: ValueKind, setting: Setting) -> bool {
    setting == Setting::Environment
        && value_is == ValueKind::Literal
        && text.len() > 3
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        && name::is_key_pairs_id(name)
}

/// Whether a program makes the account at its start, as the name says, with the password that stands behind the user's name:
/// `BOOTSTRAP_USER=admin:kestrel`.
pub(super) fn is_made_account(name: &str, text: &str) -> bool {
    let made =
        |word: &&str| ["bootstrap", "create", "init", "initial"].iter().any(|known| word.eq_ignore_ascii_case(known));
    text.contains(':')
        && url::is_plain_login(text.trim())
        && (ends_with(name, &["superuser", "superusers"])
            || ends_with(name, &["user", "users"]) && Words::of(name).as_slice().iter().any(made))
}

/// A value under a name that may be a credential's.
pub(super) fn judge_maybe(name: &str, value: &str, value_is: ValueKind, setting: Setting) -> Option<Confidence> {
    let text = value.trim();
    if setting == Setting::Secret {
        return match value_is {
            ValueKind::Boolean | ValueKind::Host | ValueKind::Url | ValueKind::Path | ValueKind::Public => {
                Some(Confidence::Low)
            }
            // A certificate is no secret, whatever stands in for it.
            _ if is_certificate(name) || is_algorithm(text) => Some(Confidence::Low),
            _ => Some(Confidence::High),
        };
    }
    // `…_AUTH`, and Kafka's `…_BASIC_AUTH_USER_INFO`.
    let is_login = setting == Setting::Environment
        && (ends_with(name, &["auth", "info"]) || is_made_account(name, text))
        && url::is_plain_login(text)
        && !text.split(':').any(pointer::is_variable);
    let is_known = is_login || is_weak_id(name, text, value_is, setting) || outcome::is_digest_of_password(name, text);
    if value_is == ValueKind::PasswordHash || is_known {
        return Some(Confidence::Medium);
    }
    // A variable called a key holds a key; elsewhere so many digits are a digest as often.
    let key = setting == Setting::Environment && text.len() == 64 && ends_with(name, &["key"]);
    let generated = value_is == ValueKind::Literal
        && looks_random(text)
        && (key || !is_commit(text))
        && !is_certificate(name)
        && !outcome::is_signature(name, text)
        && !shape::is_collection(text)
        && !is_key_id(text)
        && !shape::holds_uuid(text);
    (generated && text.len() >= 12 && text.len() <= 512).then_some(Confidence::Medium)
}
