//! Rules: what the files under `rules/` say, compiled in by `build.rs` or loaded from a user's folder.

use std::borrow::Cow;

use super::{Confidence, Severity};
use crate::pattern::Run;

/// A list of texts that is either compiled in or owned.
pub type Texts = Cow<'static, [Cow<'static, str>]>;

/// What a rule is and what it tells the user. One YAML file under `rules/` (a structural rule), or one entry of a
/// provider's file (a token rule).
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stable identity: `<family>-<file stem>` for structural rules, `<provider>-<kind>` for tokens.
    pub id: Cow<'static, str>,
    /// The folder below `rules/`: `kubernetes`, `docker`, `ci`, `files`, `providers`.
    pub family: Cow<'static, str>,
    /// One line, sentence case, no full stop.
    pub title: Cow<'static, str>,
    /// What it costs if true.
    pub severity: Severity,
    /// How sure a match is, before validation.
    pub confidence: Confidence,
    /// Why it matters, in one or two sentences.
    pub why: Cow<'static, str>,
    /// How to mend it, in one or two sentences.
    pub mend: Cow<'static, str>,
    /// Addresses of public documentation.
    pub references: Texts,
    /// The pattern, for a token rule.
    pub token: Option<TokenRule>,
}

/// The pattern half of a token rule.
#[derive(Clone, Debug)]
pub struct TokenRule {
    /// Literals (compared without regard to ASCII case) one of which stands in every match or near it.
    pub keywords: Texts,
    /// A regular expression (the `regex` crate's syntax) with the named group `secret`, or whose whole match is it.
    pub pattern: Cow<'static, str>,
    /// The run of token characters that every secret of the pattern holds.
    pub run: Run,
    /// Sets of literals in lower case, of each of which one stands in every match, in any ASCII case; none are known of a
    /// user's rule.
    pub literals: &'static [&'static [&'static str]],
    /// A regular expression found in the paths of the files that the rule looks at, relative to the scanned root; empty for
    /// all, as for every built-in rule.
    pub path: Cow<'static, str>,
    /// Bytes before and after a keyword that the pattern is run on; 0 where the pattern itself starts with a keyword.
    pub window: u32,
    /// The least Shannon entropy of the secret, in bits a character; 0 where none is asked for.
    pub min_entropy: f32,
    /// Name of an offline validator (`src/check/token/validate/`), or empty.
    pub validate: Cow<'static, str>,
    /// Texts in which the rule must find its secret.
    pub examples: Texts,
    /// Texts in which it must find nothing.
    pub counterexamples: Texts,
}
