//! Looks into a walked history: what stood where before the selected commits, what a commit removed, what HEAD holds.

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use git2::Oid;

use super::children::Child;
use super::graph::ObjectNo;
use super::paths::Paths;
use super::{History, PathNo};

/// Folders deeper than this are not compared.
const MAX_DEPTH: usize = 256;

/// Paths of one blob that are remembered.
const MAX_PATHS: usize = 16;

/// What is looked up again and again: what the deciding commits have at a path, and the numbers of pieces.
#[derive(Default)]
pub struct Heads {
    at: HashMap<PathNo, Vec<Oid>>,
    pieces: HashMap<ObjectNo, usize>,
}

impl Heads {
    /// Whether a commit that decides has the blob at the path: HEAD, or the last ones of what was asked for by name.
    pub fn has(&mut self, history: &mut History<'_>, blob: Oid, path: PathNo) -> bool {
        if !history.is_named && !history.in_head().contains(&blob) {
            return false;
        }
        let look = || {
            let names = history.paths.names(path);
            let tips = if history.is_named { history.selection.heads.clone() } else { Vec::from_iter(history.head()) };
            tips.into_iter().filter_map(|tip| history.at(tip, &names)).collect()
        };
        self.at.entry(path).or_insert_with(look).contains(&blob)
    }

    /// Who brought a blob to a path.
    pub fn brought(&mut self, history: &mut History<'_>, blob: Oid, path: PathNo) -> Option<u32> {
        if self.pieces.is_empty() {
            self.pieces = history.pieces.iter().enumerate().map(|(at, piece)| (piece.blob, at)).collect();
        }
        let piece = &history.pieces[*self.pieces.get(&history.graph.number(blob))?];
        history.places(piece).find_map(|(place, holder)| (place == path).then_some(holder))
    }
}

impl History<'_> {
    /// Whether commits before the selected ones exist: what those held already is not new.
    pub fn has_boundary(&self) -> bool {
        !self.selection.boundary.is_empty()
    }

    /// The blobs that stood at `path` in the commits just before the selected ones.
    pub fn before(&mut self, path: PathNo) -> Vec<Oid> {
        let names = self.paths.names(path);
        let boundary = self.selection.boundary.clone();
        let mut found: Vec<Oid> = boundary.into_iter().filter_map(|commit| self.at(commit, &names)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The files that a commit removed, as seen from its parents: paths and blobs, at most `limit`.
    pub fn removed(&mut self, commit: Oid, limit: usize) -> Vec<(PathNo, Oid)> {
        let number = self.graph.number(commit);
        let Ok(node) = self.graph.commit(number) else { return Vec::new() };
        let mut found = Vec::new();
        for parent in &node.parents {
            let Ok(parent) = self.graph.commit(*parent) else { continue };
            self.removed_between(parent.tree, Some(node.tree), Paths::ROOT, limit, &mut found);
        }
        found
    }

    fn removed_between(
        &mut self,
        old: ObjectNo,
        new: Option<ObjectNo>,
        folder: PathNo,
        limit: usize,
        found: &mut Vec<(PathNo, Oid)>,
    ) {
        if found.len() >= limit || self.paths.names(folder).len() > MAX_DEPTH {
            return;
        }
        let Ok(old) = self.graph.tree(old) else { return };
        let new = new.and_then(|tree| self.graph.tree(tree).ok()).unwrap_or_default();
        let new: HashMap<u32, _> = self.graph.children().of(new).map(|child| (child.name(), child)).collect();
        let old: Vec<_> = self.graph.children().of(old).collect();
        for child in old {
            let now = new.get(&child.name());
            if now.is_some_and(|now| now.id == child.id) || found.len() >= limit {
                continue;
            }
            let path = self.paths.below(folder, child.name());
            match (child.is_tree(), now) {
                (true, now) => {
                    let now = now.filter(|now| now.is_tree()).map(|now| now.id);
                    self.removed_between(child.id, now, path, limit, found);
                }
                (false, None) => found.push((path, self.graph.id(child.id))),
                (false, Some(_)) => {}
            }
        }
    }

    /// Whether the commit brought a file to a path where none of its parents has one.
    pub fn is_new_in(&mut self, commit: Oid, path: PathNo) -> bool {
        let (commit, names) = (self.graph.number(commit), self.paths.names(path));
        let Ok(node) = self.graph.commit(commit) else { return false };
        self.at(commit, &names).is_some() && node.parents.iter().all(|parent| self.at(*parent, &names).is_none())
    }

    /// Whether HEAD may have versions that were not selected, as ranges or branches were asked for.
    pub fn ends_elsewhere(&self) -> bool {
        self.is_named
    }

    /// The blob that HEAD has at the path.
    pub fn at_head(&mut self, path: PathNo) -> Option<Oid> {
        let names = self.paths.names(path);
        let head = self.head()?;
        self.at(head, &names)
    }

    /// The files of HEAD at paths where the last ones of the selected commits have none, at most `limit`.
    pub fn new_in_head(&mut self, limit: usize) -> Vec<(PathNo, Oid)> {
        let ends = self.selection.heads.clone();
        let (Some(head), Some(end)) = (self.head(), ends.first()) else { return Vec::new() };
        let tree = |history: &mut Self, commit| Some(history.graph.commit(commit).ok()?.tree);
        let (Some(head), end) = (tree(self, head), tree(self, *end)) else { return Vec::new() };
        let mut found = Vec::new();
        self.removed_between(head, end, Paths::ROOT, limit, &mut found);
        found.retain(|(path, _)| {
            let names = self.paths.names(*path);
            ends.iter().all(|end| self.at(*end, &names).is_none())
        });
        found
    }

    fn at(&mut self, commit: ObjectNo, names: &[u32]) -> Option<Oid> {
        let mut object = self.graph.commit(commit).ok()?.tree;
        let mut is_tree = true;
        for name in names {
            if !is_tree {
                return None;
            }
            let tree = self.graph.tree(object).ok()?;
            let child = self.graph.children().of(tree).find(|child| child.name() == *name)?;
            (object, is_tree) = (child.id, child.is_tree());
        }
        (!is_tree).then(|| self.graph.id(object))
    }

    /// The commit of HEAD, if there is one yet.
    fn head(&mut self) -> Option<ObjectNo> {
        super::head(self.repository).map(|id| self.graph.number(id))
    }

    /// The blobs of HEAD; empty before the first commit.
    pub fn in_head(&mut self) -> Arc<HashSet<Oid>> {
        if let Some(known) = &self.head {
            return Arc::clone(known);
        }
        let head = self.head();
        let mut blobs = HashSet::default();
        self.each_file(head.as_slice(), |history, _, file| _ = blobs.insert(history.graph.id(file.id)));
        Arc::clone(self.head.insert(Arc::new(blobs)))
    }

    /// The blobs of the commits just before the selected ones, and some paths where they stood.
    pub fn in_boundary(&mut self) -> HashMap<Oid, Vec<PathNo>> {
        let mut blobs = HashMap::<Oid, Vec<PathNo>>::default();
        self.each_file(&self.selection.boundary.clone(), |history, folder, file| {
            let path = history.paths.below(folder, file.name());
            let paths = blobs.entry(history.graph.id(file.id)).or_default();
            if paths.len() < MAX_PATHS && !paths.contains(&path) {
                paths.push(path);
            }
        });
        blobs
    }

    /// Calls `each` with the files of the commits' trees, and the folder that each lies in. A distinct folder is looked at
    /// once: equal ones may be nested without end. One that can't be read has nothing.
    fn each_file(&mut self, commits: &[ObjectNo], mut each: impl FnMut(&mut Self, PathNo, Child)) {
        let roots = commits.iter().filter_map(|commit| Some((self.graph.commit(*commit).ok()?.tree, Paths::ROOT)));
        let (mut stack, mut seen): (Vec<_>, HashSet<ObjectNo>) = (roots.collect(), HashSet::default());
        while let Some((tree, folder)) = stack.pop() {
            if !seen.insert(tree) {
                continue;
            }
            let tree = self.graph.tree(tree).unwrap_or_default();
            let children: Vec<Child> = self.graph.children().of(tree).collect();
            for child in children {
                if child.is_tree() {
                    stack.push((child.id, self.paths.below(folder, child.name())));
                } else {
                    each(self, folder, child);
                }
            }
        }
    }
}
