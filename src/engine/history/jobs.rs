//! What a scan of a history has to read: blobs under the paths at which they were introduced, and messages. A blob that
//! later came to a path of another kind (`notes.txt`, `Dockerfile`) is read once more as that. A shard takes the files that
//! are its own with all their versions, as the findings of these belong together.

use std::borrow::Cow;

use git2::Oid;

use super::groups::Sight;
use super::lineages::Lineages;
use super::{COMMIT_MESSAGES, TAG_MESSAGES};
use crate::model::{Origin, Shard};
use crate::source::git::cache::{Cache, Mark, mark};
use crate::source::git::history::{History, PathNo, Piece, Texts};

/// Something to read and scan.
pub struct Job<'h> {
    /// Position in the history: who introduced the object.
    pub holder: u32,
    /// The object.
    pub blob: Oid,
    /// Its paths. It is scanned under the first.
    pub places: Cow<'h, [PathNo]>,
    /// Its number in the packs, if one has it.
    pub packed: Option<u32>,
    /// Whether it is the message of a commit or a tag.
    pub is_message: bool,
    /// Whether it is read as something else by another job, which counts it.
    pub is_again: bool,
}

impl Job<'_> {
    /// The path to scan it under. Few are needed at one time, and all would be much.
    pub fn path(&self, texts: Texts<'_>) -> String {
        match self.places.first() {
            None | Some(&COMMIT_MESSAGES) => Origin::COMMIT_MESSAGE.to_owned(),
            Some(&TAG_MESSAGES) => Origin::TAG_MESSAGE.to_owned(),
            Some(path) => texts.of(*path),
        }
    }

    /// Where it was read.
    pub fn sight(&self) -> Sight {
        Sight { holder: self.holder, blob: self.blob, places: self.places.to_vec().into() }
    }
}

/// What belongs to the shard, file by file: versions of a file lie near each other in packs, as deltas.
/// Blobs that the cache knows to be clean are left out, and their marks given.
pub fn list<'h, K: PartialEq>(
    history: &'h History<'_>,
    lines: &Lineages,
    shard: Shard,
    cache: &Cache,
    kind: &dyn Fn(&str) -> K,
) -> (Vec<Job<'h>>, Vec<Mark>) {
    let texts = history.texts();
    let mut jobs = Vec::with_capacity(history.pieces.len());
    let mut pieces: Vec<_> = history.pieces.iter().filter_map(|piece| Some((*piece.places.first()?, piece))).collect();
    pieces.sort_unstable_by_key(|(path, piece)| (*path, piece.holder));
    for (path, piece) in pieces {
        if shard.is_whole() || shard.takes(&texts.of(lines.first(path))) {
            let (blob, packed) = (history.blob(piece), history.packed(piece));
            let mut kinds = kinds(history, piece, kind).into_iter();
            let (holder, places) = kinds.next().unwrap_or((piece.holder, Cow::Borrowed(&piece.places[..])));
            jobs.push(Job { holder, blob, places, packed, is_message: false, is_again: false });
            let again =
                |(holder, places)| Job { holder, blob, places, packed: None, is_message: false, is_again: true };
            jobs.extend(kinds.map(again));
        }
    }
    let message = |holder: u32, id: Oid, place| Job {
        holder,
        blob: id,
        places: Cow::Owned(vec![place]),
        packed: history.packs().number(id),
        is_message: true,
        is_again: false,
    };
    if shard.takes(Origin::COMMIT_MESSAGE) {
        let commits = history.messages.iter();
        jobs.extend(commits.map(|(at, commit)| message(*at, *commit, COMMIT_MESSAGES)));
    }
    if shard.takes(Origin::TAG_MESSAGE) {
        let behind = history.holders.len() as u32;
        jobs.extend(history.tags.iter().map(|tag| message(behind, tag.id, TAG_MESSAGES)));
    }
    let mut known = Vec::new();
    if !cache.clean.is_empty() {
        jobs.retain(|job| {
            let path = job.path(texts);
            let is_clean = cache.is_clean(job.blob, &path);
            if is_clean {
                known.push(mark(job.blob, &path));
            }
            !is_clean
        });
    }
    (jobs, known)
}

/// The piece's places by what their paths say of it, each kind with who brought it first; none where there is but one place.
fn kinds<'h, K: PartialEq>(
    history: &History<'_>,
    piece: &Piece,
    kind: &dyn Fn(&str) -> K,
) -> Vec<(u32, Cow<'h, [PathNo]>)> {
    let (mut kinds, mut found) = (Vec::new(), Vec::<(u32, Cow<'h, [PathNo]>)>::new());
    if piece.places.len() < 2 {
        return found;
    }
    for (place, holder) in history.places(piece) {
        let kind = kind(&history.texts().of(place));
        match kinds.iter().position(|known| *known == kind) {
            Some(at) => found[at].1.to_mut().push(place),
            None => {
                kinds.push(kind);
                found.push((holder, Cow::Owned(vec![place])));
            }
        }
    }
    found
}
