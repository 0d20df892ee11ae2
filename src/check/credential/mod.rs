//! The credential classifier: is this name a credential's, is this value one?
//!
//! A pure function of a name, a value and the setting they stand in; its word lists are data under `rules/credential/`.

use crate::model::{Confidence, Severity};

/// Where a name and its value stand; it shifts how much evidence a finding needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// A value of a Kubernetes Secret: a secret unless it plainly is none.
    Secret,
    /// An environment variable of a container, a build or a CI job.
    Environment,
    /// A key of a configuration document (values.yaml, ConfigMap, `.env`, properties).
    Configuration,
    /// A flag of a command line (`--password=…`).
    CommandLine,
    /// An assignment in source code, a log or prose.
    Text,
}

/// That a value is a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// Byte range of the secret inside the value (the password of a URL; else the whole value, trimmed).
    pub secret: std::ops::Range<usize>,
    /// How sure.
    pub confidence: Confidence,
    /// Severity, where it differs from the rule's (a weak or default password is medium).
    pub severity: Option<Severity>,
    /// What it is, masked: `password, 14 characters`.
    pub what: String,
}

/// Judges a name and a value together. `None`: a reference, a template, a placeholder, or nothing secret.
pub fn judge(name: &str, value: &str, setting: Setting) -> Option<Judgement> {
    let _ = (name, value, setting);
    None
}
