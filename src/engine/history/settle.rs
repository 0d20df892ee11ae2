//! After the scan: which sightings are one finding, which are older than the scanned commits, who made them, and what HEAD
//! still has.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use git2::Oid;

use super::groups::{Group, Groups, Key};
use super::lineages::MAX_REMOVED;
use super::verdict::Lookup;
use super::{COMMIT_MESSAGES, TAG_MESSAGES};
use crate::engine::{Engine, Scanned, fingerprint, positions};
use crate::model::{Finding, Origin, Secret, Severity, Source};
use crate::source::git::cache::Trace;
use crate::source::git::history::{History, Holder, PathNo};
use crate::source::git::objects::{Author, Objects};
use crate::source::git::{Runner, share};

/// Removed files of a commit: paths and blobs.
type Removed = HashMap<Oid, Vec<(PathNo, Oid)>>;

/// What was found, and accepted by nobody, in versions from before, and how grave it was at the most.
type Versions = HashMap<(PathNo, Oid), HashMap<Secret, Severity>>;

/// What a history comes to.
#[derive(Default)]
pub struct Settled {
    /// The findings of each blob.
    pub scanned: Vec<Scanned>,
    /// What a later scan has to look at again, for the same findings.
    pub sights: Vec<Trace>,
    /// The same, only if a later commit has the blob again.
    pub others: Vec<Trace>,
    /// What stood there before the scanned commits, and is no finding of theirs.
    pub known: Vec<Secret>,
}

impl Engine {
    /// Makes one finding of all sightings of a secret, with its author and whether HEAD still has it. Traces are for a cache.
    pub(super) fn settle(
        &self,
        history: &mut History<'_>,
        objects: &Objects,
        mut groups: Groups,
        keeps_traces: bool,
        run: &Runner<'_>,
    ) -> Settled {
        let mut removed = Removed::new();
        join_moved(history, &mut groups, &mut removed, objects, run);
        if history.has_boundary() {
            self.mark_old(history, objects, &mut groups, &mut removed);
        }
        let (old, mut groups): (Vec<Group>, Vec<Group>) = groups.finish().into_iter().partition(|group| group.is_old);
        let known = old.into_iter().map(|group| group.finding.secret).collect();
        if groups.is_empty() {
            return Settled { known, ..Settled::default() };
        }
        let (head, mut lookup) = (history.in_head(), Lookup::default());
        for group in &mut groups {
            self.judge(history, objects, group, &mut lookup);
        }
        let (sights, others) = if keeps_traces { traces(history, &groups, &head) } else { Default::default() };
        let present = self.in_head(history, objects, &groups, run);
        let mut blobs: BTreeMap<(u32, Oid, String), Vec<Group>> = BTreeMap::new();
        for (mut group, present) in groups.into_iter().zip(present) {
            group.finding.in_head = present;
            let path = group.finding.origin.path().to_owned();
            blobs.entry((group.holder, group.blob, path)).or_default().push(group);
        }
        let (holders, built) = (&history.holders[..], Mutex::new(BTreeMap::new()));
        share(run, blobs.into_iter().enumerate().collect(), |(at, ((_, blob, _), groups))| {
            let scanned = self.build(holders, objects, blob, groups);
            built.lock().unwrap_or_else(PoisonError::into_inner).insert(at, scanned);
        });
        let built = built.into_inner().unwrap_or_else(PoisonError::into_inner);
        Settled { scanned: built.into_values().collect(), sights, others, known }
    }

    /// The findings that one blob introduced.
    fn build(&self, holders: &[Holder], objects: &Objects, blob: Oid, groups: Vec<Group>) -> Scanned {
        let Some(first) = groups.first() else { return Scanned::default() };
        let is_message = first.places.iter().any(|place| [COMMIT_MESSAGES, TAG_MESSAGES].contains(place));
        let commit = match holders.get(first.holder as usize) {
            Some(Holder::Commit(commit)) => Some(*commit),
            _ => is_message.then_some(blob),
        };
        let (message, author) = commit.and_then(|commit| objects.message(commit).ok()).unwrap_or_default();
        let origin = Arc::new(with_author((*first.finding.origin).clone(), author));
        let bytes = if is_message { message } else { self.read_blob(objects, blob).unwrap_or_default() };
        let secrets = first.secrets.to_vec();
        let leads = commit.filter(|_| is_message).map(|commit| objects.leads_to_head(commit));
        let mut findings: Vec<Finding> = Vec::new();
        for group in groups {
            let mut finding = group.finding;
            finding.in_head = leads.or(finding.in_head);
            finding.origin = Arc::clone(&origin);
            if let Origin::Commit { commit, .. } = &*origin {
                fingerprint::add_commit(&mut finding, commit);
            }
            findings.push(finding);
        }
        let positions = positions(&bytes, &findings);
        let source = Source { origin, bytes: Arc::new(bytes), secrets, positions };
        Scanned { findings, source: Some(source), ..Scanned::default() }
    }

    /// Marks what stood there before the scanned commits: in the same file, or in one that the commit removed.
    fn mark_old(&self, history: &mut History<'_>, objects: &Objects, groups: &mut Groups, removed: &mut Removed) {
        let numbers = groups.numbers();
        if numbers.is_empty() {
            return;
        }
        let before = history.in_boundary();
        let mut paths = HashSet::new();
        let mut commits = HashSet::new();
        let mut known = Versions::new();
        for at in numbers {
            let Some(group) = groups.get(at) else { continue };
            group.is_old |= self.stood(history, objects, group, &before, &mut known);
            paths.extend(group.places.iter().copied().filter(|path| *path < TAG_MESSAGES));
            if let Some(Holder::Commit(commit)) = history.holders.get(group.holder as usize) {
                commits.insert(*commit);
            }
        }
        for path in paths {
            for blob in history.before(path) {
                groups.mark_old(path, self.scan_before(objects, blob, history.texts().of(path)).findings);
            }
        }
        self.mark_moved(history, objects, groups, removed, &commits);
    }

    /// Whether a blob that the finding was seen in stood before the scanned commits, and as what it holds the same.
    fn stood(
        &self,
        history: &History<'_>,
        objects: &Objects,
        group: &Group,
        before: &foldhash::HashMap<Oid, Vec<PathNo>>,
        known: &mut Versions,
    ) -> bool {
        let (what, severity) = (Key::of(&group.finding).into_text(), group.finding.severity);
        let kind = |path: PathNo| self.path_kind(&history.texts().of(path));
        let mut places = group
            .seen
            .iter()
            .flat_map(|seen| before.get(&seen.sight.blob).into_iter().flatten().map(move |at| (seen, *at)));
        places.any(|(seen, path)| {
            let first = seen.sight.places.first();
            if first.is_some_and(|first| kind(*first) == kind(path)) {
                return seen.accepted.is_none();
            }
            let blob = seen.sight.blob;
            // The same bytes, which another rule may have found under the other path; what became graver by that is new.
            let known = known.entry((path, blob)).or_insert_with(|| self.graveness(history, objects, path, blob));
            known.get(&what).is_some_and(|before| *before >= severity)
        })
    }

    /// Marks what stood, before the scanned commits, in a file that the commit removed.
    fn mark_moved(
        &self,
        history: &mut History<'_>,
        objects: &Objects,
        groups: &mut Groups,
        removed: &mut Removed,
        commits: &HashSet<Oid>,
    ) {
        let mut moved: HashMap<Oid, HashSet<Key>> = HashMap::new();
        for commit in commits {
            let files = files_removed(history, removed, *commit).to_vec();
            let found = files.into_iter().flat_map(|(path, blob)| self.open_in(history, objects, path, blob));
            moved.insert(*commit, found.collect());
        }
        for at in groups.numbers() {
            let Some(group) = groups.get(at) else { continue };
            let Some(Holder::Commit(commit)) = history.holders.get(group.holder as usize).cloned() else { continue };
            let what = Key::of(&group.finding);
            let is_moved = moved.get(&commit).is_some_and(|moved| moved.contains(&what)) && is_file(&group.places);
            group.is_old |= is_moved && group.places.iter().any(|path| history.is_new_in(commit, *path));
        }
    }

    /// What was found, and accepted by nobody, in a version from before.
    fn open_in(&self, history: &History<'_>, objects: &Objects, path: PathNo, blob: Oid) -> HashSet<Key> {
        let found = self.scan_before(objects, blob, history.texts().of(path)).findings;
        found.iter().filter(|finding| finding.suppressed.is_none()).map(Key::of).collect()
    }

    /// The same, whichever rule found it, with how grave it was at the most.
    fn graveness(
        &self,
        history: &History<'_>,
        objects: &Objects,
        path: PathNo,
        blob: Oid,
    ) -> HashMap<Secret, Severity> {
        let mut known = HashMap::new();
        let found = self.scan_before(objects, blob, history.texts().of(path)).findings;
        for finding in found.iter().filter(|finding| finding.suppressed.is_none()) {
            let most = known.entry(Key::of(finding).into_text()).or_insert(finding.severity);
            *most = finding.severity.max(*most);
        }
        known
    }
}

/// What a later scan needs for the same findings, and what else was seen of them.
fn traces(history: &History<'_>, groups: &[Group], head: &foldhash::HashSet<Oid>) -> (Vec<Trace>, Vec<Trace>) {
    let (mut needed, mut messages) = (HashMap::<Oid, bool>::new(), Vec::new());
    for (sight, is_needed) in groups.iter().flat_map(|group| group.sights(|sight| head.contains(&sight.blob))) {
        *needed.entry(sight.blob).or_default() |= is_needed;
        if !is_file(&sight.places) && is_needed {
            messages.extend(history.trace(sight.holder, sight.blob, COMMIT_MESSAGES));
        }
    }
    let (mut found, mut others) = (messages, Vec::new());
    // What refs hold without a commit is looked at each time.
    for (blob, traces) in history.traces_of(&needed.keys().copied().collect()) {
        // A blob that came to several paths joins what was found at each.
        let is_needed = needed.get(&blob).is_some_and(|is_needed| *is_needed) || traces.len() > 1;
        if is_needed { &mut found } else { &mut others }.extend(traces);
    }
    found.sort_unstable();
    found.dedup();
    (found, others)
}

fn with_author(origin: Origin, by: Author) -> Origin {
    match origin {
        Origin::Commit { commit, path, .. } => Origin::Commit { commit, author: by.name, time: by.time, path },
        other => other,
    }
}

/// Whether it is a file that was seen at these paths, and no message.
pub fn is_file(places: &[PathNo]) -> bool {
    places.iter().all(|path| *path < TAG_MESSAGES)
}

fn files_removed<'m>(history: &mut History<'_>, removed: &'m mut Removed, commit: Oid) -> &'m [(PathNo, Oid)] {
    removed.entry(commit).or_insert_with(|| history.removed(commit, MAX_REMOVED))
}

/// Joins a secret that came with a new file to the same one in a file that the same commit removed: it was moved, and the
/// file changed on the way.
fn join_moved(
    history: &mut History<'_>,
    groups: &mut Groups,
    removed: &mut Removed,
    objects: &Objects,
    run: &Runner<'_>,
) {
    let mut same: HashMap<Key, Vec<usize>> = HashMap::new();
    for at in groups.numbers() {
        let Some(group) = groups.get(at) else { continue };
        if !group.finding.secret.expose().is_empty() {
            same.entry(Key::of(&group.finding)).or_default().push(at);
        }
    }
    let same: Vec<Vec<usize>> = same.into_values().filter(|numbers| numbers.len() > 1).collect();
    let mut later = Vec::new();
    for numbers in &same {
        // The first one came from nowhere.
        let first = numbers.iter().filter_map(|at| Some(groups.get(*at)?.holder)).min();
        for at in numbers {
            let group = groups.get(*at).filter(|group| Some(group.holder) > first && is_file(&group.places));
            if let Some(Holder::Commit(commit)) = group.and_then(|group| history.holders.get(group.holder as usize)) {
                later.push((numbers, *at, *commit));
            }
        }
    }
    history.look_ahead(later.iter().map(|(.., commit)| *commit), objects, run);
    for (numbers, at, commit) in later {
        let Some(group) = groups.get(at) else { continue };
        let (holder, places) = (group.holder, group.places.clone());
        if !places.into_iter().any(|path| history.is_new_in(commit, path)) {
            continue;
        }
        let gone = files_removed(history, removed, commit);
        let from = numbers.iter().find(|other| {
            groups
                .get(**other)
                .is_some_and(|group| group.holder < holder && gone.iter().any(|(path, _)| group.places.contains(path)))
        });
        if let Some(from) = from {
            groups.join(*from, at);
        }
    }
}
