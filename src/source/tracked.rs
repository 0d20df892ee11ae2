//! Files that git tracks although a `.gitignore` names them: its rules are for untracked files alone, so that these are part
//! of the repository, and of every clone.

use std::fs;
use std::path::{Path, PathBuf};

use super::git::index::IndexFile;
use super::git::{GitError, open};

/// The files below `folder` that the index of its repository holds, as paths that begin with `folder`. None where it lies in
/// no repository.
///
/// # Errors
/// The repository can't be opened, or its index can't be read.
pub fn below(folder: &Path) -> Result<Vec<PathBuf>, GitError> {
    let repository = match open(folder) {
        Err(GitError::NotARepository(_) | GitError::Missing(_)) => return Ok(Vec::new()),
        Err(GitError::Embedded(_, root)) => open(&root)?,
        opened => opened?,
    };
    let real = |path: &Path| fs::canonicalize(path).ok();
    let (Some(root), Some(at)) = (repository.workdir().and_then(real), real(folder)) else { return Ok(Vec::new()) };
    let Ok(prefix) = at.strip_prefix(root) else { return Ok(Vec::new()) };
    let Some(index) = IndexFile::of(&repository, folder)? else { return Ok(Vec::new()) };
    let files = index.entries.iter().filter(|entry| entry.is_file() && !entry.intent_to_add);
    let paths = files.filter_map(|entry| path(index.path(entry)));
    Ok(paths.filter_map(|path| path.strip_prefix(prefix).ok().map(|rest| folder.join(rest))).collect())
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
