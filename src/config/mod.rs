//! `.tidewaiter.yaml`: found, read through our own span tree, and checked key by key, so that each error points at the
//! bytes that are wrong.

pub mod baseline;
mod error;
mod file;
pub mod gitleaks;
pub mod own_rules;
mod read;

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::model::Settings;
use crate::suppress::Allowlist;

pub use error::ConfigError;
pub use file::File;

/// The file's name.
pub const FILE: &str = ".tidewaiter.yaml";

/// Whether a key of any file that is read here has this name, be it in letters of another size.
pub fn is_key(name: &str) -> bool {
    let all =
        [&read::KEYS[..], &read::THRESHOLDS, &read::EXCEPTION, &own_rules::KEYS, &baseline::KEYS, &gitleaks::KEYS];
    all.iter().any(|keys| keys.iter().any(|key| key.eq_ignore_ascii_case(name)))
}

/// What the configuration asks for.
#[derive(Debug, Default)]
pub struct Config {
    /// Thresholds, rule levels, credential names.
    pub settings: Settings,
    /// What is accepted.
    pub allowlist: Allowlist,
    /// The baseline that is named, whether or not there is such a file.
    pub baseline: Option<PathBuf>,
}

/// The configuration for a scan of `root`: the file found from there upward to the root of its repository, with those
/// that it extends. Without a repository only `root` itself is looked at.
///
/// # Errors
/// A file that can't be read or has something wrong in it.
pub fn find(root: &Path) -> Result<Config, ConfigError> {
    let start = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let start = if start.is_dir() { start } else { start.parent().map(Path::to_owned).unwrap_or(start) };
    let repository = start.ancestors().find(|folder| folder.join(".git").exists());
    let last = repository.unwrap_or(&start);
    let folders = start.ancestors().take_while(|folder| folder.starts_with(last));
    let Some(file) = folders.map(|folder| folder.join(FILE)).find(|file| file.is_file()) else {
        return Ok(Config::default());
    };
    let mut config = load(&file)?;
    if let Some(below) = file.parent().and_then(|folder| start.strip_prefix(folder).ok()) {
        config.allowlist.prefix = below.to_string_lossy().replace('\\', "/");
        config.allowlist.is_for_more = !root.is_dir() || !config.allowlist.prefix.is_empty();
    }
    Ok(config)
}

/// The root of the working tree that `path` lies in, or `path` itself where it lies in none. Scans of commits and of the
/// index look for the configuration there, as their paths count from there.
pub fn repository_root(path: &Path) -> PathBuf {
    let start = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let root = start.ancestors().find(|folder| folder.join(".git").exists());
    root.map_or_else(|| path.to_owned(), Path::to_owned)
}

/// The configuration in `file`, for a scan of `root`, which may be another folder than that of which the file speaks.
///
/// # Errors
/// As [`load`].
pub fn named(file: &Path, root: &Path) -> Result<Config, ConfigError> {
    let mut config = load(file)?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    config.allowlist.is_for_more = real(folder) != real(root);
    Ok(config)
}

/// The configuration in `file`, with those that it extends.
///
/// # Errors
/// A file that can't be read or has something wrong in it.
pub fn load(file: &Path) -> Result<Config, ConfigError> {
    let mut config = Config::default();
    extend(&file::File::load(file)?, file, &mut config, &mut Seen::default())?;
    Ok(config)
}

/// Files that one may extend in a chain: each is read while those before it are.
const MAX_DEPTH: usize = 32;

/// The files that were met so far.
#[derive(Default)]
struct Seen {
    /// Those that are read, each of which extends the next.
    open: Vec<PathBuf>,
    /// All.
    all: HashSet<PathBuf>,
}

/// Reads the file `loaded` from `path` into `config`, those that it extends first, so that the nearer one wins.
fn extend(loaded: &file::File, path: &Path, config: &mut Config, seen: &mut Seen) -> Result<(), ConfigError> {
    seen.open.push(real(path));
    let folder = path.parent().unwrap_or(Path::new(""));
    for (base, span) in read::files(loaded, "extends")? {
        let base = folder.join(base);
        if !base.is_file() {
            return Err(loaded.error(span, "there is no such file", None));
        }
        if seen.open.contains(&real(&base)) {
            return Err(loaded.error(span, "this file is extended by itself, directly or through another one", None));
        }
        if seen.open.len() > MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} files extend one another in a chain");
            return Err(loaded.error(span, &message, None));
        }
        // Two configurations may share what they extend.
        if seen.all.insert(real(&base)) {
            extend(&file::File::load_named(&base, folder, &read::KEYS)?, &base, config, seen)?;
        }
    }
    seen.open.pop();
    // `rules: team-rules/` says the same; as a mapping it holds levels.
    for (named, span) in read::files(loaded, "rule-files")?.into_iter().chain(read::files(loaded, "rules")?) {
        let mut files = own_rules::files(&folder.join(named)).map_err(|why| loaded.error(span, &why, None))?;
        // Two configurations of which one extends the other may name the same file.
        files.retain(|file| seen.all.insert(real(file)));
        own_rules::add(&files, folder, &mut config.settings.own_rules)?;
    }
    if let Some((named, span)) = read::files(loaded, "baseline")?.pop() {
        config.baseline = Some(inside(folder, &named).map_err(|why| loaded.error(span, why, None))?);
    }
    read::apply(loaded, config)
}

/// The file that a configuration in `folder` names as one within that folder, shown from the current folder where it lies
/// there; or what is wrong with the name.
fn inside(folder: &Path, named: &str) -> Result<PathBuf, &'static str> {
    let named = Path::new(named);
    let mut parts = named.components();
    if !parts.all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) || named.file_name().is_none() {
        return Err("expected a file within this configuration's folder, its path without `..`");
    }
    let file = folder.join(named);
    // The configuration may be a stranger's, and `tidewaiter baseline` writes the file.
    let there = file.ancestors().find(|path| path.symlink_metadata().is_ok());
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if there.is_some_and(|there| !fs::canonicalize(there).is_ok_and(|real_one| real_one.starts_with(real(folder)))) {
        return Err("a link leads out of this configuration's folder, or nowhere");
    }
    let here = std::env::current_dir().unwrap_or_default();
    Ok(file.strip_prefix(&here).map_or_else(|_| file.clone(), Path::to_owned))
}

fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
