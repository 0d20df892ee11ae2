//! Tables for a job summary, a comment or a wiki page.
//!
//! GitHub refuses a step's job summary of more than 1 MiB as a whole, whatever wrote to it, so the list ends before, and
//! says so.

use std::io::{self, Write};

use super::entry::{Entry, entries, skipped, unscanned, worst_first};
use super::summary::plural;
use super::{View, counts};
use crate::model::Run;

/// Bytes of the largest job summary that GitHub takes.
pub const JOB_SUMMARY: usize = 1 << 20;
/// Bytes without which a report is not begun: its headings and sentences, and something between them.
pub const LEAST_ROOM: usize = 4 * FRAME;
/// Bytes of the headings, the counts and the sentences on what is left out; they take less.
const FRAME: usize = 2_000;

/// Writes a heading, the counts and a row a finding, the gravest first. Gives the number of findings that were left out.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<usize> {
    let entries = entries(run, view);
    // A list of paths takes a tenth at most, the rows what is left by two of them.
    let room = view.room.saturating_sub(FRAME);
    let paths_room = room / 10;
    let counts: Vec<String> =
        counts(run).into_iter().filter(|(_, n)| *n > 0).map(|(severity, n)| format!("{n} {severity}")).collect();
    writeln!(out, "## tidewaiter\n")?;
    match counts.len() {
        0 => write!(out, "No secrets found")?,
        _ => write!(out, "**{}**", counts.join(", "))?,
    }
    writeln!(out, " in {}.\n", plural(run.summary.files, "file"))?;
    if !entries.is_empty() {
        writeln!(out, "| Severity | Place | Finding | How to mend it |\n|---|---|---|---|")?;
    }
    let left_out = lines(worst_first(&entries).into_iter().map(row), room - 2 * paths_room, out)?;
    if left_out > 0 {
        writeln!(out, "\n{} not shown.", plural(left_out, "less grave finding"))?;
    }
    paths("Not scanned", unscanned(run, view), paths_room, out)?;
    paths("Skipped", skipped(run, view), paths_room, out)?;
    Ok(left_out)
}

/// A list of paths with what is to be said of them, if there are any.
fn paths(heading: &str, paths: Vec<(String, String)>, room: usize, out: &mut dyn Write) -> io::Result<()> {
    if !paths.is_empty() {
        writeln!(out, "\n### {heading}\n")?;
    }
    let line = |(path, message): (String, String)| format!("- {}: {}", code(&path), escape(&message));
    let unnamed = lines(paths.into_iter().map(line), room, out)?;
    if unnamed > 0 {
        writeln!(out, "- and {}", plural(unnamed, "more path"))?;
    }
    Ok(())
}

/// Writes the lines that fit into `room` bytes, and gives the number of those that do not.
fn lines(lines: impl ExactSizeIterator<Item = String>, mut room: usize, out: &mut dyn Write) -> io::Result<usize> {
    let count = lines.len();
    for (at, line) in lines.enumerate() {
        let Some(left) = room.checked_sub(line.len() + 1) else { return Ok(count - at) };
        room = left;
        writeln!(out, "{line}")?;
    }
    Ok(0)
}

fn row(entry: &Entry<'_>) -> String {
    let (finding, place) = (entry.finding, entry.place);
    let accepted = entry.suppression().map(|(by, _)| format!(", accepted by {by}")).unwrap_or_default();
    let structure = if entry.structure.is_empty() { String::new() } else { format!(" {}", code(&entry.structure)) };
    let introduced = entry.introduced.as_ref();
    let introduced = introduced.map(|how| format!(", {} {}", how.verb, escape(&how.by))).unwrap_or_default();
    format!(
        "| {}{accepted} | {}:{}:{} | {}{structure} ({}){introduced} | {} |",
        finding.severity,
        code(&entry.path),
        place.line,
        place.column,
        escape(&finding.rule.title),
        escape(&entry.what),
        escape(&finding.rule.mend)
    )
}

/// Text from a scanned file or its name, as code: nothing in it is markup, a link or a mention.
fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// The text with all punctuation that could be markup as character references, and without line ends.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in super::printable::printable(text).chars() {
        match c {
            '.' | ',' | '/' | ' ' | '-' | '(' | ')' | ':' | ';' | '\'' => out.push(c),
            c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
