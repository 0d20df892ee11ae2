//! The findings of a blob while it is scanned.
//!
//! A large stream of documents may have a finding on every few lines, most of them below a threshold. Those of documents
//! that are done are settled now and then, so that what no report shows is not held until the end: only its place and its
//! text are, as no shown line may hold it.

use std::collections::HashSet;

use crate::check;
use crate::check::text::LONGEST_VALUE;
use crate::model::{Finding, Secret, Settings, Span};
use crate::source::text;

/// Findings that are looked at together, at least.
const MANY: usize = 4096;

/// What is settled of the findings so far.
pub struct Pending {
    /// Findings that overlap none that may still come.
    pub settled: Vec<Finding>,
    /// The bytes of the secrets that were found, also of those that are not shown. Not sorted.
    pub secrets: Vec<Span>,
    /// The texts of those that are not shown.
    pub unreported: HashSet<Secret>,
    /// How many findings there must be before it is worth to look.
    many: usize,
}

impl Pending {
    /// Nothing yet. Where a comment or an exception may name a finding, `all` must be kept to the end.
    pub fn new(all: bool) -> Self {
        Self {
            settled: Vec::new(),
            secrets: Vec::new(),
            unreported: HashSet::new(),
            many: if all { usize::MAX } else { MANY },
        }
    }

    /// Settles those of `findings` that stand before `start`, where the next document begins.
    pub fn settle(&mut self, findings: &mut Vec<Finding>, start: usize, settings: &Settings, bytes: &[u8]) {
        if findings.len() < self.many {
            return;
        }
        findings.retain(|finding| settings.runs(finding.rule));
        findings.sort_by_key(|finding| finding.span.start);
        let rest = findings.split_off(check::resolve::settled_before(findings, start));
        let mut done = std::mem::replace(findings, rest);
        check::resolve::resolve(&mut done);
        self.secrets.extend(secrets(&done, bytes));
        self.unreported.extend(unreported(&done, settings, bytes));
        done.retain(|finding| settings.shows(finding));
        self.settled.append(&mut done);
        self.many = MANY.max(findings.len() * 2);
    }
}

/// The bytes of the secrets of some findings in a file, and [all of those](whole) that were cut.
pub fn secrets(findings: &[Finding], bytes: &[u8]) -> Vec<Span> {
    let known = findings.iter().filter(|finding| !finding.secret.expose().is_empty()).map(|finding| finding.span);
    known.chain(whole(findings.iter(), bytes)).collect()
}

/// The texts of what the settings do not show, and of [all of it](whole) where it was cut.
pub fn unreported(findings: &[Finding], settings: &Settings, bytes: &[u8]) -> Vec<Secret> {
    let hidden = findings.iter().filter(|finding| !settings.shows(finding));
    let whole = whole(hidden.clone(), bytes).into_iter().filter_map(|span| bytes.get(span.start..span.end));
    let whole = whole.map(|bytes| Secret::new(text::decode(bytes).text));
    hidden.map(|finding| finding.secret.clone()).chain(whole).collect()
}

/// The bytes of values of which [no more](LONGEST_VALUE) than the start was read, each stretch of the file once.
fn whole<'f>(findings: impl Iterator<Item = &'f Finding>, bytes: &[u8]) -> Vec<Span> {
    let mut whole: Vec<Span> = Vec::new();
    for finding in findings.filter(|finding| may_be_cut(finding.secret.expose())) {
        let Span { start, end } = finding.span;
        if whole.last().is_none_or(|last| !(last.start..last.end).contains(&end)) {
            let behind = bytes.get(end..).unwrap_or_default();
            let more = behind.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
            whole.push(Span::new(start, end + more));
        }
    }
    whole
}

/// Whether a text may have been cut, at the end of a character.
fn may_be_cut(text: &str) -> bool {
    (LONGEST_VALUE - 3..=LONGEST_VALUE).contains(&text.len())
}
