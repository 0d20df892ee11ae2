//! Loose objects, looked at before libgit2 reads them: where the file of one ends too early, as a crash or a full disk
//! leaves it, libgit2 waits for the rest without end.
//!
//! The format is git's: a zlib stream of `kind size`, NUL, and as many bytes.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use flate2::bufread::ZlibDecoder;
use git2::{ErrorClass, ErrorCode, Oid};

use super::Runner;
use super::pack::{MAX_ALTERNATES, Packs, lenders};

/// Bytes of `kind size` and NUL at the most.
const HEADER: usize = 32;

/// The folders among which the loose objects are spread: one for each first byte of an id.
const PARTS: usize = 256;

/// The loose objects of a repository, and of those that it lends from.
pub struct Loose {
    folders: Vec<Folder>,
    /// Opened when a loose object is broken: a whole one in a pack goes before it.
    packs: OnceLock<Vec<Packs>>,
    /// Broken objects that are no blobs.
    broken: OnceLock<Vec<Oid>>,
}

/// A folder of objects.
struct Folder {
    path: PathBuf,
    /// The names in each part, listed when an object of it is asked for first; `None` if that can't be done. Most objects lie
    /// in packs, and there are thousands of questions.
    parts: Box<[OnceLock<Option<HashSet<OsString>>>]>,
}

impl Folder {
    fn new(path: PathBuf) -> Self {
        Self { path, parts: (0..PARTS).map(|_| OnceLock::new()).collect() }
    }

    /// The file of an object, if there may be one.
    fn file(&self, id: Oid) -> Option<PathBuf> {
        let name = id.to_string();
        let (start, rest) = name.split_at(2);
        let part = self.path.join(start);
        let list = || match fs::read_dir(&part) {
            Ok(entries) => entries.map(|entry| entry.ok().map(|entry| entry.file_name())).collect(),
            Err(error) => is_missing(&error).then(HashSet::new),
        };
        let names = self.parts.get(usize::from(id.as_bytes()[0]))?.get_or_init(list);
        names.as_ref().is_none_or(|names| names.contains(rest.as_ref() as &std::ffi::OsStr)).then(|| part.join(rest))
    }
}

impl Loose {
    /// The objects in a repository's folder of objects, and in those that git's environment names.
    pub fn new(objects: &Path) -> Self {
        let mut folders = vec![objects.to_owned()];
        folders.extend(std::env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from));
        let lent = std::env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
        folders.extend(std::env::split_paths(&lent).filter(|folder| !folder.as_os_str().is_empty()));
        for at in 0..folders.len() {
            lenders(&folders[at].clone(), MAX_ALTERNATES, &mut folders);
        }
        let folders = folders.into_iter().map(Folder::new).collect();
        Self { folders, packs: OnceLock::new(), broken: OnceLock::new() }
    }

    /// Reads the object to its end, if it is a loose one. One that git writes after its part was listed is whole: git gives
    /// it its name last.
    ///
    /// # Errors
    /// A file that is too short, too long or damaged, or that can't be read.
    pub fn check(&self, id: Oid) -> Result<(), git2::Error> {
        let files = self.folders.iter().filter_map(|folder| folder.file(id));
        let found = files.map(File::open).find(|file| !file.as_ref().is_err_and(is_missing));
        let is_whole = found.is_none_or(|file| file.and_then(is_whole).unwrap_or(false));
        if is_whole || self.is_packed(id) {
            return Ok(());
        }
        Err(git2::Error::new(ErrorCode::Invalid, ErrorClass::Zlib, format!("object {id} is corrupt")))
    }

    /// The loose commits, trees and tags that can't be read. The first call looks at all of them.
    pub fn broken(&self) -> &[Oid] {
        self.broken.get_or_init(|| {
            let mut broken = Vec::new();
            for folder in self.folders.iter().flat_map(|objects| entries(&objects.path)) {
                let start = name(&folder).filter(|name| name.len() == 2);
                for file in start.iter().flat_map(|_| entries(&folder)) {
                    let id = start.as_ref().zip(name(&file)).and_then(|(start, rest)| id(start, &rest));
                    broken.extend(id.filter(|id| !is_blob(&file) && self.check(*id).is_err()));
                }
            }
            broken
        })
    }

    fn is_packed(&self, id: Oid) -> bool {
        let run: &Runner<'_> = &|count, work| (0..count).for_each(work);
        let open = || self.folders.iter().map(|objects| Packs::open(&objects.path, run)).collect();
        self.packs.get_or_init(open).iter().any(|packs| packs.number(id).is_some())
    }
}

fn is_missing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

fn name(path: &Path) -> Option<String> {
    Some(path.file_name()?.to_str()?.to_owned())
}

fn id(start: &str, rest: &str) -> Option<Oid> {
    (rest.len() == 38).then(|| Oid::from_str(&format!("{start}{rest}")).ok())?
}

/// Whether the file starts like a blob.
fn is_blob(file: &Path) -> bool {
    let mut start = [0; 5];
    let read =
        File::open(file).and_then(|file| ZlibDecoder::new(BufReader::with_capacity(512, file)).read_exact(&mut start));
    read.is_ok() && start == *b"blob "
}

/// Whether the file holds an object from beginning to end, and nothing else.
fn is_whole(file: File) -> io::Result<bool> {
    if !file.metadata()?.is_file() {
        return Ok(false);
    }
    let mut inflated = BufReader::with_capacity(1 << 15, ZlibDecoder::new(BufReader::with_capacity(1 << 15, file)));
    let mut header = Vec::new();
    inflated.by_ref().take(HEADER as u64).read_until(0, &mut header)?;
    let Some(size) = size(&header) else { return Ok(false) };
    // Not all that a hostile stream can hold: one byte more than there may be tells enough.
    let read = io::copy(&mut inflated.by_ref().take(size.saturating_add(1)), &mut io::sink())?;
    Ok(read == size && inflated.into_inner().into_inner().fill_buf()?.is_empty())
}

/// The size that an object's header names.
fn size(header: &[u8]) -> Option<u64> {
    let header = std::str::from_utf8(header.strip_suffix(b"\0")?).ok()?;
    let (kind, size) = header.split_once(' ')?;
    ["blob", "tree", "commit", "tag"].contains(&kind).then(|| size.parse().ok())?
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    /// Whether an object with this file passes.
    fn passes(bytes: &[u8]) -> bool {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("01")).unwrap();
        fs::write(folder.path().join("01").join("01".repeat(19)), bytes).unwrap();
        let loose = Loose::new(folder.path());
        let id = Oid::from_bytes(&[1; 20]).unwrap();
        let passes = loose.check(id).is_ok();
        assert!(loose.check(Oid::from_bytes(&[2; 20]).unwrap()).is_ok(), "there is none");
        assert!(loose.broken().is_empty() || !passes);
        passes
    }

    #[test]
    fn only_a_whole_object_passes() {
        let text: Vec<u8> = b"tree 2000\0".iter().copied().chain((0..2000).map(|n| (n * n % 251) as u8)).collect();
        let whole = packed(&text);
        assert!(passes(&whole));
        for end in 0..whole.len() {
            assert!(!passes(&whole[..end]), "cut at {end}");
        }
        assert!(!passes(&[&whole[..], b"x"].concat()), "more behind it");
        for wrong in [&b"tree 1\0"[..], b"tree 1\0ab", b"tree 2\0a", b"bush 1\0a", b"tree", b"tree x\0", b""] {
            assert!(!passes(&packed(wrong)), "{wrong:?}");
        }
        assert!(passes(&packed(b"blob 0\0")));
    }
}
