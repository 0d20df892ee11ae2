//! GitLab's secret detection report (its security report schema, version 15.0.7).

use std::io::{self, Write};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::entry::{Entry, entries, skipped, unscanned};
use super::printable::EscapedJson;
use super::{View, markdown};
use crate::model::{Origin, Run, date};

/// Writes one object.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let end = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let start = end.saturating_sub(run.summary.elapsed);
    let tool = json!({
        "id": "tidewaiter", "name": "tidewaiter", "version": env!("CARGO_PKG_VERSION"),
        "url": env!("CARGO_PKG_REPOSITORY"), "vendor": {"name": "tidewaiter"},
    });
    let warning = |(path, message): (String, String)| json!({"level": "warn", "value": format!("{path} was not scanned: {message}")});
    let info = |(path, message): (String, String)| json!({"level": "info", "value": format!("{path}: {message}")});
    let messages: Vec<Value> =
        unscanned(run, view).into_iter().map(warning).chain(skipped(run, view).into_iter().map(info)).collect();
    let open = entries(run, view);
    let open = open.iter().filter(|entry| entry.suppression().is_none());
    let report = json!({
        "version": "15.0.7",
        "scan": {
            "analyzer": tool, "scanner": tool, "type": "secret_detection",
            "start_time": timestamp(start), "end_time": timestamp(end),
            "messages": messages,
            "status": if run.summary.is_incomplete() { "failure" } else { "success" },
        },
        "vulnerabilities": open.map(vulnerability).collect::<Vec<_>>(),
    });
    serde_json::to_writer_pretty(EscapedJson(out), &report)?;
    writeln!(out)
}

fn vulnerability(entry: &Entry<'_>) -> Value {
    let rule = entry.finding.rule;
    // The schema asks for a commit; this id is what GitLab's own analyser writes where there is none.
    let commit = match &*entry.finding.origin {
        Origin::Commit { commit, .. } => commit.as_str(),
        _ => "0000000",
    };
    let mut commit = json!({"sha": commit});
    if let Some((_, time)) = entry.finding.origin.made() {
        commit["author"] = json!(entry.author);
        commit["date"] = json!(timestamp(Duration::from_secs(u64::try_from(time).unwrap_or_default())));
    }
    let links = rule.references.iter().filter(|link| link.starts_with("https://") || link.starts_with("http://"));
    let links: Vec<Value> = links.map(|link| json!({"url": link})).collect();
    json!({
        "id": entry.finding.fingerprint.to_string(),
        "category": "secret_detection",
        "name": limited(&rule.title, 255),
        // GitLab reads it as Markdown, and keys of the scanned file stand in it.
        "description": format!("{}. {}", markdown::escape(&entry.message()), rule.why),
        "severity": capital(entry.finding.severity.name()),
        "solution": limited(&rule.mend, 7_000),
        "location": {
            "file": entry.path, "start_line": entry.place.line, "end_line": entry.place.end_line,
            "commit": commit,
        },
        "identifiers": [{"type": "tidewaiter_rule_id", "name": format!("tidewaiter {}", rule.id), "value": rule.id}],
        "links": links,
    })
}

/// The text up to the number of characters that the schema allows; a team's own rule may say more.
fn limited(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}

/// A time since the Unix epoch as `YYYY-MM-DDThh:mm:ss` in UTC.
fn timestamp(time: Duration) -> String {
    let second = time.as_secs() % 86_400;
    let day = i64::try_from(time.as_secs()).ok().and_then(date::day).unwrap_or_default();
    format!("{day}T{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_dates() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00"),
            (951_782_399, "2000-02-28T23:59:59"),
            (951_782_400, "2000-02-29T00:00:00"),
            (1_709_251_199, "2024-02-29T23:59:59"),
            (1_735_689_600, "2025-01-01T00:00:00"),
        ] {
            assert_eq!(timestamp(Duration::from_secs(seconds)), text);
        }
    }
}
