//! Reads, on all threads, the commits and trees that a walk over some commits is going to ask for, where packs are not read
//! whole. The walk comes to the same without; it only waits longer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use foldhash::{HashMap, HashSet};
use git2::{ObjectType, Oid};

use super::graph::{Graph, ObjectNo, read};
use crate::source::git::object::{CommitText, EntryKind, entries};
use crate::source::git::objects::Objects;
use crate::source::git::{Odb, Runner};

/// Folders deeper than this are left to the walk.
const MAX_DEPTH: usize = 256;

/// Equal names in a tree that are compared, at the most. No sane tree has any.
const MAX_SAME: usize = 16;

/// Fewer commits than these are walked before the other threads have opened the repository.
const FEW: usize = 8;

/// Bytes that are read ahead at the most.
const MOST: usize = 32 << 20;

/// A commit as the walk compares it: its tree, and its parents.
struct Step {
    /// The tree.
    tree: Oid,
    /// The parents, as grafts and the shallow border have them.
    parents: Vec<Oid>,
}

/// Bytes of objects, and what they are, by their ids.
pub type Bytes = HashMap<Oid, (ObjectType, Arc<Vec<u8>>)>;

/// What the threads share.
#[derive(Default)]
struct Ahead {
    bytes: Mutex<Bytes>,
    /// Trees that a thread has looked into: equal ones may be nested without end.
    seen: Mutex<HashSet<Oid>>,
    size: AtomicUsize,
}

impl Graph<'_> {
    /// Reads what commits are compared by.
    pub fn look_ahead(&mut self, commits: &[ObjectNo], objects: &Objects, run: &Runner<'_>) {
        if self.packs().count() > 0 || commits.len() < FEW {
            return;
        }
        let mut steps = Vec::new();
        for commit in commits {
            let Ok(node) = self.commit(*commit) else { continue };
            // What is known by now needs no reading.
            if self.has_tree(node.tree) {
                continue;
            }
            let parents = node.parents.iter().map(|parent| self.id(*parent)).collect();
            steps.push(Step { tree: self.id(node.tree), parents });
        }
        let ahead = Ahead::default();
        run(steps.len(), &|at| {
            // What can't be read is read, and complained about, by the walk.
            let _ = objects.with(|repository| {
                ahead.step(&repository.odb()?, &steps[at]);
                Ok(())
            });
        });
        self.take(ahead.bytes.into_inner().unwrap_or_default());
    }
}

impl Ahead {
    fn step(&self, odb: &Odb<'_>, step: &Step) {
        let parents = step.parents.iter().filter_map(|parent| self.read(odb, *parent, ObjectType::Commit));
        let known: Vec<Oid> = parents.filter_map(|bytes| Some(CommitText::read(&bytes)?.tree)).collect();
        self.folder(odb, step.tree, &known, 0);
    }

    /// Reads a tree, those that it is compared with, and what lies below and is new.
    fn folder(&self, odb: &Odb<'_>, tree: Oid, known: &[Oid], depth: usize) {
        let is_new = || self.seen.lock().is_ok_and(|mut seen| seen.insert(tree));
        if known.contains(&tree) || depth > MAX_DEPTH || !is_new() {
            return;
        }
        let Some(tree) = self.read(odb, tree, ObjectType::Tree) else { return };
        let known: Vec<_> = known.iter().filter_map(|tree| self.read(odb, *tree, ObjectType::Tree)).collect();
        let mut folders = Vec::new();
        for tree in &known {
            each_folder(tree, |name, id| folders.push((name, id)));
        }
        let ids: HashSet<Oid> = folders.iter().map(|(_, id)| *id).collect();
        let mut new = Vec::new();
        each_folder(&tree, |name, id| {
            if !ids.contains(&id) {
                new.push((name, id));
            }
        });
        folders.sort_unstable();
        for (name, id) in new {
            let first = folders.partition_point(|(known, _)| *known < name);
            let same = folders[first..].iter().take_while(|(known, _)| *known == name);
            let same: Vec<Oid> = same.map(|(_, id)| *id).take(MAX_SAME).collect();
            self.folder(odb, id, &same, depth + 1);
        }
    }

    fn read(&self, odb: &Odb<'_>, id: Oid, kind: ObjectType) -> Option<Arc<Vec<u8>>> {
        if let Some((of, bytes)) = self.bytes.lock().ok()?.get(&id) {
            return (*of == kind).then(|| Arc::clone(bytes));
        }
        if self.size.load(Ordering::Relaxed) > MOST {
            return None;
        }
        let bytes = Arc::new(read(odb, id, kind).ok()?.data().to_vec());
        self.size.fetch_add(bytes.len(), Ordering::Relaxed);
        self.bytes.lock().ok()?.insert(id, (kind, Arc::clone(&bytes)));
        Some(bytes)
    }
}

fn each_folder<'a>(tree: &'a [u8], mut each: impl FnMut(&'a [u8], Oid)) {
    // The walk complains about what is broken.
    let _ = entries(tree, |entry| {
        if entry.kind == EntryKind::Tree {
            each(entry.name, entry.id());
        }
    });
}
