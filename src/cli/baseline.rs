//! `tidewaiter baseline`: accept today's findings, so that only new ones fail.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Running, Selection};
use super::{Failure, interrupt, print, progress};
use crate::config;
use crate::config::baseline::{self, FILE};
use crate::engine::{Engine, HistoryScan};
use crate::model::{ProblemKind, Run, Shard};
use crate::report::{plural, printable};
use crate::source::git::history::HistoryOptions;
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
    /// Accept what only the commits of all refs hold, too; a baseline that does so is kept that way
    #[arg(long)]
    history: bool,
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
    let found = args.scan(args.history)?;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| Failure("the system gives no random numbers".to_owned()))?;
    let count = found.files.findings.len() + found.history.as_ref().map_or(0, |run| run.findings.len());
    let mut baseline = Baseline { history: args.history, ..Baseline::new(&random, count) };
    let added = found.take_in(&mut baseline);
    save(&args.file, &baseline)?;
    say(&format!("{}: {} accepted\n", args.file.display(), plural(added, "finding")))
}

fn update(args: &Args) -> Result<ExitCode, Failure> {
    let mut baseline = baseline::load(&args.file).map_err(Failure::from_config)?;
    baseline.history |= args.history;
    let added = args.scan(baseline.history)?.take_in(&mut baseline);
    save(&args.file, &baseline)?;
    let all = baseline.findings.len();
    say(&format!("{}: {} added, {all} in all\n", args.file.display(), plural(added, "finding")))
}

fn prune(args: &Args) -> Result<ExitCode, Failure> {
    let mut baseline = baseline::load(&args.file).map_err(Failure::from_config)?;
    baseline.history |= args.history;
    let mut found = args.scan(baseline.history)?;
    let root = std::mem::take(&mut found.files.root);
    let mut scans = vec![found.files.findings.as_mut_slice()];
    scans.extend(found.history.as_mut().map(|run| run.findings.as_mut_slice()));
    let removed = baseline.prune(&mut scans, &|path| root.join(path).is_file());
    save(&args.file, &baseline)?;
    let left = baseline.findings.len();
    say(&format!("{}: {} removed, {left} left\n", args.file.display(), plural(removed, "finding")))
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
    writeln!(out, "{} accepted", plural(baseline.findings.len(), "finding"))?;
    print(&out)
}

/// What a baseline is made from.
struct Found {
    files: Run,
    history: Option<Run>,
}

impl Found {
    /// Puts what was found into the baseline and gives how much of it is new. Where a file is called otherwise today than in
    /// the history, its entry is that of today, and the history's stands beside it only if that one does not match.
    fn take_in(&self, baseline: &mut Baseline) -> usize {
        let is_there = |path: &str| self.files.root.join(path).is_file();
        let added = baseline.update(&self.files.findings, &is_there);
        added + self.history.as_ref().map_or(0, |run| baseline.add(&run.findings, &is_there))
    }
}

impl Args {
    /// Scans the files and, if wanted, the history.
    fn scan(&self, history: bool) -> Result<Found, Failure> {
        let (engine, _) = self.selection.engine(&self.path, false, &self.running)?;
        let history = history.then(|| self.scan_history(&engine)).transpose()?;
        let options = TreeOptions {
            paths: vec![self.path.clone()],
            no_ignore: self.no_ignore,
            threads: self.running.threads,
            shard: Shard::default(),
        };
        let files = progress::with_bar(|progress| engine.scan_tree(&options, progress))?;
        Ok(Found { files: self.whole(files, &[ProblemKind::Incomplete])?, history })
    }

    fn scan_history(&self, engine: &Engine) -> Result<Run, Failure> {
        let same = |a: &Path, b: &Path| fs::canonicalize(a).ok().is_some_and(|a| fs::canonicalize(b).ok() == Some(a));
        let root = config::repository_root(&self.path);
        if !same(&root, &self.path) {
            let root = root.display();
            return Err(Failure(format!(
                "paths in a history count from the root of the repository: give {root} instead"
            )));
        }
        let scan = HistoryScan { options: HistoryOptions::default(), shard: Shard::default(), cache: None };
        let run = progress::with_bar(|progress| engine.scan_history(&self.path, &scan, progress))?;
        // Older commits than a shallow clone has are no part of a scan, but of what a baseline accepts.
        self.whole(run, &[ProblemKind::Incomplete, ProblemKind::Skipped])
    }

    /// What could not be read whole makes no baseline: its findings would be missing or taken for mended. `kinds` are the
    /// problems that say so.
    fn whole(&self, run: Run, kinds: &[ProblemKind]) -> Result<Run, Failure> {
        let unread = run.summary.problems.iter().find(|problem| kinds.contains(&problem.kind));
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
