//! The paths at which the index differs from HEAD.
//!
//! Both are walked side by side, folder by folder; a folder of which the index itself knows that it equals HEAD's is not
//! entered. So the cost is that of the changed folders, not of the repository.

use std::collections::HashMap;

use git2::{
    Delta, Diff, DiffFindOptions, DiffOptions, FileMode, Index, IndexEntry, IndexTime, ObjectType, Oid, Repository,
    Tree, TreeEntry,
};

use super::GitError;
use super::cache_tree::FolderNo;
use super::index::{Entry, FILE, IndexFile, TYPE};

/// A file whose content is not HEAD's at the same path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedFile {
    /// The path's bytes.
    pub path: Vec<u8>,
    /// The blob in the index.
    pub id: Oid,
    /// HEAD's blob at this path, or at the one it came from.
    pub old: Option<Oid>,
}

/// What differs.
#[derive(Debug, Default)]
pub struct Changes {
    /// Files with new content.
    pub files: Vec<ChangedFile>,
    /// Files and folders of HEAD that the index lacks.
    pub gone: Vec<Vec<u8>>,
    /// Paths with merge conflicts.
    pub conflicts: Vec<Vec<u8>>,
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
        let mut names: Vec<&[u8]> = Vec::new();
        while at < folder.entries.end {
            let entry = &index.entries[at];
            let path = index.path(entry);
            let name = &path[folder.prefix.len()..];
            let name = &name[..memchr::memchr(b'/', name).unwrap_or(name.len())];
            let head = folder.head.as_ref().and_then(|tree| tree.get_name_bytes(name));
            if folder.prefix.len() + name.len() == path.len() {
                self.file(entry, path, head.as_ref());
                at += 1;
            } else if entry.is_folder() {
                self.folded(entry, path, head.as_ref())?;
                at += 1;
            } else {
                at = self.subfolder(folder, at, name, head.as_ref())?;
            }
            if !entry.intent_to_add {
                names.push(name);
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
        if !entry.is_file() || entry.intent_to_add {
            return;
        }
        let old = head.filter(|head| head.filemode() as u32 & TYPE == FILE).map(TreeEntry::id);
        if old != Some(entry.id) {
            self.changes.files.push(ChangedFile { path: path.to_vec(), id: entry.id, old });
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
        let tree = head.filter(|head| head.kind() == Some(ObjectType::Tree)).map(TreeEntry::id);
        if !self.is_same(record, entries.len(), tree) {
            let head = tree.map(|id| self.repository.find_tree(id)).transpose()?;
            self.open.push(Folder { prefix, entries: at..end, head, record });
        }
        Ok(end)
    }

    /// A folder outside of a sparse checkout stands in the index as one entry with its tree.
    fn folded(&mut self, entry: &Entry, path: &[u8], head: Option<&TreeEntry<'_>>) -> Result<(), GitError> {
        let old = head.filter(|head| head.kind() == Some(ObjectType::Tree)).map(TreeEntry::id);
        if old == Some(entry.id) {
            return Ok(());
        }
        let old = old.map(|id| self.repository.find_tree(id)).transpose()?;
        let new = self.repository.find_tree(entry.id)?;
        let diff = self.repository.diff_tree_to_tree(old.as_ref(), Some(&new), Some(&mut options()))?;
        for file in changed_files(&diff) {
            self.changes.files.push(ChangedFile { path: [path, &file.path].concat(), ..file });
        }
        Ok(())
    }

    fn is_same(&self, record: Option<FolderNo>, entries: usize, head: Option<Oid>) -> bool {
        let known = record.and_then(|record| self.index.cache_tree.tree(record));
        known.is_some_and(|(count, tree)| count == entries && head == Some(tree))
    }

    /// Files and folders of HEAD that are none of these, which the index holds.
    fn note_gone(&mut self, folder: &Folder<'_>, mut names: Vec<&[u8]>) {
        let Some(head) = &folder.head else { return };
        names.sort_unstable();
        let gone = head.iter().filter(|entry| names.binary_search(&entry.name_bytes()).is_err());
        self.changes.gone.extend(gone.map(|entry| [&folder.prefix, entry.name_bytes()].concat()));
    }
}

impl Changes {
    /// Gives files that came from another path what they were there, and drops those that were moved as they are.
    /// Where libgit2 can't tell, all of a file counts as new.
    pub fn find_renames(&mut self, repository: &Repository, head: &Tree<'_>) {
        let has_new = self.files.iter().any(|file| file.old.is_none());
        if self.gone.is_empty() || !has_new {
            return;
        }
        let Ok(origins) = self.origins(repository, head) else { return };
        for file in self.files.iter_mut().filter(|file| file.old.is_none()) {
            file.old = origins.get(&file.path).copied();
        }
        self.files.retain(|file| file.old != Some(file.id));
    }

    /// What the files that came from elsewhere were there. Compares only the paths that came or went.
    fn origins(&self, repository: &Repository, head: &Tree<'_>) -> Result<HashMap<Vec<u8>, Oid>, git2::Error> {
        let mut options = options();
        options.disable_pathspec_match(true);
        for path in &self.gone {
            options.pathspec(path.as_slice());
        }
        // An index of the new files alone, in memory: libgit2 would read all of the other one, and not every form of it.
        let mut index = Index::new()?;
        for file in self.files.iter().filter(|file| file.old.is_none()) {
            options.pathspec(file.path.as_slice());
            index.add(&new_entry(file))?;
        }
        let mut diff = repository.diff_tree_to_index(Some(head), Some(&index), Some(&mut options))?;
        diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
        let renamed = diff.deltas().filter(|delta| delta.status() == Delta::Renamed);
        let origin =
            |delta: git2::DiffDelta<'_>| Some((delta.new_file().path_bytes()?.to_vec(), delta.old_file().id()));
        Ok(renamed.filter_map(origin).collect())
    }
}

fn new_entry(file: &ChangedFile) -> IndexEntry {
    let never = IndexTime::new(0, 0);
    IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode: FILE | 0o644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: file.id,
        flags: 0,
        flags_extended: 0,
        path: file.path.clone(),
    }
}

fn options() -> DiffOptions {
    let mut options = DiffOptions::new();
    options.ignore_submodules(true).include_typechange(true).skip_binary_check(true).context_lines(0);
    options
}

fn changed_files(diff: &Diff<'_>) -> Vec<ChangedFile> {
    let is_file = |mode| matches!(mode, FileMode::Blob | FileMode::BlobExecutable | FileMode::BlobGroupWritable);
    let changed = diff.deltas().filter_map(|delta| {
        let (old, new) = (delta.old_file(), delta.new_file());
        if delta.status() == Delta::Deleted || !is_file(new.mode()) || new.id() == old.id() {
            return None;
        }
        let was = (is_file(old.mode()) && !old.id().is_zero()).then(|| old.id());
        Some(ChangedFile { path: new.path_bytes()?.to_vec(), id: new.id(), old: was })
    });
    changed.collect()
}
