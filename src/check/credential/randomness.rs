//! Does a text look random? Pairs of letters that English and code seldom use, and changes between letters and digits, tell
//! a generated token from an identifier better than Shannon's entropy does on texts this short.

use std::collections::HashSet;

use super::words::{LETTER_PAIRS, pairs_of_letters};

/// Whether the text looks generated rather than written: at least 8 characters, no blanks, and enough surprise for its
/// length.
pub fn looks_random(text: &str) -> bool {
    let length = text.len();
    if !(8..=4096).contains(&length) || !text.is_ascii() || text.contains([' ', '\n']) {
        return false;
    }
    surprise(text.as_bytes()) >= threshold(length)
}

/// Whether the text is a long random one of letters, digits and marks of all kinds, as WordPress makes for its keys: marks
/// stand everywhere, and no word anywhere.
pub fn is_salt(text: &str) -> bool {
    if !(32..=128).contains(&text.len()) || !text.bytes().all(|b| matches!(b, b' '..=b'~')) {
        return false;
    }
    let marks = text.bytes().filter(|b| b.is_ascii_punctuation()).count();
    let kinds = text.bytes().filter(u8::is_ascii_punctuation).collect::<HashSet<_>>().len();
    let has = |is: fn(&u8) -> bool| text.bytes().filter(is).count() >= 3;
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).map(str::len).max().unwrap_or(0);
    (text.len() / 8..text.len() * 3 / 4).contains(&marks)
        && kinds >= 6
        && word <= 6
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// Surprise a character that a text of this length needs: a short one may be odd by chance.
fn threshold(length: usize) -> f32 {
    match length {
        ..12 => 0.52,
        12..20 => 0.42,
        20..32 => 0.36,
        _ => 0.32,
    }
}

/// Odd steps from one character to the next, a step.
fn surprise(text: &[u8]) -> f32 {
    let odd = text.windows(2).map(|pair| step(pair[0], pair[1])).sum::<f32>();
    odd / (text.len() - 1) as f32
}

/// How odd it is that `b` follows `a`.
fn step(a: u8, b: u8) -> f32 {
    match (class(a), class(b)) {
        (Class::Lower, Class::Lower) | (Class::Upper, Class::Upper) => letters(a, b),
        // A capital after a small letter begins a word of camelCase; a small one after a capital goes on with it.
        (Class::Lower, Class::Upper) => 0.45,
        (Class::Upper, Class::Lower) => letters(a, b).max(0.15),
        (Class::Digit, Class::Digit) => 0.35,
        (Class::Digit, Class::Lower | Class::Upper) => 0.9,
        (Class::Lower | Class::Upper, Class::Digit) => 0.6,
        (Class::Joint, _) | (_, Class::Joint) => 0.0,
        (Class::Other, _) | (_, Class::Other) => 0.45,
    }
}

/// Whether a letter often follows another, by their places in the alphabet.
static OFTEN: [[bool; 26]; 26] = pairs_of_letters(LETTER_PAIRS);

fn letters(a: u8, b: u8) -> f32 {
    let place = |letter: u8| usize::from(letter.to_ascii_lowercase() - b'a');
    if OFTEN[place(a)][place(b)] { 0.0 } else { 1.0 }
}

enum Class {
    Lower,
    Upper,
    Digit,
    /// Joins words: says nothing.
    Joint,
    Other,
}

fn class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' => Class::Lower,
        b'A'..=b'Z' => Class::Upper,
        b'0'..=b'9' => Class::Digit,
        b'-' | b'_' | b'.' | b'/' | b':' => Class::Joint,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_texts_look_random() {
        for text in [
            "t0k-81f2a6c97be34d05",
            "Vq8sLw2pTz",
            "9f86d081884c7d659a2feaa0c55ad015",
            "kR7vX2mQ9pLw4sTz8bNc",
            "QVFEQ1pMdFhPUnQrSmhBQUFYaERWNHJsZ3BsMmNjcDR6RFZST0E9PQ",
            "xqzvkwjtpbfhgmnd",
            "8312341g-5678-abcd-4a2b2c-33bcsd655",
            "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzKEY",
            "AKIAX7QJ3MZP2LW5TYBC",
        ] {
            assert!(looks_random(text), "{text}: {}", surprise(text.as_bytes()));
        }
    }

    #[test]
    fn written_texts_do_not() {
        for text in [
            "mysecretpassword",
            "database-connection-string",
            "spring.datasource.password",
            "DefaultTokenProvider",
            "application/json",
            "my-release-postgresql",
            "getUserCredentials",
            "kubernetes.io/tls",
            "com.example.service",
            "storage-class-name",
            "internationalization",
            "prometheus-operator",
            "node-exporter",
            "RollingUpdate",
        ] {
            assert!(!looks_random(text), "{text}: {}", surprise(text.as_bytes()));
        }
    }
}
