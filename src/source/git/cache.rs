//! What earlier scans of a history learnt, so that the next one reads what is new alone.
//!
//! It holds ids: commits whose history was scanned whole, blobs that hold a finding (these are scanned again each time, or
//! as soon as a new commit has one again) with digests of their paths, and digests of blobs that are clean under their path,
//! so that not even something below a threshold is found. No path, no text, no secret; but whoever guesses a path can see
//! whether a finding is there. Anything that is wrong with the file costs time and nothing else: what does not check out
//! counts as empty.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Write};
use std::path::Path;

use git2::Oid;
use sha2::{Digest, Sha256};

use crate::replace::replace;

const MAGIC: &[u8] = b"tidewaiter cache 3\n";

/// Bytes of a digest that are kept.
const MARK: usize = 16;

/// Stands for a blob under a path.
pub type Mark = [u8; MARK];

/// Where something was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trace {
    /// The commit that brought the blob to the path.
    pub commit: Oid,
    /// The blob; the commit itself if its message is meant.
    pub blob: Oid,
    /// The digest of the path.
    pub path: Mark,
}

impl Trace {
    /// Bytes of one in the file.
    const SIZE: usize = 2 * 20 + MARK;

    /// A blob that a commit brought to a path.
    pub fn new(commit: Oid, blob: Oid, path: &[u8]) -> Self {
        Self { commit, blob, path: PathMark::default().file(path) }
    }

    /// The message of a commit.
    pub fn message(commit: Oid) -> Self {
        Self { commit, blob: commit, path: Mark::default() }
    }

    /// A blob that a commit brought to a path that can't be known again.
    pub fn unknown(commit: Oid, blob: Oid) -> Self {
        Self { commit, blob, path: Mark::default() }
    }

    /// Whether it is a message that is meant.
    pub fn is_message(&self) -> bool {
        self.commit == self.blob
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let (commit, rest) = bytes.split_at_checked(20)?;
        let (blob, path) = rest.split_at_checked(20)?;
        Some(Self {
            commit: Oid::from_bytes(commit).ok()?,
            blob: Oid::from_bytes(blob).ok()?,
            path: *path.first_chunk()?,
        })
    }

    fn bytes(&self) -> impl Iterator<Item = &u8> {
        self.commit.as_bytes().iter().chain(self.blob.as_bytes()).chain(&self.path)
    }
}

/// What is known of a repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cache {
    /// Commits that were scanned with all that led to them; none of them led to another.
    pub heads: Vec<Oid>,
    /// Blobs and messages with findings. Of findings below a threshold, for which nothing is reported, one blob for each
    /// secret.
    pub sights: Vec<Trace>,
    /// The same of blobs that are not needed as long as no new commit has one again: later versions of a file.
    pub others: Vec<Trace>,
    /// Commits whose own date is not the one they are sorted by, and that one in seconds since the epoch.
    pub dates: Vec<(Oid, i64)>,
    /// Blobs that are clean under their path, sorted.
    pub clean: Vec<Mark>,
}

/// The mark of a blob under a path.
pub fn mark(blob: Oid, path: &str) -> Mark {
    shortened(&Sha256::new().chain_update(blob.as_bytes()).chain_update(path).finalize())
}

/// The digest of a path, made name by name.
#[derive(Clone, Default)]
pub struct PathMark(Sha256);

impl PathMark {
    /// That of the folder `name` in this one.
    pub fn folder(&self, name: &[u8]) -> Self {
        Self(self.0.clone().chain_update(name).chain_update(b"/"))
    }

    /// The mark of the file `name` in this folder.
    pub fn file(&self, name: &[u8]) -> Mark {
        shortened(&self.0.clone().chain_update(name).finalize())
    }
}

fn shortened(digest: &[u8]) -> Mark {
    let mut mark = [0; MARK];
    mark.iter_mut().zip(digest).for_each(|(to, from)| *to = *from);
    mark
}

/// Whether the file holds all that counts, for programs and settings that judge the same way.
fn digest(key: &str, body: &[u8]) -> Mark {
    shortened(&Sha256::new().chain_update(key).chain_update([0]).chain_update(body).finalize())
}

impl Cache {
    /// Reads the file; empty if there is none, if it is damaged, or if it was written under another `key`.
    pub fn load(file: &Path, key: &str) -> Self {
        fs::read(file).ok().and_then(|bytes| Self::parse(&bytes, key)).unwrap_or_default()
    }

    fn parse(bytes: &[u8], key: &str) -> Option<Self> {
        let (expected, body) = bytes.strip_prefix(MAGIC)?.split_at_checked(MARK)?;
        if digest(key, body) != expected {
            return None;
        }
        let mut rest = body;
        let heads = list(&mut rest, 20)?.map(Oid::from_bytes).collect::<Result<_, _>>().ok()?;
        let sights = list(&mut rest, Trace::SIZE)?.map(Trace::parse).collect::<Option<_>>()?;
        let others = list(&mut rest, Trace::SIZE)?.map(Trace::parse).collect::<Option<_>>()?;
        let date =
            |pair: &[u8]| Some((Oid::from_bytes(&pair[..20]).ok()?, i64::from_le_bytes(*pair[20..].first_chunk()?)));
        let dates = list(&mut rest, 28)?.map(date).collect::<Option<_>>()?;
        let clean = list(&mut rest, MARK)?.map(shortened).collect();
        Some(Self { heads, sights, others, dates, clean })
    }

    /// Makes these of the others sights that are needed.
    pub fn recall(&mut self, back: HashSet<Trace>) {
        self.others.retain(|other| !back.contains(other));
        self.sights.extend(back);
    }

    /// Whether the blob is known to be clean under the path.
    pub fn is_clean(&self, blob: Oid, path: &str) -> bool {
        !self.clean.is_empty() && self.clean.binary_search(&mark(blob, path)).is_ok()
    }

    /// Writes the file. One that a crash of the machine damages counts as empty.
    ///
    /// # Errors
    /// A folder that can't be made or written to.
    pub fn save(&self, file: &Path, key: &str) -> io::Result<()> {
        let mut body = Vec::new();
        put(&mut body, self.heads.len(), self.heads.iter().flat_map(Oid::as_bytes));
        for sights in [&self.sights, &self.others] {
            put(&mut body, sights.len(), sights.iter().flat_map(Trace::bytes));
        }
        let dates: Vec<_> = self.dates.iter().map(|(commit, date)| (commit.as_bytes(), date.to_le_bytes())).collect();
        put(&mut body, dates.len(), dates.iter().flat_map(|(commit, date)| commit.iter().chain(date)));
        put(&mut body, self.clean.len(), self.clean.iter().flatten());
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        replace(file, |out| {
            out.write_all(MAGIC)?;
            out.write_all(&digest(key, &body))?;
            out.write_all(&body)
        })
    }
}

fn put<'b>(body: &mut Vec<u8>, count: usize, bytes: impl Iterator<Item = &'b u8>) {
    body.extend((count as u64).to_le_bytes());
    body.extend(bytes);
}

/// The next list of items of `size` bytes.
fn list<'b>(rest: &mut &'b [u8], size: usize) -> Option<std::slice::ChunksExact<'b, u8>> {
    let (count, after) = rest.split_first_chunk::<8>()?;
    let bytes = usize::try_from(u64::from_le_bytes(*count)).ok()?.checked_mul(size)?;
    let (items, after) = after.split_at_checked(bytes)?;
    *rest = after;
    Some(items.chunks_exact(size))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn id(byte: u8) -> Oid {
        Oid::from_bytes(&[byte; 20]).unwrap()
    }

    fn cache() -> Cache {
        Cache {
            heads: vec![id(1)],
            sights: vec![Trace::new(id(2), id(3), b"a")],
            others: vec![Trace::new(id(5), id(6), b"b"), Trace::message(id(7))],
            dates: vec![(id(9), -3)],
            clean: vec![mark(id(4), "a"), mark(id(4), "b")],
        }
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/er/x.cache");
        cache().save(&file, "key").unwrap();
        assert_eq!(Cache::load(&file, "key"), cache());
        assert_eq!(Cache::load(&file, "another"), Cache::default());
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_file_counts_as_empty() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.cache");
        cache().save(&file, "key").unwrap();
        let whole = fs::read(&file).unwrap();
        for at in 0..whole.len() {
            let mut broken = whole.clone();
            broken[at] ^= 1;
            assert!(Cache::parse(&broken, "key").is_none(), "byte {at}");
            assert!(Cache::parse(&whole[..at], "key").is_none(), "cut at {at}");
        }
    }

    #[test]
    fn clean_means_under_that_path() {
        let mut cache = cache();
        cache.clean.sort_unstable();
        assert!(cache.is_clean(id(4), "a"));
        assert!(!cache.is_clean(id(4), "c") && !cache.is_clean(id(5), "a"));
    }
}
