//! Which commits a scan covers, and in which order: every parent before its children, else the oldest first, so that the
//! first commit that holds a blob is the one that introduced it.
//!
//! The order goes by dates that are set right: a commit is at least a second younger than its parents, whatever its clock
//! said (git's commit-graph does the same, `gitformat-commit-graph(5)`). So any part of a history is in the order of the
//! whole, and a scan with a cache comes to the same as one without.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use foldhash::{HashMap, HashSet};
use git2::Oid;

use super::graph::{CommitNode, Graph, ObjectNo};

/// Commits looked at behind the point where nothing more seems to come, as clocks differ.
const SLOP: u32 = 16;

/// The same behind the date that was asked for.
const SLOP_OF_DATES: u32 = 1_000;

/// Dates are taken as this far from now at the most, in seconds: no sum of them overflows.
const FARTHEST: i64 = 1 << 60;

/// The commits that a scan covers.
#[derive(Debug, Default)]
pub struct Selection {
    /// Oldest first.
    pub commits: Vec<ObjectNo>,
    /// Parents of these that are not covered.
    pub boundary: Vec<ObjectNo>,
    /// What could not be read: the object, and why.
    pub failed: Vec<String>,
    /// Those of the commits that an earlier scan covered, if this one goes on from there; only what it found there counts.
    pub earlier: Option<HashSet<ObjectNo>>,
    /// Commits whose date was set right, and to what.
    pub dates: Dates,
    /// Covered commits, by this scan or an earlier one, that lead to no other.
    pub heads: Vec<ObjectNo>,
}

impl Selection {
    /// Whether commits are compared with their parents, as not all that led to them is covered.
    pub fn has_gaps(&self) -> bool {
        !self.boundary.is_empty() || self.earlier.is_some()
    }
}

/// Dates that were set right, in seconds since the epoch.
pub type Dates = HashMap<ObjectNo, i64>;

/// What an earlier scan covered.
pub struct Earlier {
    /// Commits that were scanned with all that led to them.
    pub heads: Vec<ObjectNo>,
    /// Commits in which something was found.
    pub found: Vec<ObjectNo>,
    /// Those of all whose date was set right.
    pub dates: Dates,
}

/// What the walk knows of a commit that it met.
#[derive(Clone, Copy, Default)]
struct Met {
    hidden: bool,
    /// Whether it is older than what is wanted. What led to it may have a younger date.
    old: bool,
    queued: bool,
}

impl Met {
    /// Whether the walk is to go on for it.
    fn is_open(self) -> bool {
        self.queued && !self.hidden && !self.old
    }
}

/// Walks from the tips towards the roots.
struct Walk<'g, 'r> {
    graph: &'g mut Graph<'r>,
    since: i64,
    met: HashMap<ObjectNo, Met>,
    queue: BinaryHeap<(i64, Reverse<ObjectNo>)>,
    /// Commits in the queue that are wanted.
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
    let mut dates = Dates::default();
    let commits = oldest_first(graph, &chosen, &HashSet::default(), &mut dates);
    let covered: HashSet<ObjectNo> = commits.iter().copied().collect();
    let parents = parents(graph, &commits);
    let mut boundary: Vec<_> = parents.iter().copied().filter(|parent| !covered.contains(parent)).collect();
    boundary.sort_unstable();
    // A parent that can't be read was said; there is nothing to compare with.
    boundary.retain(|commit| graph.commit(*commit).is_ok());
    failed.sort();
    failed.dedup();
    let heads = commits.iter().copied().filter(|commit| !parents.contains(commit)).collect();
    Selection { commits, boundary, failed, earlier: None, dates, heads }
}

/// Selects what is new since an earlier scan, and the commits where that one found something. `None` if the refs do not lead
/// to all of its heads any more, or if so much is new that a whole scan is no slower.
pub fn select_new(graph: &mut Graph<'_>, tips: &[ObjectNo], before: Earlier, most: usize) -> Option<Selection> {
    let Earlier { heads, found, mut dates } = before;
    for head in &heads {
        graph.commit(*head).ok()?;
    }
    let new = select(graph, tips, &heads, None);
    let parents = parents(graph, &new.commits);
    let is_reached = |head: &ObjectNo| tips.contains(head) || parents.contains(head);
    if new.commits.len() > most || !new.failed.is_empty() || !heads.iter().all(is_reached) {
        return None;
    }
    let earlier: HashSet<ObjectNo> = found.into_iter().collect();
    let all: Vec<ObjectNo> = earlier.iter().chain(&new.commits).copied().collect();
    let still = heads.into_iter().filter(|head| !parents.contains(head));
    let heads = still.chain(new.heads).collect();
    let commits = oldest_first(graph, &all, &earlier, &mut dates);
    Some(Selection { commits, boundary: Vec::new(), failed: Vec::new(), earlier: Some(earlier), dates, heads })
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
                let met = Met { hidden, old: node.time < self.since, queued: true };
                self.met.insert(commit, met);
                self.open += usize::from(met.is_open());
                self.queue.push((node.time, Reverse(commit)));
            }
            Err(message) => {
                self.met.insert(commit, Met { hidden: true, ..Met::default() });
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
            if met.hidden {
                continue;
            }
            self.open -= usize::from(met.is_open());
            met.hidden = true;
            if let Ok(node) = self.graph.commit(commit) {
                stack.extend(node.parents.iter());
            }
        }
    }

    /// Gives the commits that were not hidden when the walk passed them.
    fn run(&mut self) -> Vec<ObjectNo> {
        let most = if self.since > i64::MIN { SLOP_OF_DATES } else { SLOP };
        let (mut found, mut oldest, mut slop) = (Vec::new(), i64::MAX, most);
        while let Some((time, Reverse(commit))) = self.queue.pop() {
            let Some(met) = self.met.get_mut(&commit) else { continue };
            let (is_open, hidden) = (met.is_open(), met.hidden);
            met.queued = false;
            if !is_open {
                // Only what is not wanted is left: what is not older than what was found may still lead to it.
                if self.open == 0 && time < oldest {
                    slop -= 1;
                    if slop == 0 {
                        break;
                    }
                }
            } else {
                self.open -= 1;
                (oldest, slop) = (oldest.min(time), most);
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

/// The commits in order. Of `earlier` ones, and of all that are not among the chosen, `dates` holds those that were set
/// right; it gets those of the others.
fn oldest_first(
    graph: &mut Graph<'_>,
    chosen: &[ObjectNo],
    earlier: &HashSet<ObjectNo>,
    dates: &mut Dates,
) -> Vec<ObjectNo> {
    let places: HashMap<ObjectNo, usize> = chosen.iter().enumerate().map(|(at, commit)| (*commit, at)).collect();
    let mut waiting = vec![0; chosen.len()];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); chosen.len()];
    let mut order = vec![(0, Oid::ZERO_SHA1); chosen.len()];
    let mut ready = Vec::new();
    for (at, commit) in chosen.iter().enumerate() {
        let Ok(node) = graph.commit(*commit) else { continue };
        // The id decides between commits of one second: numbers depend on the order of reading.
        order[at] = (date(&node, *commit, dates), graph.id(*commit));
        if !earlier.contains(commit) {
            for parent in &node.parents {
                match places.get(parent).filter(|_| !earlier.contains(parent)) {
                    Some(place) => {
                        children[*place].push(at);
                        waiting[at] += 1;
                    }
                    None => {
                        let parent = graph.commit(*parent).map(|node| date(&node, *parent, dates));
                        order[at].0 = order[at].0.max(parent.map_or(i64::MIN, |date| date + 1));
                    }
                }
            }
        }
        if waiting[at] == 0 {
            ready.push(at);
        }
    }
    let mut ordered = Vec::with_capacity(chosen.len());
    while let Some(at) = ready.pop() {
        ordered.push(at);
        for child in std::mem::take(&mut children[at]) {
            order[child].0 = order[child].0.max(order[at].0 + 1);
            waiting[child] -= 1;
            if waiting[child] == 0 {
                ready.push(child);
            }
        }
    }
    for at in &ordered {
        let commit = chosen[*at];
        if graph.commit(commit).is_ok_and(|node| date(&node, commit, &Dates::default()) != order[*at].0) {
            dates.insert(commit, order[*at].0);
        }
    }
    ordered.sort_unstable_by_key(|at| order[*at]);
    ordered.into_iter().map(|at| chosen[at]).collect()
}

/// The commit's date, set right if that is known.
fn date(node: &CommitNode, commit: ObjectNo, dates: &Dates) -> i64 {
    let known = dates.get(&commit).map(|date| (*date).clamp(-FARTHEST, 2 * FARTHEST));
    known.unwrap_or_else(|| node.time.clamp(-FARTHEST, FARTHEST))
}
