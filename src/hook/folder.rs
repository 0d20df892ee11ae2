//! The folder of a repository's hooks, and whose it is.
//!
//! `core.hooksPath` is git's (`githooks(5)`): a relative one counts from where hooks run, the root of the working tree,
//! or the repository itself if that is bare.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use git2::{ConfigLevel, Repository};

use super::{Hook, HookError, name};
use crate::source::git;

/// The folder of a repository's hooks.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether the repository is bare: a server's.
    pub is_bare: bool,
    /// The working tree, or the repository if that is bare.
    root: PathBuf,
    /// Where git looks for them without `core.hooksPath`.
    own: PathBuf,
    /// Other repositories use it, too.
    is_shared: bool,
    is_husky: bool,
}

impl Folder {
    /// The folder that git takes the hooks of the repository at `repository` from.
    ///
    /// # Errors
    /// No repository.
    pub fn of(repository: &Path) -> Result<Self, HookError> {
        let repository = git::open(repository)?;
        let is_bare = repository.is_bare();
        let root = repository.workdir().unwrap_or(repository.path());
        let own = repository.commondir().join("hooks");
        let Some((named, level)) = configured(&repository) else {
            let path = own.clone();
            return Ok(Self { path, is_bare, root: root.to_owned(), own, is_shared: false, is_husky: false });
        };
        let path = root.join(named);
        let is_local = matches!(level, ConfigLevel::Local | ConfigLevel::Worktree);
        let is_inside = [root, repository.commondir()].iter().any(|folder| real(&path).starts_with(real(folder)));
        let is_husky = path.components().any(|part| part.as_os_str() == ".husky");
        Ok(Self { path, is_bare, root: root.to_owned(), own, is_shared: !(is_local && is_inside), is_husky })
    }

    /// The file that calls us for somebody else's hook, as far as one can tell: it names us. `file` is the hook.
    pub(super) fn names_us(&self, file: &Path, hook: Hook) -> Option<PathBuf> {
        let text = small(file);
        let is_by = |manager: &str| memchr::memmem::find(&text, manager.as_bytes()).is_some();
        let mut files = vec![file.to_owned()];
        if self.is_husky {
            files.push(self.root.join(".husky").join(hook.name()));
        }
        let managers = MANAGERS.iter().filter(|(manager, _)| is_by(manager));
        files.extend(managers.flat_map(|(_, names)| names.iter().map(|name| self.root.join(name))));
        files.into_iter().find(|file| memchr::memmem::find(&small(file), b"tidewaiter").is_some())
    }

    pub(super) fn refuse_if_not_ours(&self, hook: Hook) -> Result<(), HookError> {
        if self.is_husky {
            let instead = format!("Add this line to .husky/{}:\n  tidewaiter {}", hook.name(), command(hook));
            return Err(HookError::Managed { manager: "husky", instead });
        }
        if self.is_shared {
            let (folder, own) = (self.path.clone(), self.own.clone());
            return Err(HookError::Shared { folder, command: command(hook), own });
        }
        Ok(())
    }

    /// Makes the folder, unless it is there.
    pub(super) fn create(&self) -> Result<(), HookError> {
        fs::create_dir_all(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotADirectory => HookError::NoFolder { folder: self.path.clone(), own: self.own.clone() },
            _ => HookError::File(self.path.clone(), error),
        })
    }
}

/// Hook managers by a word of the hooks that they write, and the files that they read.
const MANAGERS: [(&str, &[&str]); 2] = [
    (
        "lefthook",
        &["lefthook.yml", ".lefthook.yml", "lefthook.yaml", ".lefthook.yaml", "lefthook.toml", "lefthook.json"],
    ),
    ("pre-commit", &[".pre-commit-config.yaml"]),
];

/// The text of a file that a person may have written; of any other, nothing.
fn small(file: &Path) -> Vec<u8> {
    let is_small = fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() < 1 << 20);
    if is_small { fs::read(file).unwrap_or_default() } else { Vec::new() }
}

/// The arguments that do the work of a hook.
pub(super) fn command(hook: Hook) -> &'static str {
    match hook {
        Hook::PreCommit => "staged",
        Hook::PrePush => "hook run pre-push \"$@\"",
        Hook::PreReceive => "hook run pre-receive",
    }
}

/// lefthook writes its hooks anew when its configuration changes, and ours would be gone without a word.
pub(super) fn refuse_if_generated(file: &Path, hook: Hook) -> Result<(), HookError> {
    let text = fs::read(file).unwrap_or_default();
    if memchr::memmem::find(&text, b"lefthook").is_none() {
        return Ok(());
    }
    let (name, stdin) = (hook.name(), if hook == Hook::PreCommit { "" } else { "\n        use_stdin: true" });
    let run = command(hook).replace(" \"$@\"", " {0}");
    let instead = format!(
        "Add this to lefthook.yml:\n  {name}:\n    commands:\n      tidewaiter:\n        run: tidewaiter {run}{stdin}"
    );
    Err(HookError::Managed { manager: "lefthook", instead })
}

/// One script for all hooks sees from its name which it is: as husky 4, overcommit and many a team's own do.
pub(super) fn refuse_if_named(file: &Path, hook: Hook) -> Result<(), HookError> {
    if name::is_read(file) { Err(HookError::Named(file.to_owned(), command(hook))) } else { Ok(()) }
}

fn configured(repository: &Repository) -> Option<(PathBuf, ConfigLevel)> {
    let config = repository.config().ok()?;
    let level = config.get_entry("core.hooksPath").ok()?.level();
    let path = config.get_path("core.hooksPath").ok()?;
    // Of an empty one git makes the root of the file system.
    let path = if path.as_os_str().is_empty() { PathBuf::from("/") } else { path };
    Some((path, level))
}

/// The path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let existing = path.ancestors().find_map(|folder| Some((fs::canonicalize(folder).ok()?, folder)));
    match existing {
        Some((real, folder)) => real.join(path.strip_prefix(folder).unwrap_or(Path::new(""))),
        None => path.to_owned(),
    }
}
