//! JUnit's XML: each finding is a failed test, each file that was not scanned an error.

use std::io::{self, Write};

use super::View;
use super::entry::{Entry, entries, skipped, unscanned};
use super::html::escape;
use crate::model::Run;

/// Writes one suite.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(run, view);
    let unscanned = unscanned(run, view);
    let failures = entries.iter().filter(|entry| entry.suppression().is_none()).count();
    let skipped = skipped(run, view);
    let tests = (entries.len() + unscanned.len()).max(1) + skipped.len();
    let counts = format!(
        "name=\"tidewaiter\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3}\"",
        unscanned.len(),
        entries.len() - failures + skipped.len(),
        run.summary.elapsed.as_secs_f64()
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n<testsuite {counts}>")?;
    if entries.is_empty() && unscanned.is_empty() {
        writeln!(out, "<testcase classname=\"tidewaiter\" name=\"no secrets found\"/>")?;
    }
    for entry in &entries {
        case(entry, out)?;
    }
    for (path, message) in &unscanned {
        let (path, message) = (escape(path), escape(message));
        writeln!(out, "<testcase classname=\"{path}\" name=\"scan\"><error message=\"{message}\"/></testcase>")?;
    }
    for (path, message) in &skipped {
        let (path, message) = (escape(path), escape(message));
        writeln!(out, "<testcase classname=\"{path}\" name=\"scan\"><skipped message=\"{message}\"/></testcase>")?;
    }
    writeln!(out, "</testsuite>\n</testsuites>")
}

fn case(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rule = entry.finding.rule;
    let path = escape(&entry.path);
    let name = format!("{} at {}:{}", rule.id, entry.place.line, entry.place.column);
    writeln!(out, "<testcase classname=\"{path}\" name=\"{name}\" file=\"{path}\" line=\"{}\">", entry.place.line)?;
    let message = escape(&entry.message());
    match entry.suppression() {
        Some((by, reason)) => writeln!(out, "<skipped message=\"{by}: {}\"/>", escape(reason))?,
        None => writeln!(
            out,
            "<failure type=\"{}\" message=\"{message}\">{path}:{}:{}: {message}\n{}\n{}</failure>",
            entry.finding.severity,
            entry.place.line,
            entry.place.column,
            escape(&rule.why),
            escape(&rule.mend)
        )?,
    }
    writeln!(out, "</testcase>")
}
