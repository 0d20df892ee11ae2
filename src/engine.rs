//! Joins the stages, and is the only one that knows about threads: source → document → check → suppress → [`Run`].

use std::borrow::Cow;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::prelude::*;

use crate::check::lineage::Lineage;
use crate::check::prefilter::Hits;
use crate::check::token::own::Own;
use crate::model::{
    Document, Finding, Neighbours, NoNeighbours, Origin, Place, Position, Problem, ProblemKind, Reader, Run, Secret,
    Settings, Source, Span, Summary,
};
use crate::source::git::GitError;
use crate::source::text;
use crate::source::tree::{self, FoundFile, TreeNeighbours, TreeOptions};
use crate::suppress::inline::Unused;
use crate::suppress::{self, Allowlist};
use crate::{check, document};

mod documents;
mod fingerprint;
mod history;
mod masking;
mod pending;
mod pointer;
mod staged;

use documents::Documents;
pub use history::HistoryScan;
use pending::Pending;

/// Why a run could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A path that was to be scanned does not exist.
    #[error("{0}: no such file or folder")]
    NotFound(PathBuf),
    /// The threads could not be started.
    #[error("can't start the scan's threads")]
    Threads,
    /// The repository could not be read.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// How far a run has come; read by the progress bar.
#[derive(Debug, Default)]
pub struct Progress {
    /// Blobs to scan, once known.
    pub total: AtomicUsize,
    /// Blobs done.
    pub done: AtomicUsize,
}

/// Scans blobs.
pub struct Engine {
    settings: Settings,
    allowlist: Allowlist,
    /// The user's own token rules, if there are any.
    own: Option<Own>,
    threads: usize,
}

/// What came of one blob.
#[derive(Default)]
struct Scanned {
    findings: Vec<Finding>,
    /// What a staged file had before.
    unchanged: Vec<Finding>,
    /// Whether a staged file came from another path.
    moved: bool,
    /// What lies below a threshold.
    unreported: Vec<Secret>,
    problems: Vec<Problem>,
    source: Option<Source>,
    unused: Vec<Unused>,
    bytes: u64,
    binary: bool,
    /// Nothing of it was scanned.
    unread: bool,
}

impl Scanned {
    /// Whether nothing was found, not even what lies below a threshold, and nothing is to be said.
    fn is_silent(&self) -> bool {
        self.findings.is_empty() && self.unreported.is_empty() && self.problems.is_empty()
    }

    /// With a copy of the blob's bytes, if there are findings to be shown in them.
    fn with_bytes(mut self, bytes: &[u8]) -> Self {
        if let Some(source) = &mut self.source {
            source.bytes = Arc::new(bytes.to_vec());
        }
        self
    }
}

impl Engine {
    /// An engine with these settings that uses `threads` threads (0: as many as the machine has cores).
    pub fn new(settings: Settings, threads: usize) -> Self {
        let own = (!settings.own_rules.is_empty()).then(|| Own::new(&settings.own_rules));
        Self { settings, allowlist: Allowlist::default(), own, threads }
    }

    /// The same engine with these exceptions.
    pub fn with_allowlist(self, allowlist: Allowlist) -> Self {
        Self { allowlist, ..self }
    }

    /// Scans files and folders.
    ///
    /// # Errors
    /// A path that does not exist; threads that can't be started. All else is a problem in the summary.
    pub fn scan_tree(&self, options: &TreeOptions, progress: &Progress) -> Result<Run, Error> {
        let start = Instant::now();
        let tree = tree::walk(options).map_err(Error::NotFound)?;
        progress.total.store(tree.files.len(), Ordering::Relaxed);
        let neighbours = TreeNeighbours { root: &tree.root };
        let scan = |file: &FoundFile| {
            let scanned = self.scan_file(file, &neighbours);
            progress.done.fetch_add(1, Ordering::Relaxed);
            scanned
        };
        let scanned: Vec<Scanned> = match tree.files.as_slice() {
            [only] => vec![scan(only)],
            files => self.pool()?.install(|| files.par_iter().map(scan).collect()),
        };
        let mut run = self.masked(assemble(scanned, tree.problems, &self.allowlist, start));
        if !options.shard.is_whole() {
            // What an entry of the allowlist is for may lie in another part.
            run.summary.unmatched = self.allowlist.unused();
            let Summary { unused, unmatched, .. } = &mut run.summary;
            unused.retain(|said| !unmatched.contains(said));
            run.summary.shards.push(options.shard);
        }
        Ok(Run { root: tree.root, ..run })
    }

    /// Whether parsing can find anything in the blob.
    fn is_worth_parsing(&self, origin: &Origin, bytes: &[u8], hits: &Hits) -> bool {
        hits.are_worth_parsing()
            || !self.settings.credential_names.is_empty()
            || document::may_be_dockerfile(origin.path(), bytes)
    }

    /// Leaves the findings that count, in order.
    fn select(&self, findings: &mut Vec<Finding>) {
        let settings = &self.settings;
        findings.retain(|finding| settings.shows(finding));
        for finding in findings.iter_mut() {
            finding.severity = settings.severity(finding.rule, finding.severity);
        }
        findings.sort_by(|a, b| {
            (a.span, a.rule.family == "files", &a.rule.id).cmp(&(b.span, b.rule.family == "files", &b.rule.id))
        });
        // An alias, or a nested text that two checks read, gives the same secret at the same place twice: the check that
        // knows the platform goes before the one that knows only the file.
        findings.dedup_by(|later, first| {
            later.span == first.span && later.secret == first.secret && !first.secret.expose().is_empty()
        });
    }

    fn pool(&self) -> Result<rayon::ThreadPool, Error> {
        rayon::ThreadPoolBuilder::new().num_threads(self.threads).build().map_err(|_| Error::Threads)
    }

    /// Scans one text that comes from no file, under the name `path`.
    pub fn scan_bytes(&self, path: &str, bytes: &[u8]) -> Run {
        let start = Instant::now();
        let origin = Origin::Stdin { path: path.to_owned() };
        let scanned = self.scan_blob(origin, bytes, &NoNeighbours).with_bytes(bytes);
        self.masked(assemble(vec![scanned], Vec::new(), &self.allowlist, start))
    }

    fn scan_file(&self, file: &FoundFile, neighbours: &dyn Neighbours) -> Scanned {
        thread_local! {
            static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
        }
        BUFFER.with_borrow_mut(|buffer| {
            let mut scanned = match tree::read(&file.path, self.settings.max_file_size, buffer) {
                Ok(()) => self.scan_blob(Origin::File { path: file.shown.clone() }, buffer, neighbours),
                Err(message) => failed(&file.shown, message),
            };
            // A large file's buffer is not worth keeping for the small ones that follow, and not to be copied.
            let bytes = if buffer.capacity() > 4 << 20 { std::mem::take(buffer) } else { Vec::new() };
            if let Some(source) = &mut scanned.source {
                source.bytes = Arc::new(if bytes.is_empty() { buffer.clone() } else { bytes });
            }
            scanned
        })
    }

    /// Scans one blob. A panic in it is a problem of that blob alone. The source that comes of it has no bytes yet: whoever
    /// needs them has them, and can copy them or give them away.
    fn scan_blob(&self, origin: Origin, bytes: &[u8], neighbours: &dyn Neighbours) -> Scanned {
        self.scan_version_of(None, origin, bytes, neighbours)
    }

    /// Scans one blob that may be a version of another.
    fn scan_version_of(
        &self,
        lineage: Option<&mut Lineage<'_>>,
        origin: Origin,
        bytes: &[u8],
        neighbours: &dyn Neighbours,
    ) -> Scanned {
        let path = origin.path().to_owned();
        catch_unwind(AssertUnwindSafe(|| self.scan_blob_inner(lineage, origin, bytes, neighbours)))
            .unwrap_or_else(|_| failed(&path, "an internal error stopped its scan; please report it".to_owned()))
    }

    fn scan_blob_inner(
        &self,
        lineage: Option<&mut Lineage<'_>>,
        origin: Origin,
        bytes: &[u8],
        neighbours: &dyn Neighbours,
    ) -> Scanned {
        let problems = pointer::said(&origin, bytes).into_iter().collect();
        let mut scanned = Scanned { bytes: bytes.len() as u64, problems, ..Scanned::default() };
        if text::is_utf32(bytes) {
            return failed(origin.path(), "UTF-32, which is not read".to_owned());
        }
        let structured = document::is_structured_name(origin.path());
        if text::is_binary(bytes) && !structured {
            scanned.binary = true;
            return self.scan_binary(scanned, origin, bytes, neighbours);
        }
        let hits = lineage.as_ref().map_or_else(|| Hits::of(bytes), |lineage| lineage.hits(bytes));
        let worth_parsing = text::is_utf16(bytes) || self.is_worth_parsing(&origin, bytes, &hits);
        let own = self.own.as_ref().filter(|own| own.may_find(bytes) || text::is_utf16(bytes));
        let may_accept = hits.may_accept();
        if !worth_parsing && hits.tokens.is_empty() && own.is_none() && !check::token::encoded::is_in(bytes) {
            if let Some(lineage) = lineage {
                lineage.learn_silence(hits, bytes.len());
            }
            if may_accept {
                scanned.unused = suppress::inline::apply(origin.path(), bytes, &self.settings.own_rules, &mut []);
            }
            return scanned;
        }
        let decoded = text::decode(bytes);
        if let (Some(message), true) = (&decoded.note, structured) {
            let path = origin.path().to_owned();
            scanned.problems.push(Problem::new(path, ProblemKind::Degraded, message));
        }
        let place = Place { path: origin.path().to_owned(), ..Place::default() };
        let reader = Documents::default();
        let origin = Arc::new(origin);
        let hits = if decoded.text.len() == bytes.len() { hits } else { Hits::of(decoded.text.as_bytes()) };
        let new = lineage.as_ref().and_then(|lineage| lineage.hits_of_text(origin.path(), bytes.len(), &hits));
        let is_as_it_stands = matches!(decoded.text, Cow::Borrowed(text) if text.len() == bytes.len());
        let mut lineage = lineage.filter(|_| is_as_it_stands);
        let silence = lineage.as_ref().map(|lineage| lineage.silence(origin.path()));
        let mut cx = check::Context::new(&origin, &self.settings, neighbours, &reader, hits)
            .with_own(self.own.as_ref())
            .with_silence(silence.as_ref())
            .as_it_stands(is_as_it_stands);
        check::run_tokens(&decoded.text, &decoded.map, &place, lineage.as_deref_mut(), &mut cx);
        cx.narrow(new.filter(|_| is_as_it_stands));
        let mut pending = Pending::new(!self.allowlist.entries.is_empty() || may_accept);
        let mut check = |doc: &Document<'_>| {
            pending.settle(&mut cx.findings, doc.map.to_file(Span::new(0, 0)).start, &self.settings, bytes);
            let before = (cx.findings.len(), cx.problems.len());
            check::run(doc, &mut cx);
            let found = cx.findings[before.0..].iter().map(|finding| finding.span.start);
            (cx.problems.len() == before.1).then(|| found.collect::<Vec<usize>>())
        };
        match &silence {
            _ if !worth_parsing => {}
            Some(silence) => reader.unknown_documents(&decoded.text, place, silence, &mut check),
            None => reader.documents(&decoded.text, decoded.map, place, &mut |doc| _ = check(doc)),
        }
        scanned.findings = pending.settled;
        scanned.unreported.extend(pending.unreported);
        scanned.findings.append(&mut cx.findings);
        scanned.problems.append(&mut cx.problems);
        drop(cx);
        if let (Some(lineage), Some(silence), true) = (lineage, silence, worth_parsing) {
            lineage.learn_documents(origin.path(), silence);
        }
        scanned.problems.append(&mut reader.problems.into_inner());
        self.conclude(scanned, pending.secrets, origin, (bytes, may_accept))
    }

    /// Scans a blob that is no text.
    fn scan_binary(&self, mut scanned: Scanned, origin: Origin, bytes: &[u8], neighbours: &dyn Neighbours) -> Scanned {
        let place = Place { path: origin.path().to_owned(), ..Place::default() };
        let reader = Documents::default();
        let origin = Arc::new(origin);
        let mut cx = check::Context::new(&origin, &self.settings, neighbours, &reader, Hits::default());
        check::run_binary(bytes, &place, &mut cx);
        scanned.findings = cx.findings;
        // Such a blob has no comments that could accept anything.
        if scanned.findings.is_empty() { scanned } else { self.conclude(scanned, Vec::new(), origin, (bytes, false)) }
    }

    /// From all that was found in a blob, in which comments may accept findings, to the findings that count.
    fn conclude(
        &self,
        mut scanned: Scanned,
        mut secrets: Vec<Span>,
        origin: Arc<Origin>,
        (bytes, may_accept): (&[u8], bool),
    ) -> Scanned {
        scanned.findings.retain(|finding| self.settings.runs(finding.rule));
        check::resolve::resolve(&mut scanned.findings);
        secrets.extend(pending::secrets(&scanned.findings, bytes));
        secrets.sort_unstable();
        secrets.dedup();
        if may_accept {
            let own = &self.settings.own_rules;
            scanned.unused = suppress::inline::apply(origin.path(), bytes, own, &mut scanned.findings);
        }
        self.allowlist.apply(&mut scanned.findings);
        scanned.unreported.extend(pending::unreported(&scanned.findings, &self.settings, bytes));
        self.select(&mut scanned.findings);
        fingerprint::set(&mut scanned.findings);
        if !scanned.findings.is_empty() {
            let positions = positions(bytes, &scanned.findings);
            scanned.source = Some(Source { origin, bytes: Arc::default(), secrets, positions });
        }
        scanned
    }
}

/// Where the findings stand, where lines of bytes do not tell.
fn positions(bytes: &[u8], findings: &[Finding]) -> Vec<(Span, Position)> {
    if !text::is_utf16(bytes) {
        return Vec::new();
    }
    let spans = findings.iter().flat_map(|finding| finding.labels.iter().map(|label| label.span).chain([finding.span]));
    text::wide_positions(bytes, spans.collect()).unwrap_or_default()
}

fn failed(path: &str, message: String) -> Scanned {
    let problem = Problem::new(path, ProblemKind::Incomplete, message);
    Scanned { problems: vec![problem], unread: true, ..Scanned::default() }
}

fn assemble(scanned: Vec<Scanned>, problems: Vec<Problem>, allowlist: &Allowlist, start: Instant) -> Run {
    let mut run = Run { summary: Summary { problems, ..Summary::default() }, ..Run::default() };
    for mut blob in scanned {
        run.summary.files += usize::from(!blob.unread);
        run.summary.bytes += blob.bytes;
        run.summary.binary += usize::from(blob.binary);
        run.summary.problems.append(&mut blob.problems);
        run.summary.unused.extend(blob.unused.into_iter().map(|unused| unused.message));
        if run.findings.is_empty() {
            run.findings = blob.findings;
        } else {
            run.findings.append(&mut blob.findings);
        }
        run.moved.extend(blob.unchanged.first().filter(|_| blob.moved).map(|finding| Arc::clone(&finding.origin)));
        run.unchanged.append(&mut blob.unchanged);
        run.unreported.append(&mut blob.unreported);
        run.sources.extend(blob.source);
    }
    run.sort_findings();
    run.sources.sort_by(|a, b| a.origin.cmp(&b.origin));
    run.summary.join_problems();
    run.summary.unused.sort();
    run.summary.unused.append(&mut allowlist.unused());
    run.summary.elapsed = start.elapsed();
    run
}
