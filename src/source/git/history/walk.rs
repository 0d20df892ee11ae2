//! From commits to the blobs that they introduced. Each distinct tree is looked at once, however many commits hold it.

use std::collections::{HashMap, HashSet};

use git2::Oid;

use super::graph::{Graph, ObjectNo};
use super::paths::{PathNo, Paths};

/// Places under which one object is looked at. A copied or moved file has a few; thousands are boilerplate, or a trap.
const MAX_PLACES: usize = 16;

/// Folders deeper than this are not entered, as in git.
const MAX_DEPTH: usize = 2048;

/// A blob as the history first held it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The blob.
    pub blob: ObjectNo,
    /// Who introduced it: the caller's number.
    pub holder: u32,
    /// The path under which it came, and those under which it stood later.
    pub places: Vec<PathNo>,
}

/// Collects the blobs that commits introduced; commits are given in order.
pub struct Walk<'g, 'r> {
    graph: &'g mut Graph<'r>,
    paths: &'g mut Paths,
    /// For each blob the place of its piece.
    blobs: HashMap<ObjectNo, usize>,
    /// For each tree the folders that it was looked at as.
    trees: HashMap<ObjectNo, Vec<PathNo>>,
    holder: u32,
    /// The blobs, in order of introduction.
    pub pieces: Vec<Piece>,
    /// Folders that could not be read: the path, and why.
    pub failed: Vec<(PathNo, String)>,
}

impl<'g, 'r> Walk<'g, 'r> {
    /// Nothing seen yet.
    pub fn new(graph: &'g mut Graph<'r>, paths: &'g mut Paths) -> Self {
        Self {
            graph,
            paths,
            blobs: HashMap::new(),
            trees: HashMap::new(),
            holder: 0,
            pieces: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// Looks at a root tree. What stands at the same path in one of the `known` trees was not introduced here.
    pub fn root(&mut self, holder: u32, tree: ObjectNo, known: &[ObjectNo]) {
        self.holder = holder;
        if !known.contains(&tree) {
            self.folder(tree, Paths::ROOT, known, 0);
        }
    }

    /// A commit's id, its tree and its parents' trees.
    pub fn commit(&mut self, commit: ObjectNo) -> Option<(Oid, ObjectNo, Vec<ObjectNo>)> {
        let node = self.graph.commit(commit).ok()?;
        let parents = node.parents.iter().filter_map(|parent| Some(self.graph.commit(*parent).ok()?.tree)).collect();
        Some((self.graph.id(commit), node.tree, parents))
    }

    /// Looks at a tree that no commit holds.
    pub fn tree(&mut self, holder: u32, tree: Oid) {
        let tree = self.graph.number(tree);
        self.root(holder, tree, &[]);
    }

    /// Adds a blob that no tree holds under a name of the caller's, unless it was seen.
    pub fn lone_blob(&mut self, holder: u32, blob: Oid, name: &str) {
        let blob = self.graph.number(blob);
        if !self.blobs.contains_key(&blob) {
            let name = self.graph.name_number(name.as_bytes());
            self.holder = holder;
            self.place(blob, Paths::ROOT, name);
        }
    }

    /// The trees that were not seen and that no other of these holds.
    pub fn roots_among(&mut self, trees: &[Oid]) -> Vec<Oid> {
        let numbers: Vec<ObjectNo> = trees.iter().map(|tree| self.graph.number(*tree)).collect();
        let unseen: Vec<ObjectNo> = numbers.into_iter().filter(|tree| !self.trees.contains_key(tree)).collect();
        let mut held = HashSet::new();
        for tree in &unseen {
            held.extend(self.graph.tree(*tree).unwrap_or_default().iter().map(|child| child.id));
        }
        unseen.into_iter().filter(|tree| !held.contains(tree)).map(|tree| self.graph.id(tree)).collect()
    }

    fn folder(&mut self, tree: ObjectNo, folder: PathNo, known: &[ObjectNo], depth: usize) {
        let places = self.trees.entry(tree).or_default();
        if places.contains(&folder) || places.len() >= MAX_PLACES {
            return;
        }
        places.push(folder);
        if depth >= MAX_DEPTH {
            self.failed.push((folder, format!("folders are nested deeper than {MAX_DEPTH}")));
            return;
        }
        let children = match self.graph.tree(tree) {
            Ok(children) => children,
            Err(message) => return self.failed.push((folder, message)),
        };
        let known = self.same_names(known);
        for child in children.iter() {
            let known = known.get(&child.name).map_or(&[][..], Vec::as_slice);
            if known.contains(&child.id) {
                continue;
            }
            if child.is_tree {
                let folder = self.paths.below(folder, child.name);
                self.folder(child.id, folder, known, depth + 1);
            } else {
                self.place(child.id, folder, child.name);
            }
        }
    }

    /// What stands in the `known` trees, by name. One that can't be read knows nothing.
    fn same_names(&mut self, known: &[ObjectNo]) -> HashMap<u32, Vec<ObjectNo>> {
        let mut names: HashMap<u32, Vec<ObjectNo>> = HashMap::new();
        for tree in known {
            for child in self.graph.tree(*tree).unwrap_or_default().iter() {
                names.entry(child.name).or_default().push(child.id);
            }
        }
        names
    }

    fn place(&mut self, blob: ObjectNo, folder: PathNo, name: u32) {
        let Some(at) = self.blobs.get(&blob) else {
            self.blobs.insert(blob, self.pieces.len());
            let places = vec![self.paths.below(folder, name)];
            self.pieces.push(Piece { blob, holder: self.holder, places });
            return;
        };
        let places = &mut self.pieces[*at].places;
        if places.len() < MAX_PLACES && !places.iter().any(|place| self.paths.is(*place, folder, name)) {
            places.push(self.paths.below(folder, name));
        }
    }
}
