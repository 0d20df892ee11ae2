//! Commits and trees by number. Ids and names are long and repeat in every version of a folder; here each is kept once,
//! and a tree is a list of pairs of numbers. Whatever was not loaded ahead is read from the repository when asked for.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use git2::{ObjectType, Odb, Oid};

use crate::source::git::object::{CommitText, EntryKind, entries};

/// An object's number in the graph.
pub type ObjectNo = u32;

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// The object.
    pub id: ObjectNo,
    /// The name's number.
    pub name: u32,
    /// Whether it is a folder.
    pub is_tree: bool,
}

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

/// Commits and trees by number.
pub struct Graph<'r> {
    odb: Odb<'r>,
    /// Parents that replace a commit's own: grafts, and none at the border of a shallow clone.
    grafts: HashMap<Oid, Vec<Oid>>,
    ids: Vec<Oid>,
    numbers: HashMap<Oid, ObjectNo>,
    names: Vec<Arc<[u8]>>,
    name_numbers: HashMap<Arc<[u8]>, u32>,
    trees: HashMap<ObjectNo, Rc<[Child]>>,
    commits: HashMap<ObjectNo, Rc<CommitNode>>,
}

impl<'r> Graph<'r> {
    /// An empty graph over the objects of `odb`.
    pub fn new(odb: Odb<'r>, grafts: HashMap<Oid, Vec<Oid>>) -> Self {
        Self {
            odb,
            grafts,
            ids: Vec::new(),
            numbers: HashMap::new(),
            names: Vec::new(),
            name_numbers: HashMap::new(),
            trees: HashMap::new(),
            commits: HashMap::new(),
        }
    }

    /// The number of an object.
    pub fn number(&mut self, id: Oid) -> ObjectNo {
        *self.numbers.entry(id).or_insert_with(|| {
            self.ids.push(id);
            (self.ids.len() - 1) as ObjectNo
        })
    }

    /// The object's id.
    pub fn id(&self, number: ObjectNo) -> Oid {
        self.ids[number as usize]
    }

    /// A name's bytes.
    pub fn name(&self, number: u32) -> &[u8] {
        &self.names[number as usize]
    }

    /// The number of a name.
    pub fn name_number(&mut self, name: &[u8]) -> u32 {
        if let Some(number) = self.name_numbers.get(name) {
            return *number;
        }
        let (number, name): (u32, Arc<[u8]>) = (self.names.len() as u32, name.into());
        self.names.push(name.clone());
        self.name_numbers.insert(name, number);
        number
    }

    /// A commit.
    ///
    /// # Errors
    /// A sentence that says why it can't be read.
    pub fn commit(&mut self, number: ObjectNo) -> Result<Rc<CommitNode>, String> {
        if let Some(known) = self.commits.get(&number) {
            return Ok(known.clone());
        }
        let id = self.id(number);
        let (tree, parents, time) = {
            let object = read(&self.odb, id, ObjectType::Commit)?;
            let text = CommitText::read(object.data()).ok_or_else(|| format!("commit {id} is corrupt"))?;
            (text.tree, text.parents().collect::<Vec<Oid>>(), text.time)
        };
        let parents = self.grafts.get(&id).cloned().unwrap_or(parents);
        let parents = parents.into_iter().map(|parent| self.number(parent)).collect();
        let node = Rc::new(CommitNode { tree: self.number(tree), parents, time });
        self.commits.insert(number, node.clone());
        Ok(node)
    }

    /// The files and folders of a tree; submodules are left out.
    ///
    /// # Errors
    /// A sentence that says why it can't be read.
    pub fn tree(&mut self, number: ObjectNo) -> Result<Rc<[Child]>, String> {
        if let Some(known) = self.trees.get(&number) {
            return Ok(known.clone());
        }
        let id = self.id(number);
        let bytes = read(&self.odb, id, ObjectType::Tree)?.data().to_vec();
        let mut children = Vec::new();
        let whole = entries(&bytes, |entry| {
            if entry.kind != EntryKind::Submodule {
                let (id, name) = (self.number(entry.id), self.name_number(entry.name));
                children.push(Child { id, name, is_tree: entry.kind == EntryKind::Tree });
            }
        });
        whole.ok_or_else(|| format!("folder {id} is corrupt"))?;
        let children: Rc<[Child]> = children.into();
        self.trees.insert(number, children.clone());
        Ok(children)
    }
}

fn read<'o>(odb: &'o Odb<'_>, id: Oid, kind: ObjectType) -> Result<git2::OdbObject<'o>, String> {
    let word = if kind == ObjectType::Tree { "folder" } else { "commit" };
    let object = odb.read(id).map_err(|error| super::unreadable(word, id, &error))?;
    if object.kind() == kind { Ok(object) } else { Err(format!("object {id} is no {kind}")) }
}
