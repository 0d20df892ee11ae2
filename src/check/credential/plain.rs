//! Names and values that are plainly no credential's: certificates, algorithms, settings, ids of commits and keys.

use super::looks_random;
use super::words::{ALGORITHMS, PLAIN_NAMES, Words, contains};

/// Whether the text names an algorithm: `sha256`, `aes-xts-plain64`.
pub(super) fn is_algorithm(text: &str) -> bool {
    contains(ALGORITHMS, text)
        || ["aes-", "chacha20-"].iter().any(|begin| text.starts_with(begin)) && !looks_random(text)
}

/// Whether the name is that of a certificate: `ca.cert`, `tls.crt`, `ca.pem`.
pub(super) fn is_certificate(name: &str) -> bool {
    let cut = Words::of(name);
    let is = |word: &str, known: &[&str]| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    match cut.as_slice() {
        [.., owner, last] if is(last, &["pem"]) => is(owner, &["ca", "cert", "certificate", "chain", "fullchain"]),
        [.., last] => is(last, &["cert", "crt", "cer", "certificate"]),
        [] => false,
    }
}

/// Whether the name is that of a setting: `region`, `dbname`.
pub(super) fn is_plain_name(name: &str) -> bool {
    let cut = Words::of(name);
    let telling = cut.as_slice().iter().rev().map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    telling.into_iter().find(|word| !word.is_empty()).is_some_and(is_plain_word)
}

/// Whether the word is that of a setting, or ends with one: `region`, `awsregion`.
fn is_plain_word(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    contains(PLAIN_NAMES, word) || PLAIN_NAMES.iter().any(|known| known.len() > 5 && lower.ends_with(*known))
}

/// As many hexadecimal digits as a commit or a digest has: one of them as likely as a key.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 56 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Sixteen or forty hexadecimal digits in capitals: how OpenPGP's keys are called.
pub fn is_key_id(text: &str) -> bool {
    matches!(text.len(), 16 | 40) && text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
}

/// Whether the text is an id of Google Analytics or of its tag manager, which every page of a site shows:
/// `UA-<account>-<property>`, `G-…`, `GTM-…`.
pub(super) fn is_measurement_id(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let capitals = |part: &str| part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    match text.split_once('-') {
        Some(("UA", rest)) => {
            rest.split_once('-').is_some_and(|(account, property)| digits(account) && digits(property))
        }
        Some(("G", rest)) => rest.len() == 10 && capitals(rest),
        Some(("GTM", rest)) => (5..9).contains(&rest.len()) && capitals(rest),
        _ => false,
    }
}
