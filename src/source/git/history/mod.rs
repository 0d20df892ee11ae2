//! The history of a repository: the blobs that its commits introduced, each once, with who introduced it.
//!
//! Commits and trees become a [`graph::Graph`]; [`commits`] selects and orders; [`walk`] finds what each commit brought.
//! Contents are read by the caller, from several threads, through [`super::objects::Objects`].

mod commits;
mod graph;
mod look;
mod paths;
mod revision;
mod unreachable;
mod walk;

use std::collections::HashMap;

use git2::{ErrorCode, ObjectType, Oid, Repository};

pub use self::paths::PathNo;
pub use self::revision::Tag;
pub use self::walk::Piece;

use self::commits::Selection;
use self::graph::{Graph, ObjectNo};
use self::paths::Paths;
use self::revision::Starts;
use self::unreachable::Unreachable;
use self::walk::Walk;
use super::pack::Packs;
use super::{GitError, Runner};
use crate::model::{Problem, ProblemKind};

/// From this many commits on, reading packs whole is faster than object by object.
const MANY: usize = 1_000;

/// Which part of a history is scanned; by default all that any ref reaches.
#[derive(Clone, Debug, Default)]
pub struct HistoryOptions {
    /// Ranges in git's syntax: `A..B`, `A...B`, `^A`, `A^!`, or a revision with all that led to it.
    pub ranges: Vec<String>,
    /// Only these branches.
    pub branches: Vec<String>,
    /// Only commits made at this time (seconds since the epoch) or later.
    pub since: Option<i64>,
    /// What no ref reaches, too.
    pub unreachable: bool,
}

/// Who introduced a blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A commit.
    Commit(Oid),
    /// A ref that names a tree or a blob without a commit.
    Ref(String),
    /// Nobody: no ref reaches it.
    Nobody,
}

/// A part of a repository's history.
pub struct History<'r> {
    repository: &'r Repository,
    graph: Graph<'r>,
    paths: Paths,
    selection: Selection,
    /// Who introduced the pieces, in order; the commits come first.
    pub holders: Vec<Holder>,
    /// The blobs, in order of introduction.
    pub pieces: Vec<Piece>,
    /// Tag objects.
    pub tags: Vec<Tag>,
    /// What could not be read, and what the clone lacks.
    pub problems: Vec<Problem>,
}

/// A sentence about an object that libgit2 could not read.
fn unreadable(word: &str, id: Oid, error: &git2::Error) -> String {
    match error.code() {
        ErrorCode::NotFound => format!("{word} {id} is missing from the repository"),
        _ => format!("{word} {id} can't be read: {}", error.message()),
    }
}

impl<'r> History<'r> {
    /// Walks the history.
    ///
    /// # Errors
    /// A revision that does not exist, or a repository without readable refs or objects. A single object that can't be
    /// read is a problem instead.
    pub fn collect(repository: &'r Repository, options: &HistoryOptions, run: &Runner<'_>) -> Result<Self, GitError> {
        let starts = revision::starts(repository, options)?;
        let lost = if options.unreachable { Unreachable::find(repository)? } else { Unreachable::default() };
        let (mut graph, selection) = select(repository, options, &starts, &lost, run)?;
        let mut paths = Paths::new();
        let mut walk = Walk::new(&mut graph, &mut paths);
        let mut holders = Vec::new();
        walk_commits(&mut walk, &selection, &mut holders);
        walk_objects(&mut walk, &starts, &mut holders);
        lost.walk(&mut walk, &mut holders);
        let (pieces, failed) = (walk.pieces, walk.failed);
        let failed = failed.into_iter().map(|(path, message)| incomplete(paths.text(path, &graph), message)).collect();
        let mut tags = starts.tags;
        tags.extend(lost.tags.into_iter().map(|id| Tag { id, name: "unreachable tag".to_owned() }));
        tags.sort_by_key(|tag| tag.id);
        tags.dedup_by_key(|tag| tag.id);
        let mut history = Self { repository, graph, paths, selection, holders, pieces, tags, problems: failed };
        history.say_what_lacks(starts.failed);
        Ok(history)
    }

    fn say_what_lacks(&mut self, refs: Vec<(String, String)>) {
        self.problems.extend(refs.into_iter().map(|(name, message)| incomplete(name, message)));
        let commits = std::mem::take(&mut self.selection.failed);
        self.problems.extend(commits.into_iter().map(|message| incomplete(String::new(), message)));
        if self.repository.is_shallow() {
            let message = "the clone is shallow: older commits are not in it".to_owned();
            self.problems.push(Problem { path: "history".to_owned(), kind: ProblemKind::Skipped, message });
        }
    }

    /// The ids of the commits, oldest first.
    pub fn commits(&self) -> Vec<Oid> {
        self.selection.commits.iter().map(|commit| self.graph.id(*commit)).collect()
    }

    /// The packs that were read whole.
    pub fn packs(&self) -> &Packs {
        self.graph.packs()
    }

    /// A piece's blob.
    pub fn blob(&self, piece: &Piece) -> Oid {
        self.graph.id(piece.blob)
    }

    /// A path as text.
    pub fn path(&self, path: PathNo) -> String {
        self.paths.text(path, &self.graph)
    }
}

/// Selects the commits. Where these are many, the packs are read whole, else object by object.
fn select<'r>(
    repository: &'r Repository,
    options: &HistoryOptions,
    starts: &Starts,
    lost: &Unreachable,
    run: &Runner<'_>,
) -> Result<(Graph<'r>, Selection), GitError> {
    let grafts = grafts(repository);
    let tips: Vec<Oid> = starts.tips.iter().chain(&lost.commits).copied().collect();
    let select = |graph: &mut Graph<'_>| {
        let mut numbers = |ids: &[Oid]| ids.iter().map(|id| graph.number(*id)).collect::<Vec<ObjectNo>>();
        let (tips, hidden) = (numbers(&tips), numbers(&starts.hidden));
        commits::select(graph, &tips, &hidden, options.since)
    };
    if !starts.hidden.is_empty() || options.since.is_some() {
        let mut graph = Graph::new(repository.odb()?, Packs::default(), grafts.clone());
        let selection = select(&mut graph);
        if selection.commits.len() < MANY {
            return Ok((graph, selection));
        }
    }
    let mut graph = Graph::new(repository.odb()?, Packs::open(&repository.commondir().join("objects")), grafts);
    graph.load(run);
    let selection = select(&mut graph);
    Ok((graph, selection))
}

fn incomplete(path: String, message: String) -> Problem {
    let path = if path.is_empty() { "history".to_owned() } else { path };
    Problem { path, kind: ProblemKind::Incomplete, message }
}

fn walk_commits(walk: &mut Walk<'_, '_>, selection: &Selection, holders: &mut Vec<Holder>) {
    for commit in &selection.commits {
        let Some((id, tree, parents)) = walk.commit(*commit) else { continue };
        // Without a border every blob was brought by a selected commit, and need not be compared with the parents'.
        let known = if selection.boundary.is_empty() { Vec::new() } else { parents };
        holders.push(Holder::Commit(id));
        walk.root((holders.len() - 1) as u32, tree, &known);
    }
}

fn walk_objects(walk: &mut Walk<'_, '_>, starts: &Starts, holders: &mut Vec<Holder>) {
    for (id, kind, name) in &starts.objects {
        holders.push(Holder::Ref(name.clone()));
        let holder = (holders.len() - 1) as u32;
        match kind {
            ObjectType::Tree => walk.tree(holder, *id),
            _ => walk.lone_blob(holder, *id, name),
        }
    }
}

/// Parents that replace a commit's own: `info/grafts`, and none at the border of a shallow clone.
fn grafts(repository: &Repository) -> HashMap<Oid, Vec<Oid>> {
    let read = |name: &str| std::fs::read_to_string(repository.commondir().join(name)).unwrap_or_default();
    let mut grafts = HashMap::new();
    for line in read("info/grafts").lines().filter(|line| !line.starts_with('#')) {
        let mut ids = line.split_whitespace().map_while(|id| Oid::from_str(id).ok());
        if let Some(commit) = ids.next() {
            grafts.insert(commit, ids.collect());
        }
    }
    for id in read("shallow").lines().filter_map(|line| Oid::from_str(line.trim()).ok()) {
        grafts.insert(id, Vec::new());
    }
    grafts
}
