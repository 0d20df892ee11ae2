//! `tidewaiter scan`: files and folders of a working tree, or standard input.

use std::io::{Read, stdin};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Output, Running, Selection};
use super::part::{self, Description};
use super::{Failure, finish, progress};
use crate::engine::Engine;
use crate::model::{Run, Settings, Shard};
use crate::source::tree::TreeOptions;

/// Arguments of `tidewaiter scan`.
#[derive(clap::Args)]
pub struct Args {
    /// Files and folders to scan; `-` is standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Scan what .gitignore and .tidewaiterignore leave out, too
    #[arg(long)]
    no_ignore: bool,
    /// The name under which standard input is scanned
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    stdin_path: String,
    /// Scan only part K of N; all parts need the same folder, or in a repository the same commit, and the same options
    #[arg(long, value_name = "K/N")]
    shard: Option<Shard>,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    output: Output,
    #[command(flatten)]
    running: Running,
}

/// Scans and reports.
pub fn run(args: &Args) -> Result<ExitCode, Failure> {
    let (engine, settings, accepted) = args.selection.engine(&args.root(), args.in_part(), &args.running)?;
    let mut run =
        if args.paths == [Path::new("-")] { standard_input(args, &engine, &settings)? } else { tree(args, &engine)? };
    if !run.summary.shards.is_empty() {
        args.description()?.mark(&mut run);
    }
    let root = run.root.clone();
    let whole = (!args.in_part()).then(|| args.root());
    args.selection.accept(&mut run, accepted.as_ref(), &root, whole.as_deref(), &|path| root.join(path).is_file());
    finish::finish(&run, &settings, &args.output, &args.running)
}

impl Args {
    /// Whether parts of the root are scanned, or what lies nowhere in it.
    fn in_part(&self) -> bool {
        self.paths.len() > 1 || self.paths == [Path::new("-")]
    }

    /// The scan that a part of it belongs to.
    fn description(&self) -> Result<Description, Failure> {
        let here = [PathBuf::from(".")];
        let paths = if self.paths.is_empty() { &here[..] } else { &self.paths };
        let mut places: Vec<String> = paths.iter().map(|path| part::place(path)).collect();
        places.sort_unstable();
        let target = format!("{places:?} {}", self.no_ignore);
        Description::new("scan", &target, &self.root(), (&self.selection, &self.running))
    }

    /// Where the configuration is looked for: the one scanned folder or file, else the current folder.
    fn root(&self) -> PathBuf {
        match self.paths.as_slice() {
            [only] if only != Path::new("-") => only.clone(),
            _ => PathBuf::from("."),
        }
    }
}

fn tree(args: &Args, engine: &Engine) -> Result<Run, Failure> {
    if args.paths.iter().any(|path| path == Path::new("-")) {
        return Err(Failure("standard input (`-`) can't be scanned together with other paths".to_owned()));
    }
    let options = TreeOptions {
        paths: args.paths.clone(),
        no_ignore: args.no_ignore,
        threads: args.running.threads,
        shard: args.shard.unwrap_or_default(),
    };
    Ok(progress::with_bar(|progress| engine.scan_tree(&options, progress))?)
}

fn standard_input(args: &Args, engine: &Engine, settings: &Settings) -> Result<Run, Failure> {
    let mut bytes = Vec::new();
    let limit = settings.max_file_size;
    stdin().lock().take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(Failure(format!("standard input is larger than --max-file-size of {limit} bytes")));
    }
    Ok(engine.scan_bytes(&args.stdin_path, &bytes))
}
