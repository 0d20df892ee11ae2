//! `tidewaiter hook`: installs, removes and tells about git hooks, and does their work.

use std::fmt::Write;
use std::io::{self, Read, Write as _, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Output, Running, Selection};
use super::{Failure, history, print, staged};
use crate::engine::HistoryScan;
use crate::hook::{self, Folder, Hook, Status};
use crate::model::Shard;
use crate::source::git::advice;
use crate::source::git::history::HistoryOptions;
use crate::source::git::pushed::{self, Known, Pushed, Update};

/// Subcommands of `tidewaiter hook`.
#[derive(clap::Subcommand)]
pub enum Action {
    /// Install hooks; one that is there already is kept and runs first
    Install(Which),
    /// Remove our hooks and put back what was there before
    Uninstall(Which),
    /// Tell which hooks are installed
    Status(Which),
    /// Do the work of a hook, told by git or the pre-commit program what to look at
    #[command(hide = true)]
    Run(Box<Work>),
}

/// Which hooks of which repository.
#[derive(clap::Args)]
pub struct Which {
    /// The hooks [default: pre-commit to install (pre-receive in a bare repository), all for the rest]
    #[arg(value_name = "HOOK")]
    hooks: Vec<Hook>,
    /// A path in the repository
    #[arg(long, value_name = "PATH", default_value = ".")]
    repo: PathBuf,
}

/// Arguments of `tidewaiter hook run`, as git gives them to hooks.
#[derive(clap::Args)]
pub struct Work {
    /// The hook
    hook: Hook,
    /// pre-push: the remote's name, or its address
    remote: Option<String>,
    /// pre-push: the remote's address
    url: Option<String>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    running: Running,
}

/// Runs one of them.
pub fn run(action: &Action) -> Result<ExitCode, Failure> {
    match action {
        Action::Install(which) => install(which),
        Action::Uninstall(which) => uninstall(which),
        Action::Status(which) => status(which),
        Action::Run(work) => work.run(),
    }
}

impl Which {
    fn all(&self) -> &[Hook] {
        if self.hooks.is_empty() { &Hook::ALL } else { &self.hooks }
    }
}

fn install(which: &Which) -> Result<ExitCode, Failure> {
    let folder = Folder::of(&which.repo)?;
    let program = std::env::current_exe()?;
    let usual = if folder.is_bare { [Hook::PreReceive] } else { [Hook::PreCommit] };
    let mut said = String::new();
    for hook in if which.hooks.is_empty() { &usual } else { which.hooks.as_slice() } {
        let status = hook::install(&folder, *hook, &program)?;
        tell(&mut said, &folder, *hook, &status);
    }
    print(said.as_bytes())
}

fn uninstall(which: &Which) -> Result<ExitCode, Failure> {
    let folder = Folder::of(&which.repo)?;
    let mut said = String::new();
    for hook in which.all() {
        let name = hook.name();
        let _ = match hook::uninstall(&folder, *hook)? {
            Status::Installed { chained: true } => writeln!(said, "{name}: removed; the hook from before is back"),
            Status::Installed { chained: false } => writeln!(said, "{name}: removed"),
            Status::Legacy => writeln!(said, "{name}: left in place, since pre-commit calls it: {name}.legacy"),
            Status::Other { .. } => writeln!(said, "{name}: left alone, it is not tidewaiter's"),
            Status::Absent | Status::Ignored | Status::Edited => writeln!(said, "{name}: not installed"),
        };
    }
    print(said.as_bytes())
}

fn status(which: &Which) -> Result<ExitCode, Failure> {
    let folder = Folder::of(&which.repo)?;
    let mut said = String::new();
    for hook in which.all() {
        tell(&mut said, &folder, *hook, &hook::status(&folder, *hook));
    }
    print(said.as_bytes())
}

fn tell(said: &mut String, folder: &Folder, hook: Hook, status: &Status) {
    let (name, file) = (hook.name(), folder.path.join(hook.name()));
    let file = file.display();
    let _ = match status {
        Status::Installed { chained: true } => {
            writeln!(said, "{name}: installed ({file}), behind the hook that was there before")
        }
        Status::Installed { chained: false } => writeln!(said, "{name}: installed ({file})"),
        Status::Legacy => writeln!(said, "{name}: installed; pre-commit calls it ({file}.legacy)"),
        Status::Other { named: Some(by) } => {
            writeln!(said, "{name}: another hook is there ({file}), and {} names tidewaiter", by.display())
        }
        Status::Other { named: None } => writeln!(said, "{name}: not installed; another hook is there ({file})"),
        Status::Ignored => writeln!(said, "{name}: git does not run it, as {file} is not executable (chmod +x)"),
        Status::Edited => {
            writeln!(said, "{name}: {file} was changed since tidewaiter wrote it; whether it still scans is not known")
        }
        Status::Absent => writeln!(said, "{name}: not installed"),
    };
}

impl Work {
    fn run(&self) -> Result<ExitCode, Failure> {
        let here = Path::new(".");
        let how = (&self.selection, &self.output, &self.running);
        let pushed = match self.hook {
            Hook::PreCommit => match asked_of_pre_commit() {
                Some(range) => Pushed { ranges: vec![range], ..Pushed::default() },
                None => return staged::report(here, how),
            },
            Hook::PreReceive => pushed::ranges(here, &pushed::incoming(&input()?).map_err(Failure)?, Known::Refs)?,
            Hook::PrePush => {
                let (updates, remote) = self.outgoing()?;
                pushed::ranges(here, &updates, Known::Remote(&remote))?
            }
        };
        say_stale(&pushed.stale);
        let ranges = pushed.ranges;
        if ranges.is_empty() {
            // Nothing but deletions. Without a range, a history would be that of all refs.
            return Ok(ExitCode::SUCCESS);
        }
        let options = HistoryOptions { ranges, ..HistoryOptions::default() };
        let scan = HistoryScan { options, shard: Shard::default(), cache: None };
        history::report(here, (&scan, ""), false, how)
    }

    /// What is pushed, and where to.
    fn outgoing(&self) -> Result<(Vec<Update>, String), Failure> {
        if std::env::var_os("PRE_COMMIT").is_some() {
            return Ok(from_pre_commit());
        }
        let updates = pushed::outgoing(&input()?).map_err(Failure)?;
        Ok((updates, self.remote.clone().unwrap_or_default()))
    }
}

/// Says why more is scanned than what is new, and how to mend it.
fn say_stale(remotes: &[String]) {
    for remote in remotes {
        let mend = advice::word(remote);
        let _ = writeln!(
            io::stderr(),
            "tidewaiter: {remote} lacks a branch that refs/remotes/{remote} says it has, so that nothing in there is taken for \
             known and all that leads to the pushed commits is scanned; `git fetch --prune {mend}` sets it right"
        );
    }
}

/// The pre-commit program reads git's lines itself and passes on what they say as environment variables
/// (<https://pre-commit.com/#pre-push>). Run by hand, it says nothing, and what HEAD leads to is meant.
fn from_pre_commit() -> (Vec<Update>, String) {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let new = variable("PRE_COMMIT_TO_REF").or_else(|| variable("PRE_COMMIT_LOCAL_BRANCH"));
    let new = new.unwrap_or_else(|| "HEAD".to_owned());
    // Whether the remote has the ref is not passed on, so that its name would tell nothing.
    let update = Update { old: variable("PRE_COMMIT_FROM_REF"), new, name: String::new() };
    (vec![update], variable("PRE_COMMIT_REMOTE_NAME").unwrap_or_default())
}

/// The range that the pre-commit program was asked for (`--from-ref` and `--to-ref`), for which nothing need be staged.
fn asked_of_pre_commit() -> Option<String> {
    std::env::var_os("PRE_COMMIT")?;
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    Some(format!("{}..{}", variable("PRE_COMMIT_FROM_REF")?, variable("PRE_COMMIT_TO_REF")?))
}

fn input() -> Result<String, Failure> {
    let mut text = String::new();
    stdin().lock().read_to_string(&mut text)?;
    Ok(text)
}
