//! Scans the history of a repository: every distinct blob once, every finding once.

mod groups;
mod settle;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Instant;

use git2::Oid;
use rayon::prelude::*;

use self::groups::{Groups, Sight};
use super::{Engine, Error, Progress, Scanned, assemble, failed};
use crate::model::{Neighbours, NoNeighbours, Origin, Run, Shard, Summary};
use crate::source::git::history::{History, HistoryOptions, Holder, PathNo};
use crate::source::git::objects::{CommitFiles, Objects};
use crate::source::git::{self, GitError};
use crate::source::tree;

/// Stands for the path of commit messages, and of tag messages, among the paths of a history.
const COMMIT_MESSAGES: PathNo = PathNo::MAX;
const TAG_MESSAGES: PathNo = PathNo::MAX - 1;

/// Something to read and scan.
struct Job {
    sight: Sight,
    /// The path to scan it under; that of messages for a commit or a tag.
    path: String,
    is_message: bool,
}

/// What all threads share while they scan.
struct Shared<'h> {
    holders: &'h [Holder],
    objects: &'h Objects,
    groups: Mutex<Groups>,
    progress: &'h Progress,
}

impl Engine {
    /// Scans the history of the repository at `path`, or the `shard` of it.
    ///
    /// # Errors
    /// No repository, or a revision that does not exist. What can't be read is a problem in the summary.
    pub fn scan_history(
        &self,
        path: &Path,
        options: &HistoryOptions,
        shard: Shard,
        progress: &Progress,
    ) -> Result<Run, Error> {
        let start = Instant::now();
        let repository = git::open(path)?;
        let mut history = History::collect(&repository, options)?;
        let objects = Objects::new(path);
        let jobs = jobs(&history, shard);
        progress.total.store(jobs.len(), Ordering::Relaxed);
        let (summary, groups) = self.scan_jobs(&history.holders, &objects, &jobs, progress)?;
        let settled = self.settle(&mut history, &objects, groups);
        let mut problems = std::mem::take(&mut history.problems);
        problems.extend(summary.problems);
        let mut run = assemble(settled, problems, &self.allowlist, start);
        run.summary.problems.dedup();
        // Exceptions for what was mended since, or for files of other revisions, are no mistake.
        run.summary.unused.clear();
        run.summary = Summary { files: summary.files, bytes: summary.bytes, binary: summary.binary, ..run.summary };
        Ok(run)
    }

    fn scan_jobs(
        &self,
        holders: &[Holder],
        objects: &Objects,
        jobs: &[Job],
        progress: &Progress,
    ) -> Result<(Summary, Groups), Error> {
        let shared = Shared { holders, objects, groups: Mutex::new(Groups::default()), progress };
        let scan = |summary: Summary, job: &Job| self.scan_job(&shared, job, summary);
        let summary = match jobs.len() {
            0..8 => jobs.iter().fold(Summary::default(), scan),
            _ => {
                let scan = || jobs.par_iter().fold(Summary::default, scan).reduce(Summary::default, Summary::joined);
                self.pool()?.install(scan)
            }
        };
        Ok((summary, shared.groups.into_inner().unwrap_or_default()))
    }

    fn scan_job(&self, shared: &Shared<'_>, job: &Job, mut summary: Summary) -> Summary {
        let mut scanned = if job.is_message {
            self.scan_message(shared.objects, job.sight.blob, &job.path)
        } else {
            let nobody = Holder::Nobody;
            let holder = shared.holders.get(job.sight.holder as usize).unwrap_or(&nobody);
            self.scan_version(shared.objects, holder, job.sight.blob, &job.path)
        };
        if !job.is_message {
            summary.files += 1;
            summary.bytes += scanned.bytes;
            summary.binary += usize::from(scanned.binary);
        }
        summary.problems.append(&mut scanned.problems);
        if let (false, Ok(mut groups)) = (scanned.findings.is_empty(), shared.groups.lock()) {
            let secrets = scanned.source.map(|source| source.secrets).unwrap_or_default();
            groups.add(&job.sight, scanned.findings, &secrets);
        }
        shared.progress.done.fetch_add(1, Ordering::Relaxed);
        summary
    }

    /// Scans a blob as it stood at `path` in what holds it.
    fn scan_version(&self, objects: &Objects, holder: &Holder, blob: Oid, path: &str) -> Scanned {
        let bytes = match self.read_blob(objects, blob) {
            Ok(bytes) => bytes,
            Err(message) => return failed(path, message),
        };
        match holder {
            Holder::Commit(commit) => {
                let files = CommitFiles::new(objects, *commit);
                self.scan_blob(origin(*commit, path), &bytes, &files as &dyn Neighbours)
            }
            Holder::Ref(_) | Holder::Nobody => self.scan_blob(origin(blob, path), &bytes, &NoNeighbours),
        }
    }

    fn read_blob(&self, objects: &Objects, blob: Oid) -> Result<Vec<u8>, String> {
        let limit = self.settings.max_file_size;
        let read = objects.blob(blob, limit).map_err(|error| unreadable(blob, &error))?;
        read.map_err(|size| tree::too_large(Some(size), limit))
    }

    fn scan_message(&self, objects: &Objects, id: Oid, path: &str) -> Scanned {
        match objects.message(id) {
            Ok((message, _)) => self.scan_blob(origin(id, path), &message, &NoNeighbours),
            Err(error) => failed(path, unreadable(id, &error)),
        }
    }
}

/// The author is looked up for what is reported alone.
fn origin(id: Oid, path: &str) -> Origin {
    Origin::Commit { commit: id.to_string(), author: String::new(), time: 0, path: path.to_owned() }
}

fn unreadable(id: Oid, error: &GitError) -> String {
    format!("object {id} can't be read: {error}")
}

/// What belongs to the shard, in the order of paths: versions of a file lie near each other in packs, as deltas.
fn jobs(history: &History<'_>, shard: Shard) -> Vec<Job> {
    let lines = Lineages::new(history);
    let mut jobs = Vec::new();
    let mut pieces: Vec<_> = history.pieces.iter().filter_map(|piece| Some((*piece.places.first()?, piece))).collect();
    pieces.sort_unstable_by_key(|(path, piece)| (*path, piece.holder));
    for (path, piece) in pieces {
        if shard.is_whole() || shard.takes(&history.path(lines.first(path))) {
            let sight = Sight { holder: piece.holder, blob: history.blob(piece), places: piece.places.clone() };
            jobs.push(Job { sight, path: history.path(path), is_message: false });
        }
    }
    let message = |holder: usize, id: Oid, place, path: &str| Job {
        sight: Sight { holder: holder as u32, blob: id, places: vec![place] },
        path: path.to_owned(),
        is_message: true,
    };
    if shard.takes(Origin::COMMIT_MESSAGE) {
        let commits = history.holders.iter().enumerate();
        jobs.extend(commits.filter_map(|(at, holder)| match holder {
            Holder::Commit(commit) => Some(message(at, *commit, COMMIT_MESSAGES, Origin::COMMIT_MESSAGE)),
            _ => None,
        }));
    }
    if shard.takes(Origin::TAG_MESSAGE) {
        let behind = history.holders.len();
        jobs.extend(history.tags.iter().map(|tag| message(behind, tag.id, TAG_MESSAGES, Origin::TAG_MESSAGE)));
    }
    jobs
}

/// Paths that a file had one after the other: their versions belong together, as their findings do.
struct Lineages {
    parents: HashMap<PathNo, PathNo>,
}

impl Lineages {
    fn new(history: &History<'_>) -> Self {
        let mut lines = Self { parents: HashMap::new() };
        for piece in &history.pieces {
            for pair in piece.places.windows(2) {
                let (a, b) = (lines.first(pair[0]), lines.first(pair[1]));
                // The lower number is the path that the walk met first, which is the same in every shard.
                if a != b {
                    lines.parents.insert(a.max(b), a.min(b));
                }
            }
        }
        lines
    }

    /// The path that stands for all of them.
    fn first(&self, mut path: PathNo) -> PathNo {
        while let Some(parent) = self.parents.get(&path) {
            path = *parent;
        }
        path
    }
}
