//! The classifier's word lists (`rules/credential/words.yaml`, compiled in), and how names are cut into words.

use std::cmp::Ordering;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Whether the sorted list holds `word`, compared without regard to ASCII case.
pub fn contains(list: &[&str], word: &str) -> bool {
    list.binary_search_by(|known| compare(known, word)).is_ok()
}

/// Whether the sorted list holds `first second`, compared without regard to ASCII case.
pub fn contains_pair(list: &[&str], first: &str, second: &str) -> bool {
    let lower = |b: u8| b.to_ascii_lowercase();
    let pair = || first.bytes().chain([b' ']).chain(second.bytes()).map(lower);
    list.binary_search_by(|known| known.bytes().cmp(pair())).is_ok()
}

/// Compares a lower-case word with one in any ASCII case.
fn compare(known: &str, word: &str) -> Ordering {
    known.bytes().cmp(word.bytes().map(|b| b.to_ascii_lowercase()))
}

/// Most words a name is cut into; longer names are sentences.
const MAX_WORDS: usize = 16;

/// A name cut into words, without allocation.
pub struct Words<'n> {
    words: [&'n str; MAX_WORDS],
    count: usize,
}

impl<'n> Words<'n> {
    /// Cuts at what is no letter or digit, at the humps of camelCase, and before the last capital of a run that a small
    /// letter follows (`DBPassword`: `DB`, `Password`). A digit joins capitals: `NEO4J`, `K8S`.
    pub fn of(name: &'n str) -> Self {
        let mut out = Self { words: [""; MAX_WORDS], count: 0 };
        for part in name.split(|c: char| !c.is_alphanumeric()) {
            out.humps(part);
        }
        out
    }

    /// The words.
    pub fn as_slice(&self) -> &[&'n str] {
        &self.words[..self.count]
    }

    fn humps(&mut self, part: &'n str) {
        let bytes = part.as_bytes();
        let mut start = 0;
        for at in 1..bytes.len() {
            let (before, here) = (bytes[at - 1], bytes[at]);
            let next_is_small = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
            let hump = here.is_ascii_uppercase()
                && (before.is_ascii_lowercase()
                    || (before.is_ascii_digit() || before.is_ascii_uppercase()) && next_is_small);
            if hump {
                self.push(&part[start..at]);
                start = at;
            }
        }
        self.push(&part[start..]);
    }

    fn push(&mut self, word: &'n str) {
        if !word.is_empty() && self.count < MAX_WORDS {
            self.words[self.count] = word;
            self.count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_in_every_style() {
        for (name, words) in [
            ("spring.datasource.password", &["spring", "datasource", "password"][..]),
            ("GF_SECURITY_ADMIN_PASSWORD", &["GF", "SECURITY", "ADMIN", "PASSWORD"]),
            ("dbPasswordOld", &["db", "Password", "Old"]),
            ("DBPassword", &["DB", "Password"]),
            ("x-api-key", &["x", "api", "key"]),
            ("oauth2Token", &["oauth2", "Token"]),
            ("NEO4J_AUTH", &["NEO4J", "AUTH"]),
            ("пароль", &["пароль"]),
        ] {
            assert_eq!(Words::of(name).as_slice(), words);
        }
    }

    #[test]
    fn lists_are_found_in_any_case() {
        assert!(contains(CREDENTIAL, "PassWord") && !contains(CREDENTIAL, "passwor"));
    }
}
