//! The rule catalogue: every rule file under `rules/`, compiled in by `build.rs`.
//!
//! A structural rule is a `static` named after its id (`kubernetes-secret-data` is [`KUBERNETES_SECRET_DATA`]), so that
//! a check whose rule file is missing does not compile. Token rules stand in [`TOKENS`].

use std::borrow::Cow;

use crate::model::{Confidence, Rule, Severity, TokenRule};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// All built-in rules, structural ones first, sorted by id within each kind.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    STRUCTURAL.iter().copied().chain(TOKENS)
}

/// The built-in rule with this id.
pub fn find(id: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.id == id)
}
