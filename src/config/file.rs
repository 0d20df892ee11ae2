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
    /// Whether errors show nothing of it: a configuration, which may be a stranger's, named a file that lies outside of
    /// its folder or does not look like what it should be, and that may be anything.
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
        let fail = |message: String| ConfigError::unread(&shown, &message);
        // Of a device, which a link leads to, nobody knows the size beforehand.
        let mut bytes = Vec::new();
        let file = fs::File::open(path).map_err(|error| fail(format!("{shown}: {error}")))?;
        file.take(most + 1).read_to_end(&mut bytes).map_err(|error| fail(format!("{shown}: {error}")))?;
        if bytes.len() as u64 > most {
            return Err(fail(format!("{shown}: larger than {most} bytes")));
        }
        let text = String::from_utf8(bytes).map_err(|error| {
            let (wrong, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
            let line = LineIndex::new(bytes).position(bytes, wrong).0;
            fail(format!("{shown}:{line}: this is no UTF-8"))
        })?;
        Ok(Self { path: shown, text, is_hidden: false })
    }

    /// Reads a file that a configuration in `folder` names, and in which at least one of these keys should stand.
    ///
    /// # Errors
    /// As [`File::load`].
    pub fn load_named(path: &Path, folder: &Path, keys: &[&str]) -> Result<Self, ConfigError> {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let file = Self::load(path)?.with_any_of(keys);
        Ok(Self { is_hidden: file.is_hidden || !real(path).starts_with(real(folder)), ..file })
    }

    /// The same file, of which errors show nothing if none of these keys stands in it.
    #[must_use]
    pub fn with_any_of(self, keys: &[&str]) -> Self {
        let is_key =
            |line: &str| keys.iter().any(|key| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
        Self { is_hidden: self.is_hidden || !self.text.lines().any(is_key), ..self }
    }

    /// An error at `span`.
    pub fn error(&self, span: Span, message: &str, help: Option<String>) -> ConfigError {
        let line = LineIndex::new(self.text.as_bytes());
        let line = line.line(self.text.as_bytes(), line.position(self.text.as_bytes(), span.start).0);
        if self.is_hidden || line.len() > MAX_LINE {
            let message = if self.is_hidden { without_names(message) } else { message.to_owned() };
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

/// The message without the names that it quotes, and what stands between them: a name may hold the sign that quotes it.
fn without_names(message: &str) -> String {
    match (message.find('`'), message.rfind('`')) {
        (Some(start), Some(end)) => format!("{}…{}", &message[..start], &message[end + 1..]),
        _ => message.to_owned(),
    }
}

/// What a parser says of a text, without the values that it quotes.
pub fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(start), Some(end)) if start < end => format!("{}\"…\"{}", &message[..start], &message[end + 1..]),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::without_names;

    #[test]
    fn no_part_of_a_name_is_left() {
        assert_eq!(without_names("unknown key `a`kestrel`b`"), "unknown key …");
        assert_eq!(without_names("no `a`, expected `b` or `c` here"), "no … here");
        assert_eq!(without_names("plain"), "plain");
    }
}
