//! JSON reports read back, to be joined or written in another format.
//!
//! A report knows lines and columns but not the files: diagnostics made from one show no source lines. What it says of a
//! rule that this program lacks (a team's own) is kept.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use crate::model::{
    Finding, Label, Origin, Position, Problem, ProblemKind, Rule, Run, Secret, Shard, Source, Span, Summary,
    Suppression,
};
use crate::rules;

/// The version of the report's form that is read.
const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Report {
    version: u32,
    findings: Vec<Item>,
    summary: Counts,
}

#[derive(Deserialize)]
struct Item {
    rule: String,
    title: String,
    severity: String,
    confidence: String,
    path: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start_byte: usize,
    end_byte: usize,
    structural_path: String,
    secret: String,
    what: String,
    fingerprint: String,
    help: String,
    origin: From,
    in_head: Option<bool>,
    labels: Vec<Mark>,
    suppressed: Option<Accepted>,
}

#[derive(Deserialize)]
struct From {
    kind: String,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    author: String,
    #[serde(default)]
    time: i64,
}

#[derive(Deserialize)]
struct Mark {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: String,
}

#[derive(Deserialize)]
struct Accepted {
    by: String,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Counts {
    files: usize,
    bytes: u64,
    binary: usize,
    suppressed: usize,
    problems: Vec<Unread>,
    unused: Vec<String>,
    #[serde(default)]
    root: PathBuf,
    #[serde(default)]
    shards: Vec<String>,
    #[serde(default)]
    scans: Vec<Option<String>>,
    #[serde(default)]
    unmatched: Vec<String>,
    elapsed_ms: u64,
}

#[derive(Deserialize)]
struct Unread {
    path: String,
    kind: String,
    message: String,
    #[serde(default)]
    count: usize,
}

/// Reads a report.
///
/// # Errors
/// What is wrong, with line and column.
pub fn read(bytes: &[u8]) -> Result<Run, String> {
    let report: Report = serde_json::from_slice(bytes).map_err(|error| no_report(&error))?;
    if report.version != VERSION {
        return Err(format!("a report of version {}; this program reads version {VERSION}", report.version));
    }
    let root = report.summary.root.clone();
    let mut run = Run { summary: summary(report.summary)?, root, ..Run::default() };
    let mut rules = Rules::default();
    let mut positions: HashMap<Arc<Origin>, Vec<(Span, Position)>> = HashMap::new();
    let mut labels = 0;
    for item in report.findings {
        let (finding, places) = finding(item, &mut rules, &mut labels)?;
        positions.entry(finding.origin.clone()).or_default().extend(places);
        run.findings.push(finding);
    }
    let source = |(origin, mut positions): (Arc<Origin>, Vec<(Span, Position)>)| {
        positions.sort_unstable_by_key(|(span, _)| *span);
        Source { origin, bytes: Arc::default(), secrets: Vec::new(), positions }
    };
    let listed = run.findings.iter().filter(|finding| finding.suppressed.is_some()).count();
    run.summary.unlisted = run.summary.unlisted.saturating_sub(listed);
    run.sources = positions.into_iter().map(source).collect();
    run.sources.sort_by(|a, b| a.origin.cmp(&b.origin));
    Ok(run)
}

/// What is wrong, without what the parser quotes of the file.
fn no_report(error: &serde_json::Error) -> String {
    let said = error.to_string();
    let said = match (said.find('"'), said.rfind('"')) {
        (Some(start), Some(end)) if start < end => format!("{}…{}", &said[..start], &said[end + 1..]),
        _ => said,
    };
    format!("this is no JSON report: {said}")
}

/// The rules that reports name and the program lacks, each made once.
#[derive(Default)]
struct Rules(HashMap<String, &'static Rule>);

impl Rules {
    fn find(&mut self, item: &Item) -> Result<&'static Rule, String> {
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if item.rule.is_empty() || !item.rule.chars().all(is_id) {
            return Err("a finding names no rule".to_owned());
        }
        if let Some(rule) = rules::find(&item.rule).or_else(|| self.0.get(&item.rule).copied()) {
            return Ok(rule);
        }
        // Rules live as long as the program; a report names few that it does not know.
        let rule: &'static Rule = Box::leak(Box::new(Rule {
            id: Cow::Owned(item.rule.clone()),
            family: Cow::Borrowed("own"),
            title: Cow::Owned(item.title.clone()),
            severity: item.severity.parse()?,
            confidence: item.confidence.parse()?,
            why: Cow::Borrowed(""),
            mend: Cow::Owned(item.help.clone()),
            references: Cow::Borrowed(&[]),
            token: None,
        }));
        self.0.insert(item.rule.clone(), rule);
        Ok(rule)
    }
}

/// The finding, and where its secret and its labels stand; `count` is that of all labels so far.
fn finding(item: Item, rules: &mut Rules, count: &mut usize) -> Result<(Finding, Vec<(Span, Position)>), String> {
    let span = Span::new(item.start_byte, item.end_byte);
    let Item { line, column, end_line, end_column, .. } = item;
    let mut places = vec![(span, Position { line, column, end_line, end_column })];
    let rule = rules.find(&item)?;
    let labels: Box<[Label]> = item
        .labels
        .into_iter()
        .map(|mark| {
            // A report does not say at which bytes a label stands: any span that is no other's will do.
            *count += 1;
            let span = Span::new(usize::MAX - *count, usize::MAX);
            let position =
                Position { line: mark.line, column: mark.column, end_line: mark.end_line, end_column: mark.end_column };
            places.push((span, position));
            Label { span, text: mark.text.into() }
        })
        .collect();
    let finding = Finding {
        rule,
        severity: item.severity.parse()?,
        confidence: item.confidence.parse()?,
        origin: Arc::new(origin(item.origin, item.path)?),
        span,
        labels,
        structural_path: item.structural_path.into(),
        secret: Secret::new(item.secret),
        what: item.what.into(),
        in_head: item.in_head,
        suppressed: item.suppressed.map(suppression).transpose()?.map(Box::new),
        fingerprint: item.fingerprint.parse()?,
    };
    Ok((finding, places))
}

fn origin(from: From, path: String) -> Result<Origin, String> {
    Ok(match from.kind.as_str() {
        "file" => Origin::File { path },
        "stdin" => Origin::Stdin { path },
        "staged" => Origin::Staged { path },
        "commit" if !from.commit.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            return Err("a finding names no commit".to_owned());
        }
        "commit" => Origin::Commit { commit: from.commit, author: from.author, time: from.time, path },
        other => return Err(format!("an origin of the kind `{other}` is not known")),
    })
}

fn suppression(accepted: Accepted) -> Result<Suppression, String> {
    Ok(match accepted.by.as_str() {
        "inline" => Suppression::Inline(accepted.reason),
        "allowlist" => Suppression::Allowlist(accepted.reason.unwrap_or_default()),
        "baseline" => Suppression::Baseline(accepted.reason),
        other => return Err(format!("nothing is accepted by `{other}`")),
    })
}

fn summary(counts: Counts) -> Result<Summary, String> {
    let problem = |unread: Unread| {
        let kind = match unread.kind.as_str() {
            "degraded" => ProblemKind::Degraded,
            "skipped" => ProblemKind::Skipped,
            "incomplete" => ProblemKind::Incomplete,
            other => return Err(format!("a problem of the kind `{other}` is not known")),
        };
        let number = format!("{} ", unread.count);
        let message = unread.message.strip_prefix(&number).filter(|_| unread.count > 0).unwrap_or(&unread.message);
        Ok(Problem { count: unread.count, ..Problem::new(unread.path, kind, message) })
    };
    let shards = shards(&counts)?;
    Ok(Summary {
        files: counts.files,
        bytes: counts.bytes,
        binary: counts.binary,
        unlisted: counts.suppressed,
        problems: counts.problems.into_iter().map(problem).collect::<Result<_, String>>()?,
        unused: counts.unused,
        shards,
        unmatched: counts.unmatched,
        elapsed: Duration::from_millis(counts.elapsed_ms),
    })
}

/// The parts, each with the scan that it belongs to where the report says it.
fn shards(counts: &Counts) -> Result<Vec<Shard>, String> {
    let scans = counts.scans.iter().map(Option::as_deref).chain(std::iter::repeat(None));
    let shard = |(part, scan): (&String, Option<&str>)| {
        let mut shard: Shard = part.parse()?;
        shard.scan = scan.map(str::parse).transpose()?;
        Ok(shard)
    };
    counts.shards.iter().zip(scans).map(shard).collect()
}
