//! What the index holds for the next commit, and which bytes of it changed against HEAD.

use std::path::Path;

use git2::{DiffOptions, ErrorCode, Oid, Patch, Repository, Tree};

use super::changes::{self, Changes};
use super::index::IndexFile;
use super::{GitError, open};
use crate::model::{LineIndex, Problem, ProblemKind, Span};

/// A file that the next commit changes.
#[derive(Clone, Debug)]
pub struct StagedFile {
    /// Its path in the repository; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The blob in the index.
    id: Oid,
    /// What HEAD holds under this path, or under the one it was renamed from.
    old: Option<Oid>,
}

/// A file's bytes as the index holds them.
pub struct Changed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The stretches of them that are new against HEAD.
    pub spans: Vec<Span>,
}

/// The index of a repository, compared with HEAD.
pub struct Staged {
    /// The changed files, sorted by path. Submodules, links, pure mode changes and files that were only moved are no
    /// new content and left out.
    pub files: Vec<StagedFile>,
    /// Paths that could not be compared.
    pub problems: Vec<Problem>,
    repository: Repository,
}

impl Staged {
    /// Compares the index of the repository at `path` with HEAD (with nothing, before the first commit).
    ///
    /// # Errors
    /// No repository, a bare one, or one whose index or HEAD can't be read.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        let repository = open(path)?;
        let index = match IndexFile::of(&repository, path)? {
            Some(index) => index,
            None if repository.is_bare() => return Err(GitError::Bare),
            None => IndexFile::default(),
        };
        let Changes { mut files, conflicts, .. } = {
            let head = head_tree(&repository)?;
            let mut changes = changes::between(&repository, head.as_ref(), &index)?;
            if let Some(head) = &head {
                changes.find_renames(&repository, head);
            }
            changes
        };
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let shown = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let files =
            files.iter().map(|file| StagedFile { path: shown(&file.path), id: file.id, old: file.old }).collect();
        let problem = |path: &Vec<u8>| Problem {
            path: shown(path),
            kind: ProblemKind::Incomplete,
            message: "has merge conflicts, not scanned".to_owned(),
        };
        Ok(Self { files, problems: conflicts.iter().map(problem).collect(), repository })
    }

    /// The bytes of the file as the index holds them, and the stretches of them that are new against HEAD.
    ///
    /// # Errors
    /// A sentence that says why the blob could not be read.
    pub fn read(&self, file: &StagedFile) -> Result<Changed, String> {
        let said = |error: git2::Error| format!("its blob can't be read: {}", error.message());
        let new = self.repository.find_blob(file.id).map_err(said)?;
        let bytes = new.content().to_vec();
        let Some(old) = file.old else {
            let whole = Span::new(0, bytes.len());
            return Ok(Changed { bytes, spans: vec![whole] });
        };
        let old = self.repository.find_blob(old).map_err(said)?;
        let mut options = DiffOptions::new();
        options.context_lines(0).force_text(true);
        // Not of the blobs: libgit2 would look for attributes in the index, which costs more than all the rest.
        let patch = Patch::from_buffers(old.content(), None, new.content(), None, Some(&mut options)).map_err(said)?;
        let lines = LineIndex::new(&bytes);
        let mut spans = Vec::new();
        for at in 0..patch.num_hunks() {
            let (hunk, _) = patch.hunk(at).map_err(said)?;
            let (first, count) = (hunk.new_start() as usize, hunk.new_lines() as usize);
            if count > 0 {
                let start = lines.line(&bytes, first).start;
                spans.push(Span::new(start, lines.line(&bytes, first + count - 1).end));
            }
        }
        Ok(Changed { bytes, spans })
    }
}

fn head_tree(repository: &Repository) -> Result<Option<Tree<'_>>, GitError> {
    match repository.head() {
        Ok(head) => Ok(Some(head.peel_to_tree()?)),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error.into()),
    }
}
