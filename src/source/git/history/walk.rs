//! From commits to the blobs that they introduced. Each distinct tree is looked at once, however many commits hold it.

use std::collections::HashSet;
use std::ops::Range;

use foldhash::HashMap;
use git2::Oid;

use super::children::{Child, Tree};
use super::graph::{Graph, ObjectNo};
use super::paths::{PathNo, Paths};
use crate::source::git::Unread;

/// Further paths under which one folder is looked at. A copied or moved one has a few; more are said to be left out.
const MAX_FOLDERS: usize = 128;

/// A blob with more places has them in a set as well.
const MANY: usize = 16;

/// Folders deeper than this are not entered, as in git.
const MAX_DEPTH: usize = 2048;

/// The path of what was not met, and the piece of a tree.
const NONE: u32 = u32::MAX;

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

/// What is known of an object.
#[derive(Clone, Copy)]
struct Met {
    /// The path that it was met at first.
    path: PathNo,
    /// The place of its piece; a tree has none.
    piece: u32,
}

impl Met {
    /// Whether the object was met at first as `name` below `folder`.
    fn is_at(self, paths: &Paths, folder: PathNo, name: u32) -> bool {
        self.path != NONE && paths.is(self.path, folder, name)
    }
}

/// Collects the blobs that commits introduced; commits are given in order.
pub struct Walk<'g, 'r> {
    graph: &'g mut Graph<'r>,
    paths: &'g mut Paths,
    /// The objects, by number. There are millions of questions, most answered here.
    met: Vec<Met>,
    /// For each folder what stood there when it was looked at last: most of it stands there in the next version, too.
    last: Vec<Tree>,
    /// What is to be looked at yet of the folders that are being looked at, the innermost last.
    open: Vec<Child>,
    /// For each tree the paths that it was looked at as, after the first.
    more: HashMap<ObjectNo, Vec<PathNo>>,
    holder: u32,
    /// The blobs, in order of introduction.
    pub pieces: Vec<Piece>,
    /// The places of blobs that have many.
    many: HashMap<ObjectNo, HashSet<PathNo>>,
    /// Folders that stand at more paths than they were looked at as.
    pub left_out: HashSet<ObjectNo>,
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
            met: Vec::new(),
            last: Vec::new(),
            open: Vec::new(),
            more: HashMap::default(),
            many: HashMap::default(),
            left_out: HashSet::new(),
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

    /// Adds a blob that a commit is known to have brought to a path.
    pub fn file(&mut self, holder: u32, blob: Oid, path: &[u8]) {
        self.holder = holder;
        let (mut folder, mut names) = (Paths::ROOT, path.split(|byte| *byte == b'/').peekable());
        while let Some(name) = names.next() {
            let name = self.graph.name_number(name);
            if names.peek().is_some() {
                folder = self.paths.below(folder, name);
            } else {
                let blob = self.graph.number(blob);
                self.place(blob, folder, name);
            }
        }
    }

    /// A commit's id and its tree.
    pub fn commit(&mut self, commit: ObjectNo) -> Option<(Oid, ObjectNo)> {
        let tree = self.graph.commit(commit).ok()?.tree;
        Some((self.graph.id(commit), tree))
    }

    /// The trees of a commit's parents.
    pub fn parents(&mut self, commit: ObjectNo) -> Vec<ObjectNo> {
        let Ok(node) = self.graph.commit(commit) else { return Vec::new() };
        node.parents.iter().filter_map(|parent| Some(self.graph.commit(*parent).ok()?.tree)).collect()
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
            let tree = self.graph.tree(*tree).unwrap_or_default();
            held.extend(self.graph.children().of(tree).map(|child| child.id));
        }
        unseen.into_iter().filter(|tree| !held.contains(tree)).map(|tree| self.graph.id(tree)).collect()
    }

    /// The path that an object was met at first.
    fn met_at(&self, object: ObjectNo) -> Option<PathNo> {
        self.met.get(object as usize).map(|met| met.path).filter(|path| *path != NONE)
    }

    fn meet(&mut self, object: ObjectNo, path: PathNo, piece: u32) {
        if self.met.len() <= object as usize {
            let most = self.graph.packs().count().max(object as usize + 1);
            self.met.resize(most, Met { path: NONE, piece: NONE });
        }
        self.met[object as usize] = Met { path, piece };
    }

    /// Whether the tree has to be looked at as this folder.
    fn is_new(&mut self, tree: ObjectNo, folder: PathNo) -> bool {
        match self.met_at(tree) {
            None => self.meet(tree, folder, NONE),
            Some(first) if first == folder => return false,
            Some(_) => {
                let more = self.more.entry(tree).or_default();
                if more.contains(&folder) {
                    return false;
                }
                if more.len() >= MAX_FOLDERS {
                    self.left_out.insert(tree);
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
        let tree = match self.graph.tree(tree) {
            Ok(tree) => tree,
            Err(unread) => return self.failed.push((folder, unread)),
        };
        // What is compared with other trees may be new in one version and not in the next.
        let news = if known.is_empty() { self.news(folder, tree) } else { 0..self.graph.children().count(tree) };
        let known = self.by_name(known);
        let outer = self.open.len();
        // What was met here is left out first: the answers lie far apart in memory, and come faster together.
        let (met, paths) = (&self.met, &*self.paths);
        let is_new =
            |child: &Child| !met.get(child.id as usize).is_some_and(|met| met.is_at(paths, folder, child.name()));
        self.open.extend(self.graph.children().within(tree, news).filter(is_new));
        for at in outer..self.open.len() {
            let child = self.open[at];
            let first = known.partition_point(|known| known.name() < child.name());
            let same = known[first..].iter().take_while(|known| known.name() == child.name()).map(|known| known.id);
            if same.clone().any(|id| id == child.id) {
                continue;
            }
            if child.is_tree() {
                let folder = self.paths.below(folder, child.name());
                self.folder(child.id, folder, &same.collect::<Vec<_>>(), depth + 1);
            } else {
                self.place(child.id, folder, child.name());
            }
        }
        self.open.truncate(outer);
    }

    /// Where what is new in this version of a folder lies, as against the last one.
    fn news(&mut self, folder: PathNo, tree: Tree) -> Range<usize> {
        let place = folder as usize;
        if self.last.len() <= place {
            self.last.resize(place + 1, Tree::default());
        }
        let last = std::mem::replace(&mut self.last[place], tree);
        self.graph.children().news(last, tree)
    }

    /// What stands in the `known` trees, sorted by name. One that can't be read knows nothing.
    fn by_name(&mut self, known: &[ObjectNo]) -> Vec<Child> {
        let mut children = Vec::new();
        for tree in known {
            let tree = self.graph.tree(*tree).unwrap_or_default();
            children.extend(self.graph.children().of(tree));
        }
        children.sort_by_key(|child| child.name());
        children
    }

    fn place(&mut self, blob: ObjectNo, folder: PathNo, name: u32) {
        if self.met_at(blob).is_none() {
            let path = self.paths.below(folder, name);
            self.meet(blob, path, self.pieces.len() as u32);
            self.pieces.push(Piece { blob, holder: self.holder, places: vec![path] });
        } else if let Some(piece) = self.pieces.get_mut(self.met[blob as usize].piece as usize) {
            let places = &mut piece.places;
            if places.len() < MANY && places.iter().any(|place| self.paths.is(*place, folder, name)) {
                return;
            }
            let path = self.paths.below(folder, name);
            if places.len() >= MANY {
                let known = self.many.entry(blob).or_insert_with(|| places.iter().copied().collect());
                if !known.insert(path) {
                    return;
                }
            }
            places.push(path);
            self.moves.push((blob, self.holder));
        }
    }
}
