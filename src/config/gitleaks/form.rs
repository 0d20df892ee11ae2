//! The TOML form of gitleaks' configuration (version 8), keys in small letters: gitleaks reads them in any case.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Value;

/// What was not expected, by key: said rather than passed over.
pub type Others = BTreeMap<String, Value>;

/// The keys that are known.
pub const KEYS: [&str; 23] = [
    "extend",
    "rules",
    "allowlist",
    "allowlists",
    "title",
    "description",
    "minVersion",
    "useDefault",
    "path",
    "disabledRules",
    "id",
    "regex",
    "secretGroup",
    "entropy",
    "keywords",
    "tags",
    "paths",
    "regexes",
    "regexTarget",
    "stopwords",
    "commits",
    "condition",
    "targetRules",
];

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    /// Other configurations that this one builds on.
    pub extend: Extend,
    /// The rules.
    pub rules: Vec<Rule>,
    /// The old form of one exception for all rules.
    pub allowlist: Option<Allowlist>,
    /// Exceptions for all rules, or those that they name.
    pub allowlists: Vec<Allowlist>,
    /// What the file is called; of no use here.
    pub title: Option<String>,
    /// What the file is for; of no use here.
    pub description: Option<String>,
    /// The gitleaks that it wants; of no use here.
    pub minversion: Option<String>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// What a configuration builds on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Extend {
    /// The rules that gitleaks brings along.
    pub usedefault: bool,
    /// Another file.
    pub path: Option<String>,
    /// Rules of those that do not run.
    pub disabledrules: Vec<String>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// A rule.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What it finds.
    pub description: String,
    /// The pattern.
    pub regex: String,
    /// A pattern of the paths that it looks at.
    pub path: String,
    /// Which group of the pattern is the secret; 0: the first that is not empty, or all.
    pub secretgroup: usize,
    /// The least Shannon entropy of the secret.
    pub entropy: f64,
    /// Words of which one stands in a file that it looks at.
    pub keywords: Vec<String>,
    /// Labels of a report.
    pub tags: Vec<String>,
    /// The old form of one exception.
    pub allowlist: Option<Allowlist>,
    /// Exceptions.
    pub allowlists: Vec<Allowlist>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// Exceptions.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Allowlist {
    /// Why.
    pub description: String,
    /// Patterns of paths.
    pub paths: Vec<String>,
    /// Patterns of the secret, or of what `regextarget` says.
    pub regexes: Vec<String>,
    /// `match` or `line`; else the secret.
    pub regextarget: String,
    /// Words in the secret.
    pub stopwords: Vec<String>,
    /// Commits in which nothing counts.
    pub commits: Vec<String>,
    /// `AND` if all kinds of condition must hold, `OR` if one is enough.
    pub condition: String,
    /// Rules for which it holds; all if none is named.
    pub targetrules: Vec<String>,
    /// All else.
    #[serde(flatten)]
    pub others: Others,
}

/// The file with its keys in small letters.
pub fn lowered(value: Value) -> Value {
    match value {
        Value::Table(table) => {
            Value::Table(table.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), lowered(value))).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(lowered).collect()),
        other => other,
    }
}
