//! What a scan of a history has to read: blobs under the paths at which they were introduced, and messages. A blob that
//! later came to a path of another kind (`notes.txt`, `Dockerfile`) is read once more as that. A shard takes the files that
//! are its own with all their versions, as the findings of these belong together.

use git2::Oid;

use super::groups::Sight;
use super::lineages::Lineages;
use super::{COMMIT_MESSAGES, TAG_MESSAGES};
use crate::document::NameKind;
use crate::model::{Origin, Shard};
use crate::source::git::cache::{Cache, Mark, mark};
use crate::source::git::history::{History, Piece};

/// Something to read and scan.
pub struct Job {
    /// The object, who introduced it and where.
    pub sight: Sight,
    /// Its number in the packs, if one has it.
    pub packed: Option<u32>,
    /// The path to scan it under.
    pub path: String,
    /// Whether it is the message of a commit or a tag.
    pub is_message: bool,
    /// Whether it is read as something else by another job, which counts it.
    pub is_again: bool,
}

/// What belongs to the shard, file by file: versions of a file lie near each other in packs, as deltas.
/// Blobs that the cache knows to be clean are left out, and their marks given.
pub fn list(history: &mut History<'_>, shard: Shard, cache: &Cache) -> (Vec<Job>, Vec<Mark>) {
    let lines = if shard.is_whole() { Lineages::default() } else { Lineages::trace(history) };
    let mut jobs = Vec::new();
    let mut pieces: Vec<_> = history.pieces.iter().filter_map(|piece| Some((*piece.places.first()?, piece))).collect();
    pieces.sort_unstable_by_key(|(path, piece)| (*path, piece.holder));
    for (path, piece) in pieces {
        if shard.is_whole() || shard.takes(&history.path(lines.first(path))) {
            let sight = Sight { holder: piece.holder, blob: history.blob(piece), places: piece.places.clone() };
            let packed = history.packed(piece);
            jobs.push(Job { sight, packed, path: history.path(path), is_message: false, is_again: false });
            jobs.extend(other_kinds(history, piece));
        }
    }
    let message = |holder: u32, id: Oid, place, path: &str| Job {
        sight: Sight { holder, blob: id, places: vec![place] },
        packed: history.packs().number(id),
        path: path.to_owned(),
        is_message: true,
        is_again: false,
    };
    if shard.takes(Origin::COMMIT_MESSAGE) {
        let commits = history.messages.iter();
        jobs.extend(commits.map(|(at, commit)| message(*at, *commit, COMMIT_MESSAGES, Origin::COMMIT_MESSAGE)));
    }
    if shard.takes(Origin::TAG_MESSAGE) {
        let behind = history.holders.len() as u32;
        jobs.extend(history.tags.iter().map(|tag| message(behind, tag.id, TAG_MESSAGES, Origin::TAG_MESSAGE)));
    }
    let mut known = Vec::new();
    if !cache.clean.is_empty() {
        jobs.retain(|job| {
            let is_clean = cache.is_clean(job.sight.blob, &job.path);
            if is_clean {
                known.push(mark(job.sight.blob, &job.path));
            }
            !is_clean
        });
    }
    (jobs, known)
}

/// The blob as what it is under later paths, if their names say something else of it than the first one.
fn other_kinds(history: &History<'_>, piece: &Piece) -> Vec<Job> {
    let (mut kinds, mut jobs) = (Vec::new(), Vec::<Job>::new());
    if piece.places.len() < 2 {
        return jobs;
    }
    for (place, holder) in history.places(piece) {
        let path = history.path(place);
        let kind = NameKind::of(&path);
        match kinds.iter().position(|known| *known == kind) {
            Some(at) => jobs[at].sight.places.push(place),
            None => {
                kinds.push(kind);
                let sight = Sight { holder, blob: history.blob(piece), places: vec![place] };
                jobs.push(Job { sight, packed: None, path, is_message: false, is_again: true });
            }
        }
    }
    // The first is what the blob was introduced as.
    jobs.remove(0);
    jobs
}
