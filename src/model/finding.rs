//! A finding: the exact bytes of a secret, what gives them meaning, and how grave and how sure it is.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

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
    pub text: Cow<'static, str>,
}

/// What a secret is, masked: `password, 14 characters`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A noun and the number of characters: most findings, so that they need no text of their own.
    Counted {
        /// What it is.
        noun: &'static str,
        /// Characters of the secret.
        characters: u32,
    },
    /// Anything else.
    Text(Box<str>),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Counted { noun, characters: 1 } => write!(f, "{noun}, 1 character"),
            What::Counted { noun, characters } => write!(f, "{noun}, {characters} characters"),
            What::Text(text) => f.write_str(text),
        }
    }
}

impl From<String> for What {
    fn from(text: String) -> Self {
        What::Text(text.into())
    }
}

impl From<&str> for What {
    fn from(text: &str) -> Self {
        What::Text(text.into())
    }
}

/// Identity of a finding across line moves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Fingerprint {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes = data_encoding::HEXLOWER.decode(text.as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| "a fingerprint has 32 hexadecimal digits".to_owned())
    }
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

/// A secret that stands where it should not. A file may have one on every line, so that each is to be small.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// What it costs if true.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// The blob it stands in.
    pub origin: Arc<Origin>,
    /// The secret's bytes in the file.
    pub span: Span,
    /// What gives it meaning, at most a few places.
    pub labels: Box<[Label]>,
    /// Where it stands in the document's structure (`Deployment/web spec.containers[0].env[2].value`), or empty.
    pub structural_path: Box<str>,
    /// The secret's text, decoded.
    pub secret: Secret,
    /// What it is, masked.
    pub what: What,
    /// Whether HEAD still has it; none outside of a history.
    pub in_head: Option<bool>,
    /// Set by the suppress stage.
    pub suppressed: Option<Box<Suppression>>,
    /// Identity across line moves (set by the engine); set when the findings of a blob are complete.
    pub fingerprint: Fingerprint,
}
