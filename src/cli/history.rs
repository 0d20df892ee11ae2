//! `tidewaiter history`: what the commits of a repository introduced.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Output, Running, Selection};
use super::part::Description;
use super::since::Since;
use super::{Failure, finish, interrupt, progress};
use crate::config;
use crate::engine::HistoryScan;
use crate::model::Shard;
use crate::source::git::history::{HistoryOptions, identity};

/// Arguments of `tidewaiter history`.
#[derive(clap::Args)]
pub struct Args {
    /// What to scan, as git writes it: `A..B`, `A...B`, `B ^A`, `A^!` (A alone), `A^-` (what A brought, without its first
    /// parent's history), `A^@` (what led to A), or a revision with all that led to it [default: all refs]
    #[arg(value_name = "RANGE")]
    ranges: Vec<String>,
    /// A path in the repository
    #[arg(long, value_name = "PATH", default_value = ".")]
    repo: PathBuf,
    /// Only what led to this branch; may be given several times
    #[arg(long, value_name = "NAME", conflicts_with = "ranges")]
    branch: Vec<String>,
    /// Only commits made since then: 2026-01-31, 2026-01-31T12:00:00Z, `3 weeks ago`. They are looked for a thousand commits
    /// behind the first older one, as clocks differ
    #[arg(long, value_name = "DATE")]
    since: Option<Since>,
    /// What no ref reaches, too
    #[arg(long, conflicts_with_all = ["ranges", "branch", "since"])]
    unreachable: bool,
    /// What is staged for the next commit, too
    #[arg(long)]
    staged_too: bool,
    /// Scan only part K of N; all parts need the same commits and the same options
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    /// Remember in this folder what is clean, so that the next scan reads what is new alone
    #[arg(long, value_name = "DIR")]
    cache: Option<PathBuf>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    running: Running,
}

/// Scans the history and reports.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let options = HistoryOptions {
        ranges: args.ranges.clone(),
        branches: args.branch.clone(),
        since: args.since.as_ref().map(|since| since.time),
        unreachable: args.unreachable,
    };
    let scan = HistoryScan { options, shard: args.shard.unwrap_or_default(), cache: args.cache.clone() };
    let since = args.since.as_ref().map_or("", |since| &since.text);
    report(&args.repo, (&scan, since), args.staged_too, (&args.selection, &args.output, &args.running))
}

/// Scans the part `scan` of the history of the repository at `path` and, if wanted, what is staged, and reports. `since` is
/// how the user wrote from when on.
pub fn report(
    path: &Path,
    (scan, since): (&HistoryScan, &str),
    staged_too: bool,
    (selection, output, running): (&Selection, &Output, &Running),
) -> Result<ExitCode, Failure> {
    let root = config::repository_root(path);
    let (engine, settings, accepted) = selection.engine(&root, false, running)?;
    if scan.cache.is_some() {
        interrupt::watch();
    }
    let part = (!scan.shard.is_whole())
        .then(|| {
            // Weeks ago are another second on every machine.
            let target = format!("{} {since:?} {staged_too}", identity(path, &scan.options)?);
            Description::new("history", &target, &root, (selection, running))
        })
        .transpose()?;
    let mut run = progress::with_bar(|progress| engine.scan_history(path, scan, progress))?;
    if staged_too {
        run = run.joined(engine.scan_staged(path, &Default::default())?);
    }
    if let Some(part) = part {
        part.mark(&mut run);
    }
    selection.accept(&mut run, accepted.as_ref(), &root, None, &|path| root.join(path).is_file());
    finish::finish(&run, &settings, output, running)
}
