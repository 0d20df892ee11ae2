//! The baseline: findings that are accepted as they stand today, so that only new ones fail.
//!
//! An entry knows its finding by rule, structure, path and a short digest of the secret, and matches as long as the digest
//! and one of the places still fit: lines may move, files may be reformatted or renamed, but another secret in the same
//! place is new. Only the entry of a file that is gone follows its secret to another one: a copy beside it is new. The
//! digest is slow (PBKDF2 with a salt of the baseline's own) and cut to 24 bits, so that testing a guess takes long and a
//! hit proves little: many guesses share it.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};

use serde::Deserialize;
use sha2::Sha256;

use super::frame::Frame;
use crate::model::{Finding, Redactor, Run, Secret, Suppression, behind_last};

/// The form of the file.
pub const VERSION: u32 = 1;

/// Bytes of a digest; the file has two hexadecimal digits for each.
pub const DIGEST_BYTES: usize = 3;

/// Random bytes of a baseline's `id`.
pub const ID_BYTES: usize = 16;

/// PBKDF2 rounds that all digests of a baseline take together, and the bounds of what one takes.
const ALL_ROUNDS: usize = 4_000_000;
const LEAST_ROUNDS: usize = 2_000;
const MOST_ROUNDS: usize = 40_000;

/// Accepted findings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// The form of the file.
    pub version: u32,
    /// Random, in hexadecimal digits: the salt that makes the digests worthless for any other baseline.
    pub id: String,
    /// PBKDF2 rounds of a digest.
    pub rounds: u32,
    /// The folder that the paths of the entries count from, seen from the folder of the file. The first form did not say it.
    #[serde(default)]
    pub root: Option<String>,
    /// Whether it also accepts what only the history of the repository holds.
    #[serde(default)]
    pub history: bool,
    /// What is accepted.
    #[serde(default)]
    pub findings: Vec<Entry>,
}

/// Stands for a digest that the file does not give.
pub const MISSING: &str = "missing";

fn missing() -> String {
    MISSING.to_owned()
}

/// An accepted finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The rule's id.
    pub rule: String,
    /// The path, relative to the baseline's root.
    pub path: String,
    /// The structural path, if there is one.
    #[serde(default)]
    pub structure: String,
    /// The digest of the secret; empty for a finding without one.
    #[serde(default = "missing")]
    pub digest: String,
    /// Why it is accepted; for people.
    #[serde(default)]
    pub reason: Option<String>,
    /// Whatever a reviewer wants to keep beside it.
    #[serde(default)]
    pub note: Option<String>,
}

/// What an entry and a finding with the same digest must share besides, in order; `None` where this can't tell.
type Way = for<'e> fn(&'e Entry) -> Option<[Cow<'e, str>; 3]>;

/// Ways in which two are the same, asked one after the other, the closest first.
const WAYS: [Way; 2] =
    [|entry| key([&entry.rule, &entry.path, &entry.structure]), |entry| key([&entry.rule, &entry.path, ""])];

/// The same where one of both files is gone, and the secret can have moved from the one to the other.
const WAY_OF_MOVED: Way = |entry| key([&entry.rule, &entry.structure, ""]).filter(|_| !entry.structure.is_empty());

/// The same for entries whose file is gone: it was moved, or got another name. With no more than a short digest, all
/// else in the tree that happens to share it would be accepted. Where the format became another one, so may the rule.
const WAYS_OF_GONE: [Way; 4] = [
    |entry| named(entry, &entry.rule, renamed(&entry.path)),
    |entry| named(entry, "", renamed(&entry.path)),
    |entry| named(entry, &entry.rule, file_name(&entry.path).into()),
    |entry| named(entry, &entry.rule, extension(&entry.path)?.into()),
];

fn key(parts: [&str; 3]) -> Option<[Cow<'_, str>; 3]> {
    Some(parts.map(Cow::Borrowed))
}

fn named<'e>(entry: &Entry, rule: &'e str, name: Cow<'e, str>) -> Option<[Cow<'e, str>; 3]> {
    (!entry.digest.is_empty()).then(|| [rule.into(), name, "".into()])
}

/// What a path keeps when its file gets another extension, or none, and its name other capitals: `ci/build` of
/// `ci/Build.yaml`.
fn renamed(path: &str) -> Cow<'_, str> {
    let name = file_name(path);
    let folder = &path[..path.len() - name.len()];
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    // `.env` is all name.
    let stem = if stem.is_empty() { name } else { stem };
    (folder.to_owned() + &stem.to_lowercase()).into()
}

fn file_name(path: &str) -> &str {
    behind_last(path, b'/')
}

fn extension(path: &str) -> Option<&str> {
    Some(file_name(path).rsplit_once('.')?.1)
}

impl Entry {
    /// What two entries share that accept the same: all but what people wrote.
    pub fn place(&self) -> [&str; 4] {
        [&self.rule, &self.path, &self.structure, &self.digest]
    }
}

impl Baseline {
    /// An empty baseline for `count` findings, with a salt of these random bytes.
    pub fn new(random: &[u8], count: usize) -> Self {
        let rounds = (ALL_ROUNDS / count.max(1)).clamp(LEAST_ROUNDS, MOST_ROUNDS);
        let id = data_encoding::HEXLOWER.encode(random);
        Self { version: VERSION, id, rounds: rounds as u32, root: None, history: false, findings: Vec::new() }
    }

    /// Marks the findings that the baseline accepts, and gives the entries that match none. `masks` knows the secrets of the
    /// run.
    pub fn accept(&self, findings: &mut [Finding], frame: &Frame<'_>, masks: &Redactor) -> Vec<&Entry> {
        let matches = self.matches(findings, frame, masks);
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

    /// The places of all entries but these, which are some of them.
    pub fn places_but(&self, left_out: &[&Entry]) -> HashSet<[&str; 4]> {
        let left_out: HashSet<*const Entry> = left_out.iter().map(|entry| std::ptr::from_ref(*entry)).collect();
        let others = self.findings.iter().filter(|entry| !left_out.contains(&std::ptr::from_ref(*entry)));
        others.map(Entry::place).collect()
    }

    /// Brings the entries up to what was found: known ones that the scan `covers` get their new place and keep reason and
    /// note, new ones are added. Gives how many were added.
    pub fn update(&mut self, run: &Run, frame: &Frame<'_>, covers: &dyn Fn(&Entry) -> bool) -> usize {
        let (findings, masks) = (&run.findings, Redactor::of(run, false));
        let matches = self.matches(findings, frame, &masks);
        let mut digests = Digests::of(self);
        let before = self.findings.len();
        for (finding, known) in findings.iter().zip(matches) {
            if matches!(finding.suppressed.as_deref(), Some(Suppression::Inline(_) | Suppression::Allowlist(_))) {
                continue;
            }
            if known.is_some_and(|at| !covers(&self.findings[at])) {
                continue;
            }
            let now = Entry { digest: digests.digest(&finding.secret), ..place(finding, &masks, frame) };
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

    /// Says of each entry whether it matches something in one of these scans.
    pub fn used(&self, scans: &[&Run], frame: &Frame<'_>) -> Vec<bool> {
        let mut used = vec![false; self.findings.len()];
        for run in scans {
            for at in self.matches(&run.findings, frame, &Redactor::of(run, false)).into_iter().flatten() {
                used[at] = true;
            }
        }
        used
    }

    /// For each finding the entry that accepts it. An entry accepts one finding.
    fn matches(&self, findings: &[Finding], frame: &Frame<'_>, masks: &Redactor) -> Vec<Option<usize>> {
        let mut matching = Matching {
            entries: &self.findings,
            now: self.entries(findings, frame, masks),
            taken: vec![false; self.findings.len()],
            matches: vec![None; findings.len()],
        };
        for way in WAYS {
            matching.take(way, &|_| true, &|_| true);
        }
        if matching.matches.contains(&None) && matching.taken.contains(&false) {
            let is_gone = |entry: &Entry| !frame.has(&entry.path);
            matching.take(WAY_OF_MOVED, &is_gone, &|_| true);
            // What an older commit held under another name.
            matching.take(WAY_OF_MOVED, &|_| true, &is_gone);
            for way in WAYS_OF_GONE {
                matching.take(way, &is_gone, &|_| true);
            }
        }
        matching.matches
    }

    /// What the findings' entries would be. A digest is slow: only findings are worth one whose rule the baseline knows, or
    /// whose file may have got its name from one that it knows.
    fn entries(&self, findings: &[Finding], frame: &Frame<'_>, masks: &Redactor) -> Vec<Option<Entry>> {
        let rules: HashSet<&str> = self.findings.iter().map(|entry| &*entry.rule).collect();
        let paths: HashSet<_> = self.findings.iter().map(|entry| renamed(&entry.path)).collect();
        let mut digests = Digests::of(self);
        let entry = |finding: &Finding| {
            let place = place(finding, masks, frame);
            (rules.contains(&*place.rule) || paths.contains(&renamed(&place.path)))
                .then(|| Entry { digest: digests.digest(&finding.secret), ..place })
        };
        findings.iter().map(entry).collect()
    }
}

/// Finds the entry of each finding.
struct Matching<'b> {
    entries: &'b [Entry],
    now: Vec<Option<Entry>>,
    taken: Vec<bool>,
    matches: Vec<Option<usize>>,
}

impl Matching<'_> {
    /// Gives findings without an entry one of those left that are the same in this way, in order. Entries must be such as
    /// `counts` says, and what the findings' own would be such as `fits` says.
    fn take(&mut self, way: Way, counts: &dyn Fn(&Entry) -> bool, fits: &dyn Fn(&Entry) -> bool) {
        let mut left: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate().filter(|(at, entry)| !self.taken[*at] && counts(entry)) {
            if let Some(key) = way(entry) {
                left.entry((&entry.digest, key)).or_default().push_back(at);
            }
        }
        for (found, now) in self.matches.iter_mut().zip(&self.now).filter(|(found, _)| found.is_none()) {
            let now = now.as_ref();
            *found = now.and_then(|now| left.get_mut(&(&now.digest, way(now)?)).filter(|_| fits(now))?.pop_front());
            if let Some(at) = *found {
                self.taken[at] = true;
            }
        }
    }
}

/// What a finding's entry says, but for the digest. A key of the scanned file may be a secret itself.
fn place(finding: &Finding, redactor: &Redactor, frame: &Frame<'_>) -> Entry {
    Entry {
        rule: finding.rule.id.to_string(),
        path: frame.of_scan(finding.origin.path()),
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
            let bytes = pbkdf2::pbkdf2_hmac_array::<Sha256, DIGEST_BYTES>(secret.expose().as_bytes(), salt, rounds);
            data_encoding::HEXLOWER.encode(&bytes)
        };
        self.known.entry(secret.clone()).or_insert_with(compute).clone()
    }
}
