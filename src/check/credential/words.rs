//! The classifier's word lists (`rules/credential/words.yaml`, compiled in), and how names are cut into words.

use std::ops::Deref;

include!(concat!(env!("OUT_DIR"), "/words.rs"));

/// Words in lower case, ordered by their first letter; otherwise a slice like any.
pub struct List {
    words: &'static [&'static str],
    /// Where the words of each letter begin; then those that begin otherwise, then the end.
    starts: [u16; 28],
}

impl List {
    /// The words that begin with the same letter as `text`, in any ASCII case.
    pub fn of(&self, text: &str) -> &'static [&'static str] {
        let bucket = match text.bytes().next().map(|b| b.to_ascii_lowercase()) {
            Some(b @ b'a'..=b'z') => usize::from(b - b'a'),
            Some(_) => 26,
            None => return &[],
        };
        &self.words[usize::from(self.starts[bucket])..usize::from(self.starts[bucket + 1])]
    }
}

impl Deref for List {
    type Target = [&'static str];

    fn deref(&self) -> &Self::Target {
        self.words
    }
}

impl IntoIterator for &'static List {
    type Item = &'static &'static str;
    type IntoIter = std::slice::Iter<'static, &'static str>;

    fn into_iter(self) -> Self::IntoIter {
        self.words.iter()
    }
}

/// Whether the list holds `word`, compared without regard to ASCII case.
pub fn contains(list: &List, word: &str) -> bool {
    list.of(word).iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether the list holds `first second`, compared without regard to ASCII case.
pub fn contains_pair(list: &List, first: &str, second: &str) -> bool {
    let pair = |known: &&str| {
        known.len() == first.len() + 1 + second.len()
            && known
                .split_once(' ')
                .is_some_and(|(a, b)| a.eq_ignore_ascii_case(first) && b.eq_ignore_ascii_case(second))
    };
    list.of(first).iter().any(pair)
}

/// Which small letter of ASCII follows which in the pairs of a list.
pub const fn pairs_of_letters(list: &List) -> [[bool; 26]; 26] {
    let (mut pairs, mut at) = ([[false; 26]; 26], 0);
    while at < list.words.len() {
        if let [first @ b'a'..=b'z', second @ b'a'..=b'z'] = *list.words[at].as_bytes() {
            pairs[(first - b'a') as usize][(second - b'a') as usize] = true;
        }
        at += 1;
    }
    pairs
}

/// Whether the last word of a name is one of these, compared without regard to ASCII case.
pub fn ends_with(name: &str, known: &[&str]) -> bool {
    Words::of(name).as_slice().last().is_some_and(|last| known.iter().any(|word| last.eq_ignore_ascii_case(word)))
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
