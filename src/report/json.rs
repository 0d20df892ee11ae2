//! The report for programs. Its form is stable; `schema/report.schema.json` says it, and a test holds both together.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::place::Places;
use super::printable::EscapedJson;
use super::{View, counts, suppressed};
use crate::model::{Finding, Origin, ProblemKind, Redactor, Run, Secret, Suppression};

/// The version of the report's form.
const VERSION: u32 = 1;

/// Writes one object.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut EscapedJson(out);
    let redactor = Redactor::of(run, view.show_secrets);
    let mut places = Places::new(run);
    write!(out, "{{\"version\":{VERSION},\"findings\":[")?;
    for (at, item) in view.findings(run).enumerate() {
        out.write_all(if at > 0 { b",\n" } else { b"\n" })?;
        serde_json::to_writer(&mut *out, &finding(item, view, &redactor, &mut places))?;
    }
    write!(out, "\n],\"summary\":")?;
    serde_json::to_writer(&mut *out, &summary(run, &redactor))?;
    writeln!(out, "}}")
}

/// Writes one object a line and finding, then one with the summary.
pub fn write_lines(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut EscapedJson(out);
    let redactor = Redactor::of(run, view.show_secrets);
    let mut places = Places::new(run);
    for item in view.findings(run) {
        serde_json::to_writer(&mut *out, &finding(item, view, &redactor, &mut places))?;
        writeln!(out)?;
    }
    serde_json::to_writer(&mut *out, &json!({"version": VERSION, "summary": summary(run, &redactor)}))?;
    writeln!(out)
}

fn finding<'r>(item: &'r Finding, view: &View, redactor: &Redactor, places: &mut Places<'r>) -> Value {
    let place = places.find(&item.origin, item.span);
    let secret = match (view.show_secrets, item.secret.expose()) {
        (_, "") => "",
        (true, text) => text,
        (false, _) => Secret::MASK,
    };
    let labels: Vec<Value> = item
        .labels
        .iter()
        .map(|label| {
            let at = places.find(&item.origin, label.span);
            json!({
                "line": at.line, "column": at.column, "end_line": at.end_line, "end_column": at.end_column,
                "text": redactor.label(label),
            })
        })
        .collect();
    json!({
        "rule": item.rule.id,
        "title": item.rule.title,
        "severity": item.severity.name(),
        "confidence": item.confidence.name(),
        "path": redactor.path(item.origin.path()),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "start_byte": item.span.start,
        "end_byte": item.span.end,
        "structural_path": redactor.path(&item.structural_path),
        "secret": secret,
        "what": redactor.path(&item.what.to_string()),
        "fingerprint": item.fingerprint.to_string(),
        "help": item.rule.mend,
        "origin": origin(&item.origin, redactor),
        "in_head": item.in_head,
        "labels": labels,
        "suppressed": item.suppressed.as_deref().map(suppression),
    })
}

fn origin(origin: &Origin, redactor: &Redactor) -> Value {
    match origin {
        Origin::File { .. } => json!({"kind": "file"}),
        Origin::Stdin { .. } => json!({"kind": "stdin"}),
        Origin::Staged { .. } => json!({"kind": "staged"}),
        Origin::Commit { commit, author, time, .. } => {
            json!({"kind": "commit", "commit": commit, "author": redactor.path(author), "time": time})
        }
    }
}

fn suppression(suppression: &Suppression) -> Value {
    let (by, reason) = match suppression {
        Suppression::Inline(reason) => ("inline", reason.as_deref()),
        Suppression::Allowlist(reason) => ("allowlist", Some(reason.as_str())),
        Suppression::Baseline(reason) => ("baseline", reason.as_deref()),
    };
    json!({"by": by, "reason": reason})
}

fn summary(run: &Run, redactor: &Redactor) -> Value {
    let by_severity: Map<String, Value> =
        counts(run).into_iter().map(|(severity, count)| (severity.name().to_owned(), json!(count))).collect();
    let problem = |problem: &crate::model::Problem| {
        let kind = match problem.kind {
            ProblemKind::Degraded => "degraded",
            ProblemKind::Skipped => "skipped",
            ProblemKind::Incomplete => "incomplete",
        };
        let mut said = json!({"path": redactor.path(&problem.path), "kind": kind, "message": problem.sentence()});
        if problem.count > 0 {
            said["count"] = json!(problem.count);
        }
        said
    };
    let mut summary = json!({
        "files": run.summary.files,
        "bytes": run.summary.bytes,
        "binary": run.summary.binary,
        "findings": by_severity,
        "suppressed": suppressed(run),
        "incomplete": run.summary.is_incomplete(),
        "problems": run.summary.problems.iter().map(problem).collect::<Vec<_>>(),
        "unused": run.summary.unused.iter().map(|unused| redactor.text(unused)).collect::<Vec<_>>(),
        "elapsed_ms": run.summary.elapsed.as_millis() as u64,
    });
    if run.is_rooted() {
        summary["root"] = json!(redactor.path(&run.root.to_string_lossy()));
    }
    if !run.summary.shards.is_empty() {
        summary["shards"] = run.summary.shards.iter().map(ToString::to_string).collect();
        summary["scans"] =
            run.summary.shards.iter().map(|shard| json!(shard.scan.map(|scan| scan.to_string()))).collect();
        summary["unmatched"] = run.summary.unmatched.iter().map(|said| redactor.text(said)).collect();
    }
    summary
}
