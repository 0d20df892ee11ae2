//! A finding: the exact bytes of a secret, what gives them meaning, and how grave and how sure it is.

use std::fmt;
use std::str::FromStr;

use super::{Origin, Rule, Secret, Span};

/// What a finding costs if it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Little harm by itself.
    Low,
    /// A weak or default credential, or one of limited reach.
    Medium,
    /// A credential.
    High,
    /// A credential that opens an account or a cluster.
    Critical,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// A name without a value, or a value that is plainly no credential: below the default threshold.
    Low,
    /// Likely.
    Medium,
    /// Sure.
    High,
}

macro_rules! names {
    ($type:ident: $($variant:ident = $name:literal),+) => {
        impl $type {
            /// All values, from least to most.
            pub const ALL: &'static [$type] = &[$($type::$variant),+];

            /// The name used on the command line and in reports.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name),+ }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.name())
            }
        }

        impl FromStr for $type {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                match text {
                    $($name => Ok($type::$variant),)+
                    _ => Err(format!("expected one of: {}", [$($name),+].join(", "))),
                }
            }
        }
    };
}

names!(Severity: Info = "info", Low = "low", Medium = "medium", High = "high", Critical = "critical");
names!(Confidence: Low = "low", Medium = "medium", High = "high");

/// A second place that explains a finding: the `kind`, the variable's name, the `FROM` of the stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Bytes of the file.
    pub span: Span,
    /// What to say there; never holds a secret.
    pub text: String,
}

/// Why a finding was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suppression {
    /// A `tidewaiter:allow` comment, with its reason if it gives one.
    Inline(Option<String>),
    /// An allowlist entry of the configuration, with its reason.
    Allowlist(String),
    /// The baseline, with its reason if it gives one.
    Baseline(Option<String>),
}

/// A secret that stands where it should not.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// What it costs if true.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The blob it stands in.
    pub origin: Origin,
    /// The secret's bytes in the file.
    pub span: Span,
    /// What gives it meaning, at most a few places.
    pub labels: Vec<Label>,
    /// Where it stands in the document's structure (`Deployment/web spec.containers[0].env[2].value`), or empty.
    pub structural_path: String,
    /// The secret's text, decoded.
    pub secret: Secret,
    /// What it is, masked: `password, 14 characters`.
    pub what: String,
    /// Whether HEAD still has it; none outside of a history.
    pub in_head: Option<bool>,
    /// Set by the suppress stage.
    pub suppressed: Option<Suppression>,
    /// Identity across line moves (set by the engine); set when the findings of a blob are complete.
    pub fingerprint: String,
}
