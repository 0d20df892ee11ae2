//! Installs tidewaiter as a git hook, takes it away again, and tells how things stand.
//!
//! A hook that was there before is kept under another name and runs first, as it may still change what is committed.
//! Where a hook manager or another repository owns the folder, nothing is touched and the refusal says what to do.

mod folder;
mod name;
mod script;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::source::git::{GitError, advice};

pub use folder::Folder;

/// The hooks that tidewaiter can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Hook {
    /// Before a commit: what is staged
    PreCommit,
    /// Before a push: the commits that the remote has not
    PrePush,
    /// On the server, before a push is accepted: its commits
    PreReceive,
}

impl Hook {
    /// All of them.
    pub const ALL: [Hook; 3] = [Hook::PreCommit, Hook::PrePush, Hook::PreReceive];

    /// The name of its file.
    pub fn name(self) -> &'static str {
        match self {
            Hook::PreCommit => "pre-commit",
            Hook::PrePush => "pre-push",
            Hook::PreReceive => "pre-receive",
        }
    }
}

/// Why a hook could not be installed or removed.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The repository could not be opened.
    #[error(transparent)]
    Git(#[from] GitError),
    /// `core.hooksPath` leads to a folder that is not this repository's alone.
    #[error(
        "core.hooksPath leads to {folder}, whose hooks other repositories run, too; nothing was installed.\n  \
         Call `tidewaiter {command}` in a hook there, or give this repository its own hooks:\n  \
         git config --local core.hooksPath {}",
        advice::path(own)
    )]
    Shared {
        /// Where it leads.
        folder: PathBuf,
        /// What does the work of the hook.
        command: &'static str,
        /// The folder that would be the repository's own.
        own: PathBuf,
    },
    /// `core.hooksPath` leads through a file, as `.git` is one in a linked working tree: git runs no hooks then.
    #[error(
        "core.hooksPath leads to {folder}, which can be no folder, so that git runs no hooks here; nothing was installed.\n  \
         Name a folder that all working trees of the repository have:\n  git config --local core.hooksPath {}",
        advice::path(own)
    )]
    NoFolder {
        /// Where it leads.
        folder: PathBuf,
        /// The folder that would be the repository's own.
        own: PathBuf,
    },
    /// A hook manager writes the hooks.
    #[error(
        "{manager} writes the hooks of this repository and would overwrite ours; nothing was installed.\n  {instead}"
    )]
    Managed {
        /// Its name.
        manager: &'static str,
        /// What to do.
        instead: String,
    },
    /// A hook that may work by its name.
    #[error(
        "the hook {0} looks at its own name, or may, and can't be kept under another one; nothing was installed.\n  \
         Add this line to it:\n  tidewaiter {1}"
    )]
    Named(PathBuf, &'static str),
    /// A hook of ours that has other lines now.
    #[error(
        "the hook {0} was changed since tidewaiter wrote it, and what was added would be lost; nothing was done.\n  \
         Take out what is not tidewaiter's, or remove the file yourself"
    )]
    Edited(PathBuf),
    /// Both our own file and that of a hook from before exist.
    #[error("there are a hook {0} and, from an earlier installation, {1}; keep one of them and remove the other")]
    Twice(PathBuf, PathBuf),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
}

/// How things stand with one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is there.
    Absent,
    /// A hook that is not ours; it, or what its manager reads, may name us.
    Other {
        /// The file that names us.
        named: Option<PathBuf>,
    },
    /// Ours; after the one that was there before, if there was any.
    Installed {
        /// Whether there was one.
        chained: bool,
    },
    /// Ours, or `pre-commit`'s that calls ours, but not executable, so that git does not run it.
    Ignored,
    /// Ours, but somebody changed it, so that nobody can say what it does.
    Edited,
    /// Ours, called by the `pre-commit` program, which was installed over it.
    Legacy,
}

/// What the repository runs for a hook, and what it would run without us.
struct Files {
    hook: PathBuf,
    before: PathBuf,
    legacy: PathBuf,
}

impl Files {
    fn of(folder: &Folder, hook: Hook) -> Self {
        let file = |end: &str| folder.path.join(format!("{}{end}", hook.name()));
        // `pre-commit install` keeps a hook that it finds under the last name.
        Self { hook: file(""), before: file(script::BEFORE), legacy: file(".legacy") }
    }

    fn status(&self) -> Status {
        let exists = |path: &Path| path.symlink_metadata().is_ok();
        match (exists(&self.hook), script::is_ours(&self.hook)) {
            (_, true) => Status::Installed { chained: exists(&self.before) },
            (true, _) if script::is_ours(&self.legacy) => Status::Legacy,
            (true, _) => Status::Other { named: None },
            (false, _) => Status::Absent,
        }
    }
}

/// How things stand with the hook.
pub fn status(folder: &Folder, hook: Hook) -> Status {
    let files = Files::of(folder, hook);
    match files.status() {
        Status::Installed { .. } | Status::Legacy if !script::is_executable(&files.hook) => Status::Ignored,
        Status::Installed { .. } if script::is_edited(&files.hook, hook) => Status::Edited,
        Status::Other { .. } => Status::Other { named: folder.names_us(&files.hook, hook) },
        status => status,
    }
}

/// Puts the hook in place, in front of nothing but behind what was there. Gives what is there now; an older version of
/// ours is replaced.
///
/// # Errors
/// A folder or a hook that belongs to somebody else, or a file that can't be written; then all is as before.
pub fn install(folder: &Folder, hook: Hook, program: &Path) -> Result<Status, HookError> {
    folder.refuse_if_not_ours(hook)?;
    let files = Files::of(folder, hook);
    let said = |path: &Path| {
        let path = path.to_owned();
        |error| HookError::File(path, error)
    };
    folder.create()?;
    match files.status() {
        Status::Legacy => return Ok(Status::Legacy),
        Status::Absent | Status::Installed { .. } | Status::Ignored | Status::Edited => {
            refuse_if_edited(&files, hook)?;
            script::write(&files.hook, hook, program).map_err(said(&files.hook))?;
        }
        Status::Other { .. } => {
            folder::refuse_if_generated(&files.hook, hook)?;
            folder::refuse_if_named(&files.hook, hook)?;
            if files.before.symlink_metadata().is_ok() {
                return Err(HookError::Twice(files.hook, files.before));
            }
            fs::rename(&files.hook, &files.before).map_err(said(&files.hook))?;
            if let Err(error) = script::write(&files.hook, hook, program) {
                let _ = fs::rename(&files.before, &files.hook);
                return Err(HookError::File(files.hook, error));
            }
        }
    }
    Ok(files.status())
}

/// Takes the hook away and puts back what was there before. Gives what was there until now.
///
/// # Errors
/// A hook of ours that somebody changed, or a file that can't be removed or moved.
pub fn uninstall(folder: &Folder, hook: Hook) -> Result<Status, HookError> {
    let files = Files::of(folder, hook);
    let status = files.status();
    if let Status::Installed { chained } = status {
        refuse_if_edited(&files, hook)?;
        let done = if chained { fs::rename(&files.before, &files.hook) } else { fs::remove_file(&files.hook) };
        done.map_err(|error| HookError::File(files.hook.clone(), error))?;
    }
    Ok(status)
}

fn refuse_if_edited(files: &Files, hook: Hook) -> Result<(), HookError> {
    if script::is_edited(&files.hook, hook) { Err(HookError::Edited(files.hook.clone())) } else { Ok(()) }
}
