//! The baseline: findings that are accepted as they stand today, so that only new ones fail.
//!
//! An entry knows its finding by rule, structure, path and a short digest of the secret, and matches as long as the digest
//! and one of the places still fit: lines may move, files may be reformatted or renamed, but another secret in the same
//! place is new. The digest is slow (PBKDF2 with a salt of the baseline's own) and cut to 24 bits, so that testing a
//! guess takes long and a hit proves little: many guesses share it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::model::{Finding, Secret, Suppression};

/// The form of the file.
pub const VERSION: u32 = 1;

/// PBKDF2 rounds that all digests of a baseline take together, and the bounds of what one takes.
const ALL_ROUNDS: usize = 4_000_000;
const LEAST_ROUNDS: usize = 2_000;
const MOST_ROUNDS: usize = 40_000;

/// Accepted findings.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The form of the file.
    pub version: u32,
    /// Random, in hexadecimal digits: the salt that makes the digests worthless for any other baseline.
    pub id: String,
    /// PBKDF2 rounds of a digest.
    pub rounds: u32,
    /// What is accepted.
    #[serde(default)]
    pub findings: Vec<Entry>,
}

/// An accepted finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The rule's id.
    pub rule: String,
    /// The path, relative to the scanned folder.
    pub path: String,
    /// The structural path, if there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub structure: String,
    /// The digest of the secret; empty for a finding without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// Why it is accepted; for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whatever a reviewer wants to keep beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What two findings must share to be the same; asked one after the other, the closest first.
const WAYS: [fn(&Entry, &Entry) -> bool; 4] = [
    |entry, now| entry.path == now.path && entry.structure == now.structure,
    |entry, now| entry.structure == now.structure && !entry.structure.is_empty(),
    |entry, now| entry.path == now.path,
    |entry, _| !entry.digest.is_empty(),
];

impl Baseline {
    /// An empty baseline for `count` findings, with a salt of these random bytes.
    pub fn new(random: &[u8], count: usize) -> Self {
        let rounds = (ALL_ROUNDS / count.max(1)).clamp(LEAST_ROUNDS, MOST_ROUNDS);
        let id = data_encoding::HEXLOWER.encode(random);
        Self { version: VERSION, id, rounds: rounds as u32, findings: Vec::new() }
    }

    /// Marks the findings that the baseline accepts, and gives the entries that match none.
    pub fn accept(&self, findings: &mut [Finding]) -> Vec<&Entry> {
        let matches = self.matches(findings);
        let mut used = vec![false; self.findings.len()];
        for (finding, entry) in findings.iter_mut().zip(matches) {
            let Some(at) = entry else { continue };
            used[at] = true;
            if finding.suppressed.is_none() {
                finding.suppressed = Some(Box::new(Suppression::Baseline(self.findings[at].reason.clone())));
            }
        }
        self.findings.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry).collect()
    }

    /// Brings the entries up to what was found: known ones get their new place and keep reason and note, new ones are
    /// added. Gives how many were added.
    pub fn update(&mut self, findings: &[Finding]) -> usize {
        let matches = self.matches(findings);
        let mut digests = Digests::of(self);
        let before = self.findings.len();
        for (finding, known) in findings.iter().zip(matches) {
            if matches!(finding.suppressed.as_deref(), Some(Suppression::Inline(_) | Suppression::Allowlist(_))) {
                continue;
            }
            let mut now = place(finding);
            now.digest = digests.digest(&finding.secret);
            match known {
                Some(at) => {
                    let old = &self.findings[at];
                    self.findings[at] = Entry { reason: old.reason.clone(), note: old.note.clone(), ..now };
                }
                None => self.findings.push(now),
            }
        }
        let added = self.findings.len() - before;
        self.findings.sort_by(|a, b| (&a.path, &a.structure, &a.rule).cmp(&(&b.path, &b.structure, &b.rule)));
        added
    }

    /// Removes the entries that match nothing any more; gives how many.
    pub fn prune(&mut self, findings: &mut [Finding]) -> usize {
        let unused: Vec<Entry> = self.accept(findings).into_iter().cloned().collect();
        let before = self.findings.len();
        let mut left = unused;
        self.findings.retain(|entry| match left.iter().position(|unused| unused == entry) {
            Some(at) => {
                left.swap_remove(at);
                false
            }
            None => true,
        });
        before - self.findings.len()
    }

    /// For each finding the entry that accepts it. An entry accepts one finding.
    fn matches(&self, findings: &[Finding]) -> Vec<Option<usize>> {
        let mut digests = Digests::of(self);
        let mut by_rule: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, entry) in self.findings.iter().enumerate() {
            by_rule.entry(&entry.rule).or_default().push(at);
        }
        let mut taken = vec![false; self.findings.len()];
        let mut matches = vec![None; findings.len()];
        // A digest is slow: only findings whose rule the baseline knows are worth one.
        let now: Vec<Option<Entry>> = findings
            .iter()
            .map(|finding| {
                by_rule.contains_key(&*finding.rule.id).then(|| {
                    let mut entry = place(finding);
                    entry.digest = digests.digest(&finding.secret);
                    entry
                })
            })
            .collect();
        for is_same in WAYS {
            for (at, now) in now.iter().enumerate() {
                let Some(now) = now.as_ref().filter(|_| matches[at].is_none()) else { continue };
                let candidates = by_rule.get(&*now.rule).map_or(&[][..], Vec::as_slice);
                let fits = |entry: &Entry| entry.digest == now.digest && is_same(entry, now);
                if let Some(&found) = candidates.iter().find(|&&entry| !taken[entry] && fits(&self.findings[entry])) {
                    taken[found] = true;
                    matches[at] = Some(found);
                }
            }
        }
        matches
    }
}

/// What a finding's entry says, but for the digest.
fn place(finding: &Finding) -> Entry {
    Entry {
        rule: finding.rule.id.to_string(),
        path: finding.origin.path().to_owned(),
        structure: finding.structural_path.to_string(),
        ..Entry::default()
    }
}

/// Digests of secrets, each computed once.
struct Digests {
    salt: String,
    rounds: u32,
    known: HashMap<Secret, String>,
}

impl Digests {
    fn of(baseline: &Baseline) -> Self {
        Self { salt: baseline.id.clone(), rounds: baseline.rounds, known: HashMap::new() }
    }

    fn digest(&mut self, secret: &Secret) -> String {
        if secret.expose().is_empty() {
            return String::new();
        }
        let (salt, rounds) = (self.salt.as_bytes(), self.rounds);
        let compute = || {
            let bytes = pbkdf2::pbkdf2_hmac_array::<Sha256, 3>(secret.expose().as_bytes(), salt, rounds);
            data_encoding::HEXLOWER.encode(&bytes)
        };
        self.known.entry(secret.clone()).or_insert_with(compute).clone()
    }
}
