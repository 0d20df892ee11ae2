//! What a run did: counts, and everything that was not scanned or not scanned whole.

use std::borrow::Cow;
use std::time::Duration;

use super::Shard;

/// How a problem bears on the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The blob was scanned, but not in the best way (a document that does not parse was read line by line).
    Degraded,
    /// Left out on purpose and no part of a scan (a FIFO, the content behind a Git LFS pointer); said, and no reason to fail.
    Skipped,
    /// Something was not scanned: the run is incomplete and can't end as clean.
    Incomplete,
}

/// One thing that did not go as it should, at one path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The path, relative to the scanned root.
    pub path: String,
    /// How it bears on the result.
    pub kind: ProblemKind,
    /// What happened, in a sentence without a full stop; never holds text of the file.
    pub message: String,
    /// How many things it is said of where these are not named one by one: the sentence begins with this number. 0 where it
    /// is said of the path itself.
    pub count: usize,
}

impl Problem {
    /// A problem of one path.
    pub fn new(path: impl Into<String>, kind: ProblemKind, message: impl Into<String>) -> Self {
        Self { path: path.into(), kind, message: message.into(), count: 0 }
    }

    /// The whole sentence.
    pub fn sentence(&self) -> Cow<'_, str> {
        match self.count {
            0 => Cow::Borrowed(&self.message),
            count => Cow::Owned(format!("{count} {}", self.message)),
        }
    }
}

/// Said of a part of a scan whose report is not there, behind its number.
const MISSING: &str = " is missing";

/// What versions before said of it.
const MISSING_BEFORE: &str = "its report is missing, or another part's is there twice";

/// So many missing parts are named.
const MOST_NAMED: usize = 8;

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Blobs scanned.
    pub files: usize,
    /// Bytes of those blobs.
    pub bytes: u64,
    /// Blobs recognised as binary and not searched as documents.
    pub binary: usize,
    /// What went wrong, sorted by path.
    pub problems: Vec<Problem>,
    /// Exceptions (inline comments, allowlist entries, baseline entries) that matched nothing: `path:line: text`.
    pub unused: Vec<String>,
    /// The parts that this is of a scan that several machines share; empty for the whole.
    pub shards: Vec<Shard>,
    /// Exceptions that matched nothing in these parts, and may in another one.
    pub unmatched: Vec<String>,
    /// Accepted findings that a report which was read back counts and does not list.
    pub unlisted: usize,
    /// Wall time of the run.
    pub elapsed: Duration,
}

impl Summary {
    /// The counts and lists of both.
    #[must_use]
    pub fn joined(mut self, other: Summary) -> Summary {
        self.files += other.files;
        self.bytes += other.bytes;
        self.binary += other.binary;
        self.unlisted += other.unlisted;
        self.elapsed += other.elapsed;
        self.problems.extend(other.problems);
        self.join_problems();
        self.unused.extend(other.unused);
        self.unused.sort();
        self.unmatched.retain(|said| other.unmatched.contains(said));
        self.shards.extend(other.shards);
        self
    }

    /// The same summary, as what no part could know is known when each part is there once; without one, what it was to
    /// scan was not.
    #[must_use]
    pub fn concluded(mut self) -> Summary {
        // Joined reports may be joined with what they lacked.
        self.problems.retain(|problem| {
            let is_of_part = problem.message.starts_with("part ") && problem.message.ends_with(MISSING);
            !is_of_part && problem.message != MISSING_BEFORE
        });
        let missing = Shard::missing(&self.shards, MOST_NAMED)
            .into_iter()
            .map(|shard| Problem::new(shared(shard), ProblemKind::Incomplete, format!("{}{MISSING}", shard.words())));
        self.problems.extend(missing);
        if Shard::are_whole(&self.shards) {
            self.shards.clear();
            self.unused.append(&mut self.unmatched);
        }
        self
    }

    /// Notes that the report of a part is there once more than it counts, or than its findings do.
    pub fn note_doubled(&mut self, shard: Shard, counts_files: bool) {
        let files = if counts_files { ", but its files and bytes twice" } else { "" };
        let message = format!("{} is there twice; its findings count once{files}", shard.words());
        self.problems.push(Problem::new(shared(shard), ProblemKind::Skipped, message));
    }

    /// Sorts the problems, each once; those that only count are one where they count the same thing.
    pub fn join_problems(&mut self) {
        self.problems.sort();
        self.problems.dedup_by(|next, kept| {
            let is_same = (&next.path, next.kind, &next.message) == (&kept.path, kept.kind, &kept.message);
            let is_said = is_same && (next.count > 0) == (kept.count > 0);
            if is_said {
                kept.count += next.count;
            }
            is_said
        });
    }

    /// Whether something was not scanned.
    pub fn is_incomplete(&self) -> bool {
        self.problems.iter().any(|p| p.kind == ProblemKind::Incomplete)
    }
}

/// The name of the scan that a part belongs to.
fn shared(shard: Shard) -> String {
    shard.scan.map_or("shared scan".to_owned(), |scan| format!("shared scan {scan}"))
}
