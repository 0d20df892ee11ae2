//! Tables for a job summary, a comment or a wiki page.

use std::io::{self, Write};

use super::entry::{Entry, entries, unscanned, worst_first};
use super::{View, counts};
use crate::model::Run;

/// Rows of the table: GitHub takes a job summary of 1 MiB.
const ROWS: usize = 2_000;

/// Writes a heading, the counts and a row a finding, the gravest first.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(run, view);
    let counts: Vec<String> =
        counts(run).into_iter().filter(|(_, n)| *n > 0).map(|(severity, n)| format!("{n} {severity}")).collect();
    writeln!(out, "## tidewaiter\n")?;
    match counts.len() {
        0 => write!(out, "No secrets found")?,
        _ => write!(out, "**{}**", counts.join(", "))?,
    }
    writeln!(out, " in {} files.\n", run.summary.files)?;
    if !entries.is_empty() {
        writeln!(out, "| Severity | Place | Finding | How to mend it |\n|---|---|---|---|")?;
    }
    for entry in worst_first(&entries).into_iter().take(ROWS) {
        row(entry, out)?;
    }
    if entries.len() > ROWS {
        writeln!(out, "\n{} more findings are not shown.", entries.len() - ROWS)?;
    }
    let unscanned = unscanned(run, view);
    if !unscanned.is_empty() {
        writeln!(out, "\n### Not scanned\n")?;
    }
    for (path, message) in unscanned {
        writeln!(out, "- {}: {}", code(&path), escape(&message))?;
    }
    Ok(())
}

fn row(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, place) = (entry.finding, entry.place);
    let accepted = entry.suppression().map(|(by, _)| format!(", accepted by {by}")).unwrap_or_default();
    let structure = if entry.structure.is_empty() { String::new() } else { format!(" {}", code(&entry.structure)) };
    let introduced =
        entry.introduced.as_ref().map(|text| format!(", introduced by {}", escape(text))).unwrap_or_default();
    writeln!(
        out,
        "| {}{accepted} | {}:{}:{} | {}{structure} ({}){introduced} | {} |",
        finding.severity,
        code(&entry.path),
        place.line,
        place.column,
        escape(&finding.rule.title),
        escape(&finding.what.to_string()),
        escape(&finding.rule.mend)
    )
}

/// Text from a scanned file or its name, as code: nothing in it is markup, a link or a mention.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// The text with all punctuation that could be markup as character references, and without line ends.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::redact::printable(text).chars() {
        match c {
            '.' | ',' | '/' | ' ' | '-' | '(' | ')' | ':' | ';' | '\'' => out.push(c),
            c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
