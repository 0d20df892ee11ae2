//! Files that git tracks although a `.gitignore` names them: its rules are for untracked files alone, so that these are part
//! of the repository, and of every clone.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use super::git::index::IndexFile;
use super::git::{GitError, is_here, open};

/// The files below `folder` that the index of its repository holds, as paths that begin with `folder`. None where it lies in
/// no repository. A repository that can't be opened, as it belongs to another user or is of a kind that the git library does
/// not know, has an index all the same: names alone are taken from it, which runs nothing and heeds no setting.
///
/// # Errors
/// The index can't be read, or where it lies is not known.
pub fn below(folder: &Path) -> Result<Vec<PathBuf>, GitError> {
    let opened = match open(folder) {
        Err(GitError::Embedded(_, root)) => open(&root),
        opened => opened,
    };
    let Some(at) = real(folder) else { return Ok(Vec::new()) };
    let (root, indexes) = match opened {
        Ok(repository) => {
            let index = IndexFile::of(&repository, folder)?;
            (repository.workdir().and_then(real), index.into_iter().collect())
        }
        Err(GitError::NotARepository(_) | GitError::Missing(_)) => return Ok(Vec::new()),
        Err(error) => match around(&at).filter(|_| !is_directed(folder)) {
            Some((root, git)) => (Some(root), IndexFile::unopened(&git)?),
            None => return Err(within_scan(error)),
        },
    };
    let Some(prefix) = root.as_deref().and_then(|root| at.strip_prefix(root).ok()) else { return Ok(Vec::new()) };
    let below = |index: &IndexFile| {
        let files = index.entries.iter().filter(|entry| entry.is_file() && !entry.intent_to_add);
        let paths = files.filter_map(|entry| path(index.path(entry)));
        paths.filter_map(|path| path.strip_prefix(prefix).ok().map(|rest| folder.join(rest))).collect::<Vec<_>>()
    };
    Ok(indexes.iter().flat_map(below).collect())
}

/// The error without the advice to scan the files.
fn within_scan(error: GitError) -> GitError {
    match error {
        GitError::Format(why) => GitError::Other(why),
        error => error,
    }
}

fn real(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Whether the environment says where git's files lie.
fn is_directed(folder: &Path) -> bool {
    let names = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"];
    is_here(folder) && names.into_iter().any(|name| env::var_os(name).is_some_and(|value| !value.is_empty()))
}

/// The working tree that holds the folder, and the folder with git's own files of it; `None` where the configuration may say
/// that the working tree lies elsewhere.
fn around(folder: &Path) -> Option<(PathBuf, PathBuf)> {
    let (root, git, is_own) = folder.ancestors().find_map(|root| {
        let git = root.join(".git");
        let named = git.is_file().then(|| fs::read_to_string(&git).ok()).flatten();
        let named = named.as_deref().and_then(|text| text.strip_prefix("gitdir:"));
        let (git, is_own) = named.map_or((git, true), |named| (root.join(named.trim()), false));
        git.join("HEAD").symlink_metadata().is_ok().then_some((root, git, is_own))
    })?;
    // That of a submodule's or a linked working tree's leads back to here.
    (!is_own || !is_elsewhere(&git)).then(|| (root.to_owned(), git))
}

/// Whether the configuration in the folder names a working tree.
fn is_elsewhere(git: &Path) -> bool {
    let text = fs::read(git.join("config")).unwrap_or_default();
    let is_worktree = |line: &str| {
        let key = line.split('=').next().unwrap_or_default();
        key.split([']', ' ', '\t']).any(|word| word.trim().eq_ignore_ascii_case("worktree"))
    };
    String::from_utf8_lossy(&text).lines().any(is_worktree)
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> Option<&Path> {
    use std::os::unix::ffi::OsStrExt;
    Some(Path::new(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> Option<&Path> {
    std::str::from_utf8(bytes).ok().map(Path::new)
}
