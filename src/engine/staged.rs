//! Scans what is staged. What is new among the findings of a file: those on changed lines, and those on other lines that the
//! file did not have before, as it was read as something else under its old path, or as something else stood above the value.
//! Only where there are others is the old version scanned, too.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Instant;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{Engine, Error, Progress, Scanned, assemble, failed};
use crate::model::{Finding, Neighbours, Origin, Run, Secret, Span};
use crate::source::git::Snapshot;
use crate::source::git::staged::{Changed, OldVersion, Staged, StagedFile};
use crate::suppress::Allowlist;

/// Files that are read before they are scanned, at the most, and their bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 64 << 20;

/// Fewer files than these are scanned before other threads have begun.
const FEW: usize = 16;

impl Engine {
    /// Scans what the index of the repository at `path` holds for the next commit, and keeps what none of its parents
    /// has.
    ///
    /// # Errors
    /// No repository, or one whose index or HEAD can't be read.
    pub fn scan_staged(&self, path: &Path, progress: &Progress) -> Result<Run, Error> {
        let start = Instant::now();
        let staged = Staged::open(path)?;
        progress.total.store(staged.files.len(), Ordering::Relaxed);
        let neighbours = Snapshot::of_index(path);
        let scan = |(file, read): (&StagedFile, Result<Changed, String>)| {
            let scanned = match read {
                Ok(changed) => self.scan_changes(file, &changed, &neighbours),
                Err(message) => failed(&file.path, message),
            };
            progress.done.fetch_add(1, Ordering::Relaxed);
            scanned
        };
        let mut scanned = Vec::new();
        // Blobs are read on this thread, as a repository handle belongs to one; a commit is rarely large enough for
        // more threads to pay.
        let mut files = staged.files.iter().peekable();
        while files.peek().is_some() {
            let (mut read, mut bytes) = (Vec::new(), 0);
            while let Some(file) = files.next_if(|_| read.len() < BATCH && bytes < BATCH_BYTES) {
                let changed = staged.read(file, self.settings.max_file_size);
                bytes += changed.as_ref().map_or(0, Changed::size);
                read.push((file, changed));
            }
            if read.len() < FEW {
                scanned.extend(read.into_iter().map(scan));
            } else {
                scanned.extend(self.pool()?.install(|| read.into_par_iter().map(scan).collect::<Vec<_>>()));
            }
        }
        // An entry of the allowlist may hold for a file that is not changed.
        Ok(self.masked(assemble(scanned, staged.problems, &Allowlist::default(), start)))
    }

    fn scan_changes(&self, file: &StagedFile, changed: &Changed, neighbours: &dyn Neighbours) -> Scanned {
        let bytes = &changed.bytes;
        let mut scanned =
            self.scan_blob(Origin::Staged { path: file.path.clone() }, bytes, neighbours).with_bytes(bytes);
        let is_new = |span: Span| changed.spans.iter().any(|changed| changed.overlaps(span));
        let means_more = |finding: &Finding| finding.labels.iter().any(|label| is_new(label.span));
        let findings = std::mem::take(&mut scanned.findings).into_iter();
        let mut stayed: Vec<Finding>;
        (scanned.findings, stayed) = findings.partition(|finding| is_new(finding.span));
        if !stayed.is_empty() {
            let mut known = self.known(&changed.old, neighbours);
            // Of several of the same, those are new above which something changed. What a comment accepts goes before what is
            // open: it may be what was open before, which then is no more.
            stayed.sort_by_key(|finding| (means_more(finding), finding.suppressed.is_none()));
            let is_known =
                |finding: &Finding| known.get_mut(&identity(finding)).is_some_and(|known| known.take(finding));
            let mut more;
            (scanned.unchanged, more) = stayed.into_iter().partition(is_known);
            scanned.findings.append(&mut more);
        }
        scanned.moved = changed.old.iter().all(|version| version.path != file.path);
        scanned.unused.retain(|unused| is_new(unused.line));
        scanned
    }

    /// How often what was found in the old versions of a file.
    fn known(&self, old: &[OldVersion], neighbours: &dyn Neighbours) -> HashMap<Identity, Known> {
        let mut known: HashMap<Identity, Known> = HashMap::new();
        for version in old {
            let origin = Origin::Staged { path: version.path.clone() };
            let mut counts: HashMap<Identity, Known> = HashMap::new();
            for finding in &self.scan_blob(origin, &version.bytes, neighbours).findings {
                let count = counts.entry(identity(finding)).or_default();
                count.all += 1;
                *count.of(finding) += 1;
            }
            for (identity, count) in counts {
                let most = known.entry(identity).or_default();
                most.all = most.all.max(count.all);
                most.open = most.open.max(count.open);
                most.accepted = most.accepted.max(count.accepted);
            }
        }
        known
    }
}

/// How often an old version has a finding, the most of all of them, and what of that is not taken yet.
#[derive(Default)]
struct Known {
    all: usize,
    /// Those that nobody accepted there.
    open: usize,
    accepted: usize,
}

impl Known {
    /// The number of those that were accepted, or were not, as this one.
    fn of(&mut self, finding: &Finding) -> &mut usize {
        if finding.suppressed.is_some() { &mut self.accepted } else { &mut self.open }
    }

    /// Takes one for the finding, and says whether that is the same: what was accepted and is not any more, or is only now, is
    /// another, but for what was open no second one stays open.
    fn take(&mut self, finding: &Finding) -> bool {
        if self.all == 0 {
            return false;
        }
        let same = self.of(finding);
        if *same > 0 {
            *same -= 1;
            self.all -= 1;
            return true;
        }
        if finding.suppressed.is_some() && self.open > 0 {
            self.open -= 1;
            self.all -= 1;
        }
        false
    }
}

/// What is the same of a finding in two versions.
type Identity = (Secret, String);

/// The secret's text, whichever rule found it under which name; where there is none, the rule and the place in the document.
fn identity(finding: &Finding) -> Identity {
    let place = match finding.secret.expose() {
        "" => format!("{}\0{}", finding.rule.id, finding.structural_path),
        _ => String::new(),
    };
    (finding.secret.clone(), place)
}
