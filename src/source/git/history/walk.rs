//! From commits to the blobs that they introduced. Each distinct tree is looked at once, however many commits hold it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use foldhash::HashMap;
use git2::Oid;

use super::graph::{Child, Graph, ObjectNo};
use super::paths::{PathNo, Paths};
use crate::source::git::Unread;

/// Places under which one object is looked at. A copied or moved file has a few; thousands are boilerplate, or a trap.
const MAX_PLACES: usize = 16;

/// Folders deeper than this are not entered, as in git.
const MAX_DEPTH: usize = 2048;

/// The path of what was not met.
const NOWHERE: PathNo = PathNo::MAX;

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
    /// For each object the path that it was met at first. There are millions of questions, most answered here.
    first: Vec<PathNo>,
    /// For each blob its piece's place.
    blobs: HashMap<ObjectNo, usize>,
    /// For each folder what stood there when it was looked at last: most of it stands there in the next version, too.
    last: Vec<Option<Arc<[Child]>>>,
    /// For each tree the paths that it was looked at as, after the first.
    more: HashMap<ObjectNo, Vec<PathNo>>,
    holder: u32,
    /// The blobs, in order of introduction.
    pub pieces: Vec<Piece>,
    /// Blobs that came to one more path, and who brought them there.
    pub moves: Vec<(ObjectNo, u32)>,
    /// Folders that could not be read: the path, and why.
    pub failed: Vec<(PathNo, Unread)>,
}

impl<'g, 'r> Walk<'g, 'r> {
    /// Nothing seen yet.
    pub fn new(graph: &'g mut Graph<'r>, paths: &'g mut Paths) -> Self {
        Self {
            graph,
            paths,
            first: Vec::new(),
            blobs: HashMap::default(),
            last: Vec::new(),
            more: HashMap::default(),
            holder: 0,
            pieces: Vec::new(),
            moves: Vec::new(),
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
        if self.met_at(blob).is_none() {
            let name = self.graph.name_number(name.as_bytes());
            self.holder = holder;
            self.place(blob, Paths::ROOT, name);
        }
    }

    /// The trees that were not seen and that no other of these holds.
    pub fn roots_among(&mut self, trees: &[Oid]) -> Vec<Oid> {
        let numbers: Vec<ObjectNo> = trees.iter().map(|tree| self.graph.number(*tree)).collect();
        let unseen: Vec<ObjectNo> = numbers.into_iter().filter(|tree| self.met_at(*tree).is_none()).collect();
        let mut held = HashSet::new();
        for tree in &unseen {
            held.extend(self.graph.tree(*tree).unwrap_or_default().iter().map(|child| child.id));
        }
        unseen.into_iter().filter(|tree| !held.contains(tree)).map(|tree| self.graph.id(tree)).collect()
    }

    /// The path that an object was met at first.
    fn met_at(&self, object: ObjectNo) -> Option<PathNo> {
        self.first.get(object as usize).copied().filter(|path| *path != NOWHERE)
    }

    fn meet(&mut self, object: ObjectNo, path: PathNo) {
        if self.first.len() <= object as usize {
            self.first.resize(object as usize + 1, NOWHERE);
        }
        self.first[object as usize] = path;
    }

    /// Whether the tree has to be looked at as this folder.
    fn is_new(&mut self, tree: ObjectNo, folder: PathNo) -> bool {
        match self.met_at(tree) {
            None => self.meet(tree, folder),
            Some(first) if first == folder => return false,
            Some(_) => {
                let more = self.more.entry(tree).or_default();
                if more.contains(&folder) || more.len() >= MAX_PLACES {
                    return false;
                }
                more.push(folder);
            }
        }
        true
    }

    fn folder(&mut self, tree: ObjectNo, folder: PathNo, known: &[ObjectNo], depth: usize) {
        if !self.is_new(tree, folder) {
            return;
        }
        if depth >= MAX_DEPTH {
            self.failed.push((folder, format!("folders are nested deeper than {MAX_DEPTH}").into()));
            return;
        }
        let children = match self.graph.tree(tree) {
            Ok(children) => children,
            Err(unread) => return self.failed.push((folder, unread)),
        };
        // What is compared with other trees may be new in one version and not in the next.
        let news = if known.is_empty() { self.news(folder, &children) } else { 0..children.len() };
        let known = if known.is_empty() { HashMap::default() } else { self.same_names(known) };
        for child in &children[news] {
            let known = known.get(&child.name()).map_or(&[][..], Vec::as_slice);
            let met = self.met_at(child.id);
            if known.contains(&child.id) || met.is_some_and(|path| self.paths.is(path, folder, child.name())) {
                continue;
            }
            if child.is_tree() {
                let folder = self.paths.below(folder, child.name());
                self.folder(child.id, folder, known, depth + 1);
            } else {
                self.place(child.id, folder, child.name());
            }
        }
    }

    /// Where what is new in this version of a folder lies: between what the last one begins with and what it ends with.
    fn news(&mut self, folder: PathNo, children: &Arc<[Child]>) -> Range<usize> {
        let place = folder as usize;
        if self.last.len() <= place {
            self.last.resize(place + 1, None);
        }
        let Some(last) = self.last[place].replace(children.clone()) else { return 0..children.len() };
        let same = last.iter().zip(children.iter()).take_while(|(then, now)| then == now).count();
        let behind = last[same..].iter().rev().zip(children[same..].iter().rev());
        let same_behind = behind.take_while(|(then, now)| then == now).count();
        same..children.len() - same_behind
    }

    /// What stands in the `known` trees, by name. One that can't be read knows nothing.
    fn same_names(&mut self, known: &[ObjectNo]) -> HashMap<u32, Vec<ObjectNo>> {
        let mut names: HashMap<u32, Vec<ObjectNo>> = HashMap::default();
        for tree in known {
            for child in self.graph.tree(*tree).unwrap_or_default().iter() {
                names.entry(child.name()).or_default().push(child.id);
            }
        }
        names
    }

    fn place(&mut self, blob: ObjectNo, folder: PathNo, name: u32) {
        if self.met_at(blob).is_none() {
            let path = self.paths.below(folder, name);
            self.meet(blob, path);
            self.blobs.insert(blob, self.pieces.len());
            self.pieces.push(Piece { blob, holder: self.holder, places: vec![path] });
        } else if let Some(at) = self.blobs.get(&blob) {
            let places = &mut self.pieces[*at].places;
            if places.len() < MAX_PLACES && !places.iter().any(|place| self.paths.is(*place, folder, name)) {
                places.push(self.paths.below(folder, name));
                self.moves.push((blob, self.holder));
            }
        }
    }
}
