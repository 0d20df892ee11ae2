//! Files and folders: the parallel walk that finds what to scan, reading, and a look at a file's neighbours.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File, FileType};
use std::io::{ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::git::embedded;
use super::{ignore_files, tracked};
use crate::model::{Neighbours, Problem, ProblemKind, Shard};

/// Name of the file that lists what not to scan, in gitignore syntax.
pub const IGNORE_FILE: &str = ".tidewaiterignore";

/// What to walk.
#[derive(Clone, Debug, Default)]
pub struct TreeOptions {
    /// Files and folders; none means the current folder.
    pub paths: Vec<PathBuf>,
    /// Scan what `.gitignore` and [`IGNORE_FILE`] leave out, too.
    pub no_ignore: bool,
    /// Threads of the walk; 0 lets it choose.
    pub threads: usize,
    /// Which part of the files this machine does.
    pub shard: Shard,
}

/// A file to scan.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFile {
    /// Its path relative to [`Tree::root`], `/`-separated, for reports and recognition.
    pub shown: String,
    /// The path to open.
    pub path: PathBuf,
}

/// What a walk found.
#[derive(Debug)]
pub struct Tree {
    /// The folder that shown paths are relative to.
    pub root: PathBuf,
    /// The files, sorted by path.
    pub files: Vec<FoundFile>,
    /// What could not be walked, and what is neither file nor folder.
    pub problems: Vec<Problem>,
}

/// Walks the paths.
///
/// Shown paths are relative to the folder, where exactly one folder is walked, else to the current folder.
///
/// # Errors
/// The first path that does not exist.
pub fn walk(options: &TreeOptions) -> Result<Tree, PathBuf> {
    let current = [PathBuf::from(".")];
    let paths = if options.paths.is_empty() { &current[..] } else { &options.paths[..] };
    // A current folder that was removed looks like an empty one.
    let is_nowhere = std::env::current_dir().is_err();
    let is_missing = |path: &&PathBuf| is_nowhere && path.is_relative() || fs::symlink_metadata(path).is_err();
    if let Some(missing) = paths.iter().find(is_missing) {
        return Err(missing.clone());
    }
    let root = match paths {
        [only] if only.is_dir() => only.clone(),
        _ => PathBuf::new(),
    };
    let mut tree = Tree { root, files: Vec::new(), problems: Vec::new() };
    // Files that are named need no walk, nor its threads.
    if paths.iter().all(|path| path.is_file()) {
        let named = |path: &PathBuf| FoundFile { shown: shown(path, &tree.root), path: path.clone() };
        tree.files = paths.iter().map(named).collect();
    } else {
        let mut walked = paths.to_vec();
        if !options.no_ignore {
            walked.retain(|path| {
                let problem = ignore_files::endless_above(path, &shown(path, Path::new("")));
                tree.problems.extend(problem.clone());
                problem.is_none()
            });
        }
        if !walked.is_empty() {
            let mut repositories = collect(&walked, options, !options.no_ignore, &mut tree);
            if !options.no_ignore {
                repositories.retain(|folder| !walked.contains(folder));
                repositories.extend(walked.iter().filter(|path| path.is_dir()).cloned());
                add_tracked(&walked, &repositories, options, &mut tree);
            }
        }
    }
    for folder in paths.iter().filter(|path| embedded::is_gits_own(path)) {
        let message = "a bare repository, whose objects were not read; `tidewaiter history` scans its commits";
        tree.problems.push(Problem::new(shown(folder, &tree.root), ProblemKind::Skipped, message));
    }
    tree.files.retain(|file| options.shard.takes(&file.shown));
    tree.files.sort_unstable();
    if paths.len() > 1 {
        let mut seen = HashSet::new();
        tree.files.retain(|file| seen.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone())));
    }
    tree.problems.sort();
    tree.problems.dedup();
    Ok(tree)
}

/// Adds what git tracks below the `repositories` although it is to be ignored. There is next to never such a file: only then
/// the paths are walked again, without git's rules but with our own.
fn add_tracked(paths: &[PathBuf], repositories: &[PathBuf], options: &TreeOptions, tree: &mut Tree) {
    let found: HashSet<&Path> = tree.files.iter().map(|file| &*file.path).collect();
    let is_missed = |path: &PathBuf| !found.contains(&**path) && may_be_file(path);
    let (mut missed, mut unknown) = (HashSet::new(), Vec::new());
    for folder in repositories {
        match tracked::below(folder) {
            Ok(files) => missed.extend(files.into_iter().filter(is_missed)),
            Err(error) => unknown.push((folder, error)),
        }
    }
    if !missed.is_empty() || !unknown.is_empty() {
        let mut all = Tree { root: tree.root.clone(), files: Vec::new(), problems: Vec::new() };
        collect(paths, options, false, &mut all);
        for (folder, error) in unknown {
            let is_ignored = |file: &FoundFile| file.path.starts_with(folder) && !found.contains(&*file.path);
            if all.files.iter().any(is_ignored) {
                let message = format!(
                    "ignored files are left out, and which of them git tracks is not known: {error}; \
                             `--no-ignore` scans all of them"
                );
                tree.problems.push(Problem::new(shown(folder, &tree.root), ProblemKind::Incomplete, message));
            }
        }
        tree.files.extend(all.files.into_iter().filter(|file| missed.contains(&file.path)));
        // What keeps the walk from such a file is a problem; what else lies in ignored folders is not.
        let shown: Vec<String> = missed.iter().map(|path| shown(path, &tree.root)).collect();
        let above: HashSet<&Path> = shown.iter().flat_map(|path| Path::new(path).ancestors()).collect();
        tree.problems.extend(all.problems.into_iter().filter(|problem| above.contains(Path::new(&problem.path))));
    }
}

/// Whether a file that git tracks is there, as far as one can know.
fn may_be_file(path: &Path) -> bool {
    match fs::symlink_metadata(path) {
        Ok(found) => found.is_file(),
        Err(error) => !matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory),
    }
}

/// A walk that respects git's rules, if it is to, and those of [`IGNORE_FILE`] unless nothing is to be ignored.
fn builder(paths: &[PathBuf], options: &TreeOptions, git: bool) -> WalkBuilder {
    let mut builder = WalkBuilder::new(&paths[0]);
    for path in &paths[1..] {
        builder.add(path);
    }
    let respect = !options.no_ignore;
    builder
        .hidden(false)
        .ignore(false)
        .parents(respect)
        .git_ignore(git)
        .git_exclude(git)
        .git_global(git)
        .follow_links(false)
        .threads(options.threads);
    if respect {
        builder.add_custom_ignore_filename(IGNORE_FILE);
    }
    builder
}

/// Walks the paths, and gives the folders in which a repository begins.
fn collect(paths: &[PathBuf], options: &TreeOptions, git: bool, tree: &mut Tree) -> Vec<PathBuf> {
    let (repositories, met) = mpsc::channel();
    let (sender, receiver) = mpsc::channel();
    let root = tree.root.clone();
    let mut builder = builder(paths, options, git);
    let (problems, respect, base) = (sender.clone(), !options.no_ignore, root.clone());
    builder.filter_entry(move |entry| {
        if entry.file_name() == OsStr::new(".git") {
            let _ = entry.path().parent().map(|folder| repositories.send(folder.to_owned()));
            return false;
        }
        let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
        let problem =
            (respect && is_folder).then(|| ignore_files::endless(entry.path(), &shown(entry.path(), &base))).flatten();
        let is_walked = problem.is_none();
        let _ = problem.map(|problem| problems.send(Some(Err(problem))));
        is_walked
    });
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // This thread owns all senders, so that the receiver ends when the walk does.
            let (sender, builder) = (sender, builder);
            builder.build_parallel().run(|| {
                let sender = sender.clone();
                let root = &root;
                Box::new(move |entry| {
                    let _ = sender.send(classify(entry, root));
                    WalkState::Continue
                })
            });
        });
        for found in receiver.into_iter().flatten() {
            match found {
                Ok(file) => tree.files.push(file),
                Err(problem) => tree.problems.push(problem),
            }
        }
    });
    met.try_iter().collect()
}

/// A file to scan, a problem to report, or nothing (a folder, a link).
fn classify(entry: Result<DirEntry, ignore::Error>, root: &Path) -> Option<Result<FoundFile, Problem>> {
    let entry = match entry {
        Ok(entry) => entry,
        Err(error) => return Some(Err(walk_problem(&error, root))),
    };
    let mut kind = entry.file_type()?;
    let named = entry.depth() == 0;
    if named && kind.is_symlink() {
        kind = fs::metadata(entry.path()).ok()?.file_type();
    }
    if kind.is_dir() || kind.is_symlink() {
        return None;
    }
    let shown = shown(entry.path(), root);
    if kind.is_file() {
        return Some(Ok(FoundFile { shown, path: entry.into_path() }));
    }
    let outcome = if named { ProblemKind::Incomplete } else { ProblemKind::Skipped };
    Some(Err(Problem::new(shown, outcome, special(kind))))
}

#[cfg(unix)]
fn special(kind: FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    match () {
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () if kind.is_block_device() || kind.is_char_device() => "a device",
        () => "a special file",
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> &'static str {
    "a special file"
}

fn walk_problem(error: &ignore::Error, root: &Path) -> Problem {
    let path = error_path(error).map(|path| shown(path, root)).unwrap_or_default();
    let message = match error.io_error() {
        Some(io) => format!("can't be read: {}", io.kind()),
        None => "can't be walked".to_owned(),
    };
    let kind = if error.io_error().is_some() { ProblemKind::Incomplete } else { ProblemKind::Degraded };
    Problem::new(path, kind, message)
}

fn error_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => error_path(err),
        ignore::Error::Partial(all) => all.iter().find_map(error_path),
        _ => None,
    }
}

/// The path relative to `root`, `/`-separated, without `./`; `.` for the folder itself.
fn shown(path: &Path, root: &Path) -> String {
    let relative = path.strip_prefix(root).unwrap_or(path);
    let relative = if relative.as_os_str().is_empty() { path } else { relative };
    let mut out = String::new();
    for part in relative.components() {
        match part {
            Component::CurDir => continue,
            Component::RootDir => {
                out.push('/');
                continue;
            }
            _ => {}
        }
        if !out.is_empty() && !out.ends_with('/') {
            out.push('/');
        }
        out.push_str(&part.as_os_str().to_string_lossy());
    }
    if out.is_empty() { ".".to_owned() } else { out }
}

/// Reads a file into `buffer` (emptied first).
///
/// # Errors
/// A sentence, without a full stop, that says why the file was not read: too large, gone, not permitted, or it changed
/// while it was read.
pub fn read(path: &Path, limit: u64, buffer: &mut Vec<u8>) -> Result<(), String> {
    buffer.clear();
    let file = File::open(path).map_err(unread)?;
    let size = file.metadata().map_err(unread)?.len();
    if size > limit {
        return Err(too_large(Some(size), limit));
    }
    fill(file, size, limit, buffer)
}

/// Reads what should be `size` bytes, at most `limit`, into the empty `buffer`.
fn fill(file: impl Read, size: u64, limit: u64, buffer: &mut Vec<u8>) -> Result<(), String> {
    buffer.try_reserve_exact(size as usize + 1).map_err(|_| "does not fit in memory".to_owned())?;
    // One byte past the limit tells a file that grew from one that fits.
    file.take(limit + 1).read_to_end(buffer).map_err(unread)?;
    match buffer.len() as u64 {
        read if read > limit => Err(too_large(None, limit)),
        read if read < size => Err(format!("shrank from {size} to {read} bytes while it was read")),
        _ => Ok(()),
    }
}

fn unread(error: std::io::Error) -> String {
    format!("can't be read: {}", error.kind())
}

/// What to say of a blob over the size limit; both in bytes.
pub fn too_large(size: Option<u64>, limit: u64) -> String {
    let size = size.map(|size| format!(" ({size} bytes)")).unwrap_or_default();
    format!("larger than --max-file-size of {limit} bytes{size}")
}

/// The files beside a scanned file in the working tree.
pub struct TreeNeighbours<'a> {
    /// The folder that paths are relative to.
    pub root: &'a Path,
}

/// Neighbours larger than this are not opened.
const NEIGHBOUR_LIMIT: u64 = 1 << 20;

impl Neighbours for TreeNeighbours<'_> {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.root.join(path);
        fs::symlink_metadata(&path).ok().filter(|meta| meta.is_file())?;
        let mut buffer = Vec::new();
        read(&path, NEIGHBOUR_LIMIT, &mut buffer).ok()?;
        Some(buffer)
    }

    fn files_below(&self, path: &str, limit: usize) -> Vec<String> {
        let folder =
            if path.is_empty() && self.root.as_os_str().is_empty() { PathBuf::from(".") } else { self.root.join(path) };
        WalkBuilder::new(folder)
            .standard_filters(false)
            .filter_entry(|entry| {
                entry.file_name() != OsStr::new(".git") && entry.file_name() != OsStr::new("node_modules")
            })
            .build()
            .flatten()
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .take(limit)
            .map(|entry| shown(entry.path(), self.root))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{fill, read};

    /// What is said of a file that had `size` bytes when it was opened and then holds these.
    fn said(size: u64, bytes: &[u8]) -> Result<(), String> {
        fill(bytes, size, 8, &mut Vec::new())
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_said() {
        assert_eq!(said(4, b"abcd"), Ok(()));
        // What was appended meanwhile is read, too.
        assert_eq!(said(4, b"abcdef"), Ok(()));
        assert_eq!(said(4, b"ab"), Err("shrank from 4 to 2 bytes while it was read".to_owned()));
        assert!(said(4, b"abcdefghi").is_err_and(|why| why.starts_with("larger than")));
    }

    #[test]
    fn a_file_that_vanished_is_said() {
        let gone = std::path::Path::new("no/such/file.yaml");
        assert!(read(gone, 8, &mut Vec::new()).is_err_and(|why| why.contains("not found")));
    }
}
