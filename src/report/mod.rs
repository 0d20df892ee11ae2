//! The report stage: findings and the summary onto a stream, in the format that the reader wants. No report shows a
//! secret's text unless the user asks for it.

mod excerpt;
mod json;
mod place;
mod redact;
mod summary;
mod text;

use std::io::{self, Write};
use std::str::FromStr;

use crate::model::{Finding, Run, Severity};

/// What a report is to show.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Show the secrets' text.
    pub show_secrets: bool,
    /// Show suppressed findings, too.
    pub show_suppressed: bool,
    /// Leave out the summary.
    pub quiet: bool,
    /// Name every document that was read in a lesser way.
    pub verbose: bool,
    /// ANSI colours.
    pub color: bool,
    /// Lines and arrows from Unicode rather than ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Default for View {
    fn default() -> Self {
        Self {
            show_secrets: false,
            show_suppressed: false,
            quiet: false,
            verbose: false,
            color: false,
            unicode: false,
            width: 100,
        }
    }
}

impl View {
    /// The findings that the report shows, in order.
    fn findings<'r>(&self, run: &'r Run) -> impl Iterator<Item = &'r Finding> + use<'r> {
        let suppressed = self.show_suppressed;
        run.findings.iter().filter(move |finding| suppressed || finding.suppressed.is_none())
    }
}

/// A report's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Diagnostics with source lines, for people.
    Text,
    /// One object, as `schema/report.schema.json` says.
    Json,
    /// One object a line and finding.
    Jsonl,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Format::Text),
            "json" => Ok(Format::Json),
            "jsonl" => Ok(Format::Jsonl),
            _ => Err("expected one of: text, json, jsonl".to_owned()),
        }
    }
}

/// Writes the report.
///
/// # Errors
/// The stream's.
pub fn write(format: Format, run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(run, view, out),
        Format::Json => json::write(run, view, out),
        Format::Jsonl => json::write_lines(run, view, out),
    }
}

/// Counts of unsuppressed findings by severity, from the gravest to the least.
fn counts(run: &Run) -> Vec<(Severity, usize)> {
    let count =
        |severity: Severity| run.findings.iter().filter(|f| f.suppressed.is_none() && f.severity == severity).count();
    Severity::ALL.iter().rev().map(|&severity| (severity, count(severity))).collect()
}
