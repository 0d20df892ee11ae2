//! Does this value stand for another one to be put in?

use super::pointer::is_variable;
use super::shape::is_uuid;
use super::words::{
    CREDENTIAL, ORDER_LEADS, PLACEHOLDER_HINTS, PLACEHOLDER_OBJECTS, PLACEHOLDER_ORDERS, PLACEHOLDER_PAIRS,
    PLACEHOLDER_VALUES, PLACEHOLDER_WORDS, Words, contains, contains_pair,
};

/// Whether the value stands for another one to be put in.
pub fn is_placeholder(v: &str) -> bool {
    let bytes = v.as_bytes();
    if v.len() > 256 {
        return false;
    }
    let wrapped = |open: char, close: char| v.starts_with(open) && v.ends_with(close);
    // A document of XML has marks inside.
    if wrapped('<', '>') && !v[1..].contains('<')
        || (wrapped('[', ']') && v[1..].starts_with(|c: char| c.is_alphabetic()))
    {
        return true;
    }
    let first = bytes[0].to_ascii_lowercase();
    if v.len() >= 3 && bytes.iter().all(|b| b.to_ascii_lowercase() == first) && !first.is_ascii_digit() {
        return true;
    }
    if is_filled_with_one(bytes) || is_filled_uuid(v) {
        return true;
    }
    // What was taken out is marked so: `**SOPS**`.
    if v.len() > 4 && v.starts_with("**") && v.ends_with("**") {
        return true;
    }
    if is_bare_prefix(bytes) {
        return true;
    }
    if v.bytes().all(|b| matches!(b, b'*' | b'.' | b'-' | b'_' | b'x' | b'X' | b'?' | b'#')) {
        return true;
    }
    if contains(PLACEHOLDER_VALUES, v)
        || v.contains("...")
        || v.contains("xxxx")
        || v.contains("XXXX")
        || v.contains("****")
    {
        return true;
    }
    let bare = v.trim_matches(|c: char| c.is_ascii_punctuation());
    if v.contains("EXAMPLE") || bare.starts_with("CHANGE") || bare.starts_with("REPLACEME") || is_slot(v) {
        return true;
    }
    // `#DB_PASSWORD` marks where the variable's value goes.
    if v.strip_prefix('#').is_some_and(is_variable) {
        return true;
    }
    let cut = Words::of(v);
    let words = cut.as_slice();
    if asks_for_random(words) {
        return true;
    }
    // A word inside of something random is chance.
    words.len() <= 8
        && (is_form_of_token(v, words)
            || words.iter().any(|word| contains(PLACEHOLDER_WORDS, word))
            || asks_for_a_value(words)
            || words.windows(2).any(|pair| contains_pair(PLACEHOLDER_PAIRS, pair[0], pair[1]))
            || words.len() > 2 && (asks_for_change(&words[..2]) || asks_for_change(&words[words.len() - 2..])))
}

/// Whether underscores stand around the words for what is put in there: `_admin_password_`.
fn is_slot(v: &str) -> bool {
    let Some(inner) = v.strip_prefix('_').and_then(|rest| rest.strip_suffix('_')) else { return false };
    let plain = inner.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    plain && inner.rsplit('_').next().is_some_and(|word| contains(CREDENTIAL, word))
}

fn asks_for_change(words: &[&str]) -> bool {
    words[0].eq_ignore_ascii_case("change") && words[1].eq_ignore_ascii_case("me")
}

/// Whether each group of a UUID is one character again and again: `aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee`.
fn is_filled_uuid(v: &str) -> bool {
    let one = |group: &str| group.bytes().all(|b| b == group.as_bytes()[0]);
    is_uuid(v) && v.split('-').all(one)
}

/// Whether a short text is what tokens begin with and no more: `sk-`, `sk_live_`.
fn is_bare_prefix(bytes: &[u8]) -> bool {
    let [word @ .., b'-' | b'_'] = bytes else { return false };
    (2..10).contains(&word.len()) && word.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'))
}

/// Whether nearly all of a long text is one character: `f000000000000000000000000000000`.
fn is_filled_with_one(bytes: &[u8]) -> bool {
    let last = bytes[bytes.len() - 1];
    bytes.len() >= 16 && bytes.iter().filter(|b| **b == last).count() * 10 >= bytes.len() * 9
}

/// Whether the words are a token's beginning and the name of the rest: `tok-v1-APIKEY`.
fn is_form_of_token(v: &str, words: &[&str]) -> bool {
    let [beginning @ .., last] = words else { return false };
    let named = ["KEY", "TOKEN", "SECRET", "PASSWORD"].iter().any(|name| last.ends_with(name));
    let is = |word: &str, known: fn(&u8) -> bool| word.bytes().all(|b| known(&b));
    named
        && is(last, u8::is_ascii_uppercase)
        && !beginning.is_empty()
        && v.strip_suffix(last).is_some_and(|rest| rest.ends_with(['-', '_']))
        && beginning.iter().all(|word| word.len() < 7 && is(word, |b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}

/// Whether the words ask for something random or say that the value is nothing real: `long-random-string`,
/// `not-a-real-secret`.
fn asks_for_random(words: &[&str]) -> bool {
    let is = |known: &str| words.iter().any(|word| word.eq_ignore_ascii_case(known));
    let unreal = |three: &[&str]| {
        three[0].eq_ignore_ascii_case("not") && three[1..].iter().any(|word| word.eq_ignore_ascii_case("real"))
    };
    is("random") && (is("string") || is("characters")) || words.windows(3).any(unreal)
}

/// Whether the words ask for a value to be put in: `enter-password`, `token_goes_here`.
fn asks_for_a_value(words: &[&str]) -> bool {
    let orders = |at: usize| at == 0 || contains(ORDER_LEADS, words[at - 1]);
    let is_hint =
        |at: &usize| contains(PLACEHOLDER_HINTS, words[*at]) || contains(PLACEHOLDER_ORDERS, words[*at]) && orders(*at);
    let hints = (0..words.len()).filter(is_hint).count();
    let object = |word: &&str| contains(CREDENTIAL, word) || contains(PLACEHOLDER_OBJECTS, word);
    let here = words.len() > 1 && words.last().is_some_and(|word| *word == "HERE");
    here || hints > 1 || hints == 1 && words.iter().any(object)
}
