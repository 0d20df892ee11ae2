//! What a scan that goes on from an earlier one looks at again: blobs in which that one found something, as far as its
//! findings depend on them.

use std::collections::{HashMap, HashSet};

use git2::Oid;

use super::{History, Holder, PathNo, Piece};
use crate::source::git::cache::{Cache, Trace};

impl History<'_> {
    /// Leaves of the commits that an earlier scan covered what it found there.
    pub(super) fn keep_sights(&mut self, cache: &Cache) {
        let Some(earlier) = self.earlier() else { return };
        let sights: HashSet<(Oid, Oid)> = cache.sights.iter().map(|sight| (sight.commit, sight.blob)).collect();
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
    pub(super) fn came_back(&mut self, cache: &Cache) -> HashSet<Trace> {
        let Some(earlier) = self.earlier().filter(|_| !cache.others.is_empty()) else { return HashSet::new() };
        let is_new = |commit: Option<Oid>| commit.is_none_or(|commit| !earlier.contains(&commit));
        let head = self.in_head();
        let new = self.pieces.iter().filter(|piece| self.bringers(piece).any(is_new));
        let new: HashSet<Oid> = new.map(|piece| self.blob(piece)).collect();
        let others = cache.others.iter().copied();
        others.filter(|other| head.contains(&other.blob) || new.contains(&other.blob)).collect()
    }

    /// Where the blobs came to, and through which commits; nothing of those that a ref holds without a commit.
    pub fn traces_of(&self, blobs: &HashSet<Oid>) -> HashMap<Oid, Vec<Trace>> {
        let pieces = self.pieces.iter().map(|piece| (self.blob(piece), piece));
        let pieces = pieces.filter(|(blob, _)| blobs.contains(blob));
        let traces = |blob, piece| self.places(piece).filter_map(move |(path, holder)| self.trace(holder, blob, path));
        pieces.map(|(blob, piece)| (blob, traces(blob, piece).collect())).collect()
    }

    /// What a later scan has to know to look at a blob, or a message, again.
    pub fn trace(&self, holder: u32, blob: Oid, path: PathNo) -> Option<Trace> {
        match self.holders.get(holder as usize)? {
            Holder::Commit(commit) if *commit == blob => Some(Trace::message(blob)),
            Holder::Commit(commit) => Some(match self.texts().plain(path) {
                Some(path) => Trace::new(*commit, blob, &path),
                None => Trace::unknown(*commit, blob),
            }),
            _ => None,
        }
    }
}
