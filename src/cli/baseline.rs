//! `tidewaiter baseline`: accept today's findings, so that only new ones fail.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Running, Selection};
use super::{Failure, interrupt, print, progress};
use crate::config::baseline::{self, FILE};
use crate::model::{Run, Shard};
use crate::report::printable;
use crate::source::tree::TreeOptions;
use crate::suppress::baseline::Baseline;

/// What to do with a baseline.
#[derive(clap::Subcommand)]
pub enum Action {
    /// Write a baseline of all that a scan finds today
    Create(Args),
    /// Add what is new, and note new places of what is known; reasons and notes stay
    Update(Args),
    /// Remove what is found no more
    Prune(Args),
    /// List what a baseline accepts
    Show {
        /// The baseline
        #[arg(value_name = "FILE", default_value = FILE)]
        file: PathBuf,
    },
}

/// Arguments of the actions that scan.
#[derive(clap::Args)]
pub struct Args {
    /// The folder to scan
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// The baseline
    #[arg(long, short, value_name = "FILE", default_value = FILE)]
    file: PathBuf,
    /// Scan what .gitignore and .tidewaiterignore leave out, too
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    running: Running,
}

/// Does it.
pub fn run(action: &Action) -> Result<ExitCode, Failure> {
    match action {
        Action::Create(args) => create(args),
        Action::Update(args) => update(args),
        Action::Prune(args) => prune(args),
        Action::Show { file } => show(file),
    }
}

fn create(args: &Args) -> Result<ExitCode, Failure> {
    if args.file.exists() {
        return Err(Failure(format!("{} exists; `tidewaiter baseline update` adds to it", args.file.display())));
    }
    let run = args.scan()?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| Failure("the system gives no random numbers".to_owned()))?;
    let mut baseline = Baseline::new(&random, run.findings.len());
    let added = baseline.update(&run.findings, &|path| run.root.join(path).is_file());
    save(&args.file, &baseline)?;
    say(&format!("{}: {added} findings accepted\n", args.file.display()))
}

fn update(args: &Args) -> Result<ExitCode, Failure> {
    let mut baseline = baseline::load(&args.file).map_err(Failure::from_config)?;
    let run = args.scan()?;
    let added = baseline.update(&run.findings, &|path| run.root.join(path).is_file());
    save(&args.file, &baseline)?;
    say(&format!("{}: {added} findings added, {} in all\n", args.file.display(), baseline.findings.len()))
}

fn prune(args: &Args) -> Result<ExitCode, Failure> {
    let mut baseline = baseline::load(&args.file).map_err(Failure::from_config)?;
    let mut run = args.scan()?;
    let root = std::mem::take(&mut run.root);
    let removed = baseline.prune(&mut run.findings, &|path| root.join(path).is_file());
    save(&args.file, &baseline)?;
    say(&format!("{}: {removed} findings removed, {} left\n", args.file.display(), baseline.findings.len()))
}

fn show(file: &Path) -> Result<ExitCode, Failure> {
    let baseline = baseline::load(file).map_err(Failure::from_config)?;
    let mut out = Vec::new();
    for entry in &baseline.findings {
        let structure = if entry.structure.is_empty() { "-" } else { &entry.structure };
        writeln!(out, "{}", printable(&format!("{}  {}  {structure}", entry.path, entry.rule)))?;
        for (name, text) in [("reason", &entry.reason), ("note", &entry.note)] {
            if let Some(text) = text {
                let lines: Vec<String> = text.lines().map(printable).collect();
                writeln!(out, "    {name}: {}", lines.join("\n        "))?;
            }
        }
    }
    writeln!(out, "{} findings accepted", baseline.findings.len())?;
    print(&out)
}

impl Args {
    /// Scans. What could not be read whole makes no baseline: its findings would be missing or taken for mended.
    fn scan(&self) -> Result<Run, Failure> {
        let (engine, _) = self.selection.engine(&self.path, &self.running)?;
        let paths = vec![self.path.clone()];
        let options =
            TreeOptions { paths, no_ignore: self.no_ignore, threads: self.running.threads, shard: Shard::default() };
        let run = progress::with_bar(|progress| engine.scan_tree(&options, progress))?;
        let unread = run.summary.problems.iter().find(|problem| problem.kind == crate::model::ProblemKind::Incomplete);
        match unread.filter(|_| !self.running.allow_incomplete) {
            Some(problem) => Err(Failure(format!(
                "{} was not scanned: {}; --allow-incomplete leaves it out of the baseline",
                printable(&problem.path),
                problem.sentence()
            ))),
            None => Ok(run),
        }
    }
}

fn save(path: &Path, baseline: &Baseline) -> Result<(), Failure> {
    let text = baseline::render(baseline)?;
    interrupt::replace(path, |file| file.write_all(text.as_bytes()))
}

fn say(text: &str) -> Result<ExitCode, Failure> {
    print(text.as_bytes())
}
