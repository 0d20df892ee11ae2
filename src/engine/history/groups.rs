//! The same secret stands in every later version of its file. Here its sightings become one finding, at the commit that
//! brought it.
//!
//! A sighting is known by rule, path, secret and the ordinal among equal ones in its blob. A blob that was moved or copied
//! stands at several paths, and makes their sightings one, also where another rule saw the same bytes under another name.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use git2::Oid;

use crate::model::{Finding, Secret, Span, Suppression};
use crate::source::git::history::PathNo;

/// Places of one kind under which findings of a blob are compared with others. A copied or moved file has a few; thousands are
/// boilerplate.
const MAX_PLACES: usize = 16;

/// Where a blob was read.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Position in the history: who introduced the blob.
    pub holder: u32,
    /// The blob; for a message its commit or tag.
    pub blob: Oid,
    /// Its paths, all of one kind.
    pub places: Arc<[PathNo]>,
}

/// What a finding goes by, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    rule: &'static str,
    secret: Secret,
}

impl Key {
    /// That of a finding. Where only a name was found, its place in the document tells one from the other.
    pub fn of(finding: &Finding) -> Self {
        let secret = match finding.secret.expose() {
            "" => Secret::new(format!("{}\0{}", finding.structural_path, finding.what)),
            _ => finding.secret.clone(),
        };
        Self { rule: &finding.rule.id, secret }
    }

    /// What stays the same where another rule finds it.
    pub fn into_text(self) -> Secret {
        self.secret
    }
}

/// A sighting of a secret.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Where.
    pub sight: Sight,
    /// The ordinal among equal ones in the blob.
    pub nth: u32,
    /// Who accepted it there.
    pub accepted: Option<Box<Suppression>>,
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
    pub secrets: Arc<[Span]>,
    /// Where it was seen.
    pub seen: Vec<Seen>,
    /// All paths it was seen at.
    pub places: Vec<PathNo>,
    /// Whether it stood there before the scanned commits.
    pub is_old: bool,
}

/// Collects sightings in any order.
#[derive(Default)]
pub struct Groups {
    keys: HashMap<(Key, PathNo, u32), usize>,
    /// What was seen at which bytes of a blob, and under which path.
    bytes: HashMap<(Oid, Span), Vec<(String, usize)>>,
    /// A group that was joined to another leaves that one's place.
    groups: Vec<Result<Box<Group>, usize>>,
}

/// The findings with their ordinals among equal ones.
pub fn numbered(findings: Vec<Finding>) -> Vec<(Key, u32, Finding)> {
    let mut seen: HashMap<Key, u32> = HashMap::new();
    let number = |finding: Finding| {
        let key = Key::of(&finding);
        let nth = seen.entry(key.clone()).or_default();
        *nth += 1;
        (key, *nth, finding)
    };
    findings.into_iter().map(number).collect()
}

impl Group {
    /// What comes first, whoever saw it first: the oldest, and of one blob what it was introduced as, at all of its paths.
    fn order(&self) -> impl Ord + '_ {
        let places = self.seen.first().map_or(0, |seen| seen.sight.places.len());
        let finding = &self.finding;
        (self.holder, self.blob, finding.span, Reverse(places), finding.origin.path(), &*finding.rule.id)
    }

    /// The sightings, and whether a later scan needs them to come to the same group: the first ones at each path, open and
    /// accepted, and those in HEAD.
    pub fn sights(&self, is_in_head: impl Fn(&Sight) -> bool) -> Vec<(&Sight, bool)> {
        let mut firsts = HashSet::new();
        let is_needed = |seen: &Seen| {
            let places = seen.sight.places.iter().take(MAX_PLACES);
            let firsts = places.filter(|place| firsts.insert((**place, seen.nth, seen.accepted.is_none())));
            firsts.count() > 0 || is_in_head(&seen.sight)
        };
        let needed: Vec<bool> = self.seen.iter().map(is_needed).collect();
        self.seen.iter().map(|seen| &seen.sight).zip(needed).collect()
    }
}

impl Groups {
    /// Adds what was found in a blob.
    pub fn add(&mut self, sight: &Sight, findings: Vec<Finding>, secrets: Arc<[Span]>) {
        for (key, nth, finding) in numbered(findings) {
            let key = |path: &PathNo| (key.clone(), *path, nth);
            let seen = Seen { sight: sight.clone(), nth, accepted: finding.suppressed.clone() };
            let (span, path) = (finding.span, finding.origin.path().to_owned());
            let mut at = self.groups.len();
            self.groups.push(Ok(Box::new(Group {
                finding,
                holder: sight.holder,
                blob: sight.blob,
                secrets: Arc::clone(&secrets),
                seen: vec![seen],
                places: sight.places.iter().copied().take(MAX_PLACES).collect(),
                is_old: false,
            })));
            for key in sight.places.iter().take(MAX_PLACES).map(key) {
                if let Some(known) = self.keys.insert(key, at) {
                    at = self.join(known, at);
                }
            }
            let mut same = self.bytes.remove(&(sight.blob, span)).unwrap_or_default();
            for (_, known) in same.iter().filter(|(known, _)| *known != path) {
                at = self.join(*known, at);
            }
            same.push((path, at));
            self.bytes.insert((sight.blob, span), same);
        }
    }

    /// Marks what was found, and accepted by nobody, in a blob that stood at `path` before the scanned commits.
    pub fn mark_old(&mut self, path: PathNo, findings: Vec<Finding>) {
        for (key, nth, _) in numbered(findings).into_iter().filter(|(.., finding)| finding.suppressed.is_none()) {
            let Some(at) = self.keys.get(&(key, path, nth)).copied() else { continue };
            let at = self.root(at);
            if let Ok(group) = &mut self.groups[at] {
                group.is_old = true;
            }
        }
    }

    /// The numbers of the groups, in order.
    pub fn numbers(&self) -> Vec<usize> {
        let groups = self.groups.iter().enumerate().filter_map(|(at, group)| Some((group.as_ref().ok()?, at)));
        let mut groups: Vec<_> = groups.collect();
        groups.sort_by(|(a, _), (b, _)| a.order().cmp(&b.order()));
        groups.into_iter().map(|(_, at)| at).collect()
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
        let (keep, gone) = if left.order() <= right.order() { (a, b) } else { (b, a) };
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

    /// What is left of the groups, with their sightings in order.
    pub fn finish(self) -> Vec<Group> {
        let ordered = |group: Box<Group>| {
            let mut group = *group;
            let order = |seen: &Seen| (seen.sight.holder, seen.sight.blob, seen.sight.places.clone(), seen.nth);
            group.seen.sort_by_cached_key(order);
            group
        };
        self.groups.into_iter().filter_map(Result::ok).map(ordered).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Fingerprint, Origin, Severity};
    use crate::rules;

    /// What a rule finds in a blob that is read under a path.
    fn finding(rule: usize, path: &str) -> Finding {
        Finding {
            rule: &rules::TOKENS[rule],
            severity: Severity::High,
            confidence: Confidence::High,
            origin: Arc::new(Origin::Stdin { path: path.to_owned() }),
            span: Span::new(4, 9),
            labels: Box::default(),
            structural_path: Box::default(),
            secret: Secret::new("V-123"),
            what: "token".into(),
            in_head: None,
            suppressed: None,
            fingerprint: Fingerprint::default(),
        }
    }

    #[test]
    fn sightings_come_to_the_same_in_any_order() {
        let blob = |number| Oid::from_bytes(&[number; 20]).unwrap_or(Oid::ZERO_SHA1);
        // The second blob is of two kinds under its paths: each tells another rule.
        let seen = [(0, 1, "b", 1, vec![0, 1]), (1, 2, "c", 1, vec![1]), (1, 2, "b", 0, vec![0])];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut groups = Groups::default();
            for at in order {
                let (holder, number, path, rule, places) = seen[at].clone();
                let sight = Sight { holder, blob: blob(number), places: places.into() };
                groups.add(&sight, vec![finding(rule, path)], Arc::default());
            }
            let all: Vec<_> = groups.finish().into_iter().map(|group| (group.holder, group.seen.len())).collect();
            assert_eq!(all, [(0, 3)], "{order:?}");
        }
        let both = [(vec![0, 1], "z"), (vec![1], "a")];
        for order in [[0, 1], [1, 0]] {
            let mut groups = Groups::default();
            for at in order {
                let (places, path) = both[at].clone();
                let sight = Sight { holder: 1, blob: blob(1), places: places.into() };
                groups.add(&sight, vec![finding(0, path)], Arc::default());
            }
            let kept = groups.finish().into_iter().map(|group| group.finding.origin.path().to_owned());
            assert_eq!(kept.collect::<Vec<_>>(), ["z"], "{order:?}");
        }
    }
}
