//! The folder of a repository's hooks, and whose it is.
//!
//! `core.hooksPath` is git's (`githooks(5)`): a relative one counts from where hooks run, the root of the working tree,
//! or the repository itself if that is bare.

use std::fs;
use std::path::{Path, PathBuf};

use git2::{ConfigLevel, Repository};

use super::{Hook, HookError};
use crate::source::git;

/// The folder of a repository's hooks.
#[derive(Debug)]
pub struct Folder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether the repository is bare: a server's.
    pub is_bare: bool,
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
        let own = Self { path: repository.commondir().join("hooks"), is_bare, is_shared: false, is_husky: false };
        let Some((named, level)) = configured(&repository) else { return Ok(own) };
        let root = repository.workdir().unwrap_or(repository.path());
        let path = root.join(named);
        let is_local = matches!(level, ConfigLevel::Local | ConfigLevel::Worktree);
        let is_inside = [root, repository.commondir()].iter().any(|folder| real(&path).starts_with(real(folder)));
        let is_husky = path.components().any(|part| part.as_os_str() == ".husky");
        Ok(Self { path, is_bare, is_shared: !(is_local && is_inside), is_husky })
    }

    pub(super) fn refuse_if_not_ours(&self, hook: Hook) -> Result<(), HookError> {
        if self.is_husky {
            let instead = format!("Add this line to .husky/{}:\n  tidewaiter {}", hook.name(), command(hook));
            return Err(HookError::Managed { manager: "husky", instead });
        }
        if self.is_shared {
            return Err(HookError::Shared(self.path.clone(), command(hook)));
        }
        Ok(())
    }
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

fn configured(repository: &Repository) -> Option<(PathBuf, ConfigLevel)> {
    let config = repository.config().ok()?;
    let level = config.get_entry("core.hooksPath").ok()?.level();
    let path = config.get_path("core.hooksPath").ok()?;
    (!path.as_os_str().is_empty()).then_some((path, level))
}

/// The path without links, as far as it exists.
fn real(path: &Path) -> PathBuf {
    let existing = path.ancestors().find_map(|folder| Some((fs::canonicalize(folder).ok()?, folder)));
    match existing {
        Some((real, folder)) => real.join(path.strip_prefix(folder).unwrap_or(Path::new(""))),
        None => path.to_owned(),
    }
}
