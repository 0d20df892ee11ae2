//! What the index holds for the next commit, and which bytes of it changed against HEAD.

use std::path::Path;

use git2::{Delta, DiffFindOptions, DiffOptions, ErrorCode, FileMode, Index, Oid, Patch, Repository, Tree};

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
    /// The changed files, sorted by path. Submodules, links and pure mode changes are no content and left out.
    pub files: Vec<StagedFile>,
    /// Paths that could not be compared.
    pub problems: Vec<Problem>,
    repository: Repository,
}

impl Staged {
    /// Compares the index of the repository at `path` with HEAD (with nothing, before the first commit).
    ///
    /// # Errors
    /// No repository, or an index or HEAD that can't be read.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        let repository = open(path)?;
        let index = repository.index()?;
        let files = {
            let head = head_tree(&repository)?;
            changed(&repository, head.as_ref(), &index)?
        };
        let problems = conflicts(&index)?;
        Ok(Self { files, problems, repository })
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
        let patch = Patch::from_blobs(&old, None, &new, None, Some(&mut options)).map_err(said)?;
        let lines = LineIndex::new(&bytes);
        let mut spans = Vec::new();
        for at in 0..patch.num_hunks() {
            let (hunk, _) = patch.hunk(at).map_err(said)?;
            let (first, count) = (hunk.new_start() as usize, hunk.new_lines() as usize);
            if count > 0 {
                let start = lines.line(first, bytes.len()).start;
                spans.push(Span::new(start, lines.line(first + count - 1, bytes.len()).end));
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

fn changed(repository: &Repository, head: Option<&Tree<'_>>, index: &Index) -> Result<Vec<StagedFile>, GitError> {
    let mut options = DiffOptions::new();
    options.ignore_submodules(true).include_typechange(true).skip_binary_check(true).context_lines(0);
    let mut diff = repository.diff_tree_to_index(head, Some(index), Some(&mut options))?;
    let has = |status| diff.deltas().any(|delta| delta.status() == status);
    if has(Delta::Added) && has(Delta::Deleted) {
        diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
    }
    let mut files = Vec::new();
    for delta in diff.deltas() {
        let (old, new) = (delta.old_file(), delta.new_file());
        let content = matches!(new.mode(), FileMode::Blob | FileMode::BlobExecutable | FileMode::BlobGroupWritable);
        if delta.status() == Delta::Deleted || !content || new.id() == old.id() {
            continue;
        }
        let was_file = matches!(old.mode(), FileMode::Blob | FileMode::BlobExecutable | FileMode::BlobGroupWritable);
        let old = (was_file && !old.id().is_zero()).then(|| old.id());
        let path = String::from_utf8_lossy(new.path_bytes().unwrap_or_default()).into_owned();
        files.push(StagedFile { path, id: new.id(), old });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn conflicts(index: &Index) -> Result<Vec<Problem>, GitError> {
    if !index.has_conflicts() {
        return Ok(Vec::new());
    }
    let mut problems = Vec::new();
    for conflict in index.conflicts()? {
        let conflict = conflict?;
        let Some(entry) = conflict.our.or(conflict.their).or(conflict.ancestor) else { continue };
        let path = String::from_utf8_lossy(&entry.path).into_owned();
        let message = "has merge conflicts, not scanned".to_owned();
        problems.push(Problem { path, kind: ProblemKind::Incomplete, message });
    }
    Ok(problems)
}
