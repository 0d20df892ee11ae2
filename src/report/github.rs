//! Workflow commands of GitHub Actions: annotations in the pull request.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the gravest come
//! first, and a line says where the others are. The job summary (Markdown), where there is one, has all of them.

use std::io::{self, Write};

use super::entry::{Entry, entries, skipped, unscanned, worst_first};
use super::printable::{paragraph, printable};
use super::{View, summary};
use crate::model::{Run, Severity};

/// Annotations that GitHub shows of one kind and step.
const SHOWN: usize = 10;

/// Writes the commands, then a line with the count.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(run, view);
    let open: Vec<&Entry<'_>> = worst_first(&entries).into_iter().filter(|e| e.suppression().is_none()).collect();
    let mut left_out = 0;
    // What was not scanned is worth a warning's place before any finding of medium severity is.
    let unscanned = unscanned(run, view);
    for (path, message) in unscanned.iter().take(SHOWN / 2) {
        let (path, message) = (property(path), data(message));
        writeln!(out, "::warning file={path},title=tidewaiter: not scanned::{message}")?;
    }
    let skipped = skipped(run, view);
    for (path, message) in skipped.iter().take(SHOWN / 2) {
        writeln!(out, "::notice title=tidewaiter: skipped::{}", data(&format!("{path}: {message}")))?;
    }
    for command in ["error", "warning", "notice"] {
        let taken = match command {
            "warning" => unscanned.len(),
            "notice" => skipped.len(),
            _ => 0,
        };
        let room = SHOWN - taken.min(SHOWN / 2);
        let mut same = open.iter().filter(|entry| kind(entry.finding.severity) == command);
        for entry in same.by_ref().take(room) {
            annotation(command, entry, out)?;
        }
        left_out += same.count();
    }
    let place = if view.job_summary { "in the job summary" } else { "left out (--format text shows all)" };
    let unnamed = unscanned.len().saturating_sub(SHOWN / 2);
    for (count, what) in [(left_out, "more finding"), (unnamed, "more unscanned path")] {
        if count > 0 {
            writeln!(out, "{} {place}: GitHub shows ten annotations of a kind", summary::plural(count, what))?;
        }
    }
    if !view.quiet {
        writeln!(
            out,
            "tidewaiter: {} in {}",
            summary::plural(open.len(), "finding"),
            summary::plural(run.summary.files, "file")
        )?;
    }
    Ok(())
}

fn annotation(command: &str, entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let place = entry.place;
    // GitHub takes columns only where an annotation lies on one line.
    let columns = if place.line == place.end_line {
        format!(",col={},endColumn={}", place.column, place.end_column)
    } else {
        String::new()
    };
    writeln!(
        out,
        "::{command} file={},line={},endLine={}{columns},title={}::{}",
        property(&entry.path),
        place.line,
        place.end_line,
        property(&entry.finding.rule.title),
        data(&format!("{}. {}", entry.message(), paragraph(&entry.finding.rule.mend)))
    )
}

fn kind(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "notice",
    }
}

/// The message of a command, escaped as the runner undoes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, without what could steer the terminal that shows the log.
fn property(text: &str) -> String {
    data(&printable(text)).replace(':', "%3A").replace(',', "%2C")
}
