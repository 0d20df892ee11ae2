//! The keyword prefilter: one pass over a text that tells which token rules may match where, and whether parsing can find
//! anything at all.
//!
//! The keywords are those of the token rules and the classifier's own words, so that what the pass leaves out has no name
//! and no value that the classifier would take for a credential's.

use std::borrow::Cow;
use std::ops::Range;

use crate::keyword::{Entry, Index};
use crate::model::{Kept, seek};

include!(concat!(env!("OUT_DIR"), "/keywords.rs"));

/// A literal that the pass looks for.
struct Keyword {
    text: &'static str,
    /// What it says to the parsing checks, if anything.
    mark: Option<Mark>,
    /// Which of [`rules::TOKENS`](crate::rules::TOKENS) it belongs to.
    rules: &'static [u16],
    /// The longest window of these rules, in bytes.
    window: u32,
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
    /// It stands in comments that accept findings.
    Accept,
}

/// Where a token rule's keyword stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

    /// The same keyword at another place.
    pub fn at(self, start: usize) -> Self {
        Self { start, ..self }
    }

    /// Bytes behind the keyword on which a pattern of its rules runs at the most.
    pub fn window(self) -> usize {
        KEYWORDS.get(usize::from(self.keyword)).map_or(0, |keyword| keyword.window as usize)
    }

    /// The rules, by their place in [`rules::TOKENS`](crate::rules::TOKENS), that the keyword belongs to.
    pub fn rules(self) -> &'static [u16] {
        KEYWORDS.get(usize::from(self.keyword)).map_or(&[], |keyword| keyword.rules)
    }
}

/// What the pass found in a text, in order.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// The keywords of token rules.
    pub tokens: Vec<TokenHit>,
    /// Where words stand that make a name a credential's.
    pub names: Vec<usize>,
    /// Where the marks of URLs with userinfo stand (the `:` of `://`).
    pub urls: Vec<usize>,
    /// Where marks of values stand that are secrets whatever their name.
    values: Vec<usize>,
    /// Where the marks of all URLs stand.
    marks: Vec<usize>,
    /// Where it may be said that findings are accepted.
    accepts: Vec<usize>,
}

impl Hits {
    /// The hits in `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        let mut hits = Self::default();
        INDEX.find(bytes, text, |start, keyword| hits.add(start, keyword));
        hits.settled(bytes)
    }

    /// The hits in `bytes`, of which `kept` stood in an earlier version with these hits: the pass goes over the rest alone.
    pub fn of_version(bytes: &[u8], earlier: &Self, kept: &[Kept]) -> Self {
        // Most have some of the kinds alone.
        let room = |count: usize| if count > 0 { count + 16 } else { 0 };
        let like = |then: &[usize]| Vec::with_capacity(room(then.len()));
        let mut hits = Self {
            tokens: Vec::with_capacity(room(earlier.tokens.len())),
            names: like(&earlier.names),
            values: like(&earlier.values),
            marks: like(&earlier.marks),
            accepts: Vec::new(),
            urls: Vec::new(),
        };
        let (mut from, mut next) = (0, [0; 5]);
        for stretch in kept {
            let known = known_to(bytes, *stretch);
            if known < stretch.at + WORTH {
                continue;
            }
            hits.pass(bytes, from..stretch.at);
            hits.take_over(earlier, *stretch, known, &mut next);
            from = known;
        }
        hits.pass(bytes, from..bytes.len());
        hits.settled(bytes)
    }

    /// Goes over the keywords that start in a range.
    fn pass(&mut self, bytes: &[u8], range: Range<usize>) {
        let behind = &bytes[range.end..bytes.len().min(range.end + REACH)];
        let more = memchr::memchr(b'\n', behind).map_or(behind.len(), |end| end + 1);
        INDEX.find(&bytes[range.start..range.end + more], text, |start, keyword| {
            if range.contains(&(range.start + start)) {
                self.add(range.start + start, keyword);
            }
        });
    }

    /// Takes over what starts in the stretch, and before `known` in this version. `next` says where in the earlier lists the
    /// last stretch ended.
    fn take_over(&mut self, earlier: &Self, stretch: Kept, known: usize, next: &mut [usize; 5]) {
        let starts = stretch.from..stretch.back(known);
        let is_before = |at: usize| at < starts.start;
        let lists = [
            (&mut self.names, &earlier.names),
            (&mut self.values, &earlier.values),
            (&mut self.marks, &earlier.marks),
            (&mut self.accepts, &earlier.accepts),
        ];
        for ((now, then), next) in lists.into_iter().zip(&mut *next) {
            let first = seek(then, *next, |at| is_before(*at));
            let inside = then[first..].iter().take_while(|at| **at < starts.end);
            let before = now.len();
            now.extend(inside.map(|at| stretch.forth(*at)));
            *next = first + now.len() - before;
        }
        let first = seek(&earlier.tokens, next[4], |hit| is_before(hit.start));
        let inside = earlier.tokens[first..].iter().take_while(|hit| hit.start < starts.end);
        let before = self.tokens.len();
        self.tokens.extend(inside.map(|hit| hit.at(stretch.forth(hit.start))));
        next[4] = first + self.tokens.len() - before;
    }

    /// Those of names and URLs around which a text is not as it was.
    pub fn around_new(&self, is_as_it_was: impl Fn(usize) -> bool) -> Self {
        let new = |all: &[usize]| all.iter().copied().filter(|at| !is_as_it_was(*at)).collect();
        Self { names: new(&self.names), urls: new(&self.urls), ..Self::default() }
    }

    /// Puts all in order, as the pass goes by grams, and looks behind the marks of URLs.
    fn settled(mut self, bytes: &[u8]) -> Self {
        self.tokens.sort();
        self.names.sort();
        self.values.sort();
        self.marks.sort();
        self.accepts.sort();
        self.urls = self.marks.iter().copied().filter(|at| has_userinfo(&bytes[*at..])).collect();
        self
    }

    /// Whether those of names and URLs all stand in the first `length` bytes.
    pub fn stand_within(&self, length: usize) -> bool {
        [&self.names, &self.urls].iter().all(|all| all.last().is_none_or(|at| *at < length))
    }

    /// Whether a check that parses could find something. Dockerfiles are no part of this: an instruction that copies a
    /// folder needs no keyword.
    pub fn are_worth_parsing(&self) -> bool {
        !self.values.is_empty() || !self.names.is_empty() || !self.urls.is_empty()
    }

    /// Whether comments may stand in the text that accept findings.
    pub fn may_accept(&self) -> bool {
        !self.accepts.is_empty()
    }

    fn add(&mut self, start: usize, keyword: u16) {
        let Some(Keyword { mark, rules, .. }) = KEYWORDS.get(usize::from(keyword)) else { return };
        if !rules.is_empty() {
            self.tokens.push(TokenHit { start, keyword });
        }
        match mark {
            Some(Mark::Name) => self.names.push(start),
            Some(Mark::Value) => self.values.push(start),
            Some(Mark::Url) => self.marks.push(start),
            Some(Mark::Accept) => self.accepts.push(start),
            None => {}
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

/// Bytes that are to be known of a stretch to take over its keywords: to look there for them, and to go over less, takes as
/// long as to go over so many.
const WORTH: usize = 32;

/// Up to where all that decides about the keywords that start in a stretch lies in it: up to its last line end, as no keyword
/// goes on behind one, nor asks for the byte behind one.
fn known_to(bytes: &[u8], stretch: Kept) -> usize {
    let from = stretch.at.max(stretch.end().saturating_sub(REACH));
    memchr::memrchr(b'\n', &bytes[from..stretch.end()]).map_or(from, |end| from + end + 1)
}

/// Bytes that decide about a keyword from its start on: its own, and the one behind it.
const REACH: usize = {
    let (mut at, mut longest) = (0, 0);
    while at < KEYWORDS.len() {
        let length = KEYWORDS[at].text.len();
        longest = if length > longest { length } else { longest };
        at += 1;
    }
    longest + 1
};

/// Keywords stand on one line. A line end may be the last byte of one, but not of three bytes: these ask for the byte behind.
const _: () = {
    let mut at = 0;
    while at < KEYWORDS.len() {
        let keyword = KEYWORDS[at].text.as_bytes();
        let within = if keyword.len() > 3 { keyword.len() - 1 } else { keyword.len() };
        let mut byte = 0;
        while byte < within {
            assert!(keyword[byte] != b'\n', "a keyword goes on behind the end of a line");
            byte += 1;
        }
        at += 1;
    }
};

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
    use crate::model::spliced;
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn a_version_has_the_hits_of_its_whole_text(
            words in prop::collection::vec("ghp_|lob|lobé|://u:p@h/|password|kind: Secret|key\n|[a-z é\n]{0,60}", 0..80),
            cuts in prop::collection::vec((0_usize..80, 0_usize..80, "[a-z_:/@é]{0,8}"), 0..4),
        ) {
            let (earlier, now, kept) = spliced(&words, cuts);
            let hits = Hits::of_version(now.as_bytes(), &Hits::of(earlier.as_bytes()), &kept);
            prop_assert_eq!(hits, Hits::of(now.as_bytes()));
        }
    }
}
