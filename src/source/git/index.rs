//! The index file: what the next commit holds. Read here and not through libgit2, which keeps no word of the index's own
//! record of unchanged folders to itself: with that record a comparison with HEAD reads the changed folders alone.
//!
//! The format is git's: `Documentation/gitformat-index.adoc` in <https://github.com/git/git>.

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use git2::{Oid, Repository};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::cache_tree::{CacheTree, ID};
use super::split_index::{self, Link};
use super::{GitError, is_here};

/// Where an entry's mode and id stand; behind the id stand two bytes of flags and, unless there are more flags, the path.
const MODE: usize = 24;
const OBJECT: usize = 40;

/// Bytes of an object's id, and of the index's checksum, in a repository whose object format is SHA-256.
const LONG_ID: usize = 32;

/// The bits of a mode that tell the type; those of a file, of a symbolic link, and of a folder.
pub const TYPE: u32 = 0o170_000;
pub const FILE: u32 = 0o100_000;
pub const LINK: u32 = 0o120_000;
const FOLDER: u32 = 0o040_000;

/// git takes no longer paths either. Without a bound, a small file of version 4 could ask for much memory.
const MAX_PATH: usize = 4096;

const FLAG_EXTENDED: u16 = 0x4000;
const FLAG_INTENT_TO_ADD: u16 = 0x2000;

/// One path in the index.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where its path stands in the buffer of all paths.
    path: Range<usize>,
    /// Its object.
    pub id: Oid,
    /// File type and permissions, as in trees.
    pub mode: u32,
    /// 0, or a side of a merge conflict.
    pub stage: u8,
    /// Added by `git add --intent-to-add`: no part of the next commit.
    pub intent_to_add: bool,
}

impl Entry {
    /// Whether it is a file: no link, submodule or folded folder.
    pub fn is_file(&self) -> bool {
        self.mode & TYPE == FILE
    }

    /// Whether it is a symbolic link, whose blob is its target.
    pub fn is_link(&self) -> bool {
        self.mode & TYPE == LINK
    }

    /// Whether it stands for a whole folder that lies outside of a sparse checkout; its path ends with a slash.
    pub fn is_folder(&self) -> bool {
        self.mode & TYPE == FOLDER
    }
}

/// The index.
#[derive(Debug, Default)]
pub struct IndexFile {
    /// In the order of paths and stages.
    pub entries: Vec<Entry>,
    /// What is known to equal a tree, if that is known of anything.
    pub cache_tree: CacheTree,
    paths: Vec<u8>,
    /// Entries without a path, which stand in for some of another file's, and which file that is.
    replacements: Vec<Entry>,
    link: Option<Link>,
}

impl IndexFile {
    /// The index of the repository, which was opened at `path`; `None` where it has none. git names another one than
    /// the repository's own to hooks: of a commit of some paths alone, for one.
    ///
    /// # Errors
    /// As [`IndexFile::read`].
    pub fn of(repository: &Repository, path: &Path) -> Result<Option<Self>, GitError> {
        let named = std::env::var_os("GIT_INDEX_FILE").filter(|name| is_here(path) && !name.is_empty());
        let file = named.map_or_else(|| repository.path().join("index"), PathBuf::from);
        Self::joined(&file, repository.path(), ID)
    }

    /// The index in the folder `git` of a repository that need not be opened for it, so that no word of its configuration
    /// counts: as the object format is not known, the readings of it that are possible, nearly always one. Their paths alone
    /// are of use: an id of SHA-256 is cut.
    ///
    /// # Errors
    /// As [`IndexFile::read`], where it can be read in neither format.
    pub fn unopened(git: &Path) -> Result<Vec<Self>, GitError> {
        let file = git.join("index");
        let (short, long) = (Self::joined(&file, git, ID), Self::joined(&file, git, LONG_ID));
        match (short, long) {
            (Err(error), Err(_)) => Err(error),
            (short, long) => Ok([short, long].into_iter().flatten().flatten().collect()),
        }
    }

    /// Reads a file with ids of so many bytes, and joins it with its other part in the repository's own folder `git`.
    fn joined(file: &Path, git: &Path, id: usize) -> Result<Option<Self>, GitError> {
        let Some((mut index, _)) = Self::read(file, id)? else { return Ok(None) };
        let Some(link) = index.link.take() else { return Ok(Some(index)) };
        let Some(name) = link.file_name() else { return Ok(Some(index)) };
        // Where the index is split, the other part always lies in the repository's own folder.
        let shared = git.join(name);
        let (base, sum) = Self::read(&shared, id)?.ok_or_else(|| said(&shared, "is missing"))?;
        if !link.names(&sum) {
            return Err(said(&shared, DAMAGED));
        }
        split_index::join(&base, &index, &link).map(Some).map_err(|why| said(file, why))
    }

    /// Reads one file with its checksum; `None` where there is no such file.
    ///
    /// # Errors
    /// A file that can't be read, is damaged, or needs what is not supported.
    fn read(file: &Path, id: usize) -> Result<Option<(Self, [u8; ID])>, GitError> {
        match fs::metadata(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            // A pipe or a device, which a link leads to, may never end.
            Ok(found) if !found.is_file() => return Err(said(file, "is no file")),
            _ => {}
        }
        let bytes = fs::read(file).map_err(|error| said(file, &format!("can't be read: {error}")))?;
        let index = Self::parse(&bytes, id).map_err(|why| said(file, why))?;
        let sum = bytes.last_chunk().copied().unwrap_or_default();
        Ok(Some((index, sum)))
    }

    /// The same index with other entries.
    pub(super) fn with_entries<'e>(
        &self,
        entries: impl Iterator<Item = (&'e [u8], &'e Entry)>,
    ) -> Result<Self, &'static str> {
        let mut index = Self { cache_tree: self.cache_tree.clone(), ..Self::default() };
        for (path, entry) in entries {
            let start = index.paths.len();
            index.paths.extend_from_slice(path);
            index.push(Entry { path: start..index.paths.len(), ..entry.clone() })?;
        }
        Ok(index)
    }

    /// The entries that stand in for those of the other part, in its order.
    pub(super) fn replacements(&self) -> &[Entry] {
        &self.replacements
    }

    /// The files of the next commit.
    pub fn files(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.stage == 0 && entry.is_file() && !entry.intent_to_add)
    }

    /// The path of an entry.
    pub fn path(&self, entry: &Entry) -> &[u8] {
        &self.paths[entry.path.clone()]
    }

    /// The entries from `at` on that lie below the folder `prefix`, which ends with a slash. `guess` is how many there
    /// may be.
    pub fn below(&self, at: usize, prefix: &[u8], guess: Option<usize>) -> Range<usize> {
        let is_below = |at: usize| self.entries.get(at).is_some_and(|entry| self.path(entry).starts_with(prefix));
        if let Some(count) = guess.filter(|&count| count > 0)
            && is_below(at + count - 1)
            && !is_below(at + count)
        {
            return at..at + count;
        }
        let count = self.entries[at..].partition_point(|entry| self.path(entry).starts_with(prefix));
        at..at + count
    }

    fn parse(bytes: &[u8], id: usize) -> Result<Self, &'static str> {
        let (version, count) = header(bytes, id)?;
        let end = bytes.len() - id;
        check_sum(&bytes[..end], &bytes[end..])?;
        let mut index = Self::default();
        // A count that the bytes can't hold must not become memory.
        index.entries.reserve(count.min(end / (OBJECT + id)));
        let mut at = 12;
        for _ in 0..count {
            at = index.entry(&bytes[..end], at, version, id)?;
        }
        index.extensions(&bytes[at..end], id)?;
        if index.link.is_none() && !index.replacements.is_empty() {
            return Err(DAMAGED);
        }
        Ok(index)
    }

    /// Reads the entry at `at` and gives the place of the next.
    fn entry(&mut self, bytes: &[u8], at: usize, version: u32, id: usize) -> Result<usize, &'static str> {
        let (flags_at, path) = (OBJECT + id, OBJECT + id + 2);
        let entry = bytes.get(at..).filter(|entry| entry.len() > path).ok_or(DAMAGED)?;
        let flags = u16::from_be_bytes([entry[flags_at], entry[flags_at + 1]]);
        let extended = flags & FLAG_EXTENDED != 0;
        if extended && version < 3 {
            return Err(DAMAGED);
        }
        let more = if extended { number(&entry[path..], 2)? as u16 } else { 0 };
        let mut path_at = if extended { path + 2 } else { path };
        let start = self.paths.len();
        if version == 4 {
            let (cut, length) = varint(&entry[path_at..]).ok_or(DAMAGED)?;
            path_at += length;
            let last = self.entries.last().map_or(0..0, |entry| entry.path.clone());
            let kept = last.len().checked_sub(cut).ok_or(DAMAGED)?;
            self.paths.extend_from_within(last.start..last.start + kept);
        }
        let length = memchr::memchr(0, &entry[path_at..]).ok_or(DAMAGED)?;
        self.paths.extend_from_slice(&entry[path_at..path_at + length]);
        self.push(Entry {
            path: start..self.paths.len(),
            id: Oid::from_bytes(&entry[OBJECT..OBJECT + ID]).map_err(|_| DAMAGED)?,
            mode: number(&entry[MODE..], 4)? as u32,
            stage: ((flags >> 12) & 3) as u8,
            intent_to_add: more & FLAG_INTENT_TO_ADD != 0,
        })?;
        let end = path_at + length;
        // Up to version 3 each entry is filled up to a multiple of eight bytes, with one at least.
        Ok(at + if version == 4 { end + 1 } else { (end + 8) & !7 })
    }

    /// Adds an entry. The comparison with HEAD relies on their order.
    fn push(&mut self, entry: Entry) -> Result<(), &'static str> {
        let path = &self.paths[entry.path.clone()];
        let in_order = self.entries.last().is_none_or(|last| (self.path(last), last.stage) < (path, entry.stage));
        if path.is_empty() && self.entries.is_empty() {
            self.replacements.push(entry);
            return Ok(());
        }
        if !in_order || path.len() > MAX_PATH {
            return Err(DAMAGED);
        }
        self.entries.push(entry);
        Ok(())
    }

    fn extensions(&mut self, mut rest: &[u8], id: usize) -> Result<(), &'static str> {
        while !rest.is_empty() {
            let name = rest.get(..4).ok_or(DAMAGED)?;
            let size = number(rest.get(4..).ok_or(DAMAGED)?, 4)?;
            let content = rest.get(8..).and_then(|rest| rest.get(..size)).ok_or(DAMAGED)?;
            match name {
                b"TREE" if id != ID => {}
                b"link" if id != ID => return Err("is split, which is not read where object names are SHA-256"),
                b"TREE" => self.cache_tree = CacheTree::parse(content).ok_or(DAMAGED)?,
                b"link" => self.link = Some(Link::parse(content).ok_or(DAMAGED)?),
                // Folders outside a sparse checkout, each as one entry: the comparison knows them by their mode.
                b"sdir" => {}
                // A capital letter says that a reader need not know it.
                [first, ..] if !first.is_ascii_uppercase() => return Err("needs a newer version of tidewaiter"),
                _ => {}
            }
            rest = &rest[8 + size..];
        }
        Ok(())
    }
}

pub(super) const DAMAGED: &str = "is damaged; `git status` may say more";

fn said(file: &Path, why: &str) -> GitError {
    GitError::Other(format!("the index {} {why}", file.display()))
}

/// The version and the number of entries.
fn header(bytes: &[u8], id: usize) -> Result<(u32, usize), &'static str> {
    if bytes.len() < 12 + id || !bytes.starts_with(b"DIRC") {
        return Err(DAMAGED);
    }
    match number(&bytes[4..], 4)? {
        version @ 2..=4 => Ok((version as u32, number(&bytes[8..], 4)?)),
        _ => Err("has a version that is not known"),
    }
}

/// With `index.skipHash`, git writes zeros.
fn check_sum(bytes: &[u8], sum: &[u8]) -> Result<(), &'static str> {
    let is_none = sum.iter().all(|byte| *byte == 0);
    let is_sum = || if sum.len() == ID { Sha1::digest(bytes)[..] == *sum } else { Sha256::digest(bytes)[..] == *sum };
    if is_none || is_sum() { Ok(()) } else { Err(DAMAGED) }
}

/// The first `length` bytes as a number, the highest first.
pub(super) fn number(bytes: &[u8], length: usize) -> Result<usize, &'static str> {
    let bytes = bytes.get(..length).ok_or(DAMAGED)?;
    Ok(bytes.iter().fold(0, |number, byte| number << 8 | usize::from(*byte)))
}

/// A number of seven bits a byte, and how many bytes it takes; as in packs, each byte but the last adds one.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(bytes.first()? & 0x7f);
    let mut length = 1;
    while bytes[length - 1] & 0x80 != 0 {
        value = value.checked_add(1)?.checked_mul(128)? | usize::from(bytes.get(length)? & 0x7f);
        length += 1;
    }
    Some((value, length))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PATH: usize = OBJECT + ID + 2;

    /// An index of version 2 with these paths.
    fn index(paths: &[&str], extension: &[u8]) -> Vec<u8> {
        let mut bytes = b"DIRC\0\0\0\x02".to_vec();
        bytes.extend((paths.len() as u32).to_be_bytes());
        for path in paths {
            let mut entry = vec![0; PATH];
            entry[MODE..MODE + 4].copy_from_slice(&0o100_644_u32.to_be_bytes());
            entry.extend(path.bytes());
            entry.resize((entry.len() + 8) & !7, 0);
            bytes.extend(entry);
        }
        bytes.extend(extension);
        let sum = Sha1::digest(&bytes);
        bytes.extend(&sum[..]);
        bytes
    }

    #[test]
    fn entries_below_a_folder_are_found_with_a_guess_or_without() {
        let index = IndexFile::parse(&index(&["a.b", "a/1", "a/2", "a0"], b""), ID).unwrap();
        for guess in [None, Some(0), Some(1), Some(2), Some(3), Some(99)] {
            assert_eq!(index.below(1, b"a/", guess), 1..3, "{guess:?}");
        }
        assert_eq!(index.path(&index.entries[3]), b"a0");
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        let good = index(&["a", "b/c"], b"ABCD\0\0\0\x02xx");
        assert!(IndexFile::parse(&good, ID).is_ok());
        for at in 0..good.len() {
            assert!(IndexFile::parse(&good[..at], ID).is_err(), "cut at {at}");
            let mut changed = good.clone();
            changed[at] ^= 0x41;
            assert!(IndexFile::parse(&changed, ID).is_err(), "changed at {at}");
            // The same with a checksum that says nothing.
            let end = changed.len() - ID;
            changed[end..].fill(0);
            let _ = IndexFile::parse(&changed, ID);
        }
        assert!(IndexFile::parse(&index(&["b", "a"], b""), ID).is_err(), "out of order");
        assert!(IndexFile::parse(&index(&["a", "a"], b""), ID).is_err(), "twice");
        assert!(IndexFile::parse(&index(&[&"a/".repeat(MAX_PATH)], b""), ID).is_err(), "too long");
    }

    #[test]
    fn extensions_that_must_be_understood_are_refused() {
        assert!(IndexFile::parse(&index(&["a"], b"link\0\0\0\0"), ID).is_err());
        assert!(
            IndexFile::parse(&index(&["", "", "a"], b""), ID).is_err(),
            "without the file whose entries these replace"
        );
        assert!(IndexFile::parse(&index(&["a"], b"abcd\0\0\0\0"), ID).is_err());
        assert!(IndexFile::parse(&index(&["a"], b"sdir\0\0\0\0"), ID).is_ok());
    }

    #[test]
    fn numbers_of_seven_bits_a_byte() {
        assert_eq!(varint(&[5]), Some((5, 1)));
        assert_eq!(varint(&[0x80, 0]), Some((128, 2)));
        assert_eq!(varint(&[0x80]), None);
        assert_eq!(varint(&[0xff; 30]), None);
    }
}
