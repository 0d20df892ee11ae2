//! The rule catalogue: every rule file under `rules/`, compiled in by `build.rs`.
//!
//! A structural rule is a `static` named after its id (`kubernetes-secret-data` is [`KUBERNETES_SECRET_DATA`]), so that
//! a check whose rule file is missing does not compile. Token rules stand in [`TOKENS`].

use std::borrow::Cow;

use crate::model::{Confidence, Rule, Severity, TokenRule};
use crate::pattern::Run;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All built-in rules: the structural ones, then the token rules by provider.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    STRUCTURAL.iter().copied().chain(TOKENS)
}

/// The built-in rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}

/// Whether a rule or a family of rules has this name, among the built-in ones and the user's `own`.
pub fn is_known(name: &str, own: &[&'static Rule]) -> bool {
    all().chain(own.iter().copied()).any(|rule| rule.id == name || rule.family == name)
}

/// The rule that may have been meant by a name that is not known.
pub fn nearest(name: &str, own: &[&'static Rule]) -> Option<&'static str> {
    closest(name, all().chain(own.iter().copied()).map(|rule| &*rule.id))
}

/// The one of the `known` names that is most like `name`, if any is much like it.
pub fn closest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let scored = known.map(|known| (strsim::jaro_winkler(known, name), known));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.8);
    best.map(|(_, known)| known)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::HashSet;

    use super::{TOKENS, all};
    use crate::model::TokenRule;

    /// Whether the rule's keyword and pattern stand in the text, validation and entropy left aside.
    fn matches(token: &TokenRule, text: &str) -> bool {
        let lower = text.to_lowercase();
        let pattern = regex::bytes::RegexBuilder::new(&token.pattern).unicode(false).build().unwrap();
        token.keywords.iter().any(|keyword| lower.contains(&**keyword)) && pattern.is_match(text.as_bytes())
    }

    #[test]
    fn every_token_rule_finds_its_examples() {
        for rule in TOKENS {
            let token = rule.token.as_ref().unwrap();
            assert!(!token.examples.is_empty() && !token.counterexamples.is_empty(), "{} lacks examples", rule.id);
            for example in token.examples.iter() {
                assert!(matches(token, example), "{} misses {example}", rule.id);
            }
        }
    }

    #[test]
    fn keywords_are_lower_case_and_rare() {
        for rule in TOKENS {
            for keyword in rule.token.as_ref().unwrap().keywords.iter() {
                assert!(keyword.len() >= 3 && **keyword == keyword.to_lowercase(), "{}: {keyword}", rule.id);
            }
        }
    }

    #[test]
    fn ids_are_unique() {
        let mut seen = HashSet::new();
        for rule in all() {
            assert!(seen.insert(&rule.id), "{} stands twice", rule.id);
        }
    }
}
