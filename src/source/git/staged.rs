//! What the index holds for the next commit, and which bytes of it are new: in none of the commit's parents.
//!
//! The parents are HEAD and, while a merge is under way or about to be committed, the merged commits. What those bring is in the history already, with
//! commits of its own: stopping the merge would not take it out, and whoever merges did not write it. What only the merge
//! commit holds is news. An amended commit can't be told from a new one, so that its changes against HEAD count.

use std::collections::{HashMap, HashSet};
use std::env;
use std::fs;
use std::path::Path;

use git2::{DiffOptions, ErrorCode, Oid, Patch, Tree};

use super::changes::{self, ChangedFile, Changes};
use super::index::IndexFile;
use super::{GitError, Repository, Unread, is_here, open};
use crate::model::{LineIndex, Problem, ProblemKind, Span};
use crate::source::tree::too_large;

/// A file that the next commit changes.
#[derive(Clone, Debug)]
pub struct StagedFile {
    /// Its path in the repository; bytes that are no UTF-8 are shown as U+FFFD.
    pub path: String,
    /// The blob in the index.
    id: Oid,
    /// What the parents hold under this path, or under the one it was renamed from: the path and the blob.
    old: Vec<(String, Oid)>,
}

/// A file's bytes as the index holds them.
pub struct Changed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The stretches of them that are new.
    pub spans: Vec<Span>,
    /// What the parents hold.
    pub old: Vec<OldVersion>,
}

impl Changed {
    /// How many bytes it holds in all.
    pub fn size(&self) -> usize {
        self.bytes.len() + self.old.iter().map(|version| version.bytes.len()).sum::<usize>()
    }
}

/// A file as a parent holds it.
pub struct OldVersion {
    /// Its path there.
    pub path: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// The index of a repository, compared with what the next commit's parents will be.
pub struct Staged {
    /// The changed files and links, sorted by path; a link's content is its target. Submodules and pure mode changes are no
    /// new content and left out. A file that was only moved has no new lines, but may be read as something else.
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
        let merged = match merged(&repository)? {
            Some(merged) => merged,
            None if is_here(path) => merged_by_environment(&repository)?,
            None => Vec::new(),
        };
        let (mut files, conflicts) = changed(&repository, &index, merged)?;
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let shown = |path: &[u8]| String::from_utf8_lossy(path).into_owned();
        let files = files.into_iter().map(|(path, id, old)| {
            let old = old.into_iter().flatten().map(|(path, id)| (shown(&path), id)).collect();
            StagedFile { path: shown(&path), id, old }
        });
        let files = files.collect();
        let problem = |path: &Vec<u8>| Problem::new(shown(path), ProblemKind::Incomplete, "has merge conflicts");
        Ok(Self { files, problems: conflicts.iter().map(problem).collect(), repository })
    }

    /// The bytes of the file as the index holds them, and the stretches of them that no parent has. A parent's version is
    /// left out, so that nothing counts as old that stood there, if it is larger than `limit` bytes.
    ///
    /// # Errors
    /// A sentence that says why the blob is not scanned: it can't be read, or is larger than the limit.
    pub fn read(&self, file: &StagedFile, limit: u64) -> Result<Changed, String> {
        let said = |error: git2::Error| format!("its blob can't be read: {}", error.message());
        let odb = self.repository.odb().map_err(said)?;
        let size = |id: Oid| odb.header(id).map(|(size, _)| size as u64).map_err(said);
        let new = size(file.id)?;
        if new > limit {
            return Err(too_large(Some(new), limit));
        }
        let bytes = self.repository.find_blob(file.id).map_err(said)?.content().to_vec();
        let mut spans = vec![Span::new(0, bytes.len())];
        let mut old = Vec::new();
        for (path, id) in &file.old {
            // A file that was only moved has no new lines.
            let (version, new) = if *id == file.id {
                (bytes.clone(), Vec::new())
            } else if size(*id)? > limit {
                continue;
            } else {
                let version = self.repository.find_blob(*id).map_err(said)?.content().to_vec();
                let new = new_lines(&version, &bytes).map_err(said)?;
                (version, new)
            };
            spans = common(&spans, &new);
            old.push(OldVersion { path: path.clone(), bytes: version });
        }
        Ok(Changed { bytes, spans, old })
    }
}

/// A path, its blob, and what each parent has: under which path, and the blob.
type File = (Vec<u8>, Oid, Vec<Option<Old>>);
type Old = (Vec<u8>, Oid);

/// What a parent has of the file.
fn old(file: &mut ChangedFile) -> Option<Old> {
    let path = file.old_path.take().unwrap_or_else(|| file.path.clone());
    file.old.map(|id| (path, id))
}

/// The files that differ from those of HEAD and of all commits that are merged into it, and paths with conflicts.
fn changed(
    repository: &Repository,
    index: &IndexFile,
    merged: Vec<Oid>,
) -> Result<(Vec<File>, Vec<Vec<u8>>), GitError> {
    let head = head(repository)?.map(|commit| commit_tree(repository, commit)).transpose()?;
    let mut changes = changes::between(repository, head.as_ref(), index)?;
    changes.find_renames(repository);
    let Changes { files, conflicts, .. } = changes;
    let of_head = |mut file: ChangedFile| {
        let old = old(&mut file);
        (file.path, file.id, vec![old])
    };
    let mut files: Vec<File> = files.into_iter().map(of_head).collect();
    for merged in merged {
        let tree = commit_tree(repository, merged)?;
        let mut changes = changes::between(repository, Some(&tree), index)?;
        // Only what is new against the other parents, too, is worth looking for where it came from.
        let news: HashSet<&[u8]> = files.iter().map(|(path, ..)| path.as_slice()).collect();
        changes.files.retain(|changed| news.contains(changed.path.as_slice()));
        changes.find_renames(repository);
        let of_parent = |mut file: ChangedFile| {
            let old = old(&mut file);
            (file.path, old)
        };
        let mut olds: HashMap<Vec<u8>, Option<Old>> = changes.files.into_iter().map(of_parent).collect();
        files.retain_mut(|(path, _, parents)| olds.remove(path).map(|old| parents.push(old)).is_some());
    }
    Ok((files, conflicts))
}

/// The commits that are being merged into HEAD, which git notes in a file of the working tree's own folder; `None` without
/// such a file. Of a tag that is merged it notes the tag.
fn merged(repository: &Repository) -> Result<Option<Vec<Oid>>, GitError> {
    let Ok(text) = fs::read_to_string(repository.path().join("MERGE_HEAD")) else { return Ok(None) };
    let commit = |line: &str| {
        let id = Oid::from_str(line.trim())?;
        repository.peeled(id).map_err(|error| unread("commit", id, &error))
    };
    text.lines().map(commit).collect::<Result<_, _>>().map(Some)
}

/// The commits that `git merge` names in variables (`GITHEAD_<id>`) of what it starts: it calls the hook `pre-merge-commit`
/// before it writes the file. A variable that outlives its merge adds nothing, as HEAD holds the commit then.
fn merged_by_environment(repository: &Repository) -> Result<Vec<Oid>, GitError> {
    let Some(head) = head(repository)? else { return Ok(Vec::new()) };
    let is_news = |id: &Oid| *id != head && repository.graph_descendant_of(head, *id).is_ok_and(|is_old| !is_old);
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ids = names.filter_map(|name| Oid::from_str(name.strip_prefix("GITHEAD_").filter(|id| id.len() == 40)?).ok());
    Ok(ids.filter(|id| repository.find_commit(*id).is_ok()).filter(is_news).collect())
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

/// The commit that HEAD leads to; `None` before the first one.
fn head(repository: &Repository) -> Result<Option<Oid>, GitError> {
    match repository.head() {
        Ok(head) => Ok(head.target()),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn commit_tree(repository: &Repository, commit: Oid) -> Result<Tree<'_>, GitError> {
    let tree = repository.find_commit(commit).map_err(|error| unread("commit", commit, &error))?.tree_id();
    repository.find_tree(tree).map_err(|error| unread("folder", tree, &error))
}

fn unread(word: &str, id: Oid, error: &git2::Error) -> GitError {
    GitError::Other(Unread::new(word, id, error).message)
}
