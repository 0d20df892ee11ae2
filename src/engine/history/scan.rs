//! Reads and scans the jobs: what packs hold in the order in which it is made from their deltas, the rest one by one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use git2::Oid;

use super::groups::Groups;
use super::jobs::Job;
use super::{origin, unreadable};
use crate::engine::{Engine, Progress, Scanned, failed};
use crate::model::{NoNeighbours, ProblemKind, Summary};
use crate::source::git::Runner;
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
    /// How far the pass has come.
    pub progress: &'h Progress,
}

/// What came of a pass.
#[derive(Default)]
pub struct Tally {
    /// Counts and problems.
    pub summary: Summary,
    /// Findings.
    pub groups: Groups,
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
            packs.read(&plan, piece, self.settings.max_file_size, &mut workspace, &mut |number, kind, bytes| {
                let at = by_number[number as usize] as usize;
                if let Some(scanned) = self.scan_object(pass, &pass.jobs[at], kind, bytes) {
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
    fn scan_object(&self, pass: &Pass<'_>, job: &Job, kind: Kind, bytes: &[u8]) -> Option<Scanned> {
        match (kind, job.is_message) {
            (Kind::Blob, false) => {
                Some(self.scan_version(pass.objects, pass.holder(job), job.sight.blob, &job.path, bytes))
            }
            (Kind::Commit, true) => {
                let message = CommitText::read(bytes)?.message;
                Some(self.scan_blob(origin(job.sight.blob, &job.path), message, &NoNeighbours))
            }
            _ => None,
        }
    }

    fn scan_alone(&self, pass: &Pass<'_>, job: &Job) -> Scanned {
        let id = job.sight.blob;
        if job.is_message {
            return match pass.objects.message(id) {
                Ok((message, _)) => self.scan_blob(origin(id, &job.path), &message, &NoNeighbours),
                Err(error) => failed(&job.path, unreadable(id, &error)),
            };
        }
        match self.read_blob(pass.objects, id) {
            Ok(bytes) => self.scan_version(pass.objects, pass.holder(job), id, &job.path, &bytes),
            Err(message) => failed(&job.path, message),
        }
    }

    /// Scans a blob as it stood at `path` in what holds it.
    pub(super) fn scan_version(
        &self,
        objects: &Objects,
        holder: &Holder,
        blob: Oid,
        path: &str,
        bytes: &[u8],
    ) -> Scanned {
        match holder {
            Holder::Commit(commit) => self.scan_blob(origin(*commit, path), bytes, &CommitFiles::new(objects, *commit)),
            Holder::Ref(_) | Holder::Nobody => self.scan_blob(origin(blob, path), bytes, &NoNeighbours),
        }
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

    fn count(&self, tally: &Mutex<Tally>, job: &Job, mut scanned: Scanned) {
        self.progress.done.fetch_add(1, Ordering::Relaxed);
        let Ok(mut tally) = tally.lock() else { return };
        if job.is_message {
            // Prose reads as broken YAML here and there; nobody wrote a document.
            scanned.problems.retain(|problem| problem.kind == ProblemKind::Incomplete);
        } else {
            tally.summary.files += 1;
            tally.summary.bytes += scanned.bytes;
            tally.summary.binary += usize::from(scanned.binary);
        }
        tally.summary.problems.append(&mut scanned.problems);
        if !scanned.findings.is_empty() {
            let secrets = scanned.source.map(|source| source.secrets).unwrap_or_default();
            tally.groups.add(&job.sight, scanned.findings, &secrets);
        }
    }
}
