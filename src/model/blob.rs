//! What a source gives: bytes and where they came from, and a look at the files beside them.

use std::borrow::Cow;
use std::fmt;

use super::behind_last;

/// Where a blob came from, in words that the user knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// A file below the scanned root: its path relative to that root, `/`-separated.
    File {
        /// The path; bytes that are no UTF-8 are shown as U+FFFD.
        path: String,
    },
    /// Standard input, under the name that the caller gave.
    Stdin {
        /// The name from `--stdin-path`.
        path: String,
    },
    /// A file as the index holds it for the next commit.
    Staged {
        /// The path in the repository.
        path: String,
    },
    /// A file as a commit introduced it, or the message of a commit or a tag.
    Commit {
        /// The commit's full id; that of the tag for its message, and of the blob itself where no commit holds it.
        commit: String,
        /// Author name and address.
        author: String,
        /// Author date, seconds since the Unix epoch.
        time: i64,
        /// The path in that commit; [`Origin::COMMIT_MESSAGE`] and [`Origin::TAG_MESSAGE`] for messages, the ref's name
        /// for a blob that a ref names without a commit.
        path: String,
    },
}

impl Origin {
    /// The path of a commit's message.
    pub const COMMIT_MESSAGE: &'static str = "COMMIT_MESSAGE";
    /// The path of a tag's message.
    pub const TAG_MESSAGE: &'static str = "TAG_MESSAGE";

    /// The path, for recognition by name and for reports.
    pub fn path(&self) -> &str {
        match self {
            Origin::File { path } | Origin::Stdin { path } | Origin::Staged { path } | Origin::Commit { path, .. } => {
                path
            }
        }
    }

    /// Who made the commit, and when (seconds since the Unix epoch). Nothing of both is known where no commit holds the blob.
    pub fn made(&self) -> Option<(&str, i64)> {
        match self {
            Origin::Commit { author, time, .. } if !author.is_empty() || *time != 0 => Some((author, *time)),
            _ => None,
        }
    }

    /// The last component of the path.
    pub fn file_name(&self) -> &str {
        behind_last(self.path(), b'/')
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Commit { commit, path, .. } => write!(f, "{}:{path}", commit.get(..12).unwrap_or(commit)),
            other => f.write_str(other.path()),
        }
    }
}

/// Bytes to scan, and where they came from.
#[derive(Clone)]
pub struct Blob<'a> {
    /// Where the bytes came from.
    pub origin: Origin,
    /// The bytes as they stand in the file: spans count in these.
    pub bytes: Cow<'a, [u8]>,
}

/// A look at the files beside a blob, in the same source (working tree, index or commit), for checks that join files.
pub trait Neighbours: Sync {
    /// The text of the file at `path` (relative to the scanned root), or `None` where there is no such readable file.
    fn read(&self, path: &str) -> Option<Vec<u8>>;

    /// The paths (relative to the scanned root) of the files below the folder `path`, at most `limit` of them; an
    /// empty `path` is the root. Ignore files do not hide anything here: a Docker build sees ignored files too.
    fn files_below(&self, path: &str, limit: usize) -> Vec<String>;
}

/// No files beside the blob: standard input.
pub struct NoNeighbours;

impl Neighbours for NoNeighbours {
    fn read(&self, _: &str) -> Option<Vec<u8>> {
        None
    }

    fn files_below(&self, _: &str, _: usize) -> Vec<String> {
        Vec::new()
    }
}
