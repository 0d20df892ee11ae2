//! A bare repository that nobody named, but that was found: git's `safe.bareRepository`. A folder among the files of a commit
//! may look like one, and its commits are what whoever made that commit wants to be seen.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{Config, ErrorCode, RepositoryOpenFlags};

use super::index::{Entry, IndexFile};
use super::{GitError, Repository};

/// Refuses a bare repository, found at `path` or above it, that is a part of the repository around it, and any where the
/// user's git is told to take only those that `GIT_DIR` names.
///
/// # Errors
/// [`GitError::Embedded`], [`GitError::Implicit`], [`GitError::Around`], or the index around it can't be read.
pub fn refuse(repository: &Repository, path: &Path) -> Result<(), GitError> {
    let folder = real(repository.path());
    let is_bare = real(path).starts_with(&folder) && !folder.components().any(|part| part.as_os_str() == ".git");
    if !is_bare {
        return Ok(());
    }
    // `safe.bareRepository` counts in the user's own configuration alone.
    let asked = Config::open_default().and_then(|config| config.get_string("safe.bareRepository"));
    if asked.is_ok_and(|asked| asked.eq_ignore_ascii_case("explicit")) {
        return Err(GitError::Implicit(folder));
    }
    for outer in folder.ancestors().skip(1) {
        let around = at(outer).map_err(|why| GitError::Around(folder.clone(), outer.to_owned(), why))?;
        let Some(around) = around else { continue };
        if let Some(root) = around.workdir().map(real)
            && let Ok(place) = folder.strip_prefix(&root)
            && holds(&around, &root, place)?
        {
            return Err(GitError::Embedded(folder, root));
        }
    }
    Ok(())
}

/// Whether the folder itself has git's own files, as a bare repository and `.git` have.
pub fn is_gits_own(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && folder.join("refs").is_dir()
}

/// The repository of this very folder, if it is one; or why it can't be opened.
fn at(folder: &Path) -> Result<Option<Repository>, String> {
    match git2::Repository::open_ext(folder, RepositoryOpenFlags::NO_SEARCH, std::iter::empty::<&Path>()) {
        Ok(opened) => Ok(Some(Repository::new(opened))),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error.message().to_owned()),
    }
}

/// Whether the index of the repository has files in the folder.
fn holds(repository: &Repository, root: &Path, folder: &Path) -> Result<bool, GitError> {
    let Some(index) = IndexFile::of(repository, root)? else { return Ok(false) };
    let start = [folder.as_os_str().as_encoded_bytes(), b"/"].concat();
    // A folder outside of a sparse checkout may stand there as one entry.
    let is_around = |entry: &Entry| entry.is_folder() && start.starts_with(index.path(entry));
    Ok(index.entries.iter().any(|entry| index.path(entry).starts_with(&start) || is_around(entry)))
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
