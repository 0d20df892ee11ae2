//! Which commits a scan covers, and in which order: every parent before its children, else the oldest first, so that the
//! first commit that holds a blob is the one that introduced it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::{HashMap, HashSet};
use git2::Oid;

use super::graph::{Graph, ObjectNo};

/// Commits looked at behind the point where nothing more seems to come, as clocks differ.
const SLOP: u32 = 16;

/// The commits that a scan covers.
#[derive(Debug, Default)]
pub struct Selection {
    /// Oldest first.
    pub commits: Vec<ObjectNo>,
    /// Parents of these that are not covered.
    pub boundary: Vec<ObjectNo>,
    /// What could not be read: the object, and why.
    pub failed: Vec<String>,
    /// Those of the commits that an earlier scan covered; only what it found there counts.
    pub earlier: HashSet<ObjectNo>,
    /// Covered commits, by this scan or an earlier one, that lead to no other.
    pub heads: Vec<ObjectNo>,
}

impl Selection {
    /// Whether commits are compared with their parents, as not all that led to them is covered.
    pub fn has_gaps(&self) -> bool {
        !self.boundary.is_empty() || !self.earlier.is_empty()
    }
}

/// What the walk knows of a commit that it met.
#[derive(Clone, Copy, Default)]
struct Met {
    hidden: bool,
    queued: bool,
}

/// Walks from the tips towards the roots.
struct Walk<'g, 'r> {
    graph: &'g mut Graph<'r>,
    since: i64,
    met: HashMap<ObjectNo, Met>,
    queue: BinaryHeap<(i64, Reverse<ObjectNo>)>,
    /// Commits in the queue that are not hidden.
    open: usize,
    failed: Vec<String>,
}

/// Selects what can be reached from `tips`, and not from `hidden`, and is not older than `since` (a committer date).
pub fn select(graph: &mut Graph<'_>, tips: &[ObjectNo], hidden: &[ObjectNo], since: Option<i64>) -> Selection {
    let since = since.unwrap_or(i64::MIN);
    let mut walk =
        Walk { graph, since, met: HashMap::default(), queue: BinaryHeap::new(), open: 0, failed: Vec::new() };
    for tip in hidden {
        walk.meet(*tip, true);
    }
    for tip in tips {
        walk.meet(*tip, false);
    }
    let found = walk.run();
    let (met, mut failed) = (walk.met, walk.failed);
    let chosen: Vec<ObjectNo> =
        found.into_iter().filter(|commit| met.get(commit).is_some_and(|met| !met.hidden)).collect();
    let commits = oldest_first(graph, &chosen);
    let covered: HashSet<ObjectNo> = commits.iter().copied().collect();
    let parents = parents(graph, &commits);
    let mut boundary: Vec<_> = parents.iter().copied().filter(|parent| !covered.contains(parent)).collect();
    boundary.sort_unstable();
    // A parent that can't be read was said; there is nothing to compare with.
    boundary.retain(|commit| graph.commit(*commit).is_ok());
    failed.sort();
    failed.dedup();
    let heads = commits.iter().copied().filter(|commit| !parents.contains(commit)).collect();
    Selection { commits, boundary, failed, earlier: HashSet::default(), heads }
}

/// Selects what is new since an earlier scan that covered all that led to `heads`, and the commits where that one found
/// something. `None` if the refs do not lead to all of `heads` any more, or if so much is new that a whole scan is no slower.
pub fn select_new(
    graph: &mut Graph<'_>,
    tips: &[ObjectNo],
    heads: &[ObjectNo],
    found: &[ObjectNo],
    most: usize,
) -> Option<Selection> {
    for head in heads {
        graph.commit(*head).ok()?;
    }
    let new = select(graph, tips, heads, None);
    let parents = parents(graph, &new.commits);
    let is_reached = |head: &ObjectNo| tips.contains(head) || parents.contains(head);
    if new.commits.len() > most || !new.failed.is_empty() || !heads.iter().all(is_reached) {
        return None;
    }
    let earlier: HashSet<ObjectNo> = found.iter().copied().collect();
    let all: Vec<ObjectNo> = earlier.iter().chain(&new.commits).copied().collect();
    let still = heads.iter().copied().filter(|head| !parents.contains(head));
    let heads = still.chain(new.heads).collect();
    Some(Selection { commits: oldest_first(graph, &all), boundary: Vec::new(), failed: Vec::new(), earlier, heads })
}

/// The parents of the commits.
fn parents(graph: &mut Graph<'_>, commits: &[ObjectNo]) -> HashSet<ObjectNo> {
    let nodes = commits.iter().filter_map(|commit| graph.commit(*commit).ok());
    nodes.flat_map(|node| node.parents.to_vec()).collect()
}

impl Walk<'_, '_> {
    fn meet(&mut self, commit: ObjectNo, hidden: bool) {
        if let Some(met) = self.met.get(&commit) {
            if hidden && !met.hidden {
                self.hide(commit);
            }
            return;
        }
        match self.graph.commit(commit) {
            Ok(node) => {
                let hidden = hidden || node.time < self.since;
                self.met.insert(commit, Met { hidden, queued: true });
                self.open += usize::from(!hidden);
                self.queue.push((node.time, Reverse(commit)));
            }
            Err(message) => {
                self.met.insert(commit, Met { hidden: true, queued: false });
                // What lies behind a hidden commit is not wanted anyway.
                if !hidden {
                    self.failed.push(message);
                }
            }
        }
    }

    /// Hides a commit that was met already, and what was met behind it.
    fn hide(&mut self, commit: ObjectNo) {
        let mut stack = vec![commit];
        while let Some(commit) = stack.pop() {
            let Some(met) = self.met.get_mut(&commit) else { continue };
            if std::mem::replace(&mut met.hidden, true) {
                continue;
            }
            self.open -= usize::from(met.queued);
            if let Ok(node) = self.graph.commit(commit) {
                stack.extend(node.parents.iter());
            }
        }
    }

    /// Gives the commits that were not hidden when the walk passed them.
    fn run(&mut self) -> Vec<ObjectNo> {
        let (mut found, mut oldest, mut slop) = (Vec::new(), i64::MAX, SLOP);
        while let Some((time, Reverse(commit))) = self.queue.pop() {
            let Some(met) = self.met.get_mut(&commit) else { continue };
            met.queued = false;
            let hidden = met.hidden;
            if hidden {
                // Only hidden commits are left: those not older than what was found may still lead to it.
                if self.open == 0 && time < oldest {
                    slop -= 1;
                    if slop == 0 {
                        break;
                    }
                }
            } else {
                self.open -= 1;
                oldest = oldest.min(time);
                found.push(commit);
            }
            let parents = self.graph.commit(commit).map(|node| node.parents.clone()).unwrap_or_default();
            for parent in parents {
                self.meet(parent, hidden);
            }
        }
        found
    }
}

fn oldest_first(graph: &mut Graph<'_>, chosen: &[ObjectNo]) -> Vec<ObjectNo> {
    let places: HashMap<ObjectNo, usize> = chosen.iter().enumerate().map(|(at, commit)| (*commit, at)).collect();
    let mut waiting = vec![0; chosen.len()];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); chosen.len()];
    let mut times = vec![(0, Oid::ZERO_SHA1); chosen.len()];
    let mut ready = BinaryHeap::new();
    for (at, commit) in chosen.iter().enumerate() {
        let Ok(node) = graph.commit(*commit) else { continue };
        // The id decides between commits of one second: numbers depend on the order of reading.
        times[at] = (node.time, graph.id(*commit));
        let mut parents: Vec<usize> = node.parents.iter().filter_map(|parent| places.get(parent).copied()).collect();
        parents.sort_unstable();
        parents.dedup();
        for parent in &parents {
            children[*parent].push(at);
        }
        waiting[at] = parents.len();
        if parents.is_empty() {
            ready.push(Reverse((times[at], at)));
        }
    }
    let mut ordered = Vec::with_capacity(chosen.len());
    while let Some(Reverse((_, at))) = ready.pop() {
        ordered.push(chosen[at]);
        for child in std::mem::take(&mut children[at]) {
            waiting[child] -= 1;
            if waiting[child] == 0 {
                ready.push(Reverse((times[child], child)));
            }
        }
    }
    ordered
}
