//! The compiled patterns: each is compiled when it first runs, once for all threads.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

use crate::model::Span;
use crate::rules;

/// Bytes that a compiled pattern may take; what needs more is refused.
pub const SIZE_LIMIT: usize = 2 << 20;

/// Compiles a rule's pattern the way the engine runs it.
///
/// # Errors
/// What is wrong with the pattern, or that it is too large.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(false).size_limit(SIZE_LIMIT).build()
}

/// The pattern of the rule with this place in [`rules::TOKENS`]; `None` if there is none that compiles (a test sees to it
/// that all do).
pub(super) fn compiled(rule: usize) -> Option<&'static Regex> {
    static PATTERNS: OnceLock<Box<[OnceLock<Option<Regex>>]>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| rules::TOKENS.iter().map(|_| OnceLock::new()).collect());
    let token = rules::TOKENS.get(rule)?.token.as_ref()?;
    patterns.get(rule)?.get_or_init(|| compile(&token.pattern).ok()).as_ref()
}

/// The groups of a pattern that may be the secret: the first that is not empty is. Alternatives have a group each.
pub const SECRETS: [&str; 4] = ["secret", "secret2", "secret3", "secret4"];

/// A pattern's matches from `start` on: where the secret stands, and where the whole.
pub(super) fn matches<'t>(regex: &'t Regex, bytes: &'t [u8], start: usize) -> impl Iterator<Item = (Span, Span)> + 't {
    let mut at = start;
    std::iter::from_fn(move || {
        // Whether there is one at all costs less than where its groups stand.
        let is_there = at <= bytes.len() && regex.is_match_at(bytes, at);
        let found = is_there.then(|| regex.captures_at(bytes, at))??;
        let whole = found.get(0)?;
        let named = SECRETS.iter().filter_map(|name| found.name(name)).find(|secret| !secret.is_empty());
        let secret = named.unwrap_or(whole);
        // What follows a token may be the first byte of the next.
        at = secret.end().max(whole.start() + 1);
        Some((Span::new(secret.start(), secret.end()), Span::new(whole.start(), whole.end())))
    })
}

#[cfg(test)]
mod tests {
    use regex_syntax::hir::{Class, Hir, HirKind};

    use super::super::near;
    use super::*;
    use crate::pattern::parse;

    #[test]
    fn every_built_in_pattern_compiles_and_matches_no_empty_text() {
        for (number, rule) in rules::TOKENS.iter().enumerate() {
            let regex = compiled(number);
            assert!(regex.is_some_and(|regex| !regex.is_match(b"")), "{}", rule.id);
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
    fn a_literal_of_its_rule_stands_in_every_text_of_a_pattern() {
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
