//! The history of a repository: the blobs that its commits introduced, each once, with who introduced it.
//!
//! Commits and trees become a [`graph::Graph`]; [`commits`] selects and orders; [`walk`] finds what each commit brought.
//! Contents are read by the caller, from several threads, through [`super::objects::Objects`].

mod again;
mod ahead;
mod border;
mod children;
mod commits;
mod graph;
mod known;
mod look;
mod messages;
mod paths;
mod revision;
mod unreachable;
mod version;
mod walk;

use std::path::Path;
use std::sync::Arc;
use std::thread;

use git2::{ObjectType, Oid};

pub use self::border::border;
pub use self::look::Heads;
pub use self::paths::{PathNo, Texts};
pub use self::revision::Tag;
pub use self::walk::Piece;

use self::border::{grafts, grafts_file, is_graft};
use self::commits::{Earlier, Selection};
use self::graph::{Graph, ObjectNo};
use self::known::{Files, Known};
use self::paths::Paths;
use self::revision::Starts;
use self::unreachable::Unreachable;
use self::walk::Walk;
use super::cache::Cache;
use super::objects::Objects;
use super::pack::Packs;
use super::{GitError, Reading, Repository, Runner};
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
    /// Only commits made at this time (seconds since the epoch) or later. They are looked for a thousand commits behind the
    /// first older one.
    pub since: Option<i64>,
    /// What no ref reaches, too.
    pub unreachable: bool,
}

impl HistoryOptions {
    /// Whether nothing is left out that a ref reaches, and nothing added.
    pub fn is_everything(&self) -> bool {
        self.ranges.is_empty() && self.branches.is_empty() && self.since.is_none() && !self.unreachable
    }
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
    /// Whether ranges or branches were asked for.
    is_named: bool,
    /// Folders that stand at more paths than they were looked at as.
    pub left_out: usize,
    /// The blobs of HEAD, once somebody asked for them.
    head: Option<Arc<foldhash::HashSet<Oid>>>,
    /// Blobs that came to one more path, and who brought them there; sorted.
    moves: Vec<(ObjectNo, u32)>,
    /// Who introduced the pieces, in order; the commits come first.
    pub holders: Vec<Holder>,
    /// The blobs, in order of introduction.
    pub pieces: Vec<Piece>,
    /// The commits whose messages are to be scanned yet, with the numbers of their holders.
    pub messages: Vec<(u32, Oid)>,
    /// Tag objects.
    pub tags: Vec<Tag>,
    /// What could not be read, and what the clone lacks.
    pub problems: Vec<Problem>,
    /// Whether the clone is partial: what it lacks was left out on purpose, and is too much to be named one by one.
    pub is_partial: bool,
    /// Folders that a partial clone lacks.
    pub absent: usize,
}

impl<'r> History<'r> {
    /// Walks the history. What the cache remembers of blobs that came back is looked at again, and noted there.
    ///
    /// # Errors
    /// A revision that does not exist, or a repository without readable refs or objects. A single object that can't be
    /// read is a problem instead.
    pub fn collect(
        repository: &'r Repository,
        options: &HistoryOptions,
        cache: &mut Cache,
        reading: &Reading<'_>,
    ) -> Result<Self, GitError> {
        loop {
            let mut history = Self::walk(repository, options, cache, reading)?;
            let back = history.came_back(cache);
            if back.is_empty() {
                return Ok(history);
            }
            cache.recall(back);
        }
    }

    fn walk(
        repository: &'r Repository,
        options: &HistoryOptions,
        cache: &Cache,
        reading: &Reading<'_>,
    ) -> Result<Self, GitError> {
        let starts = revision::starts(repository, options)?;
        let lost = if options.unreachable { Unreachable::find(repository)? } else { Unreachable::default() };
        let tips: Vec<Oid> = starts.tips.iter().chain(&lost.commits).copied().collect();
        let (mut graph, selection) = select(repository, options, cache, (&tips, &starts.hidden), reading)?;
        let known = prepare(repository, &mut graph, &selection, cache, reading);
        let messages = graph.take_messages();
        let mut paths = Paths::new();
        let mut walk = Walk::new(&mut graph, &mut paths);
        let mut holders = Vec::new();
        // One thread walks; meanwhile the others look at messages. Those of which nothing is known are read again.
        let silent = thread::scope(|scope| {
            let asked = thread::Builder::new().spawn_scoped(scope, || messages.silent(reading));
            walk_commits(&mut walk, &selection, &known.files, &mut holders);
            walk_objects(&mut walk, &starts, &mut holders);
            lost.walk(&mut walk, &mut holders);
            asked.ok().and_then(|asked| asked.join().ok())
        });
        let (pieces, mut moves, failed, left_out) = (walk.pieces, walk.moves, walk.failed, walk.left_out.len());
        graph.note_silent(silent.unwrap_or_default());
        graph.take(Default::default());
        moves.sort_unstable();
        let is_partial = is_partial(repository);
        let (absent, failed): (Vec<_>, Vec<_>) =
            failed.into_iter().partition(|(_, unread)| is_partial && unread.is_missing);
        let texts = Texts { paths: &paths, names: graph.names() };
        let problems = failed.into_iter().map(|(path, unread)| incomplete(texts.of(path), unread.message));
        let (problems, absent) = (problems.collect(), absent.len());
        let mut tags = starts.tags;
        tags.extend(lost.tags.into_iter().map(|id| Tag { id, name: "unreachable tag".to_owned() }));
        tags.sort_by_key(|tag| tag.id);
        tags.dedup_by_key(|tag| tag.id);
        let messages = holders.iter().enumerate().filter_map(|(at, holder)| match holder {
            Holder::Commit(commit) => Some((at as u32, *commit)),
            _ => None,
        });
        let messages = messages.filter(|(_, commit)| !graph.is_silent(*commit)).collect();
        let mut history = Self {
            repository,
            graph,
            paths,
            selection,
            moves,
            holders,
            pieces,
            messages,
            tags,
            head: known.head.map(Arc::new),
            is_named: !options.ranges.is_empty() || !options.branches.is_empty(),
            left_out,
            problems,
            is_partial,
            absent,
        };
        history.say_what_lacks(starts.failed);
        history.keep_sights(cache);
        Ok(history)
    }

    fn say_what_lacks(&mut self, refs: Vec<(String, String)>) {
        self.problems.extend(refs.into_iter().map(|(name, message)| incomplete(name, message)));
        let commits = std::mem::take(&mut self.selection.failed);
        self.problems.extend(commits.into_iter().map(|message| incomplete(String::new(), message)));
        if self.repository.is_shallow() {
            let message = "the clone is shallow: older commits are not in it";
            self.problems.push(Problem::new("history", ProblemKind::Skipped, message));
        }
        if grafts_file(self.repository).lines().any(is_graft) {
            let message =
                "its file `info/grafts` names other parents: what led to the commits' own ones may be left out";
            self.problems.push(Problem::new("history", ProblemKind::Skipped, message));
        }
    }

    /// Covered commits, by this scan or an earlier one, that lead to no other.
    pub fn heads(&self) -> Vec<Oid> {
        self.selection.heads.iter().map(|commit| self.graph.id(*commit)).collect()
    }

    /// Whether all objects were looked at, not only what is new since an earlier scan.
    pub fn is_whole(&self) -> bool {
        !self.selection.has_gaps()
    }

    /// Commits whose date was set right, and to what, those that an earlier scan knew included.
    pub fn dates(&self) -> Vec<(Oid, i64)> {
        self.selection.dates.iter().map(|(commit, date)| (self.graph.id(*commit), *date)).collect()
    }

    /// The packs that were read whole.
    pub fn packs(&self) -> &Packs {
        self.graph.packs()
    }

    /// A piece's blob.
    pub fn blob(&self, piece: &Piece) -> Oid {
        self.graph.id(piece.blob)
    }

    /// Reads ahead, on all threads, what the commits are compared with their parents by.
    pub fn look_ahead(&mut self, commits: impl Iterator<Item = Oid>, objects: &Objects, run: &Runner<'_>) {
        let mut commits: Vec<ObjectNo> = commits.map(|commit| self.graph.number(commit)).collect();
        commits.sort_unstable();
        commits.dedup();
        self.graph.look_ahead(&commits, objects, run);
    }

    /// The number of a piece's blob in the packs, if one has it.
    pub fn packed(&self, piece: &Piece) -> Option<u32> {
        ((piece.blob as usize) < self.packs().count()).then_some(piece.blob)
    }

    /// The piece's places with those who brought it there.
    pub fn places<'h>(&'h self, piece: &'h Piece) -> impl Iterator<Item = (PathNo, u32)> + 'h {
        piece.places.iter().copied().zip(std::iter::once(piece.holder).chain(self.moved(piece.blob)))
    }

    /// Who brought a blob to a further path, in order.
    fn moved(&self, blob: ObjectNo) -> impl Iterator<Item = u32> {
        let first = self.moves.partition_point(|(known, _)| *known < blob);
        self.moves[first..].iter().take_while(move |(known, _)| *known == blob).map(|(_, holder)| *holder)
    }

    /// The paths as text.
    pub fn texts(&self) -> Texts<'_> {
        Texts { paths: &self.paths, names: self.graph.names() }
    }
}

/// What tells a part of the history of the repository at `path` from any other part of any history: the objects that lead to
/// it, those that are left out, and where the clone is cut.
///
/// # Errors
/// As [`History::collect`].
pub fn identity(path: &Path, options: &HistoryOptions) -> Result<String, GitError> {
    let repository = super::open(path)?;
    let starts = revision::starts(&repository, options)?;
    let objects = starts.objects.iter().map(|(id, ..)| *id);
    let taken = starts.tips.iter().copied().chain(objects).chain(starts.tags.iter().map(|tag| tag.id));
    let mut ids: Vec<String> =
        taken.map(|id| format!("+{id}")).chain(starts.hidden.iter().map(|id| format!("-{id}"))).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(format!("{ids:?}\0{}\0{}", options.unreachable, border(&repository)))
}

/// Selects the commits. Where these are many, the packs are read whole, else object by object.
fn select<'r>(
    repository: &'r Repository,
    options: &HistoryOptions,
    cache: &Cache,
    (tips, hidden): (&[Oid], &[Oid]),
    reading: &Reading<'_>,
) -> Result<(Graph<'r>, Selection), GitError> {
    let grafts = grafts(repository);
    let numbers = |graph: &mut Graph<'_>, ids: &[Oid]| ids.iter().map(|id| graph.number(*id)).collect::<Vec<_>>();
    let select = |graph: &mut Graph<'_>| {
        let (tips, hidden) = (numbers(graph, tips), numbers(graph, hidden));
        commits::select(graph, &tips, &hidden, options.since)
    };
    let one_by_one = || Ok::<_, GitError>(Graph::new(repository.odb()?, Packs::default(), grafts.clone()));
    if options.is_everything() && !cache.heads.is_empty() {
        let mut graph = one_by_one()?;
        let found: Vec<Oid> = cache.sights.iter().map(|sight| sight.commit).collect();
        let (tips, heads) = (numbers(&mut graph, tips), numbers(&mut graph, &cache.heads));
        let found = numbers(&mut graph, &found);
        let dates = cache.dates.iter().map(|(commit, date)| (graph.number(*commit), *date)).collect();
        if let Some(selection) = commits::select_new(&mut graph, &tips, Earlier { heads, found, dates }, MANY) {
            return Ok((graph, selection));
        }
    }
    if !hidden.is_empty() || options.since.is_some() {
        let mut graph = one_by_one()?;
        let selection = select(&mut graph);
        if selection.commits.len() < MANY {
            return Ok((graph, selection));
        }
    }
    let packs = Packs::open(&repository.commondir().join("objects"), reading.run);
    let mut graph = Graph::new(repository.odb()?, packs, grafts.clone());
    graph.load(reading);
    let selection = select(&mut graph);
    Ok((graph, selection))
}

/// Finds what need not be walked, and reads ahead what the walk compares otherwise.
fn prepare(
    repository: &Repository,
    graph: &mut Graph<'_>,
    selection: &Selection,
    cache: &Cache,
    reading: &Reading<'_>,
) -> Known {
    if !selection.has_gaps() {
        return Known::default();
    }
    let has_files = selection.earlier.is_some() && cache.sights.iter().any(|sight| !sight.is_message());
    let known = match has_files.then(|| head(repository)).flatten() {
        Some(head) => Known::read(head, &cache.sights, reading.objects, reading.run),
        None => Known::default(),
    };
    let commits = selection.commits.iter().filter(|commit| !known.files.contains_key(&graph.id(**commit)));
    graph.look_ahead(&commits.copied().collect::<Vec<_>>(), reading.objects, reading.run);
    known
}

/// The commit of HEAD, if there is one yet.
fn head(repository: &Repository) -> Option<Oid> {
    repository.commit_of(&repository.head().ok()?).ok()
}

fn incomplete(path: String, message: String) -> Problem {
    let path = if path.is_empty() { "history".to_owned() } else { path };
    Problem::new(path, ProblemKind::Incomplete, message)
}

fn walk_commits(walk: &mut Walk<'_, '_>, selection: &Selection, files: &Files, holders: &mut Vec<Holder>) {
    for commit in &selection.commits {
        let Some((id, tree)) = walk.commit(*commit) else { continue };
        if let Some(files) = files.get(&id) {
            holders.push(Holder::Commit(id));
            files.iter().for_each(|(path, blob)| walk.file((holders.len() - 1) as u32, *blob, path));
            continue;
        }
        // Without a border every blob was brought by a selected commit, and need not be compared with the parents'.
        let known = if selection.has_gaps() { walk.parents(*commit) } else { Vec::new() };
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

/// Whether the repository was cloned with a filter (`git help partial-clone`): a remote promises what it lacks.
fn is_partial(repository: &Repository) -> bool {
    let Ok(config) = repository.config() else { return false };
    let mut is_promised = config.get_string("extensions.partialclone").is_ok();
    if let Ok(remotes) = config.entries(Some(r"^remote\..*\.promisor$")) {
        let _ = remotes.for_each(|entry| is_promised |= entry.value().is_ok_and(|value| value == "true"));
    }
    is_promised
}
