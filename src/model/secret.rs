//! The text of a secret, in a type that masks itself wherever it could be printed.

use std::fmt;

/// A secret's text. `Debug` and `Display` mask it, and it can't be serialised; [`Secret::expose`] is the only way in.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<str>);

impl Secret {
    /// Wraps the text of a secret.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self(text.into())
    }

    /// The text itself: for validation, for masking other text, and for `--show-secrets`.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What stands in for the secret in every output: asterisks whose count says nothing of the secret.
    pub const MASK: &'static str = "********";
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::MASK)
    }
}
