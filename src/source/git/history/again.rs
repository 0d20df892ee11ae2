//! What a scan that goes on from an earlier one looks at again: blobs in which that one found something, as far as its
//! findings depend on them.

use std::collections::HashSet;

use git2::Oid;

use super::{History, Holder, Piece};
use crate::source::git::cache::Cache;

impl History<'_> {
    /// Leaves of the commits that an earlier scan covered what it found there.
    pub(super) fn keep_sights(&mut self, cache: &Cache) {
        let Some(earlier) = self.earlier() else { return };
        let sights: HashSet<(Oid, Oid)> = cache.sights.iter().copied().collect();
        let is_left = |commit: Oid, blob: Oid| !earlier.contains(&commit) || sights.contains(&(commit, blob));
        let mut pieces = std::mem::take(&mut self.pieces);
        // What was clean where it came from may hold something under the path of another kind that it came to later.
        pieces.retain(|piece| {
            let blob = self.blob(piece);
            self.bringers(piece).any(|commit| commit.is_none_or(|commit| is_left(commit, blob)))
        });
        self.pieces = pieces;
        self.messages.retain(|(_, commit)| is_left(*commit, *commit));
    }

    /// The commits that an earlier scan covered, if this one goes on from there.
    fn earlier(&self) -> Option<HashSet<Oid>> {
        let earlier = self.selection.earlier.as_ref()?;
        Some(earlier.iter().map(|commit| self.graph.id(*commit)).collect())
    }

    /// Who brought the piece to its places; `None` for what is no commit.
    fn bringers<'h>(&'h self, piece: &'h Piece) -> impl Iterator<Item = Option<Oid>> + 'h {
        self.places(piece).map(|(_, holder)| match self.holders.get(holder as usize) {
            Some(Holder::Commit(commit)) => Some(*commit),
            _ => None,
        })
    }

    /// What an earlier scan saw, and did not expect to be needed again, of the blobs that new commits, or HEAD, hold.
    pub(super) fn came_back(&mut self, cache: &Cache) -> HashSet<(Oid, Oid)> {
        let Some(earlier) = self.earlier().filter(|_| !cache.others.is_empty()) else { return HashSet::new() };
        let is_new = |commit: Option<Oid>| commit.is_none_or(|commit| !earlier.contains(&commit));
        let head = self.in_head();
        let new = self.pieces.iter().filter(|piece| self.bringers(piece).any(is_new));
        let new: HashSet<Oid> = new.map(|piece| self.blob(piece)).collect();
        cache.others.iter().copied().filter(|(_, blob)| head.contains(blob) || new.contains(blob)).collect()
    }
}
