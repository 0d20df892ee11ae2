//! The YAML forms of rule files, shared by `build.rs` (built-in rules) and the configuration (a user's rules).

use serde::Deserialize;

/// A structural rule: `rules/<family>/<name>.yaml`. Its id is `<family>-<name>`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StructuralFile {
    /// One line, sentence case, no full stop.
    pub title: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// `low`, `medium` or `high`.
    pub confidence: String,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub mend: String,
    /// Addresses of public documentation.
    #[serde(default)]
    pub references: Vec<String>,
}

/// A provider's token rules: `rules/providers/<provider>.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFile {
    /// The provider's name as it writes it.
    pub provider: String,
    /// Why a leaked token matters, for rules that do not say it themselves.
    #[serde(default)]
    pub why: String,
    /// How to revoke and replace a token, for rules that do not say it themselves.
    #[serde(default)]
    pub mend: String,
    /// Addresses of the provider's documentation of its token formats.
    #[serde(default)]
    pub references: Vec<String>,
    /// The rules.
    pub rules: Vec<TokenEntry>,
}

/// One token rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenEntry {
    /// `<provider>-<kind>`.
    pub id: String,
    /// One line, sentence case, no full stop.
    pub title: String,
    /// `info` … `critical`; `high` if left out.
    #[serde(default = "high")]
    pub severity: String,
    /// `low`, `medium` or `high`; `high` if left out.
    #[serde(default = "high")]
    pub confidence: String,
    /// Literals, in lower case, one of which stands in every match or within `window` bytes of it.
    pub keywords: Vec<String>,
    /// A regular expression (`regex` crate, Unicode off unless `(?u)`), the secret in the group `secret` if it has one.
    pub pattern: String,
    /// Bytes before and after a keyword on which the pattern runs; 256 if left out.
    #[serde(default = "window")]
    pub window: u32,
    /// The least Shannon entropy of the secret in bits a character; 0 if left out.
    #[serde(default)]
    pub min_entropy: f32,
    /// Name of an offline validator, if one fits.
    #[serde(default)]
    pub validate: String,
    /// Why it matters, where that differs from the provider's text.
    #[serde(default)]
    pub why: String,
    /// How to mend it, where that differs from the provider's text.
    #[serde(default)]
    pub mend: String,
    /// Further references.
    #[serde(default)]
    pub references: Vec<String>,
    /// Texts in which the rule must find its secret.
    pub examples: Vec<String>,
    /// Texts in which it must find nothing.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

fn high() -> String {
    "high".to_owned()
}

fn window() -> u32 {
    256
}
