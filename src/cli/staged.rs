//! `tidewaiter staged`: what the index holds for the next commit.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::engine::{Engine, Progress};
use crate::model::Settings;

/// Arguments of `tidewaiter staged`.
#[derive(clap::Args)]
pub struct Args {
    /// The repository
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
}

/// Scans the index.
pub fn run(args: &Args) -> ExitCode {
    match Engine::new(Settings::default(), 0).scan_staged(&args.path, &Progress::default()) {
        Ok(run) => ExitCode::from(u8::from(!run.findings.is_empty())),
        Err(_) => ExitCode::from(2),
    }
}
