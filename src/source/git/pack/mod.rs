//! Packs, read whole: every wanted object once, each delta applied once.
//!
//! libgit2 finds one object at a time, and unpacks the same bases again and again. A history wants nearly all objects, in
//! no certain order, so here the deltas of a pack become trees ([`forest`]) that are gone through from the bases down. What
//! this reader can't read, or does not know, is left to libgit2: nothing here is an error.
//!
//! Facts: `gitformat-pack(5)`.

mod bytes;
mod delta;
mod entry;
mod forest;
mod index;

use std::cmp::Reverse;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use git2::Oid;

use self::bytes::{Bytes, Piece};
use self::entry::Scratch;
use self::forest::{Forest, Part};
use super::{Runner, share};

use crate::model::Kept;

pub use self::entry::Kind;

/// How many folders of objects may lend from each other in a row, as in git.
pub(super) const MAX_ALTERNATES: usize = 5;

/// The packs of a repository. Objects go by numbers: their places among all ids in order.
#[derive(Default)]
pub struct Packs {
    ids: Vec<Oid>,
    buckets: Vec<u32>,
    /// For each object a pack that has it, and its entry there.
    places: Vec<(u32, u32)>,
    packs: Vec<Pack>,
}

struct Pack {
    bytes: Bytes,
    forest: Forest,
}

/// A part of the work of opening packs.
enum Opening<'p> {
    Number,
    Read(Piece<'p>),
}

/// An object that was read.
#[derive(Clone, Copy)]
pub struct Object<'o> {
    /// Its number.
    pub number: u32,
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: &'o [u8],
    /// The object that it was made from, most of which it shares.
    pub base: Option<Base<'o>>,
    /// Whether others that are needed are made from it.
    pub is_base: bool,
}

/// What an object was made from.
#[derive(Clone, Copy)]
pub struct Base<'o> {
    /// Its number.
    pub number: u32,
    /// Its bytes.
    pub bytes: &'o [u8],
    /// What the object keeps of it, in order.
    pub kept: &'o [Kept],
    /// Whether nothing else is made from it after this.
    pub is_last: bool,
}

/// What is to be read: the objects wanted, and the bases on the way to them.
pub struct Plan {
    parts: Vec<Part>,
    roots: Vec<(u32, u32)>,
}

impl Plan {
    /// How many pieces of work there are; each may be done by another thread.
    pub fn pieces(&self) -> usize {
        self.roots.len()
    }
}

/// What one thread at a time works with.
#[derive(Default)]
pub struct Workspace(Scratch);

impl Packs {
    /// Opens the packs of a folder of objects, and of those that it lends from.
    pub fn open(objects: &Path, run: &Runner<'_>) -> Self {
        let mut folders = vec![objects.to_owned()];
        lenders(objects, MAX_ALTERNATES, &mut folders);
        let (mut found, mut budget) = (Vec::new(), bytes::HELD);
        for folder in folders {
            let files = fs::read_dir(folder.join("pack")).into_iter().flatten().flatten().map(|file| file.path());
            let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "idx")).collect();
            files.sort();
            found.extend(files.into_iter().filter_map(|index| {
                let pack = File::open(index.with_extension("pack")).ok()?;
                Some((index, Bytes::of(pack, &mut budget).ok()?))
            }));
        }
        let (indexes, mut files): (Vec<PathBuf>, Vec<Bytes>) = found.into_iter().unzip();
        // While one thread numbers what the indexes list, the others read the packs.
        let numbered = OnceLock::new();
        let pieces = files.iter_mut().flat_map(Bytes::pieces).map(Opening::Read);
        share(run, std::iter::once(Opening::Number).chain(pieces).collect(), |part| match part {
            Opening::Number => _ = numbered.set(Self::number_all(&indexes)),
            Opening::Read(piece) => piece.read(),
        });
        let (mut packs, entries) = numbered.into_inner().unwrap_or_default();
        for (pack, (bytes, entries)) in files.into_iter().zip(entries).enumerate() {
            let find = |id| {
                let place = packs.places[packs.number(id)? as usize];
                (place.0 == pack as u32).then_some(place.1)
            };
            let forest = Forest::read(&bytes, entries, find, run);
            packs.packs.push(Pack { bytes, forest });
        }
        packs
    }

    /// Numbers what the indexes list: for each, offsets and numbers in order. One that can't be read lists nothing.
    fn number_all(indexes: &[PathBuf]) -> (Self, Vec<Vec<(u64, u32)>>) {
        let mut all: Vec<(Oid, u32, u64)> = Vec::new();
        let mut files = Vec::new();
        for (pack, path) in indexes.iter().enumerate() {
            let before = all.len();
            if index::read(path, |id, offset| all.push((id, pack as u32, offset))).is_err() {
                all.truncate(before);
            }
            files.push(Vec::with_capacity(all.len() - before));
        }
        // One pack's index is in order already, which the sort notices.
        all.sort();
        let mut ids: Vec<Oid> = Vec::with_capacity(all.len());
        for (id, pack, offset) in all {
            if ids.last() != Some(&id) {
                ids.push(id);
            }
            files[pack as usize].push((offset, (ids.len() - 1) as u32));
        }
        let mut places = vec![(u32::MAX, 0); ids.len()];
        for (pack, entries) in files.iter_mut().enumerate() {
            entries.sort_unstable();
            for (at, (_, number)) in entries.iter().enumerate() {
                let place = &mut places[*number as usize];
                if place.0 == u32::MAX {
                    *place = (pack as u32, at as u32);
                }
            }
        }
        (Self { buckets: buckets(&ids), places, ids, packs: Vec::new() }, files)
    }

    /// How many objects there are.
    pub fn count(&self) -> usize {
        self.ids.len()
    }

    /// An object's id.
    pub fn id(&self, number: u32) -> Oid {
        self.ids[number as usize]
    }

    /// An object's number, if a pack has it.
    pub fn number(&self, id: Oid) -> Option<u32> {
        let bucket = bucket(&id);
        let (start, end) = (*self.buckets.get(bucket)? as usize, *self.buckets.get(bucket + 1)? as usize);
        let found = self.ids[start..end].binary_search_by_key(&words(&id), words);
        found.ok().map(|at| (start + at) as u32)
    }

    /// What the object is, if its base could be found.
    pub fn kind(&self, number: u32) -> Option<Kind> {
        let (pack, entry) = self.places[number as usize];
        self.packs.get(pack as usize)?.forest.kind(entry)
    }

    /// Finds what has to be read for the objects that are wanted.
    pub fn plan(&self, wanted: impl Fn(u32) -> bool) -> Plan {
        let mut parts: Vec<Part> = self.packs.iter().map(|pack| pack.forest.part()).collect();
        for (number, (pack, entry)) in self.places.iter().enumerate() {
            if let Some(part) = parts.get_mut(*pack as usize)
                && wanted(number as u32)
            {
                self.packs[*pack as usize].forest.want(*entry, part);
            }
        }
        let mut roots = Vec::new();
        for (pack, part) in parts.iter().enumerate() {
            roots.extend(self.packs[pack].forest.roots(part).map(|entry| (pack as u32, entry)));
        }
        // The largest first, so that no thread has one to do when the others are done; else as they lie in the pack.
        roots.sort_by_cached_key(|(pack, entry)| {
            Reverse(self.packs[*pack as usize].forest.wanted_below(*entry, &parts[*pack as usize]).checked_ilog2())
        });
        Plan { parts, roots }
    }

    /// Reads one piece of a plan and shows its objects. Those that can't be read, or are larger than `limit` bytes, are
    /// left out with all that are made from them.
    pub fn read(
        &self,
        plan: &Plan,
        piece: usize,
        limit: u64,
        workspace: &mut Workspace,
        show: &mut dyn FnMut(Object<'_>),
    ) {
        let (pack, root) = plan.roots[piece];
        let (place, part) = (&self.packs[pack as usize], &plan.parts[pack as usize]);
        workspace.0.limit = limit;
        place.forest.visit(&place.bytes, root, part, &mut workspace.0, show);
    }
}

/// The 20 bytes of an id as two numbers, which compare as the bytes do, and sooner.
fn words(id: &Oid) -> (u128, u32) {
    let (high, low) = id.as_bytes().split_first_chunk().unwrap_or((&[0; 16], &[]));
    (u128::from_be_bytes(*high), low.first_chunk().map_or(0, |low| u32::from_be_bytes(*low)))
}

/// Ids are spread evenly, so that few share their first two bytes.
fn bucket(id: &Oid) -> usize {
    id.as_bytes().iter().take(2).fold(0, |bucket, byte| bucket << 8 | usize::from(*byte))
}

/// For each bucket the place of its first id, and the end behind the last one.
fn buckets(ids: &[Oid]) -> Vec<u32> {
    let mut starts = vec![0; (1 << 16) + 1];
    for id in ids {
        starts[bucket(id) + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    starts
}

/// The folders named in `info/alternates`, one a line.
pub(super) fn lenders(objects: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let list = fs::read_to_string(objects.join("info/alternates")).unwrap_or_default();
    for line in list.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let folder = objects.join(line);
        if depth > 0 && !found.contains(&folder) {
            found.push(folder.clone());
            lenders(&folder, depth - 1, found);
        }
    }
}
