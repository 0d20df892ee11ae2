//! Paths that one file may have had one after the other. Its findings are compared with each other, so that one shard has
//! to do all its versions.

use crate::model::Shard;
use crate::source::git::history::{History, Holder, PathNo};
use foldhash::HashMap;

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
        for (gone, new) in moved(history) {
            for gone in gone {
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

/// The paths that came up in each commit that removed others, which may have been theirs.
fn moved(history: &mut History<'_>) -> Vec<(Vec<PathNo>, Vec<PathNo>)> {
    let mut brought: HashMap<u32, Vec<PathNo>> = HashMap::default();
    for piece in &history.pieces {
        for (path, holder) in history.places(piece) {
            brought.entry(holder).or_default().push(path);
        }
    }
    let mut moved = Vec::new();
    for (holder, mut paths) in brought {
        let Some(Holder::Commit(commit)) = history.holders.get(holder as usize).cloned() else { continue };
        let gone = history.removed(commit, MAX_REMOVED);
        if !gone.is_empty() {
            paths.retain(|path| history.is_new_in(commit, *path));
            moved.push((gone.into_iter().map(|(path, _)| path).collect(), paths));
        }
    }
    moved
}
