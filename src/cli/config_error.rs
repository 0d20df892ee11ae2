//! An error in a configuration as the user sees it. What someone named as one may be any file, and a line of a real one may
//! hold a secret: both are masked as in a scanned file.

use crate::config::ConfigError;
use crate::engine::Engine;
use crate::model::{Confidence, Redactor, Settings, Span, mask};

/// The diagnostic as text, without the text of a secret.
pub fn masked(error: &ConfigError) -> String {
    let (path, text) = error.source();
    let settings = Settings { min_confidence: Confidence::Low, ..Settings::default() };
    let run = Engine::new(settings, 1).scan_bytes(path, text.as_bytes());
    let redactor = Redactor::new(run.findings.iter(), false);
    let mut bytes = text.as_bytes().to_vec();
    run.sources.iter().flat_map(|source| &source.secrets).for_each(|span| mask(&mut bytes, *span));
    values(text).for_each(|span| mask(&mut bytes, span));
    redactor.mask(&mut bytes);
    let text = String::from_utf8(bytes).unwrap_or_default();
    error.masked(&text, |sentence| redactor.text(sentence)).render()
}

/// What stands behind `value:`. An exception names secrets there, be it as a pattern.
fn values(text: &str) -> impl Iterator<Item = Span> + '_ {
    const KEY: &str = "value:";
    text.match_indices(KEY).map(|(at, _)| {
        let start = at + KEY.len();
        let line = text[start..].lines().next().unwrap_or_default();
        let end = start + line.trim_end().len();
        Span::new((start + line.len() - line.trim_start().len()).min(end), end)
    })
}
