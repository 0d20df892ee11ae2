//! Reads and scans the jobs: what packs hold in the order in which it is made from their deltas, the rest one by one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use git2::Oid;

use super::groups::Groups;
use super::jobs::Job;
use super::{origin, unreadable};
use crate::engine::{Engine, Progress, Scanned, failed};
use crate::model::{Finding, NoNeighbours, ProblemKind, Summary};
use crate::source::git::Runner;
use crate::source::git::cache::{Mark, mark};
use crate::source::git::history::Holder;
use crate::source::git::object::CommitText;
use crate::source::git::objects::{CommitFiles, Objects};
use crate::source::git::pack::{Kind, Packs, Workspace};
use crate::source::tree;

/// No job.
const NONE: u32 = u32::MAX;

/// What all threads share while they scan.
pub struct Pass<'h> {
    /// The jobs.
    pub jobs: &'h [Job],
    /// Who introduced the blobs.
    pub holders: &'h [Holder],
    /// Single objects.
    pub objects: &'h Objects,
    /// Whether it is noted what is clean.
    pub notes_clean: bool,
    /// How far the pass has come.
    pub progress: &'h Progress,
}

/// A scanned object, and whether it would come to the same in any other commit.
struct Version {
    scanned: Scanned,
    is_steady: bool,
}

/// What came of a pass.
#[derive(Default)]
pub struct Tally {
    /// Counts and problems.
    pub summary: Summary,
    /// Findings.
    pub groups: Groups,
    /// Blobs that were read in a lesser way. Nobody can mend old versions, so that they are counted and not named.
    pub degraded: usize,
    /// What is clean whatever commit holds it.
    pub clean: Vec<Mark>,
}

impl Engine {
    /// Does all jobs. Whatever the packs did not give is read through libgit2, which knows what is wrong with it.
    pub(super) fn scan_jobs(&self, pass: &Pass<'_>, packs: &Packs, run: &Runner<'_>) -> Tally {
        let tally = Mutex::new(Tally::default());
        let done: Vec<AtomicBool> = pass.jobs.iter().map(|_| AtomicBool::new(false)).collect();
        let mut by_number = vec![NONE; packs.count()];
        for (at, job) in pass.jobs.iter().enumerate() {
            if let Some(number) = packs.number(job.sight.blob) {
                by_number[number as usize] = at as u32;
            }
        }
        let plan = packs.plan(|number| by_number[number as usize] != NONE);
        let workspaces: Mutex<Vec<Workspace>> = Mutex::new(Vec::new());
        run(plan.pieces(), &|piece| {
            let mut workspace = workspaces.lock().ok().and_then(|mut free| free.pop()).unwrap_or_default();
            packs.read(&plan, piece, self.settings.max_file_size, &mut workspace, &mut |object| {
                let at = by_number[object.number as usize] as usize;
                if let Some(scanned) = self.scan_object(pass, &pass.jobs[at], object.kind, object.bytes) {
                    done[at].store(true, Ordering::Relaxed);
                    pass.count(&tally, &pass.jobs[at], scanned);
                }
            });
            if let Ok(mut free) = workspaces.lock() {
                free.push(workspace);
            }
        });
        let left: Vec<&Job> =
            pass.jobs.iter().zip(&done).filter(|(_, done)| !done.load(Ordering::Relaxed)).map(|(job, _)| job).collect();
        let one = |at: usize| pass.count(&tally, left[at], self.scan_alone(pass, left[at]));
        if left.len() < 8 {
            (0..left.len()).for_each(one)
        } else {
            run(left.len(), &one)
        }
        tally.into_inner().unwrap_or_default()
    }

    /// Scans an object that a pack gave; `None` if it is not what the job expects.
    fn scan_object(&self, pass: &Pass<'_>, job: &Job, kind: Kind, bytes: &[u8]) -> Option<Version> {
        match (kind, job.is_message) {
            (Kind::Blob, false) => {
                Some(self.scan_version(pass.objects, pass.holder(job), job.sight.blob, &job.path, bytes))
            }
            (Kind::Commit, true) => {
                let message = CommitText::read(bytes)?.message;
                Some(self.scan_message(job, message))
            }
            _ => None,
        }
    }

    fn scan_message(&self, job: &Job, message: &[u8]) -> Version {
        let scanned = self.scan_blob(origin(job.sight.blob, &job.path), message, &NoNeighbours);
        Version { scanned, is_steady: true }
    }

    fn scan_alone(&self, pass: &Pass<'_>, job: &Job) -> Version {
        let id = job.sight.blob;
        let read = if job.is_message {
            let read = pass.objects.message(id).map(|(message, _)| self.scan_message(job, &message));
            read.map_err(|error| unreadable(id, &error))
        } else {
            let read = self.read_blob(pass.objects, id);
            read.map(|bytes| self.scan_version(pass.objects, pass.holder(job), id, &job.path, &bytes))
        };
        read.unwrap_or_else(|message| Version { scanned: failed(&job.path, message), is_steady: false })
    }

    /// Scans a blob as it stood at `path` in what holds it.
    fn scan_version(&self, objects: &Objects, holder: &Holder, blob: Oid, path: &str, bytes: &[u8]) -> Version {
        match holder {
            Holder::Commit(commit) => {
                let files = CommitFiles::new(objects, *commit);
                let scanned = self.scan_blob(origin(*commit, path), bytes, &files);
                Version { scanned, is_steady: !files.were_asked() }
            }
            Holder::Ref(_) | Holder::Nobody => {
                let scanned = self.scan_blob(origin(blob, path), bytes, &NoNeighbours);
                Version { scanned, is_steady: false }
            }
        }
    }

    /// What was found in a blob as it stood at `path` before the scanned commits. One that can't be read tells nothing;
    /// that is no news of these commits.
    pub(super) fn scan_before(&self, objects: &Objects, blob: Oid, path: &str) -> Vec<Finding> {
        let bytes = self.read_blob(objects, blob).unwrap_or_default();
        self.scan_version(objects, &Holder::Nobody, blob, path, &bytes).scanned.findings
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// A sentence that says why it is not scanned.
    pub(super) fn read_blob(&self, objects: &Objects, blob: Oid) -> Result<Vec<u8>, String> {
        let limit = self.settings.max_file_size;
        let read = objects.blob(blob, limit).map_err(|error| unreadable(blob, &error))?;
        read.map_err(|size| tree::too_large(Some(size), limit))
    }
}

impl Pass<'_> {
    fn holder(&self, job: &Job) -> &Holder {
        self.holders.get(job.sight.holder as usize).unwrap_or(&Holder::Nobody)
    }

    fn count(&self, tally: &Mutex<Tally>, job: &Job, version: Version) {
        self.progress.done.fetch_add(1, Ordering::Relaxed);
        let Version { mut scanned, is_steady } = version;
        let is_clean = is_steady && scanned.findings.is_empty() && scanned.problems.is_empty();
        let clean = (self.notes_clean && is_clean).then(|| mark(job.sight.blob, &job.path));
        let Ok(mut tally) = tally.lock() else { return };
        tally.clean.extend(clean);
        let was_read = !scanned.problems.iter().any(|problem| problem.kind == ProblemKind::Incomplete);
        if was_read && !job.is_message {
            tally.summary.files += 1;
            tally.summary.bytes += scanned.bytes;
            tally.summary.binary += usize::from(scanned.binary);
            let degraded = scanned.problems.iter().any(|problem| problem.kind == ProblemKind::Degraded);
            tally.degraded += usize::from(degraded);
        }
        scanned.problems.retain(|problem| problem.kind != ProblemKind::Degraded);
        tally.summary.problems.append(&mut scanned.problems);
        if !scanned.findings.is_empty() {
            let secrets = scanned.source.map(|source| source.secrets).unwrap_or_default();
            tally.groups.add(&job.sight, scanned.findings, &secrets);
        }
    }
}
