//! The findings of a blob while it is scanned.
//!
//! A large stream of documents may have a finding on every few lines, most of them below a threshold. Those of documents
//! that are done are settled now and then, so that what no report shows is not held until the end: only its place is, as
//! no shown line may hold it.

use crate::check;
use crate::model::{Finding, Settings, Span};

/// Findings that are looked at together, at least.
const MANY: usize = 4096;

/// What is settled of the findings so far.
pub struct Pending {
    /// Findings that overlap none that may still come.
    pub settled: Vec<Finding>,
    /// The bytes of the secrets that were found, also of those that are not shown. Not sorted.
    pub secrets: Vec<Span>,
    /// How many findings there must be before it is worth to look.
    many: usize,
}

impl Pending {
    /// Nothing yet. Where a comment or an exception may name a finding, `all` must be kept to the end.
    pub fn new(all: bool) -> Self {
        Self { settled: Vec::new(), secrets: Vec::new(), many: if all { usize::MAX } else { MANY } }
    }

    /// Settles those of `findings` that stand before `start`, where the next document begins.
    pub fn settle(&mut self, findings: &mut Vec<Finding>, start: usize, settings: &Settings) {
        if findings.len() < self.many {
            return;
        }
        findings.retain(|finding| settings.runs(finding.rule));
        findings.sort_by_key(|finding| finding.span.start);
        let rest = findings.split_off(check::resolve::settled_before(findings, start));
        let mut done = std::mem::replace(findings, rest);
        check::resolve::resolve(&mut done);
        self.secrets.extend(secrets(&done));
        done.retain(|finding| settings.shows(finding));
        self.settled.append(&mut done);
        self.many = MANY.max(findings.len() * 2);
    }
}

/// The bytes of the secrets of some findings.
pub fn secrets(findings: &[Finding]) -> impl Iterator<Item = Span> {
    findings.iter().filter(|finding| !finding.secret.expose().is_empty()).map(|finding| finding.span)
}
