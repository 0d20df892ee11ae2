//! The compiled patterns: each is compiled when it first runs, once for all threads.

use std::sync::OnceLock;

use regex::bytes::{Regex, RegexBuilder};

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
pub(super) fn compiled(rule: u16) -> Option<&'static Regex> {
    static PATTERNS: OnceLock<Box<[OnceLock<Option<Regex>>]>> = OnceLock::new();
    let patterns = PATTERNS.get_or_init(|| rules::TOKENS.iter().map(|_| OnceLock::new()).collect());
    let token = rules::TOKENS.get(usize::from(rule))?.token.as_ref()?;
    patterns.get(usize::from(rule))?.get_or_init(|| compile(&token.pattern).ok()).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_pattern_compiles_and_matches_no_empty_text() {
        for (number, rule) in rules::TOKENS.iter().enumerate() {
            let regex = compiled(number as u16);
            assert!(regex.is_some_and(|regex| !regex.is_match(b"")), "{}", rule.id);
        }
    }
}
