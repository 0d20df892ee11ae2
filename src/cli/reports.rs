//! `tidewaiter report`: JSON reports joined, or written in another format.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use super::options::{Output, Running};
use super::{Failure, finish};
use crate::model::{FailOn, Run, Settings};
use crate::report;

/// What to do with reports.
#[derive(clap::Subcommand)]
pub enum Action {
    /// Join JSON reports into one; parts (`--shard`) make a whole with parts of the same scan alone
    Merge(Args),
    /// Write a JSON report in another format
    #[command(mut_arg("files", |files| files.help("A JSON report").num_args(1).action(clap::ArgAction::Set)))]
    Convert(Args),
}

/// Arguments of both.
#[derive(clap::Args)]
pub struct Args {
    /// JSON reports
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Exit with 1 only for findings of this severity or a graver one, or for none
    #[arg(long, value_name = "SEVERITY|none")]
    fail_on: Option<FailOn>,
    /// Exit with 0 although something was not scanned
    #[arg(long)]
    allow_incomplete: bool,
    #[command(flatten)]
    output: Output,
}

/// Reads, joins and writes.
pub fn run(action: &Action) -> Result<ExitCode, Failure> {
    let (Action::Merge(args) | Action::Convert(args)) = action;
    let mut whole: Option<Run> = None;
    let mut doubled = Vec::new();
    for file in &args.files {
        let said = |why: &dyn std::fmt::Display| Failure(format!("{}: {why}", file.display()));
        let bytes = fs::read(file).map_err(|error| said(&error))?;
        let mut run = report::read(&bytes).map_err(|error| said(&error))?;
        whole = Some(match whole {
            Some(first) => {
                let (parts, count_files) = run.without_parts_of(&first);
                doubled.extend(parts.into_iter().map(|part| (part, count_files)));
                first.joined(run)
            }
            None => run,
        });
    }
    let mut settings = Settings::default();
    settings.fail_on = args.fail_on.unwrap_or(settings.fail_on);
    let running = Running { threads: 0, max_file_size: None, allow_incomplete: args.allow_incomplete };
    let mut whole = whole.unwrap_or_default();
    doubled.into_iter().for_each(|(part, count_files)| whole.summary.note_doubled(part, count_files));
    // One part alone is not the whole, either.
    whole.summary = whole.summary.concluded();
    finish::finish(&whole, &settings, &args.output, &running)
}
