//! Several findings of the same bytes become the one that says most.
//!
//! A token in a Secret is found by the structural check (it stands under a name in a Secret) and by its provider's rule
//! (it is a GitHub token): the provider's rule goes first, and takes over where the secret stands and what gives it meaning.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::token;
use crate::model::Finding;

/// Leaves of findings whose spans overlap the most specific one.
pub fn resolve(findings: &mut Vec<Finding>) {
    if findings.len() < 2 {
        return;
    }
    findings.sort_by_cached_key(|finding| {
        (
            Reverse(specificity(finding)),
            Reverse(finding.confidence),
            Reverse(finding.span.len()),
            finding.rule.id.clone(),
        )
    });
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    // Start of each kept span: spans in it do not overlap, so that only two can touch another one.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for finding in findings.drain(..) {
        // A name without a value, or a file that a Dockerfile copies: its span is no secret's.
        if finding.secret.expose().is_empty() {
            kept.push(finding);
            continue;
        }
        let before = places.range(..finding.span.end).next_back().map(|(_, at)| *at);
        match before.filter(|at| kept[*at].span.overlaps(finding.span)) {
            Some(at) => take_over(&mut kept[at], finding),
            None => {
                places.insert(finding.span.start, kept.len());
                kept.push(finding);
            }
        }
    }
    *findings = kept;
}

/// How much a finding's rule knows of what it found.
fn specificity(finding: &Finding) -> u8 {
    match &*finding.rule.family {
        "files" => 1,
        "text" => 0,
        _ if finding.rule.token.is_none() => 2,
        _ if token::is_distinct(finding.rule, &finding.secret) => 4,
        _ => 3,
    }
}

/// What the general finding knows beside the specific one: where the secret stands, and what gives it meaning.
fn take_over(winner: &mut Finding, loser: Finding) {
    if winner.structural_path.is_empty() {
        winner.structural_path = loser.structural_path;
    }
    if winner.rule.token.is_some() && loser.rule.token.is_none() {
        winner.labels.retain(|label| !loser.labels.iter().any(|other| other.span.overlaps(label.span)));
        winner.labels.extend(loser.labels);
        winner.severity = winner.severity.max(loser.severity);
        winner.confidence = winner.confidence.max(loser.confidence);
    }
}
