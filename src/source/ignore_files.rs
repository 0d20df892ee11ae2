//! Files that say what not to scan: those that the walk must not open, as reading them would never end.

use std::fs;
use std::path::Path;

use super::tree::IGNORE_FILE;
use crate::model::{Problem, ProblemKind};

/// What the walk opens in each folder.
const NAMES: [&str; 3] = [".gitignore", IGNORE_FILE, ".git/info/exclude"];

/// Why the folder can't be walked: one of its files is a FIFO, a device or a link to one, as `/dev/zero`. `shown` is the
/// folder's path in reports.
pub fn endless(folder: &Path, shown: &str) -> Option<Problem> {
    let name = NAMES.into_iter().find(|name| is_endless(&folder.join(name)))?;
    let message = format!("not scanned, as its {name} is no regular file; `--no-ignore` scans it without");
    Some(Problem::new(shown, ProblemKind::Incomplete, message))
}

/// The same for a folder that a walk starts in, which the files in all folders above it hold for, too.
pub fn endless_above(folder: &Path, shown: &str) -> Option<Problem> {
    fs::canonicalize(folder).ok()?.ancestors().find_map(|folder| endless(folder, shown))
}

fn is_endless(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
