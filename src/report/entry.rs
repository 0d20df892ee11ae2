//! A finding as the exported formats show it: its place in lines and columns, and its texts without secrets.

use super::View;
use super::introduced::{self, Introduced};
use super::place::{Places, or_first};
use super::printable::{printable, shown};
use crate::model::{Finding, Origin, Position, Problem, ProblemKind, Redactor, Run, Suppression};

/// A finding, ready to be shown.
pub struct Entry<'r> {
    /// The finding itself.
    pub finding: &'r Finding,
    /// Its place in the report, counted from 0.
    pub order: usize,
    /// What it is, in a few words.
    pub what: String,
    /// How it came, for a finding of a history.
    pub introduced: Option<Introduced>,
    /// The author of that commit, or empty.
    pub author: String,
    /// Where it stands.
    pub place: Position,
    /// Its file as it is reached from the folder that the scan was started in.
    pub path: String,
    /// Its structural path, or empty.
    pub structure: String,
    /// The places that explain it.
    pub labels: Vec<(Position, String)>,
}

impl Entry<'_> {
    /// What was found, in one line.
    pub fn message(&self) -> String {
        let (title, what) = (printable(&self.finding.rule.title), &self.what);
        let mut message = if self.structure.is_empty() {
            format!("{title} ({what})")
        } else {
            format!("{title}: {} ({what})", self.structure)
        };
        if let Some(Introduced { verb, by }) = &self.introduced {
            message.push_str(&format!(", {verb} {by}"));
        }
        message
    }

    /// By what it was accepted and why, if it was.
    pub fn suppression(&self) -> Option<(&'static str, &str)> {
        self.finding.suppressed.as_deref().map(|suppression| match suppression {
            Suppression::Inline(reason) => ("inline", reason.as_deref().unwrap_or_default()),
            Suppression::Allowlist(reason) => ("allowlist", reason.as_str()),
            Suppression::Baseline(reason) => ("baseline", reason.as_deref().unwrap_or_default()),
        })
    }
}

/// The findings that the report shows, in order.
pub fn entries<'r>(run: &'r Run, view: &View) -> Vec<Entry<'r>> {
    let redactor = Redactor::of(run, view.show_secrets);
    let mut places = Places::new(run);
    let entry = |(order, finding): (usize, &'r Finding)| {
        let place = places.find(&finding.origin, finding.span);
        let label = |label: &'r crate::model::Label| {
            (or_first(places.find(&finding.origin, label.span)), shown(&redactor.label(label)))
        };
        Entry {
            finding,
            order,
            what: shown(&redactor.path(&finding.what.to_string())),
            introduced: introduced::words(finding, &redactor),
            author: redactor.path(author(&finding.origin)),
            place: or_first(place),
            labels: finding.labels.iter().map(label).collect(),
            path: redactor.path(&run.path_from_here(&finding.origin)),
            structure: shown(&redactor.path(&finding.structural_path)),
        }
    };
    view.findings(run).enumerate().map(entry).collect()
}

fn author(origin: &Origin) -> &str {
    if let Origin::Commit { author, .. } = origin { author } else { "" }
}

/// The same entries, the gravest first and those that something accepts behind all others.
pub fn worst_first<'e, 'r>(entries: &'e [Entry<'r>]) -> Vec<&'e Entry<'r>> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_by_key(|entry| {
        std::cmp::Reverse((entry.finding.suppressed.is_none(), entry.finding.severity, entry.finding.confidence))
    });
    sorted
}

/// What was not scanned: path and message, fit to be shown.
pub fn unscanned(run: &Run, view: &View) -> Vec<(String, String)> {
    problems(run, view, ProblemKind::Incomplete)
}

/// What is no part of the scan, which the reader should know (the commits that a shallow clone lacks).
pub fn skipped(run: &Run, view: &View) -> Vec<(String, String)> {
    problems(run, view, ProblemKind::Skipped)
}

fn problems(run: &Run, view: &View, kind: ProblemKind) -> Vec<(String, String)> {
    let mut problems = run.summary.problems.iter().filter(|problem| problem.kind == kind).peekable();
    if problems.peek().is_none() {
        return Vec::new();
    }
    let redactor = Redactor::of(run, view.show_secrets);
    let shown = |problem: &Problem| (redactor.path(&printable(&problem.path)), printable(&problem.sentence()));
    problems.map(shown).collect()
}
