//! Scans the history of a repository: every distinct blob once, every finding once.

mod groups;
mod jobs;
mod scan;
mod settle;

use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use git2::Oid;
use rayon::prelude::*;

use self::scan::{Pass, Tally};
use super::{Engine, Error, Progress, assemble};
use crate::model::{Origin, Run, Shard, Summary};
use crate::source::git::history::{History, HistoryOptions, PathNo};
use crate::source::git::objects::Objects;
use crate::source::git::{self, GitError};

/// Stands for the path of commit messages, and of tag messages, among the paths of a history.
const COMMIT_MESSAGES: PathNo = PathNo::MAX;
const TAG_MESSAGES: PathNo = PathNo::MAX - 1;

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
        let pool = self.pool()?;
        let run = |count: usize, work: &(dyn Fn(usize) + Sync)| {
            pool.install(|| (0..count).into_par_iter().for_each(work));
        };
        let mut history = History::collect(&repository, options, &run)?;
        let objects = Objects::new(path);
        let jobs = jobs::list(&history, shard);
        progress.total.store(jobs.len(), Ordering::Relaxed);
        let pass = Pass { jobs: &jobs, holders: &history.holders, objects: &objects, progress };
        let Tally { summary, groups } = self.scan_jobs(&pass, history.packs(), &run);
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
}

/// The author is looked up for what is reported alone.
fn origin(id: Oid, path: &str) -> Origin {
    Origin::Commit { commit: id.to_string(), author: String::new(), time: 0, path: path.to_owned() }
}

fn unreadable(id: Oid, error: &GitError) -> String {
    format!("object {id} can't be read: {error}")
}
