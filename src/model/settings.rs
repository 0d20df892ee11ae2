//! What the user asked for: thresholds, rule choice and limits, from the configuration file and the command line.

use std::str::FromStr;

use super::{Confidence, Finding, Rule, Severity};

/// Which findings make a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// None: only what was not scanned does.
    Nothing,
    /// Those of this severity and above.
    From(Severity),
}

impl FailOn {
    /// Whether a finding of this severity makes the run fail.
    pub fn counts(self, severity: Severity) -> bool {
        matches!(self, FailOn::From(least) if severity >= least)
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(FailOn::Nothing),
            _ => text.parse().map(FailOn::From).map_err(|why: String| format!("{why}, none")),
        }
    }
}

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Only these rules run, if any is named (`--rule`); an id or a family.
    pub only_rules: Vec<String>,
    /// These rules do not run (`--exclude-rule`); an id or a family.
    pub excluded_rules: Vec<String>,
    /// Severity by rule id where the configuration changes it.
    pub rule_levels: Vec<(String, Severity)>,
    /// Findings below are dropped.
    pub min_severity: Severity,
    /// Findings below are dropped.
    pub min_confidence: Confidence,
    /// Findings that make the run fail.
    pub fail_on: FailOn,
    /// Names that the user counts as a credential's, beside the built-in word lists.
    pub credential_names: Vec<String>,
    /// The team's own token rules; they live as long as the process, as the built-in ones do.
    pub own_rules: Vec<&'static Rule>,
    /// Files larger are not read, in bytes.
    pub max_file_size: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            only_rules: Vec::new(),
            excluded_rules: Vec::new(),
            rule_levels: Vec::new(),
            min_severity: Severity::Info,
            min_confidence: Confidence::Medium,
            fail_on: FailOn::From(Severity::Info),
            credential_names: Vec::new(),
            own_rules: Vec::new(),
            max_file_size: 50 << 20,
        }
    }
}

impl Settings {
    /// Whether the rule runs: it is named, where any is, and not excluded.
    pub fn runs(&self, rule: &Rule) -> bool {
        let is = |name: &String| *name == rule.id || *name == rule.family;
        (self.only_rules.is_empty() || self.only_rules.iter().any(is)) && !self.excluded_rules.iter().any(is)
    }

    /// The severity of a finding of this rule, as the configuration has it.
    pub fn severity(&self, rule: &Rule, own: Severity) -> Severity {
        let changed = self.rule_levels.iter().rev().find(|(name, _)| *name == rule.id || *name == rule.family);
        changed.map_or(own, |(_, severity)| *severity)
    }

    /// Whether a finding reaches the thresholds.
    pub fn shows(&self, finding: &Finding) -> bool {
        self.severity(finding.rule, finding.severity) >= self.min_severity && finding.confidence >= self.min_confidence
    }
}

/// A size in bytes: `50MiB`, `1G`, `2048`.
///
/// # Errors
/// What was expected instead.
pub fn parse_size(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.trim().parse().map_err(|_| "expected a size such as 50MiB".to_owned())?;
    let unit: u64 = match text[digits.len()..].to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return Err("expected a unit such as KiB, MiB or GiB".to_owned()),
    };
    number.checked_mul(unit).ok_or_else(|| "too large".to_owned())
}
