//! The baseline's file: read with errors at the line that is wrong, written so that people can read and merge it.

use std::path::Path;

use super::file::without_values;
use super::{ConfigError, File};
use crate::model::Span;
use crate::suppress::baseline::{Baseline, VERSION};

/// The file's name where none is given.
pub const FILE: &str = ".tidewaiter-baseline.yaml";

const HEAD: &str = "# Findings that are accepted as they stand, kept by `tidewaiter baseline`. `reason` and `note` are yours to write.\n";

/// The keys of the file.
pub(super) const KEYS: [&str; 11] =
    ["version", "id", "rounds", "history", "findings", "rule", "path", "structure", "digest", "reason", "note"];

/// Some hundred thousand findings.
const MAX_SIZE: u64 = 64 << 20;

/// Rounds beyond which a digest would take longer than anyone waits.
const MOST_ROUNDS: u32 = 10_000_000;

/// Reads a baseline.
///
/// # Errors
/// It can't be read, a merge left conflict marks in it, or it is no baseline.
pub fn load(path: &Path) -> Result<Baseline, ConfigError> {
    let file = File::load_up_to(path, MAX_SIZE)?.with_any_of(&["version", "findings"]);
    if let Some(span) = conflict(&file.text) {
        let help = "keep the entries of both sides, remove the marks, and run `tidewaiter baseline update`".to_owned();
        return Err(file.error(span, "a merge conflict stands here", Some(help)));
    }
    let baseline: Baseline = serde_yaml::from_str(&file.text).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line());
        let message = format!("this is no baseline: {}", without_values(&error.to_string()));
        file.error(line_span(&file.text, line), &message, None)
    })?;
    if baseline.version != VERSION {
        let message = format!("a baseline of version {}; this program knows version {VERSION}", baseline.version);
        return Err(file.error(find(&file.text, "version"), &message, None));
    }
    if baseline.rounds == 0 || baseline.rounds > MOST_ROUNDS {
        return Err(file.error(find(&file.text, "rounds"), &format!("expected 1 to {MOST_ROUNDS} rounds"), None));
    }
    Ok(baseline)
}

/// The baseline as the text of its file.
///
/// # Errors
/// None that a baseline can cause.
pub fn render(baseline: &Baseline) -> Result<String, serde_yaml::Error> {
    Ok(HEAD.to_owned() + &serde_yaml::to_string(baseline)?)
}

/// The first mark that a merge left.
fn conflict(text: &str) -> Option<Span> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<< ", "=======\n", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            return Some(Span::new(start, start + line.trim_end().len()));
        }
        start += line.len();
    }
    None
}

fn line_span(text: &str, line: usize) -> Span {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Span::new(start.min(text.len()), (start + length).min(text.len()))
}

fn find(text: &str, key: &str) -> Span {
    text.find(key).map_or(Span::default(), |at| Span::new(at, at + key.len()))
}
