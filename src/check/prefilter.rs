//! The keyword prefilter: one pass over a text that tells which token rules may match where, and whether parsing can find
//! anything at all.
//!
//! The keywords are those of the token rules and the classifier's own words, so that what the pass leaves out has no name
//! and no value that the classifier would take for a credential's.

use std::borrow::Cow;

use crate::keyword::{Entry, Index};

include!(concat!(env!("OUT_DIR"), "/keywords.rs"));

/// A literal that the pass looks for.
struct Keyword {
    text: &'static str,
    /// What it says to the parsing checks, if anything.
    mark: Option<Mark>,
    /// Which of [`rules::TOKENS`](crate::rules::TOKENS) it belongs to.
    rules: &'static [u16],
}

/// What a keyword says to the parsing checks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    /// It stands in names of credentials.
    Name,
    /// It stands in values that are secrets whatever their name, or before them.
    Value,
    /// `://`: of interest if userinfo follows.
    Url,
}

/// Where a token rule's keyword stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenHit {
    /// Offset of its first byte.
    pub start: usize,
    /// Which keyword.
    keyword: u16,
}

impl TokenHit {
    /// Offset behind its last byte.
    pub fn end(self) -> usize {
        self.start + text(self.keyword).len()
    }

    /// The rules, by their place in [`rules::TOKENS`](crate::rules::TOKENS), that the keyword belongs to.
    pub fn rules(self) -> &'static [u16] {
        KEYWORDS.get(usize::from(self.keyword)).map_or(&[], |keyword| keyword.rules)
    }
}

/// What the pass found in a text.
#[derive(Debug, Default)]
pub struct Hits {
    /// The keywords of token rules, roughly in order.
    pub tokens: Vec<TokenHit>,
    /// Where words stand that make a name a credential's, roughly in order.
    pub names: Vec<usize>,
    /// Where the marks of URLs with userinfo stand (the `:` of `://`).
    pub urls: Vec<usize>,
    /// Whether a mark of a value that is a secret whatever its name was found.
    pub values: bool,
}

impl Hits {
    /// The hits in `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hits = Self::default();
        INDEX.find(bytes, text, |start, keyword| hits.add(bytes, start, keyword));
        hits
    }

    /// Whether a check that parses could find something. Dockerfiles are no part of this: an instruction that copies a
    /// folder needs no keyword.
    pub fn are_worth_parsing(&self) -> bool {
        self.values || !self.names.is_empty() || !self.urls.is_empty()
    }

    fn add(&mut self, bytes: &[u8], start: usize, keyword: u16) {
        let Some(Keyword { mark, rules, .. }) = KEYWORDS.get(usize::from(keyword)) else { return };
        if !rules.is_empty() {
            self.tokens.push(TokenHit { start, keyword });
        }
        match mark {
            Some(Mark::Name) => self.names.push(start),
            Some(Mark::Value) => self.values = true,
            Some(Mark::Url) if has_userinfo(&bytes[start..]) => self.urls.push(start),
            _ => {}
        }
    }
}

/// All keywords, sorted: what the pass looks for.
pub fn keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|keyword| keyword.text)
}

fn text(keyword: u16) -> &'static str {
    KEYWORDS.get(usize::from(keyword)).map_or("", |keyword| keyword.text)
}

/// Most bytes of a URL's authority that are looked through for its `@`.
const AUTHORITY: usize = 300;

/// Whether the text that begins with `://` goes on like a URL with userinfo.
fn has_userinfo(bytes: &[u8]) -> bool {
    let authority = &bytes[3..bytes.len().min(3 + AUTHORITY)];
    let ends = |b: &u8| matches!(b, b'/' | b' ' | b'\n' | b'"' | b'\'');
    let end = authority.iter().position(ends).unwrap_or(authority.len());
    memchr::memchr(b'@', &authority[..end]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_hold_secret(text: &str) -> bool {
        Hits::of(text.as_bytes()).are_worth_parsing()
    }

    #[test]
    fn what_the_classifier_takes_for_a_credential_passes() {
        for text in [
            "DB_PASSWD=x",
            "spring.datasource.password: x",
            "- name: API_KEY\n  value: x",
            "kind: Secret",
            "apiKey\": \"x",
            "postgres://u:p@h/d",
            "-----BEGIN RSA PRIVATE KEY-----",
            "AUTH: x",
            "pw: x",
            "ROOT_PW=x",
            "curl -u me:x https://a",
            "пароль: x",
            "encryption_key = x",
        ] {
            assert!(may_hold_secret(text), "{text}");
        }
    }

    #[test]
    fn what_speaks_of_no_secret_does_not() {
        for text in ["replicas: 3\nimage: nginx\n", "see https://example.com/a@b", "monkey business in a keyboard"] {
            assert!(!may_hold_secret(text), "{text}");
        }
    }

    #[test]
    fn a_token_rules_keyword_is_given_with_its_rules() {
        let hits = Hits::of(b"x = ghp_");
        let rules: Vec<&str> = hits
            .tokens
            .iter()
            .flat_map(|hit| hit.rules())
            .map(|rule| &*crate::rules::TOKENS[usize::from(*rule)].id)
            .collect();
        assert!(rules.contains(&"github-personal-token"), "{rules:?}");
        assert!(hits.tokens.iter().any(|hit| (hit.start, hit.end()) == (4, 8)));
    }
}
