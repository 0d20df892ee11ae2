//! Several findings of the same bytes become the one that says most.
//!
//! A token in a Secret is found by the structural check (it stands under a name in a Secret) and by its provider's rule
//! (it is a GitHub token): the provider's rule goes first, and takes over where the secret stands and what gives it meaning.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::token;
use crate::model::{Finding, Severity};

/// Leaves of findings whose spans overlap the most specific one, and puts the findings in the order of their spans. There
/// may be a million of them, so that it is done in place.
pub fn resolve(findings: &mut Vec<Finding>) {
    findings.sort_by_key(|finding| finding.span.start);
    let (mut kept, mut from) = (0, 0);
    while from < findings.len() {
        let to = group_end(findings, from);
        let left = if to - from == 1 { 1 } else { resolve_group(&mut findings[from..to]) };
        for at in 0..left {
            findings.swap(kept + at, from + at);
        }
        kept += left;
        from = to;
    }
    findings.truncate(kept);
}

/// How many of the first findings, which are sorted by their starts, reach no further than `limit` and have no part in a
/// group that does.
pub fn settled_before(findings: &[Finding], limit: usize) -> usize {
    let mut from = 0;
    while from < findings.len() {
        let to = group_end(findings, from);
        if findings[from..to].iter().any(|finding| finding.span.end > limit) {
            break;
        }
        from = to;
    }
    from
}

/// The end of the group that starts at `from`: findings behind it overlap none of the group's.
fn group_end(findings: &[Finding], from: usize) -> usize {
    let mut reached = findings[from].span.end;
    let next = |finding: &Finding| {
        let joined = finding.span.start < reached || finding.span.start == findings[from].span.start;
        reached = reached.max(finding.span.end);
        joined
    };
    from + 1 + findings[from + 1..].iter().map(next).take_while(|joined| *joined).count()
}

/// Moves the findings of a group that stay to its front; how many there are.
fn resolve_group(group: &mut [Finding]) -> usize {
    group.sort_by_cached_key(|finding| {
        (
            Reverse(specificity(finding)),
            Reverse(finding.confidence),
            Reverse(finding.span.len()),
            finding.rule.id.clone(),
        )
    });
    let mut kept = 0;
    // Start of each kept span: spans in it do not overlap, so that only two can touch another one.
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for at in 0..group.len() {
        let (before, rest) = group.split_at_mut(at);
        let finding = &mut rest[0];
        // A name without a value, or a file that a Dockerfile copies: its span is no secret's.
        if !finding.secret.expose().is_empty() {
            let nearest = places.range(..finding.span.end).next_back().map(|(_, at)| *at);
            if let Some(winner) = nearest.filter(|at| before[*at].span.overlaps(finding.span)) {
                take_over(&mut before[winner], finding);
                continue;
            }
            places.insert(finding.span.start, kept);
        }
        group.swap(kept, at);
        kept += 1;
    }
    kept
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
fn take_over(winner: &mut Finding, loser: &mut Finding) {
    if winner.structural_path.is_empty() {
        winner.structural_path = std::mem::take(&mut loser.structural_path);
    }
    if winner.rule.token.is_some() && loser.rule.token.is_none() {
        let mut labels = std::mem::take(&mut winner.labels).into_vec();
        labels.retain(|label| !loser.labels.iter().any(|other| other.span.overlaps(label.span)));
        labels.extend(std::mem::take(&mut loser.labels));
        winner.labels = labels.into();
        // What its provider publishes (a publishable key) is no graver under a credential's name, and a name in a text says
        // less than what a look into the token did.
        if winner.rule.severity > Severity::Info && loser.rule.family != "text" {
            winner.severity = winner.severity.max(loser.severity);
        }
        winner.confidence = winner.confidence.max(loser.confidence);
    }
}
