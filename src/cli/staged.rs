//! `tidewaiter staged`: what the index holds for the next commit.

use std::path::PathBuf;
use std::process::ExitCode;

use super::options::{Output, Running, Selection};
use super::{Failure, finish, progress};
use crate::config;

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
    let root = config::repository_root(&args.path);
    let (engine, settings) = args.selection.engine(&root, &args.running)?;
    let mut run = progress::with_bar(|progress| engine.scan_staged(&args.path, progress))?;
    args.selection.accept(&mut run, &root, None)?;
    finish::finish(&run, &settings, &args.output, &args.running)
}
