//! Where files came from that the index has and HEAD lacks at their paths.
//!
//! What is gone is listed from trees alone, up to a bound. First come files that are equal, by their ids; only where few are
//! left on both sides, libgit2 compares the contents of those of like sizes, up to a sum. A file of which nothing is found
//! counts as new.

use std::collections::HashMap;

use git2::{Delta, DiffFindOptions, DiffOptions, Index, IndexEntry, IndexTime, ObjectType, Oid};

use super::Repository;
use super::changes::{ChangedFile, Changes, Gone};
use super::index::FILE;

/// Where more files and folders than this are gone, no renames are looked for: few small trees can name endless ones.
const MAX_GONE: usize = 100_000;

/// Nor where their paths have more bytes than this in all, as those of very deep folders have.
const MAX_PATHS: usize = 32 << 20;

/// Contents are compared where no more files than this are gone, and no more are new.
const MAX_COMPARED: usize = 1_000;

/// Of those that are gone, and of those that are new, contents of no more bytes than this are compared.
const MAX_READ: usize = 16 << 20;

/// The larger of two files that are compared has at most this many times the bytes of the smaller one, as in libgit2; fewer
/// bytes than [`SMALL`] count as that many.
const MOST_TIMES: usize = 8;
const SMALL: usize = 128;

/// The paths that files came from, by the paths that they came to.
type Origins = HashMap<Vec<u8>, Vec<u8>>;

impl Changes {
    /// Gives files that came from another path what they were there. Where that can't be told, all of a file counts as new.
    pub fn find_renames(&mut self, repository: &Repository) {
        let mut new: Vec<&mut ChangedFile> = self.files.iter_mut().filter(|file| file.old.is_none()).collect();
        if new.is_empty() {
            return;
        }
        let Some(mut gone) = files(repository, &self.gone) else { return };
        // Of files that are equal, each rather came from one of its own name.
        take_equal(&mut new, &mut gone, |path| path.rsplit(|byte| *byte == b'/').next().unwrap_or_default().to_vec());
        take_equal(&mut new, &mut gone, |_| Vec::new());
        new.retain(|file| !file.is_link);
        gone.retain(|file| !file.is_link);
        let is_one_empty = new.is_empty() || gone.is_empty();
        if is_one_empty || new.len() > MAX_COMPARED || gone.len() > MAX_COMPARED {
            return;
        }
        let Ok(odb) = repository.odb() else { return };
        let size = |id| odb.header(id).ok().map(|(size, _)| size);
        let new = affordable(new.into_iter().filter_map(|file| Some((size(file.id)?, file))).collect());
        let is_like_one = |gone: usize| new.iter().any(|(size, _)| are_like(*size, gone));
        let gone = gone.into_iter().filter_map(|file| Some((size(file.id).filter(|size| is_like_one(*size))?, file)));
        let gone = affordable(gone.collect());
        let Ok(mut origins) = similar(repository, &new, &gone) else { return };
        let ids: HashMap<&[u8], Oid> = gone.iter().map(|(_, file)| (file.path.as_slice(), file.id)).collect();
        for (_, file) in new {
            let from = origins.remove(&file.path).and_then(|path| ids.get(path.as_slice()).map(|id| (path, *id)));
            (file.old_path, file.old) = from.unzip();
        }
    }
}

/// The files that are gone, those of folders among them; `None` if there are too many. No blob is opened for it, and a folder
/// that can't be read is left out.
fn files(repository: &Repository, gone: &[Gone]) -> Option<Vec<Gone>> {
    let mut files = Vec::new();
    let mut open = Vec::new();
    let (mut count, mut bytes) = (0, 0);
    let mut take = |gone: Gone, open: &mut Vec<Gone>| {
        count += 1;
        bytes += gone.path.len();
        match gone.kind {
            Some(ObjectType::Blob) => files.push(gone),
            Some(ObjectType::Tree) => open.push(gone),
            _ => {}
        }
        (count <= MAX_GONE && bytes <= MAX_PATHS).then_some(())
    };
    for gone in gone {
        take(gone.clone(), &mut open)?;
    }
    while let Some(folder) = open.pop() {
        let Ok(tree) = repository.find_tree(folder.id) else { continue };
        let prefix = [&folder.path, &b"/"[..]].concat();
        for entry in &tree {
            take(Gone::new(&prefix, &entry), &mut open)?;
        }
    }
    files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Some(files)
}

/// Gives new files what they were where an equal one is gone that has the same name, as `name` gives it of a path; takes both
/// out of the lists. What is gone went to one place: any further file is a copy, and new.
fn take_equal(new: &mut Vec<&mut ChangedFile>, gone: &mut Vec<Gone>, name: impl Fn(&[u8]) -> Vec<u8>) {
    let mut equal: HashMap<(Oid, bool, Vec<u8>), Vec<usize>> = HashMap::new();
    for (at, file) in gone.iter().enumerate().rev() {
        equal.entry((file.id, file.is_link, name(&file.path))).or_default().push(at);
    }
    let mut is_left = vec![true; gone.len()];
    new.retain_mut(|file| {
        let places = equal.get_mut(&(file.id, file.is_link, name(&file.path)));
        let Some(at) = places.and_then(Vec::pop) else { return true };
        is_left[at] = false;
        (file.old, file.old_path) = (Some(gone[at].id), Some(gone[at].path.clone()));
        false
    });
    let mut is_left = is_left.into_iter();
    gone.retain(|_| is_left.next().unwrap_or(true));
}

/// Whether files of these sizes can be versions of one.
fn are_like(one: usize, other: usize) -> bool {
    let most = one.min(other).max(SMALL).saturating_mul(MOST_TIMES);
    one.max(other) <= most
}

/// Of files with their sizes, as many of the smallest as may be read.
fn affordable<T>(mut files: Vec<(usize, T)>) -> Vec<(usize, T)> {
    files.sort_by_key(|(size, _)| *size);
    let mut sum = 0_usize;
    files.retain(|(size, _)| {
        sum = sum.saturating_add(*size);
        sum <= MAX_READ
    });
    files
}

/// Where new files came from, by their contents; the files stand with their sizes.
fn similar(
    repository: &Repository,
    new: &[(usize, &mut ChangedFile)],
    gone: &[(usize, Gone)],
) -> Result<Origins, git2::Error> {
    // Indexes of these alone, in memory: libgit2 would read all of the other one, and not every form of it.
    let (mut before, mut after) = (Index::new()?, Index::new()?);
    for (_, file) in gone {
        add(repository, &file.path, file.id, &mut before);
    }
    for (_, file) in new {
        add(repository, &file.path, file.id, &mut after);
    }
    let mut options = DiffOptions::new();
    options.include_typechange(true).skip_binary_check(true).context_lines(0);
    let mut diff = repository.diff_index_to_index(&before, &after, Some(&mut options))?;
    diff.find_similar(Some(DiffFindOptions::new().renames(true)))?;
    let renamed = diff.deltas().filter(|delta| delta.status() == Delta::Renamed);
    let origin = |delta: git2::DiffDelta<'_>| {
        Some((delta.new_file().path_bytes()?.to_vec(), delta.old_file().path_bytes()?.to_vec()))
    };
    Ok(renamed.filter_map(origin).collect())
}

/// Adds a file for libgit2 to read, unless its blob can't be read or libgit2 takes no such path.
fn add(repository: &Repository, path: &[u8], id: Oid, index: &mut Index) {
    if repository.find_blob(id).is_err() {
        return;
    }
    let never = IndexTime::new(0, 0);
    let _ = index.add(&IndexEntry {
        ctime: never,
        mtime: never,
        dev: 0,
        ino: 0,
        mode: FILE | 0o644,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.to_vec(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_of_like_sizes_are_compared() {
        for (one, other, like) in [
            (88, 1_500_000_000, false),
            (1_000, 8_000, true),
            (8_001, 1_000, false),
            (0, 1_024, true),
            (0, 1_025, false),
        ] {
            assert_eq!((are_like(one, other), are_like(other, one)), (like, like), "{one} {other}");
        }
    }

    #[test]
    fn the_smallest_files_are_read_up_to_a_sum() {
        let files = |sizes: &[usize]| sizes.iter().map(|size| (*size, ())).collect::<Vec<_>>();
        assert_eq!(affordable(files(&[MAX_READ, 7, 5])), files(&[5, 7]));
        assert_eq!(affordable(files(&[MAX_READ])), files(&[MAX_READ]));
        assert_eq!(affordable(files(&[usize::MAX, MAX_READ - 5, 5])), files(&[5, MAX_READ - 5]));
        assert_eq!(affordable(files(&[MAX_READ / 2 + 1; 3])), files(&[MAX_READ / 2 + 1]));
    }
}
