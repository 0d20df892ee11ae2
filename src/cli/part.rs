//! Which scan a part (`--shard`) belongs to, so that `tidewaiter report merge` joins no parts of different ones.

use std::fs;
use std::path::Path;

use super::Failure;
use super::options::{Running, Selection};
use crate::model::{Run, ScanId};
use crate::source::git;

/// What a scan looks at, and with which settings. No more of it than a digest leaves the program.
pub struct Description(String);

impl Description {
    /// A scan of a kind (`scan`, `history`) of what `target` says, with the configuration for `root`.
    ///
    /// # Errors
    /// A configuration or a baseline that can't be read.
    pub fn new(
        kind: &str,
        target: &str,
        root: &Path,
        (selection, running): (&Selection, &Running),
    ) -> Result<Self, Failure> {
        let config = selection.choice.configured(root, running)?;
        let accepted = selection.accepted(&config)?.map(|accepted| accepted.baseline);
        let version = env!("CARGO_PKG_VERSION");
        let (settings, allowlist) = (config.settings, config.allowlist.description());
        Ok(Self(format!("{version}\0{kind}\0{target}\0{settings:?}\0{allowlist}\0{accepted:?}")))
    }

    /// Notes in the report of a part which scan it belongs to.
    pub fn mark(&self, run: &mut Run) {
        let scan = Some(ScanId::of(&self.0));
        run.summary.shards.iter_mut().for_each(|shard| shard.scan = scan);
    }
}

/// What tells a file or folder from any other: in a working tree the commit and the way there, which are the same on every
/// machine; else where it lies.
pub fn place(path: &Path) -> String {
    match git::checked_out(path) {
        Some((commit, way)) => format!("{commit} {}", way.display()),
        None => fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()).display().to_string(),
    }
}
