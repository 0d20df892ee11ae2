//! `tidewaiter staged`: what the index holds for the next commit.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Output, Running, Selection};
use super::{Failure, finish, progress};
use crate::config;
use crate::source::git::Snapshot;

/// Arguments of `tidewaiter staged`.
#[derive(clap::Args)]
pub struct Args {
    /// A path in the repository
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    running: Running,
}

/// Scans the index and reports.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    report(&args.path, (&args.selection, &args.output, &args.running))
}

/// Scans the index of the repository at `path` and reports.
pub fn report(path: &Path, (selection, output, running): (&Selection, &Output, &Running)) -> Result<ExitCode, Failure> {
    let root = config::repository_root(path);
    let (engine, settings, accepted) = selection.engine(&root, false, running)?;
    let mut run = progress::with_bar(|progress| engine.scan_staged(path, progress))?;
    let index = Snapshot::of_index(path);
    selection.accept(&mut run, accepted.as_ref(), &root, None, &|path| index.has(path));
    finish::finish(&run, &settings, output, running)
}
