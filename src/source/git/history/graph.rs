//! Commits and trees by number. Ids and names are long and repeat in every version of a folder; here each is kept once,
//! and a tree's children are pairs of numbers. What was not loaded ahead is read through libgit2 when asked for.

use std::sync::{Arc, Mutex};

use foldhash::HashMap;
use git2::{ObjectType, Oid};

use crate::source::git::object::{CommitText, Entry, EntryKind, entries};
use crate::source::git::pack::{Kind, Object, Packs, Workspace};
use crate::source::git::{Odb, Reading, Unread};

use super::ahead::Bytes;
use super::children::{Child, Children, Tree};
use super::messages::{Messages, Room};
use super::version::Version;

/// Bytes of a commit or a folder at the most: no sane one is larger, and a hostile one could take all memory.
const LARGEST: u64 = 256 << 20;

/// An object's number in the graph: those of packs first.
pub type ObjectNo = u32;

/// What is known of a commit.
#[derive(Clone, Debug)]
pub struct CommitNode {
    /// Its tree.
    pub tree: ObjectNo,
    /// Its parents, as grafts and the shallow border have them.
    pub parents: Box<[ObjectNo]>,
    /// Committer date.
    pub time: i64,
}

/// Objects that no pack has, and the names of files and folders.
#[derive(Default)]
struct Tables {
    loose: Vec<Oid>,
    loose_numbers: HashMap<Oid, ObjectNo>,
    names: Vec<Arc<[u8]>>,
    name_numbers: HashMap<Arc<[u8]>, u32>,
}

impl Tables {
    /// The number of an object that no pack has; `packed` objects come before it.
    fn loose(&mut self, id: Oid, packed: usize) -> ObjectNo {
        *self.loose_numbers.entry(id).or_insert_with(|| {
            self.loose.push(id);
            (packed + self.loose.len() - 1) as ObjectNo
        })
    }

    fn name(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.name_numbers.get(name) {
            return *number;
        }
        let (number, name): (u32, Arc<[u8]>) = (self.names.len() as u32, name.into());
        self.names.push(name.clone());
        self.name_numbers.insert(name, number);
        number
    }
}

/// Commits and trees by number.
pub struct Graph<'r> {
    odb: Odb<'r>,
    /// Commits and trees that were read already, and not yet asked for.
    ahead: Bytes,
    packs: Packs,
    /// Parents that replace a commit's own: grafts, and none at the border of a shallow clone.
    grafts: HashMap<Oid, Vec<Oid>>,
    tables: Tables,
    trees: Vec<Option<Tree>>,
    children: Children,
    commits: Vec<Option<Arc<CommitNode>>>,
    /// Whether the object is a commit in whose message is nothing to find.
    silent: Vec<bool>,
    /// Messages that nobody looked at yet.
    messages: Messages,
}

/// What one thread at a time loads.
#[derive(Default)]
struct Loader {
    names: Names,
    trees: Vec<(ObjectNo, Tree)>,
    children: Children,
    /// Those trees that others may still be made from.
    recent: HashMap<ObjectNo, Version>,
    commits: Vec<(ObjectNo, Arc<CommitNode>)>,
    messages: Messages,
    silent: Vec<ObjectNo>,
}

impl<'r> Graph<'r> {
    /// An empty graph over the objects of `odb`, of which `packs` are read faster.
    pub fn new(odb: Odb<'r>, packs: Packs, grafts: HashMap<Oid, Vec<Oid>>) -> Self {
        let (tables, children, messages) = (Tables::default(), Children::default(), Messages::default());
        let (trees, commits, silent) = (Vec::new(), Vec::new(), Vec::new());
        let ahead = HashMap::default();
        Self { odb, ahead, packs, grafts, tables, trees, children, commits, silent, messages }
    }

    /// The packs that come first among the numbers.
    pub fn packs(&self) -> &Packs {
        &self.packs
    }

    /// The number of an object.
    pub fn number(&mut self, id: Oid) -> ObjectNo {
        self.packs.number(id).unwrap_or_else(|| self.tables.loose(id, self.packs.count()))
    }

    /// The object's id.
    pub fn id(&self, number: ObjectNo) -> Oid {
        match (number as usize).checked_sub(self.packs.count()) {
            Some(loose) => self.tables.loose[loose],
            None => self.packs.id(number),
        }
    }

    /// The names, by number.
    pub fn names(&self) -> &[Arc<[u8]>] {
        &self.tables.names
    }

    /// The number of a name.
    pub fn name_number(&mut self, name: &[u8]) -> u32 {
        self.tables.name(name)
    }

    /// Reads all commits and trees of the packs.
    pub fn load(&mut self, Reading { run, is_silent, .. }: &Reading<'_>) {
        let is_wanted = |number| matches!(self.packs.kind(number), Some(Kind::Commit | Kind::Tree));
        let plan = self.packs.plan(is_wanted);
        let tables = Mutex::new(std::mem::take(&mut self.tables));
        let loaders: Mutex<Vec<(Loader, Workspace)>> = Mutex::new(Vec::new());
        let (packs, grafts, room) = (&self.packs, &self.grafts, Room::default());
        run(plan.pieces(), &|piece| {
            let (mut loader, mut workspace) = loaders.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default();
            packs.read(&plan, piece, LARGEST, &mut workspace, &mut |object| match object.kind {
                Kind::Commit => {
                    let Some(text) = CommitText::read(object.bytes) else { return };
                    loader.commit(object.number, &text, packs, grafts, &tables);
                    if !loader.messages.keep(object.number, &text.message, &room) && is_silent(&text.message) {
                        loader.silent.push(object.number);
                    }
                }
                _ => loader.tree(object, packs, &tables),
            });
            loader.recent.clear();
            if let Ok(mut free) = loaders.lock() {
                free.push((loader, workspace));
            }
        });
        self.tables = tables.into_inner().unwrap_or_default();
        self.trees.resize(self.packs.count(), None);
        self.commits.resize(self.packs.count(), None);
        self.silent.resize(self.packs.count(), false);
        for (loader, _) in loaders.into_inner().unwrap_or_default() {
            for (number, commit) in loader.commits {
                self.commits[number as usize] = Some(commit);
            }
            if let Some(moved) = self.children.append(loader.children) {
                for (number, tree) in loader.trees {
                    self.trees[number as usize] = Some(moved(tree));
                }
            }
            self.messages.append(loader.messages);
            self.note_silent(loader.silent);
        }
    }

    /// Takes commits and trees that were read already.
    pub(super) fn take(&mut self, ahead: Bytes) {
        self.ahead = ahead;
    }

    /// The messages that nobody looked at yet.
    pub fn take_messages(&mut self) -> Messages {
        std::mem::take(&mut self.messages)
    }

    /// Notes the commits in whose messages is nothing to find.
    pub fn note_silent(&mut self, commits: Vec<ObjectNo>) {
        for number in commits {
            self.silent[number as usize] = true;
        }
    }

    /// Whether nothing is to be found in the commit's message, as far as was asked.
    pub fn is_silent(&self, commit: Oid) -> bool {
        self.packs
            .number(commit)
            .and_then(|number| self.silent.get(number as usize))
            .is_some_and(|is_silent| *is_silent)
    }

    /// A commit.
    ///
    /// # Errors
    /// A sentence that says why it can't be read.
    pub fn commit(&mut self, number: ObjectNo) -> Result<Arc<CommitNode>, String> {
        if let Some(Some(known)) = self.commits.get(number as usize) {
            return Ok(known.clone());
        }
        let id = self.id(number);
        let (tree, parents, time) = {
            let bytes = self.read(id, ObjectType::Commit).map_err(|unread| unread.message)?;
            let text = CommitText::read(&bytes).ok_or_else(|| format!("commit {id} is corrupt"))?;
            (text.tree, parents(id, &text, &self.grafts), text.time)
        };
        let parents = parents.into_iter().map(|parent| self.number(parent)).collect();
        let node = Arc::new(CommitNode { tree: self.number(tree), parents, time });
        keep(&mut self.commits, number, node.clone());
        Ok(node)
    }

    /// Whether the tree was read.
    pub(super) fn has_tree(&self, number: ObjectNo) -> bool {
        self.trees.get(number as usize).is_some_and(Option::is_some)
    }

    fn read(&mut self, id: Oid, kind: ObjectType) -> Result<Arc<Vec<u8>>, Unread> {
        match self.ahead.remove(&id) {
            Some((of, bytes)) if of == kind => Ok(bytes),
            _ => Ok(Arc::new(read(&self.odb, id, kind)?.data().to_vec())),
        }
    }

    /// The children of the trees that [`Self::tree`] gave.
    pub fn children(&self) -> &Children {
        &self.children
    }

    /// The files and folders of a tree; submodules are left out.
    ///
    /// # Errors
    /// A sentence that says why it can't be read.
    pub fn tree(&mut self, number: ObjectNo) -> Result<Tree, Unread> {
        if let Some(Some(known)) = self.trees.get(number as usize) {
            return Ok(*known);
        }
        let id = self.id(number);
        let bytes = self.read(id, ObjectType::Tree)?;
        self.children.begin();
        let whole = entries(&bytes, |entry| {
            if entry.kind != EntryKind::Submodule {
                let (id, name) = (self.number(entry.id()), self.name_number(entry.name));
                self.children.push(Child::new(id, name, entry.kind == EntryKind::Tree));
            }
        });
        whole.ok_or_else(|| format!("folder {id} is corrupt"))?;
        let tree = self.children.finish().ok_or_else(|| format!("folder {id} is one too many"))?;
        keep(&mut self.trees, number, tree);
        Ok(tree)
    }
}

impl Loader {
    fn commit(
        &mut self,
        number: ObjectNo,
        text: &CommitText<'_>,
        packs: &Packs,
        grafts: &HashMap<Oid, Vec<Oid>>,
        tables: &Mutex<Tables>,
    ) {
        let find = |id| number_of(id, packs, tables);
        let parents = parents(packs.id(number), text, grafts).into_iter().map(find).collect::<Option<_>>();
        if let (Some(tree), Some(parents)) = (find(text.tree), parents) {
            self.commits.push((number, Arc::new(CommitNode { tree, parents, time: text.time })));
        }
    }

    /// A tree that is broken is left to be read, and complained about, when it is asked for.
    fn tree(&mut self, tree: Object<'_>, packs: &Packs, tables: &Mutex<Tables>) {
        let none = Version::default();
        let earlier = tree.base.and_then(|base| self.recent.get(&base.number)).unwrap_or(&none);
        let kept = tree.base.map_or(&[][..], |base| base.kept);
        let read = |entry: &Entry<'_>| {
            let (id, name) = (number_of(entry.id(), packs, tables)?, self.names.number(entry.name, tables)?);
            Some(Child::new(id, name, entry.kind == EntryKind::Tree))
        };
        let version = Version::read(tree.bytes, earlier, kept, &mut self.children, read);
        if let Some(base) = tree.base.filter(|base| base.is_last) {
            self.recent.remove(&base.number);
        }
        let Some(version) = version else { return };
        self.trees.push((tree.number, version.tree));
        if tree.is_base {
            self.recent.insert(tree.number, version);
        }
    }
}

/// Names that a loader met before, to ask the others less often.
#[derive(Default)]
struct Names(HashMap<Box<[u8]>, u32>);

impl Names {
    fn number(&mut self, name: &[u8], tables: &Mutex<Tables>) -> Option<u32> {
        if let Some(number) = self.0.get(name) {
            return Some(*number);
        }
        let number = tables.lock().ok()?.name(name);
        self.0.insert(name.into(), number);
        Some(number)
    }
}

/// Keeps what is known of the object with this number.
fn keep<T: Clone>(known: &mut Vec<Option<T>>, number: ObjectNo, object: T) {
    if known.len() <= number as usize {
        known.resize(number as usize + 1, None);
    }
    known[number as usize] = Some(object);
}

fn number_of(id: Oid, packs: &Packs, tables: &Mutex<Tables>) -> Option<ObjectNo> {
    packs.number(id).or_else(|| Some(tables.lock().ok()?.loose(id, packs.count())))
}

fn parents(id: Oid, text: &CommitText<'_>, grafts: &HashMap<Oid, Vec<Oid>>) -> Vec<Oid> {
    grafts.get(&id).cloned().unwrap_or_else(|| text.parents().collect())
}

/// A commit or a tree.
///
/// # Errors
/// A sentence that says why it can't be read.
pub fn read<'o>(odb: &'o Odb<'_>, id: Oid, kind: ObjectType) -> Result<git2::OdbObject<'o>, Unread> {
    let word = if kind == ObjectType::Tree { "folder" } else { "commit" };
    let size = odb.header(id).map_err(|error| Unread::new(word, id, &error))?.0;
    if size as u64 > LARGEST {
        return Err(format!("{word} {id} is larger than {} MiB", LARGEST >> 20).into());
    }
    let object = odb.read(id).map_err(|error| Unread::new(word, id, &error))?;
    if object.kind() == kind { Ok(object) } else { Err(format!("object {id} is no {kind}").into()) }
}
