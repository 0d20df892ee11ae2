//! The paths at which the index differs from HEAD.
//!
//! Both are walked side by side, folder by folder; a folder of which the index itself knows that it equals HEAD's is not
//! entered. So the cost is that of the changed folders, not of the repository.

use git2::{ObjectType, Oid, Tree, TreeEntry};

use super::cache_tree::FolderNo;
use super::index::{Entry, IndexFile, LINK, TYPE};
use super::{GitError, Repository};

/// A file whose content is not HEAD's at the same path, or the target of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// The path's bytes.
    pub path: Vec<u8>,
    /// The blob in the index.
    pub id: Oid,
    /// Whether it is a symbolic link, and the blob its target.
    pub is_link: bool,
    /// HEAD's blob at this path, or at the one it came from.
    pub old: Option<Oid>,
    /// The path that it came from, if that is another one.
    pub old_path: Option<Vec<u8>>,
}

/// What differs.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files with new content, or that came from another path.
    pub files: Vec<ChangedFile>,
    /// Files and folders of HEAD that the index lacks.
    pub gone: Vec<Gone>,
    /// Paths with merge conflicts.
    pub conflicts: Vec<Vec<u8>>,
}

/// What HEAD has and the index lacks.
#[derive(Clone, Debug)]
pub struct Gone {
    /// The path's bytes.
    pub path: Vec<u8>,
    /// The blob, or the folder's tree.
    pub id: Oid,
    /// A blob or a tree, or what is neither.
    pub kind: Option<ObjectType>,
    /// Whether it is a symbolic link.
    pub is_link: bool,
}

impl Gone {
    /// An entry of the tree of the folder with this prefix, which is empty or has a slash at its end.
    pub fn new(prefix: &[u8], entry: &TreeEntry<'_>) -> Self {
        let path = [prefix, entry.name_bytes()].concat();
        Self { path, id: entry.id(), kind: entry.kind(), is_link: is_link(entry) }
    }
}

/// A folder to compare: its entries in the index, and what HEAD has there.
struct Folder<'r> {
    /// Empty, or with a slash at the end.
    prefix: Vec<u8>,
    entries: std::ops::Range<usize>,
    head: Option<Tree<'r>>,
    record: Option<FolderNo>,
}

/// Compares the index with HEAD's tree, or with nothing.
///
/// # Errors
/// A tree that can't be read.
pub fn between(repository: &Repository, head: Option<&Tree<'_>>, index: &IndexFile) -> Result<Changes, GitError> {
    let mut comparison = Comparison { repository, index, changes: Changes::default(), open: Vec::new() };
    let record = index.cache_tree.root();
    let whole = 0..index.entries.len();
    if !comparison.is_same(record, whole.len(), head.map(Tree::id)) {
        comparison.open.push(Folder { prefix: Vec::new(), entries: whole, head: head.cloned(), record });
    }
    while let Some(folder) = comparison.open.pop() {
        comparison.folder(&folder)?;
    }
    Ok(comparison.changes)
}

struct Comparison<'r> {
    repository: &'r Repository,
    index: &'r IndexFile,
    changes: Changes,
    open: Vec<Folder<'r>>,
}

impl<'r> Comparison<'r> {
    fn folder(&mut self, folder: &Folder<'r>) -> Result<(), GitError> {
        let index = self.index;
        let mut at = folder.entries.start;
        let mut names: Vec<(&[u8], bool)> = Vec::new();
        while at < folder.entries.end {
            let entry = &index.entries[at];
            let path = index.path(entry);
            let name = &path[folder.prefix.len()..];
            let name = &name[..memchr::memchr(b'/', name).unwrap_or(name.len())];
            let head = folder.head.as_ref().and_then(|tree| tree.get_name_bytes(name));
            let is_folder = folder.prefix.len() + name.len() < path.len();
            // Of a folder that is left to be compared, what is gone is noted then.
            if is_folder || !entry.intent_to_add {
                names.push((name, is_folder));
            }
            if !is_folder {
                self.file(entry, path, head.as_ref());
                at += 1;
            } else if entry.is_folder() {
                self.folded(entry, path, head.as_ref())?;
                at += 1;
            } else {
                at = self.subfolder(folder, at, name, head.as_ref())?;
            }
        }
        self.note_gone(folder, names);
        Ok(())
    }

    fn file(&mut self, entry: &Entry, path: &[u8], head: Option<&TreeEntry<'_>>) {
        if entry.stage != 0 {
            if self.changes.conflicts.last().is_none_or(|last| last != path) {
                self.changes.conflicts.push(path.to_vec());
            }
            return;
        }
        if (entry.is_file() || entry.is_link()) && !entry.intent_to_add {
            self.note_file(path, entry.id, entry.is_link(), head);
        }
    }

    /// Leaves the folder of the entry at `at` to be compared, unless it is HEAD's; gives the entry behind it.
    fn subfolder(
        &mut self,
        folder: &Folder<'r>,
        at: usize,
        name: &[u8],
        head: Option<&TreeEntry<'_>>,
    ) -> Result<usize, GitError> {
        let prefix = [folder.prefix.as_slice(), name, b"/"].concat();
        let record = folder.record.and_then(|record| self.index.cache_tree.child(record, name));
        let guess = record.and_then(|record| self.index.cache_tree.tree(record)).map(|(count, _)| count);
        let entries = self.index.below(at, &prefix, guess);
        let end = entries.end.min(folder.entries.end);
        let tree = tree(head);
        if !self.is_same(record, entries.len(), tree) {
            let head = tree.map(|id| self.repository.find_tree(id)).transpose()?;
            self.open.push(Folder { prefix, entries: at..end, head, record });
        }
        Ok(end)
    }

    /// A folder outside of a sparse checkout stands in the index as one entry with its tree.
    fn folded(&mut self, entry: &Entry, path: &[u8], head: Option<&TreeEntry<'_>>) -> Result<(), GitError> {
        let mut open = vec![(path.to_vec(), entry.id, tree(head))];
        while let Some((prefix, new, old)) = open.pop() {
            if old == Some(new) {
                continue;
            }
            let old = old.map(|id| self.repository.find_tree(id)).transpose()?;
            for entry in &self.repository.find_tree(new)? {
                let head = old.as_ref().and_then(|tree| tree.get_name_bytes(entry.name_bytes()));
                let path = [&prefix, entry.name_bytes()].concat();
                match entry.kind() {
                    Some(ObjectType::Tree) => open.push(([&path, &b"/"[..]].concat(), entry.id(), tree(head.as_ref()))),
                    Some(ObjectType::Blob) => self.note_file(&path, entry.id(), is_link(&entry), head.as_ref()),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    /// Notes a file, or a link, unless HEAD has the same there.
    fn note_file(&mut self, path: &[u8], id: Oid, is_link: bool, head: Option<&TreeEntry<'_>>) {
        let old = head.filter(|head| head.kind() == Some(ObjectType::Blob)).map(TreeEntry::id);
        if old != Some(id) {
            self.changes.files.push(ChangedFile { path: path.to_vec(), id, is_link, old, old_path: None });
        }
    }

    fn is_same(&self, record: Option<FolderNo>, entries: usize, head: Option<Oid>) -> bool {
        let known = record.and_then(|record| self.index.cache_tree.tree(record));
        known.is_some_and(|(count, tree)| count == entries && head == Some(tree))
    }

    /// Files and folders of HEAD that are none of these, which the index holds; a name goes with whether it is a folder's, as
    /// a file may become a folder of its name.
    fn note_gone(&mut self, folder: &Folder<'_>, mut names: Vec<(&[u8], bool)>) {
        let Some(head) = &folder.head else { return };
        names.sort_unstable();
        let is_held = |entry: &TreeEntry<'_>| {
            let is_folder = entry.kind() == Some(ObjectType::Tree);
            names.binary_search(&(entry.name_bytes(), is_folder)).is_ok()
        };
        let gone = head.iter().filter(|entry| !is_held(entry));
        self.changes.gone.extend(gone.map(|entry| Gone::new(&folder.prefix, &entry)));
    }
}

/// The tree that HEAD has there, if it has one.
fn tree(head: Option<&TreeEntry<'_>>) -> Option<Oid> {
    head.filter(|head| head.kind() == Some(ObjectType::Tree)).map(TreeEntry::id)
}

fn is_link(entry: &TreeEntry<'_>) -> bool {
    entry.filemode() as u32 & TYPE == LINK
}
