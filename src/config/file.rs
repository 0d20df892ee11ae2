//! A configuration file as text, with errors that point into it.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use super::ConfigError;
use crate::model::{LineIndex, Span};

/// A configuration larger than this is none. A baseline may be larger.
const MAX_SIZE: u64 = 4 << 20;

/// A longer line is not shown.
const MAX_LINE: usize = 1_000;

/// The text of a configuration file.
pub struct File {
    /// Its path as shown.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether errors show no line of it: a configuration, which may be a stranger's, named a file that lies outside of
    /// its folder, and that may be anything.
    pub is_hidden: bool,
}

impl File {
    /// Reads a file.
    ///
    /// # Errors
    /// It can't be read, is too large, or is no UTF-8.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        Self::load_up_to(path, MAX_SIZE)
    }

    /// Reads a file of no more than so many bytes.
    ///
    /// # Errors
    /// As [`File::load`].
    pub fn load_up_to(path: &Path, most: u64) -> Result<Self, ConfigError> {
        let here = std::env::current_dir().unwrap_or_default();
        let shown = path.strip_prefix(&here).unwrap_or(path).display().to_string();
        let fail = |message: String| ConfigError::new(&shown, "", Span::default(), &message, None);
        // Of a device, which a link leads to, nobody knows the size beforehand.
        let mut text = String::new();
        let file = fs::File::open(path).map_err(|error| fail(format!("{shown}: {error}")))?;
        file.take(most + 1).read_to_string(&mut text).map_err(|error| fail(format!("{shown}: {error}")))?;
        if text.len() as u64 > most {
            return Err(fail(format!("{shown}: larger than {most} bytes")));
        }
        Ok(Self { path: shown, text, is_hidden: false })
    }

    /// Reads a file that a configuration in `folder` names.
    ///
    /// # Errors
    /// As [`File::load`].
    pub fn load_named(path: &Path, folder: &Path) -> Result<Self, ConfigError> {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let is_hidden = !real(path).starts_with(real(folder));
        Ok(Self { is_hidden, ..Self::load(path)? })
    }

    /// An error at `span`.
    pub fn error(&self, span: Span, message: &str, help: Option<String>) -> ConfigError {
        let line = LineIndex::new(self.text.as_bytes());
        let line = line.line(self.text.as_bytes(), line.position(self.text.as_bytes(), span.start).0);
        if self.is_hidden || line.len() > MAX_LINE {
            let place = format!("{}:{}: {message}", self.path, self.line(span.start));
            return ConfigError::new(&self.path, "", Span::default(), &place, help);
        }
        ConfigError::new(&self.path, &self.text, span, message, help)
    }

    /// An error about the file as a whole.
    pub fn whole(&self, message: &str) -> ConfigError {
        self.error(Span::new(0, self.text.len().min(1)), message, None)
    }

    /// The line (counted from 1) of the byte at `offset`.
    pub fn line(&self, offset: usize) -> usize {
        LineIndex::new(self.text.as_bytes()).position(self.text.as_bytes(), offset).0
    }
}
