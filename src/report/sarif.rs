//! SARIF 2.1.0, within the limits of the platforms that take it.
//!
//! GitHub's code scanning reads 25,000 results of a run and files of 10 MB. Where there is more, the code flows go first,
//! then the least grave findings, and a notification in the file says how many were left out.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Value, json};

use super::View;
use super::entry::{Entry, entries, skipped, unscanned, worst_first};
use super::printable::EscapedJson;
use super::summary::plural;
use crate::model::{Confidence, Position, Rule, Run, Severity};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// Results that a platform reads.
const MAX_RESULTS: usize = 25_000;
/// Bytes that the results may take; the rest of the 10 MB is for the rules and the notifications.
const MAX_BYTES: usize = 8_000_000;
/// Bytes that the notifications about what was not scanned may take.
const MAX_NOTES: usize = 500_000;

/// Writes one SARIF log with one run. Gives the number of findings that were left out.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<usize> {
    let entries = entries(run, view);
    let rules = rules(&entries);
    let mut results = Results::new(&entries, &rules, true)?;
    if results.left_out > 0 {
        results = Results::new(&entries, &rules, false)?;
    }
    let log = json!({
        "tool": {"driver": {
            "name": "tidewaiter",
            "version": env!("CARGO_PKG_VERSION"),
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "informationUri": env!("CARGO_PKG_REPOSITORY"),
            "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
        }},
        "columnKind": "unicodeCodePoints",
        "invocations": [{
            "executionSuccessful": !run.summary.is_incomplete(),
            "toolExecutionNotifications": notes(run, view, &results)?,
        }],
    });
    let out = &mut EscapedJson(out);
    write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"results\":[")?;
    write!(out, "{}", results.texts.join(","))?;
    // The object goes on with what follows its opening brace.
    writeln!(out, "],{}]}}", &serde_json::to_string(&log)?[1..])?;
    Ok(results.left_out)
}

/// What the reader must know beside the results: what was not scanned, and how many findings were left out.
fn notes(run: &Run, view: &View, results: &Results) -> io::Result<Vec<Value>> {
    let warning = |text: String| json!({"level": "warning", "message": {"text": text}});
    let mut notes = Vec::new();
    if results.left_out > 0 {
        let left_out = plural(results.left_out, "finding");
        let text =
            format!("the least grave were left out, and all code flows: {left_out}; the file would be too large");
        notes.push(warning(text));
    } else if !results.flows {
        notes.push(warning("code flows were left out: the file would be too large".to_owned()));
    }
    let unscanned = unscanned(run, view).into_iter().map(|said| ("error", "not scanned", said));
    let skipped = skipped(run, view).into_iter().map(|said| ("note", "skipped", said));
    let unscanned: Vec<_> = unscanned.chain(skipped).collect();
    let mut bytes = 0;
    for (at, (level, word, (path, message))) in unscanned.iter().enumerate() {
        let location = json!({"physicalLocation": {"artifactLocation": {"uri": uri(path)}}});
        let text = format!("{word}: {message}");
        let note = json!({"level": level, "message": {"text": text}, "locations": [location]});
        bytes += serde_json::to_string(&note)?.len() + 1;
        if bytes > MAX_NOTES {
            let more = plural(unscanned.len() - at, "more path");
            notes.push(warning(format!("not scanned: {more}; the file would be too large")));
            break;
        }
        notes.push(note);
    }
    Ok(notes)
}

/// The rules of the findings, sorted.
fn rules(entries: &[Entry<'_>]) -> Vec<&'static Rule> {
    let ids: BTreeSet<&str> = entries.iter().map(|entry| &*entry.finding.rule.id).collect();
    let rule = |id: &str| entries.iter().map(|entry| entry.finding.rule).find(|rule| rule.id == id);
    ids.into_iter().filter_map(rule).collect()
}

/// The results that fit.
struct Results {
    /// Each as JSON, in the order of the report.
    texts: Vec<String>,
    /// Whether they have code flows.
    flows: bool,
    /// The findings that do not fit.
    left_out: usize,
}

impl Results {
    fn new(entries: &[Entry<'_>], rules: &[&Rule], flows: bool) -> io::Result<Self> {
        let mut kept: Vec<(usize, String)> = Vec::new();
        let mut bytes = 0;
        for entry in worst_first(entries).into_iter().take(MAX_RESULTS) {
            let text = serde_json::to_string(&result(entry, rules, flows))?;
            bytes += text.len() + 1;
            if bytes > MAX_BYTES {
                break;
            }
            kept.push((entry.order, text));
        }
        kept.sort_unstable_by_key(|(order, _)| *order);
        let left_out = entries.len() - kept.len();
        Ok(Self { texts: kept.into_iter().map(|(_, text)| text).collect(), flows, left_out })
    }
}

fn result(entry: &Entry<'_>, rules: &[&Rule], flows: bool) -> Value {
    let finding = entry.finding;
    let place = location(&entry.path, entry.place);
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": rules.binary_search_by(|rule| rule.id.cmp(&finding.rule.id)).unwrap_or(0),
        "level": level(finding.severity),
        "message": {"text": plain(&entry.message())},
        "locations": [{
            "physicalLocation": place,
            "logicalLocations": [{"fullyQualifiedName": entry.structure}],
        }],
        "partialFingerprints": {"tidewaiter/v1": finding.fingerprint.to_string()},
        "properties": {"severity": finding.severity.name(), "confidence": finding.confidence.name()},
    });
    if let Some(introduced) = &entry.introduced {
        result["properties"]["introduced"] = json!(introduced.by);
    }
    if flows && !entry.labels.is_empty() {
        let step = |(place, text): &(Position, String)| {
            let physical = location(&entry.path, *place);
            json!({"location": {"physicalLocation": physical, "message": {"text": text}}})
        };
        let mut steps: Vec<Value> = entry.labels.iter().map(step).collect();
        steps.push(step(&(entry.place, entry.what.clone())));
        result["codeFlows"] = json!([{"threadFlows": [{"locations": steps}]}]);
    }
    if let Some((by, reason)) = entry.suppression() {
        let kind = if by == "inline" { "inSource" } else { "external" };
        result["suppressions"] = json!([{"kind": kind, "justification": reason}]);
    }
    result
}

/// A message without links: SARIF (3.11.6) reads `[text](address)` as one, and keys of the scanned file stand in it.
fn plain(message: &str) -> String {
    message.replace("](", "] (")
}

fn location(path: &str, place: Position) -> Value {
    json!({
        "artifactLocation": {"uri": uri(path)},
        "region": {
            "startLine": place.line, "startColumn": place.column,
            "endLine": place.end_line, "endColumn": place.end_column,
        },
    })
}

fn descriptor(rule: &Rule) -> Value {
    let reference = rule.references.first().map_or(env!("CARGO_PKG_REPOSITORY"), |reference| &**reference);
    let links: String = rule.references.iter().map(|link| format!("\n- <{link}>")).collect();
    json!({
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": format!("{} {}", rule.why, rule.mend),
            "markdown": format!("{}\n\n**How to mend it**: {}\n{links}", rule.why, rule.mend),
        },
        "helpUri": reference,
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "tags": ["security", "secret", rule.family],
            "precision": match rule.confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "low",
            },
            "security-severity": score(rule.severity),
        },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

/// GitHub sorts alerts by a score from 0 to 10, and names them critical from 9, high from 7, medium from 4.
fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "1.0",
    }
}

/// A path as a URI reference (RFC 3986): what is not unreserved is percent-encoded.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
