//! The lines behind the findings: what was scanned, what was found, what was not scanned.

use std::io::{self, Write};

use super::printable::printable;
use super::{View, counts, suppressed};
use crate::model::{ProblemKind, Redactor, Run};

/// Documents read in a lesser way that are named without `--verbose`.
const NAMED: usize = 3;

/// Writes the summary.
pub fn write(run: &Run, view: &View, redactor: &Redactor, out: &mut dyn Write) -> io::Result<()> {
    problems(run, view, redactor, out)?;
    for unused in &run.summary.unused {
        writeln!(out, "unused exception: {}", redactor.text(&printable(unused)))?;
    }
    let summary = &run.summary;
    let counts = counts(run);
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let found = match total {
        0 => "no secrets found".to_owned(),
        _ => {
            let by_severity = counts.iter().filter(|(_, count)| *count > 0);
            let list: Vec<String> = by_severity.map(|(severity, count)| format!("{count} {severity}")).collect();
            format!("{} ({})", plural(total, "finding"), list.join(", "))
        }
    };
    let suppressed = suppressed(run);
    let suppressed = if suppressed > 0 { format!(", {suppressed} suppressed") } else { String::new() };
    let binary = if summary.binary > 0 { format!(", {} binary not searched", summary.binary) } else { String::new() };
    writeln!(
        out,
        "{found}{suppressed} in {}, {}{binary}, {:.2} s",
        plural(summary.files, "file"),
        size(summary.bytes),
        summary.elapsed.as_secs_f64()
    )
}

fn problems(run: &Run, view: &View, redactor: &Redactor, out: &mut dyn Write) -> io::Result<()> {
    let mut lesser = 0;
    for problem in &run.summary.problems {
        let word = match problem.kind {
            ProblemKind::Incomplete => "not scanned",
            ProblemKind::Skipped => "skipped",
            ProblemKind::Degraded => {
                lesser += 1;
                if lesser > NAMED && !view.verbose {
                    continue;
                }
                "note"
            }
        };
        writeln!(out, "{word}: {}: {}", redactor.path(&printable(&problem.path)), printable(&problem.sentence()))?;
    }
    if lesser > NAMED && !view.verbose {
        writeln!(out, "note: {} more documents were read in a lesser way (--verbose names them)", lesser - NAMED)?;
    }
    Ok(())
}

/// The count with its noun: `1 finding`, `2 findings`.
pub fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
