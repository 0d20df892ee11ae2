//! The baseline: findings that are accepted as they stand today, so that only new ones fail.
//!
//! An entry knows its finding by rule, structure, path and a short digest of the secret, and matches as long as the digest
//! and one of the places still fit: lines may move, files may be reformatted or renamed, but another secret in the same
//! place is new. Where neither place fits, the file has to be gone, and one of its kind to hold the secret. The digest is slow (PBKDF2 with a salt of the baseline's own) and cut to 24 bits, so that testing a
//! guess takes long and a hit proves little: many guesses share it.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::model::{Finding, Redactor, Secret, Suppression, behind_last};

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
    /// Whether it also accepts what only the history of the repository holds.
    #[serde(default, skip_serializing_if = "is_false")]
    pub history: bool,
    /// What is accepted.
    #[serde(default)]
    pub findings: Vec<Entry>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for it
fn is_false(value: &bool) -> bool {
    !value
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

/// What an entry and a finding with the same rule and digest must share besides; `None` where this can't tell.
type Way = for<'e> fn(&'e Entry) -> Option<(&'e str, &'e str)>;

/// Ways in which two are the same, asked one after the other, the closest first.
const WAYS: [Way; 3] = [
    |entry| Some((&entry.path, &entry.structure)),
    |entry| (!entry.structure.is_empty()).then_some(("", &entry.structure)),
    |entry| Some((&entry.path, "")),
];

/// The same for entries whose file is gone: it was moved, or got another name. With no more than a short digest, all
/// else in the tree that happens to share it would be accepted.
const WAYS_OF_GONE: [Way; 2] =
    [|entry| named(entry, file_name(&entry.path)), |entry| named(entry, extension(&entry.path)?)];

fn named<'e>(entry: &Entry, name: &'e str) -> Option<(&'e str, &'e str)> {
    (!entry.digest.is_empty()).then_some((name, ""))
}

fn file_name(path: &str) -> &str {
    behind_last(path, b'/')
}

fn extension(path: &str) -> Option<&str> {
    Some(file_name(path).rsplit_once('.')?.1)
}

impl Baseline {
    /// An empty baseline for `count` findings, with a salt of these random bytes.
    pub fn new(random: &[u8], count: usize) -> Self {
        let rounds = (ALL_ROUNDS / count.max(1)).clamp(LEAST_ROUNDS, MOST_ROUNDS);
        let id = data_encoding::HEXLOWER.encode(random);
        Self { version: VERSION, id, rounds: rounds as u32, history: false, findings: Vec::new() }
    }

    /// Marks the findings that the baseline accepts, and gives the entries that match none. `is_there` says of a path
    /// whether there is still such a file.
    pub fn accept(&self, findings: &mut [Finding], is_there: &dyn Fn(&str) -> bool) -> Vec<&Entry> {
        let used = self.mark(findings, is_there);
        self.findings.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry).collect()
    }

    /// Marks the findings that the baseline accepts, and says of each entry whether it did.
    fn mark(&self, findings: &mut [Finding], is_there: &dyn Fn(&str) -> bool) -> Vec<bool> {
        let matches = self.matches(findings, is_there);
        let mut used = vec![false; self.findings.len()];
        for (finding, entry) in findings.iter_mut().zip(matches) {
            let Some(at) = entry else { continue };
            used[at] = true;
            if finding.suppressed.is_none() {
                finding.suppressed = Some(Box::new(Suppression::Baseline(self.findings[at].reason.clone())));
            }
        }
        used
    }

    /// Brings the entries up to what was found: known ones get their new place and keep reason and note, new ones are
    /// added. Gives how many were added.
    pub fn update(&mut self, findings: &[Finding], is_there: &dyn Fn(&str) -> bool) -> usize {
        self.take_in(findings, is_there, true)
    }

    /// Adds what was found and is not known. Gives how many were added.
    pub fn add(&mut self, findings: &[Finding], is_there: &dyn Fn(&str) -> bool) -> usize {
        self.take_in(findings, is_there, false)
    }

    fn take_in(&mut self, findings: &[Finding], is_there: &dyn Fn(&str) -> bool, moves: bool) -> usize {
        let matches = self.matches(findings, is_there);
        let mut digests = Digests::of(self);
        let redactor = Redactor::new(findings.iter(), false);
        let before = self.findings.len();
        for (finding, known) in findings.iter().zip(matches) {
            if matches!(finding.suppressed.as_deref(), Some(Suppression::Inline(_) | Suppression::Allowlist(_))) {
                continue;
            }
            let now = Entry { digest: digests.digest(&finding.secret), ..place(finding, &redactor) };
            match known {
                Some(_) if !moves => {}
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

    /// Removes the entries that match nothing in any of these scans; gives how many.
    pub fn prune(&mut self, scans: &mut [&mut [Finding]], is_there: &dyn Fn(&str) -> bool) -> usize {
        let mut used = vec![false; self.findings.len()];
        for findings in scans {
            for (used, again) in used.iter_mut().zip(self.mark(findings, is_there)) {
                *used |= again;
            }
        }
        let mut used = used.into_iter();
        let before = self.findings.len();
        self.findings.retain(|_| used.next().unwrap_or(true));
        before - self.findings.len()
    }

    /// For each finding the entry that accepts it. An entry accepts one finding.
    fn matches(&self, findings: &[Finding], is_there: &dyn Fn(&str) -> bool) -> Vec<Option<usize>> {
        let mut matching = Matching {
            entries: &self.findings,
            now: self.entries(findings),
            taken: vec![false; self.findings.len()],
            matches: vec![None; findings.len()],
        };
        for way in WAYS {
            matching.take(way, &|_| true);
        }
        if matching.matches.contains(&None) && matching.taken.contains(&false) {
            for way in WAYS_OF_GONE {
                matching.take(way, &|entry| !is_there(&entry.path));
            }
        }
        matching.matches
    }

    /// What the findings' entries would be. A digest is slow: only findings whose rule the baseline knows are worth one.
    fn entries(&self, findings: &[Finding]) -> Vec<Option<Entry>> {
        let rules: HashSet<&str> = self.findings.iter().map(|entry| &*entry.rule).collect();
        let mut digests = Digests::of(self);
        let redactor = Redactor::new(findings.iter(), false);
        let entry = |finding: &Finding| {
            rules
                .contains(&*finding.rule.id)
                .then(|| Entry { digest: digests.digest(&finding.secret), ..place(finding, &redactor) })
        };
        findings.iter().map(entry).collect()
    }
}

fn key(entry: &Entry, way: Way) -> Option<[&str; 4]> {
    let (place, structure) = way(entry)?;
    Some([&entry.rule, &entry.digest, place, structure])
}

/// Finds the entry of each finding.
struct Matching<'b> {
    entries: &'b [Entry],
    now: Vec<Option<Entry>>,
    taken: Vec<bool>,
    matches: Vec<Option<usize>>,
}

impl Matching<'_> {
    /// Gives findings without an entry one of those left that are the same in this way, in order.
    fn take(&mut self, way: Way, counts: &dyn Fn(&Entry) -> bool) {
        let mut left: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate().filter(|(at, entry)| !self.taken[*at] && counts(entry)) {
            if let Some(key) = key(entry, way) {
                left.entry(key).or_default().push_back(at);
            }
        }
        for (found, now) in self.matches.iter_mut().zip(&self.now).filter(|(found, _)| found.is_none()) {
            *found = now.as_ref().and_then(|now| left.get_mut(&key(now, way)?)?.pop_front());
            if let Some(at) = *found {
                self.taken[at] = true;
            }
        }
    }
}

/// What a finding's entry says, but for the digest. A key of the scanned file may be a secret itself.
fn place(finding: &Finding, redactor: &Redactor) -> Entry {
    Entry {
        rule: finding.rule.id.to_string(),
        path: finding.origin.path().to_owned(),
        structure: redactor.path(&finding.structural_path),
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
