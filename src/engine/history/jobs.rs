//! What a scan of a history has to read: blobs under the paths at which they were introduced, and messages. A shard takes
//! the files that are its own with all their versions, as the findings of these belong together.

use std::collections::HashMap;

use git2::Oid;

use super::groups::Sight;
use super::{COMMIT_MESSAGES, TAG_MESSAGES};
use crate::model::{Origin, Shard};
use crate::source::git::history::{History, Holder, PathNo};

/// Something to read and scan.
pub struct Job {
    /// The object, who introduced it and where.
    pub sight: Sight,
    /// The path to scan it under.
    pub path: String,
    /// Whether it is the message of a commit or a tag.
    pub is_message: bool,
}

/// What belongs to the shard, file by file: versions of a file lie near each other in packs, as deltas.
pub fn list(history: &History<'_>, shard: Shard) -> Vec<Job> {
    let lines = Lineages::new(history);
    let mut jobs = Vec::new();
    let mut pieces: Vec<_> = history.pieces.iter().filter_map(|piece| Some((*piece.places.first()?, piece))).collect();
    pieces.sort_unstable_by_key(|(path, piece)| (*path, piece.holder));
    for (path, piece) in pieces {
        if shard.is_whole() || shard.takes(&history.path(lines.first(path))) {
            let sight = Sight { holder: piece.holder, blob: history.blob(piece), places: piece.places.clone() };
            jobs.push(Job { sight, path: history.path(path), is_message: false });
        }
    }
    let message = |holder: usize, id: Oid, place, path: &str| Job {
        sight: Sight { holder: holder as u32, blob: id, places: vec![place] },
        path: path.to_owned(),
        is_message: true,
    };
    if shard.takes(Origin::COMMIT_MESSAGE) {
        let commits = history.holders.iter().enumerate();
        jobs.extend(commits.filter_map(|(at, holder)| match holder {
            Holder::Commit(commit) => Some(message(at, *commit, COMMIT_MESSAGES, Origin::COMMIT_MESSAGE)),
            _ => None,
        }));
    }
    if shard.takes(Origin::TAG_MESSAGE) {
        let behind = history.holders.len();
        jobs.extend(history.tags.iter().map(|tag| message(behind, tag.id, TAG_MESSAGES, Origin::TAG_MESSAGE)));
    }
    jobs
}

/// Paths that a file had one after the other: their versions belong together, as their findings do.
struct Lineages {
    parents: HashMap<PathNo, PathNo>,
}

impl Lineages {
    fn new(history: &History<'_>) -> Self {
        let mut lines = Self { parents: HashMap::new() };
        for piece in &history.pieces {
            for pair in piece.places.windows(2) {
                let (a, b) = (lines.first(pair[0]), lines.first(pair[1]));
                // The lower number is the path that the walk met first, which is the same in every shard.
                if a != b {
                    lines.parents.insert(a.max(b), a.min(b));
                }
            }
        }
        lines
    }

    /// The path that stands for all of them.
    fn first(&self, mut path: PathNo) -> PathNo {
        while let Some(parent) = self.parents.get(&path) {
            path = *parent;
        }
        path
    }
}
