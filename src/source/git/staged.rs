//! What the index holds for the next commit, and which bytes of it are new: in none of the commit's parents.
//!
//! The parents are HEAD and, while a merge is under way, the merged commits. What those bring is in the history already, with
//! commits of its own: stopping the merge would not take it out, and whoever merges did not write it. What only the merge
//! commit holds is news. An amended commit can't be told from a new one, so that its changes against HEAD count.

use std::collections::{HashMap, HashSet};
use std::fs;
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
    /// What each parent holds under this path, or under the one it was renamed from.
    old: Vec<Option<Oid>>,
}

/// A file's bytes as the index holds them.
pub struct Changed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The stretches of them that are new.
    pub spans: Vec<Span>,
}

/// The index of a repository, compared with what the next commit's parents will be.
pub struct Staged {
    /// The changed files, sorted by path. Submodules, links, pure mode changes and files that were only moved are no
    /// new content and left out.
    pub files: Vec<StagedFile>,
    /// Paths that could not be compared.
    pub problems: Vec<Problem>,
    repository: Repository,
}

impl Staged {
    /// Compares the index of the repository at `path` with the parents of the next commit (with nothing, before the
    /// first one).
    ///
    /// # Errors
    /// No repository, a bare one, or one whose index, HEAD or merged commits can't be read.
    pub fn open(path: &Path) -> Result<Self, GitError> {
        let repository = open(path)?;
        let index = match IndexFile::of(&repository, path)? {
            Some(index) => index,
            None if repository.is_bare() => return Err(GitError::Bare),
            None => IndexFile::default(),
        };
        let (mut files, conflicts) = changed(&repository, &index)?;
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let shown = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let files = files.into_iter().map(|(path, id, old)| StagedFile { path: shown(&path), id, old }).collect();
        let problem = |path: &Vec<u8>| Problem::new(shown(path), ProblemKind::Incomplete, "has merge conflicts");
        Ok(Self { files, problems: conflicts.iter().map(problem).collect(), repository })
    }

    /// The bytes of the file as the index holds them, and the stretches of them that no parent has.
    ///
    /// # Errors
    /// A sentence that says why the blob could not be read.
    pub fn read(&self, file: &StagedFile) -> Result<Changed, String> {
        let said = |error: git2::Error| format!("its blob can't be read: {}", error.message());
        let new = self.repository.find_blob(file.id).map_err(said)?;
        let bytes = new.content().to_vec();
        let mut spans = vec![Span::new(0, bytes.len())];
        for old in file.old.iter().flatten() {
            let old = self.repository.find_blob(*old).map_err(said)?;
            spans = common(&spans, &new_lines(old.content(), &bytes).map_err(said)?);
        }
        Ok(Changed { bytes, spans })
    }
}

/// A path, its blob, and what each parent has there.
type File = (Vec<u8>, Oid, Vec<Option<Oid>>);

/// The files that differ from those of all parents, and paths with conflicts.
fn changed(repository: &Repository, index: &IndexFile) -> Result<(Vec<File>, Vec<Vec<u8>>), GitError> {
    let head = head_tree(repository)?;
    let mut changes = changes::between(repository, head.as_ref(), index)?;
    if let Some(head) = &head {
        changes.find_renames(repository, head);
    }
    let Changes { files, conflicts, .. } = changes;
    let mut files: Vec<File> = files.into_iter().map(|file| (file.path, file.id, vec![file.old])).collect();
    for merged in merged(repository)? {
        let tree = repository.find_commit(merged)?.tree()?;
        let mut changes = changes::between(repository, Some(&tree), index)?;
        // Only what is new against the other parents, too, is worth looking for where it came from.
        let news: HashSet<&[u8]> = files.iter().map(|(path, ..)| path.as_slice()).collect();
        changes.files.retain(|changed| news.contains(changed.path.as_slice()));
        changes.find_renames(repository, &tree);
        let old: HashMap<Vec<u8>, Option<Oid>> = changes.files.into_iter().map(|file| (file.path, file.old)).collect();
        files.retain_mut(|(path, _, parents)| old.get(path).map(|old| parents.push(*old)).is_some());
    }
    Ok((files, conflicts))
}

/// The commits that are being merged into HEAD; git notes them in a file of the working tree's own folder.
fn merged(repository: &Repository) -> Result<Vec<Oid>, GitError> {
    let text = fs::read_to_string(repository.path().join("MERGE_HEAD")).unwrap_or_default();
    text.lines().map(|line| Oid::from_str(line.trim()).map_err(GitError::from)).collect()
}

/// The stretches of the new text whose lines are not those of the old one.
fn new_lines(old: &[u8], new: &[u8]) -> Result<Vec<Span>, git2::Error> {
    let mut options = DiffOptions::new();
    options.context_lines(0).force_text(true);
    // Not of the blobs: libgit2 would look for attributes in the index, which costs more than all the rest.
    let patch = Patch::from_buffers(old, None, new, None, Some(&mut options))?;
    let lines = LineIndex::new(new);
    let mut spans = Vec::new();
    for at in 0..patch.num_hunks() {
        let (hunk, _) = patch.hunk(at)?;
        let (first, count) = (hunk.new_start() as usize, hunk.new_lines() as usize);
        if count > 0 {
            let start = lines.line(new, first).start;
            spans.push(Span::new(start, lines.line(new, first + count - 1).end));
        }
    }
    Ok(spans)
}

/// What lies in spans of both lists, which are in order.
fn common(left: &[Span], right: &[Span]) -> Vec<Span> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    let mut both = Vec::new();
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let (start, end) = (a.start.max(b.start), a.end.min(b.end));
        if start < end {
            both.push(Span::new(start, end));
        }
        if a.end <= b.end {
            left.next()
        } else {
            right.next()
        };
    }
    both
}

fn head_tree(repository: &Repository) -> Result<Option<Tree<'_>>, GitError> {
    match repository.head() {
        Ok(head) => Ok(Some(head.peel_to_tree()?)),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error.into()),
    }
}
