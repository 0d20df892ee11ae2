//! Git repositories, read through libgit2 without its network code. Nothing that a repository's configuration names
//! (hooks, filters, fsmonitor, textconv, ssh commands) is ever run.

pub mod advice;
pub mod cache;
mod cache_tree;
mod changes;
pub(super) mod embedded;
pub mod history;
pub(super) mod index;
mod loose;
pub mod object;
pub mod objects;
pub mod pack;
pub mod pushed;
mod renames;
mod repository;
mod split_index;
pub mod staged;

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

use git2::{ErrorClass, ErrorCode, Oid, RepositoryOpenFlags};

use self::index::IndexFile;
use self::objects::Objects;
pub use self::repository::{Odb, Repository, is_guarded};
use crate::model::Neighbours;

/// Why a repository or something in it could not be read.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository at the path or above it.
    #[error("{0} is not in a git repository")]
    NotARepository(PathBuf),
    /// Nothing at the path.
    #[error("{0} does not exist")]
    Missing(PathBuf),
    /// A folder that looks like a bare repository, and the root of the working tree that it is a part of.
    #[error(
        "{0} looks like a bare repository, but its files belong to the repository at {1}, where any commit may change \
         them; name a path outside of it or, if it is the one that is meant, set GIT_DIR to it and name no path"
    )]
    Embedded(PathBuf, PathBuf),
    /// A folder that looks like a bare repository, a folder around it with a repository that can't be opened, and why.
    #[error(
        "{0} looks like a bare repository, and whether its files belong to the repository at {1} can't be told: {2}; name \
         a path outside of it or, if it is the one that is meant, set GIT_DIR to it and name no path"
    )]
    Around(PathBuf, PathBuf, String),
    /// A bare repository that git would not take, as `safe.bareRepository` is `explicit`.
    #[error(
        "{0} is a bare repository, and git's safe.bareRepository wants such ones named by GIT_DIR; set it and name no \
         path"
    )]
    Implicit(PathBuf),
    /// The repository belongs to another user, and git's `safe.directory` does not list it.
    #[error(
        "the repository at {0} belongs to another user; if you trust it, allow it with \
         `git config --global --add safe.directory {quoted}`",
        quoted = advice::path(.0)
    )]
    Unsafe(PathBuf),
    /// libgit2 takes nothing but ids in `info/grafts`.
    #[error(
        "the file info/grafts of the repository can't be read: {0}; comments and empty lines, which git takes, have to go"
    )]
    Grafts(String),
    /// A revision or branch that does not exist.
    #[error("there is no revision `{name}`{hint}")]
    UnknownRevision {
        /// What was asked for.
        name: String,
        /// `; did you mean …?`, or empty.
        hint: String,
    },
    /// A bare repository, in which nothing can be staged.
    #[error("the repository is bare: nothing is staged in it; `tidewaiter history` scans its commits")]
    Bare,
    /// Object names that libgit2 does not know: SHA-256.
    #[error("{0}, which the git library can't read yet; `tidewaiter scan` scans the files all the same")]
    Format(String),
    /// Any other trouble, in libgit2's words.
    #[error("git: {0}")]
    Other(String),
}

impl From<git2::Error> for GitError {
    fn from(error: git2::Error) -> Self {
        let hint = match (error.class(), error.code()) {
            (ErrorClass::Index, ErrorCode::Locked) => "; another git process seems to be running",
            _ => "",
        };
        GitError::Other(format!("{}{hint}", error.message()))
    }
}

/// Why an object could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// A sentence about it.
    pub message: String,
    /// Whether the repository does not have it at all, as the clone may be partial.
    pub is_missing: bool,
}

impl Unread {
    fn new(word: &str, id: Oid, error: &git2::Error) -> Self {
        let is_missing = error.code() == ErrorCode::NotFound;
        let message = match error.message() {
            _ if is_missing => format!("{word} {id} is missing from the repository"),
            message if message.starts_with(&format!("object {id}")) => message.to_owned(),
            _ => format!("{word} {id} can't be read: {}", error.message()),
        };
        Self { message, is_missing }
    }
}

impl From<String> for Unread {
    fn from(message: String) -> Self {
        Self { message, is_missing: false }
    }
}

/// Calls the work with each number below the count, on as many threads as the caller has.
pub type Runner<'r> = dyn Fn(usize, &(dyn Fn(usize) + Sync)) + Sync + 'r;

/// Does the work with each of the items, on as many threads as the caller has.
pub fn share<T: Send>(run: &Runner<'_>, items: Vec<T>, work: impl Fn(T) + Sync) {
    let count = items.len();
    let items = Mutex::new(items.into_iter());
    run(count, &|_| {
        let item = items.lock().ok().and_then(|mut items| items.next());
        item.into_iter().for_each(&work);
    });
}

/// How a history is read.
pub struct Reading<'r> {
    /// Who does the work.
    pub run: &'r Runner<'r>,
    /// Where the threads read single objects.
    pub objects: &'r Objects,
    /// Whether nothing is to be found in a commit's message. It is asked of what was read anyway, so that few commits are read
    /// a second time.
    pub is_silent: &'r (dyn Fn(&[u8]) -> bool + Sync),
}

/// The commit that the working tree around `path` has checked out, and the way there from the tree's root; `None` outside of
/// a repository, and before its first commit.
pub fn checked_out(path: &Path) -> Option<(Oid, PathBuf)> {
    let path = std::fs::canonicalize(path).ok()?;
    let repository = open(if path.is_dir() { &path } else { path.parent()? }).ok()?;
    let root = std::fs::canonicalize(repository.workdir()?).ok()?;
    let way = path.strip_prefix(root).ok()?.to_owned();
    let commit = repository.commit_of(&repository.head().ok()?).ok()?;
    Some((commit, way))
}

/// Opens the repository that `path` lies in. Where `path` is the current folder, `GIT_DIR` and `GIT_INDEX_FILE` are
/// followed, as git sets them in hooks.
///
/// # Errors
/// No repository, one of another user, one that is [embedded] in another or may be, or one that libgit2 can't open (SHA-256
/// object names, unknown extensions).
pub fn open(path: &Path) -> Result<Repository, GitError> {
    // As in git itself: what is damaged does not inflate; its hash is for `git fsck` to compare.
    git2::opts::strict_hash_verification(false);
    let opened = if is_here(path) {
        git2::Repository::open_from_env()
    } else {
        git2::Repository::open_ext(path, RepositoryOpenFlags::empty(), std::iter::empty::<&Path>())
    };
    // A namespace (GIT_NAMESPACE, on servers) hides refs from whom git serves and not from git itself.
    let opened = opened.and_then(|repository| repository.remove_namespace().map(|()| repository));
    let repository = opened.map(Repository::new).map_err(|error| {
        let shown = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        match error.code() {
            ErrorCode::NotFound if path.symlink_metadata().is_err_and(|e| e.kind() == ErrorKind::NotFound) => {
                GitError::Missing(shown)
            }
            ErrorCode::NotFound => GitError::NotARepository(shown),
            ErrorCode::Owner => GitError::Unsafe(shown),
            _ if error.message().contains("object format") => GitError::Format(error.message().to_owned()),
            _ if error.message().contains("graft") => GitError::Grafts(error.message().to_owned()),
            _ => GitError::from(error),
        }
    })?;
    let is_named = is_here(path) && std::env::var_os("GIT_DIR").is_some_and(|folder| !folder.is_empty());
    if !is_named {
        embedded::refuse(&repository, path)?;
    }
    Ok(repository)
}

/// Whether the path is the current folder, where git's own environment variables count.
pub(super) fn is_here(path: &Path) -> bool {
    path.as_os_str().is_empty() || path == Path::new(".")
}

/// The files of the index, for checks that look beside a blob. Read when the first check asks.
pub struct Snapshot {
    path: PathBuf,
    loaded: OnceLock<Option<Loaded>>,
}

/// Sorted paths with the ids of their blobs, and the repository to read them from.
struct Loaded {
    files: Vec<(String, Oid)>,
    /// What is no file of the next commit to read, but there: links, files to be added later, and merge conflicts.
    others: HashSet<String>,
    /// Folders outside of a sparse checkout that stand in the index as one entry, with their trees, and submodules.
    closed: HashMap<String, Oid>,
    repository: Mutex<Repository>,
}

/// Neighbours larger than this, in bytes, are not opened.
const NEIGHBOUR_LIMIT: usize = 1 << 20;

/// A blob's bytes, unless there are too many for a neighbour.
fn neighbour(repository: &Repository, id: Oid) -> Result<Option<Vec<u8>>, git2::Error> {
    let odb = repository.odb()?;
    let is_small = odb.header(id)?.0 <= NEIGHBOUR_LIMIT;
    Ok(if is_small { Some(odb.read(id)?.data().to_vec()) } else { None })
}

impl Snapshot {
    /// The index of the repository at `path`.
    pub fn of_index(path: &Path) -> Self {
        Self { path: path.to_owned(), loaded: OnceLock::new() }
    }

    /// Whether it has a file at this path, or a link, or a side of a merge; also where that can't be told, as in submodules.
    pub fn has(&self, path: &str) -> bool {
        self.loaded().is_some_and(|loaded| {
            loaded.files.binary_search_by(|(known, _)| known.as_str().cmp(path)).is_ok()
                || loaded.others.contains(path)
                || loaded.has_closed(path)
        })
    }

    fn loaded(&self) -> Option<&Loaded> {
        self.loaded.get_or_init(|| Loaded::from_index(&self.path)).as_ref()
    }
}

impl Loaded {
    fn from_index(path: &Path) -> Option<Self> {
        let repository = open(path).ok()?;
        let index = IndexFile::of(&repository, path).ok()??;
        let shown = |entry| String::from_utf8_lossy(index.path(entry)).into_owned();
        let mut files: Vec<_> = index.files().map(|entry| (shown(entry), entry.id)).collect();
        files.sort();
        let (mut others, mut closed) = (HashSet::new(), HashMap::new());
        for entry in &index.entries {
            if entry.is_link() || entry.stage != 0 || entry.intent_to_add {
                others.insert(shown(entry));
            } else if !entry.is_file() {
                closed.insert(shown(entry).trim_end_matches('/').to_owned(), entry.id);
            }
        }
        Some(Self { files, others, closed, repository: Mutex::new(repository) })
    }

    /// Whether the path lies in a folder that the index does not list, and the folder has it or can't be read.
    fn has_closed(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| path.split_at(at));
        let mut closed = folders.filter_map(|(folder, rest)| Some((*self.closed.get(folder)?, &rest[1..])));
        closed.any(|(tree, rest)| {
            let Ok(repository) = self.repository.lock() else { return true };
            let found = repository.find_tree(tree).and_then(|tree| repository.entry_at(&tree, rest.as_bytes()));
            // Only a tree that was read tells that it lacks the path.
            found
                .map_or_else(|error| error.class() != ErrorClass::Tree || error.code() != ErrorCode::NotFound, |_| true)
        })
    }
}

impl Neighbours for Snapshot {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let loaded = self.loaded()?;
        let at = loaded.files.binary_search_by(|(known, _)| known.as_str().cmp(path)).ok()?;
        let repository = loaded.repository.lock().ok()?;
        neighbour(&repository, loaded.files[at].1).ok()?
    }

    fn files_below(&self, path: &str, limit: usize) -> Vec<String> {
        let Some(loaded) = self.loaded() else { return Vec::new() };
        let prefix = if path.is_empty() { String::new() } else { format!("{}/", path.trim_end_matches('/')) };
        let first = loaded.files.partition_point(|(known, _)| known.as_str() < prefix.as_str());
        let below = loaded.files[first..].iter().take_while(|(known, _)| known.starts_with(&prefix));
        below.take(limit).map(|(known, _)| known.clone()).collect()
    }
}
