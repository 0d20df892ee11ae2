//! The compiled patterns: each is compiled when it first runs, once for all threads.
//!
//! Most patterns run on a few hundred bytes now and then, and find nothing. What costs is to make them ready, and the states
//! that the automaton makes as it meets new text. So nothing is prepared that only pays on long texts, and threads take turns
//! with one set of states.

use std::sync::{Mutex, OnceLock};

use regex_automata::Input;
use regex_automata::meta::{self, Cache, Regex};
use regex_syntax::hir::Hir;

use crate::model::Span;
use crate::pattern::parse;
use crate::rules;

/// Bytes that a compiled pattern may take; what needs more is refused.
pub const SIZE_LIMIT: usize = 2 << 20;

/// The groups of a pattern that may be the secret: the first that is not empty is. Alternatives have a group each.
pub const SECRETS: [&str; 4] = ["secret", "secret2", "secret3", "secret4"];

/// A compiled pattern.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    states: Mutex<Cache>,
}

impl Pattern {
    /// Compiles a pattern; `None` if it takes more than [`SIZE_LIMIT`] bytes.
    pub fn new(hir: &Hir) -> Option<Self> {
        Self::compile(hir, true)
    }

    fn compile(hir: &Hir, runs_on_long_texts: bool) -> Option<Self> {
        let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(SIZE_LIMIT));
        let config = config.auto_prefilter(runs_on_long_texts).onepass(false).dfa(false);
        let regex = meta::Builder::new().configure(config).build_from_hir(hir).ok()?;
        let states = Mutex::new(regex.create_cache());
        Some(Self { regex, states })
    }

    /// Whether the pattern matches anywhere in `bytes`.
    pub fn is_match(&self, bytes: &[u8]) -> bool {
        self.is_match_at(bytes, 0)
    }

    fn is_match_at(&self, bytes: &[u8], start: usize) -> bool {
        let input = Input::new(bytes).range(start..).earliest(true);
        // A thread that would have to wait has states of its own.
        match self.states.try_lock() {
            Ok(mut states) => self.regex.search_half_with(&mut states, &input).is_some(),
            Err(_) => self.regex.is_match(input),
        }
    }

    /// The matches from `start` on: where the secret stands, and where the whole.
    pub fn matches<'t>(&'t self, bytes: &'t [u8], start: usize) -> impl Iterator<Item = (Span, Span)> + 't {
        let mut at = start;
        std::iter::from_fn(move || {
            // Whether there is one at all costs less than where its groups stand.
            if at > bytes.len() || !self.is_match_at(bytes, at) {
                return None;
            }
            let mut found = self.regex.create_captures();
            let input = Input::new(bytes).range(at..);
            match self.states.try_lock() {
                Ok(mut states) => self.regex.search_captures_with(&mut states, &input, &mut found),
                Err(_) => self.regex.search_captures(&input, &mut found),
            }
            let whole = found.get_match()?.span();
            let mut named = SECRETS.iter().filter_map(|name| found.get_group_by_name(name));
            let secret = named.find(|secret| !secret.is_empty()).unwrap_or(whole);
            // What follows a token may be the first byte of the next.
            at = secret.end.max(whole.start + 1);
            Some((Span::new(secret.start, secret.end), Span::new(whole.start, whole.end)))
        })
    }
}

/// The pattern of the rule with this place in [`rules::TOKENS`]; `None` if there is none that compiles (a test sees to it
/// that all do).
pub(super) fn built_in(rule: usize) -> Option<&'static Pattern> {
    static PATTERNS: OnceLock<Box<[OnceLock<Option<Pattern>>]>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| rules::TOKENS.iter().map(|_| OnceLock::new()).collect());
    let token = rules::TOKENS.get(rule)?.token.as_ref()?;
    patterns.get(rule)?.get_or_init(|| Pattern::compile(&parse(&token.pattern).ok()?, false)).as_ref()
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, HirKind};

    use super::super::near;
    use super::*;

    #[test]
    fn every_built_in_pattern_compiles_and_matches_no_empty_text() {
        for (number, rule) in rules::TOKENS.iter().enumerate() {
            assert!(built_in(number).is_some_and(|pattern| !pattern.is_match(b"")), "{}", rule.id);
        }
    }

    /// Any text of a pattern's form, without regard to what has to stand around it.
    fn text_of(hir: &Hir, any: &mut impl FnMut(usize) -> usize, text: &mut Vec<u8>) {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => {}
            HirKind::Literal(literal) => text.extend_from_slice(&literal.0),
            HirKind::Class(Class::Bytes(class)) => {
                let ranges = class.ranges();
                let range = ranges[any(ranges.len())];
                text.push(range.start() + any(usize::from(range.end() - range.start()) + 1) as u8);
            }
            HirKind::Class(Class::Unicode(class)) => text.extend(class.ranges()[0].start().to_string().bytes()),
            HirKind::Capture(capture) => text_of(&capture.sub, any, text),
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min + 2);
                let times = repetition.min as usize + any((most - repetition.min) as usize + 1);
                (0..times).for_each(|_| text_of(&repetition.sub, any, text));
            }
            HirKind::Concat(parts) => parts.iter().for_each(|part| text_of(part, any, text)),
            HirKind::Alternation(parts) => text_of(&parts[any(parts.len())], any, text),
        }
    }

    #[test]
    fn a_literal_of_each_set_of_its_rule_stands_in_every_text_of_a_pattern() {
        let mut state = 71_u64;
        let mut any = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        for rule in rules::TOKENS {
            let token = rule.token.as_ref().expect("a token's rule");
            let hir = parse(&token.pattern).expect("a pattern");
            for _ in 0..if token.literals.is_empty() { 0 } else { 64 } {
                let mut text = Vec::new();
                text_of(&hir, &mut any, &mut text);
                assert!(near::may_match(&text, token.literals), "{}: {}", rule.id, String::from_utf8_lossy(&text));
            }
        }
    }
}
