//! The report stage: findings and the summary onto a stream, in the format that the reader wants. No report shows a
//! secret's text unless the user asks for it.

mod entry;
mod excerpt;
mod github;
mod gitlab;
mod html;
mod introduced;
mod json;
mod junit;
mod markdown;
mod masked;
mod place;
mod printable;
mod read;
mod sarif;
mod summary;
mod text;

use std::io::{self, Write};
use std::str::FromStr;

pub use markdown::{JOB_SUMMARY, LEAST_ROOM};
pub use printable::{paragraph, printable};
pub use read::read;
pub use summary::plural;

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
    /// Whether a job summary beside the report has the whole list.
    pub job_summary: bool,
    /// Bytes that the page takes which a Markdown report is for.
    pub room: usize,
    /// Name every document that was read in a lesser way.
    pub verbose: bool,
    /// ANSI colours.
    pub color: bool,
    /// Lines and arrows from Unicode rather than ASCII.
    pub unicode: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether longer lines are broken there, so that a source line is better cut.
    pub wraps: bool,
}

impl Default for View {
    fn default() -> Self {
        Self {
            show_secrets: false,
            show_suppressed: false,
            quiet: false,
            job_summary: false,
            room: JOB_SUMMARY,
            verbose: false,
            color: false,
            unicode: false,
            width: 100,
            wraps: false,
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
    /// SARIF 2.1.0, for code scanning platforms.
    Sarif,
    /// JUnit's XML, for CI systems that show tests.
    Junit,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// GitLab's secret detection report.
    Gitlab,
    /// One page that needs nothing else.
    Html,
    /// Tables for a job summary or a comment.
    Markdown,
}

/// Writes a report of one format.
enum Writer {
    /// All findings.
    Whole(fn(&Run, &View, &mut dyn Write) -> io::Result<()>),
    /// As much as the format's platform takes; gives the number of findings that were left out.
    Limited(fn(&Run, &View, &mut dyn Write) -> io::Result<usize>),
}

/// Every format: its name, and what writes it.
const FORMATS: &[(Format, &str, Writer)] = &[
    (Format::Text, "text", Writer::Whole(text::write)),
    (Format::Json, "json", Writer::Whole(json::write)),
    (Format::Jsonl, "jsonl", Writer::Whole(json::write_lines)),
    (Format::Sarif, "sarif", Writer::Limited(sarif::write)),
    (Format::Junit, "junit", Writer::Whole(junit::write)),
    (Format::Github, "github", Writer::Whole(github::write)),
    (Format::Gitlab, "gitlab", Writer::Whole(gitlab::write)),
    (Format::Html, "html", Writer::Whole(html::write)),
    (Format::Markdown, "markdown", Writer::Limited(markdown::write)),
];

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = FORMATS.iter().find(|(_, name, _)| *name == text);
        known.map(|(format, ..)| *format).ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|(_, name, _)| *name).collect();
            format!("expected one of: {}", names.join(", "))
        })
    }
}

/// Writes the report. Gives the number of findings that were left out because the format's platform takes no more.
///
/// # Errors
/// The stream's.
pub fn write(format: Format, run: &Run, view: &View, out: &mut dyn Write) -> io::Result<usize> {
    match FORMATS.iter().find(|(known, ..)| *known == format) {
        Some((.., Writer::Whole(write))) => write(run, view, out).map(|()| 0),
        Some((.., Writer::Limited(write))) => write(run, view, out),
        None => Ok(0),
    }
}

/// What was not scanned or left out, a sentence each, fit for a terminal.
pub fn not_scanned(run: &Run, view: &View) -> impl Iterator<Item = String> + use<> {
    let kinds = [("not scanned", entry::unscanned(run, view)), ("skipped", entry::skipped(run, view))];
    let said = |(word, problems): (&'static str, Vec<(String, String)>)| {
        problems.into_iter().map(move |(path, message)| format!("{word}: {path}: {message}"))
    };
    kinds.into_iter().flat_map(said)
}

/// Counts of unsuppressed findings by severity, from the gravest to the least.
fn counts(run: &Run) -> Vec<(Severity, usize)> {
    let count =
        |severity: Severity| run.findings.iter().filter(|f| f.suppressed.is_none() && f.severity == severity).count();
    Severity::ALL.iter().rev().map(|&severity| (severity, count(severity))).collect()
}

/// The number of findings that something accepts.
fn suppressed(run: &Run) -> usize {
    run.summary.unlisted + run.findings.iter().filter(|finding| finding.suppressed.is_some()).count()
}
