//! Paths that one file may have had one after the other. Its findings are compared with each other, so that one shard has
//! to do all its versions.

use foldhash::HashMap;
use git2::Oid;

use crate::model::Shard;
use crate::source::git::history::{History, Holder, PathNo};

/// Removed files of one commit that are looked at for where a secret was moved from.
pub const MAX_REMOVED: usize = 2_000;

/// Paths, each with one that stands for all of its lineage.
#[derive(Default)]
pub struct Lineages {
    parents: HashMap<PathNo, PathNo>,
}

impl Lineages {
    /// What a shard has to know of them.
    pub fn of(history: &mut History<'_>, shard: Shard) -> Self {
        if shard.is_whole() { Self::default() } else { Self::trace(history) }
    }

    /// Follows copies and moves.
    fn trace(history: &mut History<'_>) -> Self {
        let mut lines = Self::default();
        for piece in &history.pieces {
            for pair in piece.places.windows(2) {
                lines.join(pair[0], pair[1]);
            }
        }
        // A file that was changed while it was moved is a new one beside one that is gone.
        for (commit, new) in added(history) {
            for (gone, _) in history.removed(commit, MAX_REMOVED) {
                new.iter().for_each(|path| lines.join(gone, *path));
            }
        }
        lines
    }

    fn join(&mut self, a: PathNo, b: PathNo) {
        let (a, b) = (self.first(a), self.first(b));
        // The lower number is the path that the walk met first, which is the same in every shard.
        if a != b {
            self.parents.insert(a.max(b), a.min(b));
        }
    }

    /// The path that stands for all of them.
    pub fn first(&self, mut path: PathNo) -> PathNo {
        while let Some(parent) = self.parents.get(&path) {
            path = *parent;
        }
        path
    }
}

/// Who first introduced a blob at each path.
pub fn came_up(history: &History<'_>) -> HashMap<PathNo, u32> {
    let mut first: HashMap<PathNo, u32> = HashMap::default();
    for piece in &history.pieces {
        if let Some(path) = piece.places.first() {
            first.entry(*path).or_insert(piece.holder);
        }
    }
    first
}

/// The paths that came up in each commit.
fn added(history: &History<'_>) -> Vec<(Oid, Vec<PathNo>)> {
    let mut added: HashMap<u32, Vec<PathNo>> = HashMap::default();
    for (path, holder) in came_up(history) {
        added.entry(holder).or_default().push(path);
    }
    let commit = |holder: u32| match history.holders.get(holder as usize) {
        Some(Holder::Commit(commit)) => Some(*commit),
        _ => None,
    };
    added.into_iter().filter_map(|(holder, paths)| Some((commit(holder)?, paths))).collect()
}
