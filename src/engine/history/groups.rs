//! The same secret stands in every later version of its file. Here its sightings become one finding, at the commit that
//! brought it.
//!
//! A sighting is known by rule, path, secret and the ordinal among equal ones in its blob. A blob that was moved or copied
//! stands at several paths, and makes their sightings one, also where another rule saw the same bytes under another name.

use std::collections::{HashMap, HashSet};

use git2::Oid;

use crate::model::{Finding, Secret, Span, Suppression};
use crate::source::git::history::PathNo;

/// Where a blob was read.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Position in the history: who introduced the blob.
    pub holder: u32,
    /// The blob; for a message its commit or tag.
    pub blob: Oid,
    /// Its paths.
    pub places: Vec<PathNo>,
}

/// What a finding goes by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    rule: &'static str,
    path: PathNo,
    secret: Secret,
    nth: u32,
}

/// One secret through all versions of its file.
#[derive(Clone, Debug)]
pub struct Group {
    /// The first sighting.
    pub finding: Finding,
    /// Who introduced it.
    pub holder: u32,
    /// The blob of the first sighting.
    pub blob: Oid,
    /// Everything found in that blob.
    pub secrets: Vec<Span>,
    /// Where it was seen, and who accepted it there.
    pub seen: Vec<(Sight, Option<Box<Suppression>>)>,
    /// All paths it was seen at.
    pub places: Vec<PathNo>,
    /// Whether it stood there before the scanned commits.
    pub is_old: bool,
}

/// Collects sightings in any order.
#[derive(Default)]
pub struct Groups {
    keys: HashMap<Key, usize>,
    /// What was seen at which bytes of a blob.
    bytes: HashMap<(Oid, Span), usize>,
    /// A group that was joined to another leaves that one's place.
    groups: Vec<Result<Box<Group>, usize>>,
}

/// The findings with their ordinals among equal ones.
fn numbered(findings: Vec<Finding>) -> Vec<(Secret, u32, Finding)> {
    let mut seen: HashMap<(&'static str, Secret), u32> = HashMap::new();
    let number = |finding: Finding| {
        // Where only a name was found, its place in the document tells one from the other.
        let secret = match finding.secret.expose() {
            "" => Secret::new(format!("{}\0{}", finding.structural_path, finding.what)),
            _ => finding.secret.clone(),
        };
        let nth = seen.entry((&finding.rule.id, secret.clone())).or_default();
        *nth += 1;
        (secret, *nth, finding)
    };
    findings.into_iter().map(number).collect()
}

impl Group {
    /// The sightings that a later scan needs to come to the same group: the first one at each path, those that join
    /// paths, and those in HEAD.
    pub fn needed(&self, is_in_head: impl Fn(&Sight) -> bool) -> Vec<&Sight> {
        let mut seen: Vec<&Sight> = self.seen.iter().map(|(sight, _)| sight).collect();
        seen.sort_by_key(|sight| (sight.holder, sight.blob));
        let mut places = HashSet::new();
        seen.retain(|sight| {
            let is_first = sight.places.iter().filter(|place| places.insert(**place)).count() > 0;
            is_first || sight.places.len() > 1 || is_in_head(sight)
        });
        seen
    }
}

impl Groups {
    /// Adds what was found in a blob.
    pub fn add(&mut self, sight: &Sight, findings: Vec<Finding>, secrets: &[Span]) {
        for (secret, nth, finding) in numbered(findings) {
            let rule: &'static str = &finding.rule.id;
            let key = |path: &PathNo| Key { rule, path: *path, secret: secret.clone(), nth };
            let suppressed = finding.suppressed.clone();
            let (span, path) = (finding.span, finding.origin.path().to_owned());
            let mut at = self.groups.len();
            self.groups.push(Ok(Box::new(Group {
                finding,
                holder: sight.holder,
                blob: sight.blob,
                secrets: secrets.to_vec(),
                seen: vec![(sight.clone(), suppressed)],
                places: sight.places.clone(),
                is_old: false,
            })));
            for key in sight.places.iter().map(key) {
                if let Some(known) = self.keys.insert(key, at) {
                    at = self.join(known, at);
                }
            }
            match self.bytes.insert((sight.blob, span), at) {
                Some(known) if self.get(known).is_some_and(|known| known.finding.origin.path() != path) => {
                    self.join(known, at);
                }
                _ => {}
            }
        }
    }

    /// Marks what was found in a blob that stood at `path` before the scanned commits.
    pub fn mark_old(&mut self, path: PathNo, findings: Vec<Finding>) {
        for (secret, nth, finding) in numbered(findings) {
            let key = Key { rule: &finding.rule.id, path, secret, nth };
            let Some(at) = self.keys.get(&key).copied() else { continue };
            let at = self.root(at);
            if let Ok(group) = &mut self.groups[at] {
                group.is_old = true;
            }
        }
    }

    /// The numbers of the groups.
    pub fn numbers(&self) -> Vec<usize> {
        (0..self.groups.len()).filter(|at| self.groups[*at].is_ok()).collect()
    }

    /// A group.
    pub fn get(&mut self, at: usize) -> Option<&mut Group> {
        let at = self.root(at);
        self.groups[at].as_deref_mut().ok()
    }

    fn root(&self, mut at: usize) -> usize {
        while let Err(next) = self.groups[at] {
            at = next;
        }
        at
    }

    /// Makes two groups one, whose number is given.
    pub fn join(&mut self, a: usize, b: usize) -> usize {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return a;
        }
        let (Ok(left), Ok(right)) = (&self.groups[a], &self.groups[b]) else { return a };
        let older = |x: &Group, y: &Group| (x.holder, x.blob, x.finding.span) <= (y.holder, y.blob, y.finding.span);
        let (keep, gone) = if older(left, right) { (a, b) } else { (b, a) };
        if let Ok(gone) = std::mem::replace(&mut self.groups[gone], Err(keep))
            && let Ok(keep) = &mut self.groups[keep]
        {
            keep.seen.extend(gone.seen);
            keep.places
                .extend(gone.places.into_iter().filter(|place| !keep.places.contains(place)).collect::<Vec<_>>());
            keep.is_old |= gone.is_old;
        }
        keep
    }

    /// What is left of the groups.
    pub fn finish(self) -> Vec<Group> {
        self.groups.into_iter().filter_map(Result::ok).map(|group| *group).collect()
    }
}
