//! Scans the history of a repository: every distinct blob once, every finding once.

mod groups;
mod jobs;
mod lineages;
mod memory;
mod presence;
mod scan;
mod settle;
mod verdict;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use data_encoding::HEXLOWER;
use git2::Oid;

use self::lineages::Lineages;
use self::memory::Memory;
use self::scan::Pass;
use self::settle::Settled;
use super::{Engine, Error, Progress, assemble};
use crate::check::Bearing;
use crate::document::NameKind;
use crate::model::{Origin, Problem, ProblemKind, Run, Shard, Summary, Suppression};
use crate::source::git::history::{History, HistoryOptions, PathNo};
use crate::source::git::objects::Objects;
use crate::source::git::{self, Reading};

/// Stands for the path of commit messages, and of tag messages, among the paths of a history.
const COMMIT_MESSAGES: PathNo = PathNo::MAX;
const TAG_MESSAGES: PathNo = PathNo::MAX - 1;

/// Which history is scanned, and how.
#[derive(Clone, Debug)]
pub struct HistoryScan {
    /// Which commits.
    pub options: HistoryOptions,
    /// Which part of them this machine does.
    pub shard: Shard,
    /// The folder where scans leave what they learnt for the next one.
    pub cache: Option<PathBuf>,
}

impl Engine {
    /// What checks, the team's own rules and the allowlist take from a path.
    fn path_kind(&self, path: &str) -> (NameKind, Bearing, Vec<bool>) {
        (NameKind::of(path), Bearing::of(path, self.own.as_ref()), self.allowlist.looks_at(path))
    }

    /// Scans the history of the repository at `path`, and leaves the memory that it took to the end of the program.
    ///
    /// # Errors
    /// No repository, or a revision that does not exist. What can't be read is a problem in the summary.
    pub fn scan_history(&self, path: &Path, scan: &HistoryScan, progress: &Progress) -> Result<Run, Error> {
        let start = Instant::now();
        let repository = git::open(path)?;
        let mut memory = Memory::open(&repository, &self.settings, &self.allowlist, scan);
        let pool = self.pool()?;
        let run = |count: usize, work: &(dyn Fn(usize) + Sync)| {
            // One after the other, whoever is free: halves of the whole would leave one thread waiting for the other.
            let next = AtomicUsize::new(0);
            pool.broadcast(|_| {
                let take = || Some(next.fetch_add(1, Ordering::Relaxed)).filter(|at| *at < count);
                std::iter::from_fn(take).for_each(work);
            });
        };
        let takes_messages = scan.shard.takes(Origin::COMMIT_MESSAGE);
        let is_silent = |message: &[u8]| !takes_messages || self.finds_nothing(message);
        let objects = Objects::new(path);
        let reading = Reading { run: &run, objects: &objects, is_silent: &is_silent };
        let mut history = History::collect(&repository, &scan.options, &mut memory.cache, &reading)?;
        let lines = Lineages::of(&mut history, scan.shard);
        let (jobs, known) = jobs::list(&history, &lines, scan.shard, &memory.cache, &|path: &str| self.path_kind(path));
        progress.total.store(jobs.len(), Ordering::Relaxed);
        let pass = Pass {
            jobs: &jobs,
            holders: &history.holders,
            texts: history.texts(),
            is_partial: history.is_partial,
            objects: &objects,
            notes_clean: memory.is_kept(),
            progress,
        };
        let mut tally = self.scan_jobs(&pass, history.packs(), &run);
        tally.summary.problems.extend(absent(tally.absent, history.absent));
        drop(jobs);
        let settled = self.settle(&mut history, &objects, std::mem::take(&mut tally.groups), memory.is_kept(), &run);
        let said = memory.keep(scan, &history, known, &mut tally, &settled);
        let problems = history
            .problems
            .drain(..)
            .chain(tally.summary.problems)
            .chain(said)
            .chain(lesser(tally.degraded))
            .chain(left_out(history.left_out, &settled));
        let mut run = self.masked(assemble(settled.scanned, problems.collect(), &self.allowlist, start));
        run.summary.problems.dedup();
        // Exceptions for what was mended since, or for files of other revisions, are no mistake.
        run.summary.unused.clear();
        // What rules know that do not run, and what stood there before, is among them already.
        run.unreported.extend(tally.unreported.into_iter().chain(settled.known));
        let Summary { files, bytes, binary, .. } = tally.summary;
        let shards = if scan.shard.is_whole() { Vec::new() } else { vec![scan.shard] };
        run.summary = Summary { files, bytes, binary, shards, ..run.summary };
        // A million pieces are given back faster by the end of the program than one by one.
        std::mem::forget(history);
        Ok(run)
    }
}

/// Folders that were not looked at under all of their paths: what is accepted at some of these may be open at another.
fn left_out(count: usize, settled: &Settled) -> Option<Problem> {
    let mut findings = settled.scanned.iter().flat_map(|scanned| &scanned.findings);
    let depends = findings.any(|f| matches!(f.suppressed.as_deref(), Some(Suppression::Allowlist(_))));
    let kind = if depends { ProblemKind::Incomplete } else { ProblemKind::Skipped };
    let message = "of the folders stand, unchanged, at more than 128 paths, and were not looked at under the others";
    (count > 0).then(|| Problem { count, ..Problem::new("history", kind, message) })
}

fn lesser(count: usize) -> Option<Problem> {
    let message = "of the files' versions were not read in the best way: most were no valid YAML";
    (count > 0).then(|| Problem { count, ..Problem::new("history", ProblemKind::Degraded, message) })
}

/// The author is looked up for what is reported alone.
fn origin(id: Oid, path: String) -> Origin {
    Origin::Commit { commit: HEXLOWER.encode(id.as_bytes()), author: String::new(), time: 0, path }
}

/// What a partial clone lacks.
fn absent(files: usize, folders: usize) -> impl Iterator<Item = Problem> {
    let advice = "and not scanned; `git fetch --refetch --no-filter` brings them";
    let said = |message: String| Problem::new("history", ProblemKind::Incomplete, message);
    let files = Problem { count: files, ..said(format!("of the partial clone's files were never fetched {advice}")) };
    // Every part of a scan that is shared walks all folders, and says the same of them.
    let of_folders = said(format!("{folders} of the partial clone's folders were never fetched {advice}"));
    [(files.count > 0).then_some(files), (folders > 0).then_some(of_folders)].into_iter().flatten()
}
