//! The objects of a repository, read from several threads: a libgit2 handle serves one thread at a time, so there are as
//! many as threads that read at once.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use git2::{ObjectType, Oid, Tree};

use super::object::CommitText;
use super::{GitError, Repository, Unread, neighbour, open};
use crate::model::Neighbours;

/// Folders deeper than this are not looked into beside a blob.
const MAX_DEPTH: usize = 64;

/// Handles of one repository.
pub struct Objects {
    path: PathBuf,
    free: Mutex<Vec<Repository>>,
}

/// Who made a commit or a tag, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Author {
    /// Name and address.
    pub name: String,
    /// Seconds since the epoch.
    pub time: i64,
}

impl Objects {
    /// The objects of the repository at `path`.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), free: Mutex::new(Vec::new()) }
    }

    /// Does some work with one of the handles.
    ///
    /// # Errors
    /// The work's, and that the repository can't be opened once more.
    pub(super) fn with<T>(&self, work: impl FnOnce(&Repository) -> Result<T, git2::Error>) -> Result<T, GitError> {
        let free = self.free.lock().ok().and_then(|mut free| free.pop());
        let repository = match free {
            Some(repository) => repository,
            None => open(&self.path)?,
        };
        let result = work(&repository);
        if let Ok(mut free) = self.free.lock() {
            free.push(repository);
        }
        Ok(result?)
    }

    fn read<T>(&self, id: Oid, work: impl FnOnce(&Repository) -> Result<T, git2::Error>) -> Result<T, Unread> {
        let read = self.with(|repository| Ok(work(repository).map_err(|error| Unread::new("object", id, &error))));
        read.unwrap_or_else(|error| Err(format!("object {id} can't be read: {error}").into()))
    }

    /// A blob's bytes; its size alone if that is above `limit`.
    ///
    /// # Errors
    /// An object that is missing, damaged or no blob.
    pub fn blob(&self, id: Oid, limit: u64) -> Result<Result<Vec<u8>, u64>, Unread> {
        self.read(id, |repository| {
            let odb = repository.odb()?;
            let (size, kind) = odb.header(id)?;
            if kind != ObjectType::Blob {
                return Err(git2::Error::from_str("the object is no blob"));
            }
            if size as u64 > limit {
                return Ok(Err(size as u64));
            }
            Ok(Ok(odb.read(id)?.data().to_vec()))
        })
    }

    /// The message of a commit or a tag, and who wrote it.
    ///
    /// # Errors
    /// An object that is missing, damaged or neither of these.
    pub fn message(&self, id: Oid) -> Result<(Vec<u8>, Author), Unread> {
        self.read(id, |repository| {
            let odb = repository.odb()?;
            let object = odb.read(id)?;
            if object.kind() == ObjectType::Tag {
                let tag = repository.find_tag(id)?;
                let author = tag.tagger().map(|tagger| author(tagger.name_bytes(), tagger.email_bytes(), &tagger));
                return Ok((tag.message_bytes().unwrap_or_default().to_vec(), author.unwrap_or_default()));
            }
            let Some(commit) = CommitText::read(object.data()) else {
                return Err(git2::Error::from_str("the object is no commit"));
            };
            let name = String::from_utf8_lossy(commit.author).into_owned();
            Ok((commit.message.into_owned(), Author { name, time: commit.author_time }))
        })
    }

    /// Whether HEAD is the commit or was made on top of it.
    pub fn leads_to_head(&self, commit: Oid) -> bool {
        let reached = self.with(|repository| {
            let head = repository.commit_of(&repository.head()?)?;
            Ok(head == commit || repository.graph_descendant_of(head, commit)?)
        });
        reached.unwrap_or(false)
    }
}

fn author(name: &[u8], address: &[u8], signature: &git2::Signature<'_>) -> Author {
    let (name, address) = (String::from_utf8_lossy(name), String::from_utf8_lossy(address));
    Author { name: format!("{name} <{address}>"), time: signature.when().seconds() }
}

/// The files of a commit, for checks that look beside a blob.
pub struct CommitFiles<'o> {
    objects: &'o Objects,
    commit: Oid,
    asked: AtomicBool,
}

impl<'o> CommitFiles<'o> {
    /// The files of `commit`.
    pub fn new(objects: &'o Objects, commit: Oid) -> Self {
        Self { objects, commit, asked: AtomicBool::new(false) }
    }

    /// Whether a check looked: then what it said holds for this commit alone.
    pub fn were_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Neighbours for CommitFiles<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.asked.store(true, Ordering::Relaxed);
        let read = self.objects.with(|repository| {
            let root = repository.tree_of(self.commit)?;
            neighbour(repository, repository.entry_at(&root, path.as_bytes())?.id())
        });
        read.ok().flatten()
    }

    fn files_below(&self, path: &str, limit: usize) -> Vec<String> {
        self.asked.store(true, Ordering::Relaxed);
        let path = path.trim_end_matches('/');
        let found = self.objects.with(|repository| {
            let root = repository.tree_of(self.commit)?;
            let folder = match path {
                "" => root,
                path => repository.find_tree(repository.entry_at(&root, path.as_bytes())?.id())?,
            };
            let mut found = Vec::new();
            list(repository, &folder, path, limit, MAX_DEPTH, &mut found);
            Ok(found)
        });
        found.unwrap_or_default()
    }
}

fn list(repository: &Repository, folder: &Tree<'_>, path: &str, limit: usize, depth: usize, found: &mut Vec<String>) {
    for entry in folder {
        if found.len() >= limit {
            return;
        }
        let name = String::from_utf8_lossy(entry.name_bytes()).into_owned();
        let path = if path.is_empty() { name } else { format!("{path}/{name}") };
        match entry.kind() {
            Some(ObjectType::Blob) => found.push(path),
            Some(ObjectType::Tree) if depth > 0 => {
                if let Ok(inner) = repository.find_tree(entry.id()) {
                    list(repository, &inner, &path, limit, depth - 1, found);
                }
            }
            _ => {}
        }
    }
}
