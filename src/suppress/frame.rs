//! How the paths of a scan relate to those of a baseline: each may count from a folder of its own.

use std::fs;
use std::path::{Component, Path, PathBuf};

/// Two folders: that which a baseline's paths count from, and that which a scan's paths count from.
pub struct Frame<'s> {
    base: PathBuf,
    base_names: Vec<String>,
    root_names: Vec<String>,
    /// Whether what was scanned has a file at this path, as the scan shows it.
    has: Box<dyn Fn(&str) -> bool + 's>,
}

impl<'s> Frame<'s> {
    /// A scan's paths count from `root`, a baseline's from `base`; `has` says of a path of the scan whether there is still
    /// such a file.
    pub fn new(base: &Path, root: &Path, has: impl Fn(&str) -> bool + 's) -> Self {
        let (base, root) = (real(base), real(root));
        Self { base_names: names(&base), root_names: names(&root), base, has: Box::new(has) }
    }

    /// Whether both count from one folder.
    pub fn is_one(&self) -> bool {
        self.base_names == self.root_names
    }

    /// The path of a finding as the baseline has it.
    pub fn of_scan(&self, path: &str) -> String {
        if self.is_one() {
            return path.to_owned();
        }
        between(&self.base_names, &joined(&self.root_names, path))
    }

    /// The path of an entry as the scan shows it; `None` where it lies elsewhere.
    pub fn of_entry(&self, path: &str) -> Option<String> {
        if self.is_one() {
            return Some(path.to_owned());
        }
        let full = joined(&self.base_names, path);
        full.starts_with(&self.root_names).then(|| full[self.root_names.len()..].join("/"))
    }

    /// Whether there is still a file at the path of an entry. Of what lies elsewhere the working tree tells.
    pub fn has(&self, path: &str) -> bool {
        match self.of_entry(path) {
            Some(path) => (self.has)(&path),
            None => self.base.join(path).is_file(),
        }
    }
}

/// The way from one folder to another, `/`-separated; `.` where they are one, and the other folder itself where there is
/// no way.
pub fn way(from: &Path, to: &Path) -> String {
    let (from, to) = (real(from), real(to));
    if from.components().next() != to.components().next() {
        return to.to_string_lossy().into_owned();
    }
    match between(&names(&from), &names(&to)) {
        way if way.is_empty() => ".".to_owned(),
        way => way,
    }
}

/// The folder without links in its path; an empty path is the current folder.
pub fn real(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

fn names(path: &Path) -> Vec<String> {
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

/// A path that counts from a folder, from where the folder's own counts.
fn joined(folder: &[String], path: &str) -> Vec<String> {
    let mut full = folder.to_vec();
    for name in path.split('/') {
        if name == ".." {
            full.pop();
        } else {
            full.push(name.to_owned());
        }
    }
    full
}

fn between(from: &[String], to: &[String]) -> String {
    let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let up = from[common..].iter().map(|_| "..");
    up.chain(to[common..].iter().map(String::as_str)).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_go_from_one_folder_to_the_other_and_back() {
        for (base, root, scan, entry) in [
            ("/r", "/r", "a/x", "a/x"),
            ("/r", "/r/sub", "x", "sub/x"),
            ("/r/ci", "/r", "a/x", "../a/x"),
            ("/r/ci", "/r", "ci/x", "x"),
            ("/r", "/r/sub", "a/x", "sub/a/x"),
        ] {
            let frame = Frame::new(Path::new(base), Path::new(root), |_| false);
            assert_eq!((frame.of_scan(scan), frame.of_entry(entry)), (entry.to_owned(), Some(scan.to_owned())));
        }
        let frame = Frame::new(Path::new("/r"), Path::new("/r/sub"), |_| true);
        assert_eq!(frame.of_scan("../other/x"), "other/x");
        assert_eq!(frame.of_entry("subway/x"), None);
        assert_eq!(frame.of_entry("other/x"), None);
        assert_eq!(way(Path::new("/r/ci"), Path::new("/r")), "..");
        assert_eq!(way(Path::new("/r"), Path::new("/r")), ".");
    }
}
