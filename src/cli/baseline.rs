//! `tidewaiter baseline`: accept today's findings, so that only new ones fail.

use std::collections::HashSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::options::{Choice, Running};
use super::{Failure, interrupt, print, progress};
use crate::config;
use crate::config::baseline::{self, FILE};
use crate::engine::{Engine, Error, HistoryScan};
use crate::model::{Confidence, Problem, ProblemKind, Run, Settings, Severity, Shard};
use crate::report::{plural, printable};
use crate::rules;
use crate::source::git::history::HistoryOptions;
use crate::source::tree::{self, TreeOptions};
use crate::suppress::baseline::{Baseline, Entry, ID_BYTES};
use crate::suppress::frame::{Frame, way};

/// What to do with a baseline.
#[derive(clap::Subcommand)]
pub enum Action {
    /// Write a baseline of all that a scan finds today
    Create(Args),
    /// Add what is new, and note new places of what is known; reasons and notes stay, comments don't
    Update(Args),
    /// Remove what is found no more in what is scanned; comments are dropped, too
    Prune(Args),
    /// List what a baseline accepts
    Show {
        /// The baseline [default: the one that the configuration names, else .tidewaiter-baseline.yaml]
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The same, as the other actions have it
        #[arg(long = "file", short = 'f', value_name = "FILE", conflicts_with = "file")]
        named: Option<PathBuf>,
    },
}

/// Arguments of the actions that scan.
#[derive(clap::Args)]
pub struct Args {
    /// The folder or file to scan; entries for other files stay as they are
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// The baseline [default: the one that the configuration names, else .tidewaiter-baseline.yaml]
    #[arg(long, short, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Scan what .gitignore and .tidewaiterignore leave out, too
    #[arg(long)]
    no_ignore: bool,
    /// Accept what only the commits of all refs hold, too; a baseline that does so is kept that way
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    running: Running,
}

/// Does it.
pub fn run(action: &Action) -> Result<ExitCode, Failure> {
    match action {
        Action::Create(args) => create(args, &args.file()?),
        Action::Update(args) => update(args, &args.file()?),
        Action::Prune(args) => prune(args, &args.file()?),
        Action::Show { file: Some(file), .. } | Action::Show { named: Some(file), .. } => show(file),
        Action::Show { .. } => {
            let config = config::find(Path::new(".")).map_err(Failure::from_config)?;
            show(&config.baseline.unwrap_or_else(|| PathBuf::from(FILE)))
        }
    }
}

/// Reads a baseline that is to be there.
pub fn load(file: &Path) -> Result<Baseline, Failure> {
    if matches!(file.try_exists(), Ok(false)) {
        let shown = file.display();
        let message = format!("the baseline can't be read: {shown}: there is no such file");
        return Err(Failure(format!("{message}; `tidewaiter baseline create` makes one")));
    }
    baseline::load(file).map_err(Failure::from_baseline)
}

fn create(args: &Args, file: &Path) -> Result<ExitCode, Failure> {
    // An empty file accepts nothing that could be lost.
    if file.exists() && !fs::metadata(file).is_ok_and(|found| found.is_file() && found.len() == 0) {
        return Err(Failure(format!("{} exists; `tidewaiter baseline update` adds to it", file.display())));
    }
    let found = args.scan(&args.choice, args.history)?;
    let mut random = [0; ID_BYTES];
    getrandom::fill(&mut random).map_err(|_| Failure("the system gives no random numbers".to_owned()))?;
    let count = found.files.findings.len() + found.history.as_ref().map_or(0, |run| run.findings.len());
    let mut baseline = Baseline { history: args.history, ..Baseline::new(&random, count) };
    let base = baseline::new_base(file, &found.files.root);
    let added = found.take_in(&mut baseline, &found.frame(&base), &|_| true);
    save(&mut baseline, file, &base)?;
    say(&format!("{}: {} accepted\n", file.display(), plural(added, "finding")))
}

fn update(args: &Args, file: &Path) -> Result<ExitCode, Failure> {
    let mut baseline = load(file)?;
    baseline.history |= args.history;
    let found = args.scan(&args.choice, baseline.history)?;
    let base = baseline::base(file, &baseline, &found.files.root);
    let frame = found.frame(&base);
    let scope = Scope::of(args, &found, &frame)?;
    let added = found.take_in(&mut baseline, &frame, &|entry| scope.covers(entry));
    save(&mut baseline, file, &base)?;
    let all = baseline.findings.len();
    say(&format!("{}: {} added, {all} in all\n", file.display(), plural(added, "finding")))
}

fn prune(args: &Args, file: &Path) -> Result<ExitCode, Failure> {
    let mut baseline = load(file)?;
    baseline.history |= args.history;
    let found = args.scan(&args.choice, baseline.history)?;
    let base = baseline::base(file, &baseline, &found.files.root);
    let frame = found.frame(&base);
    let scope = Scope::of(args, &found, &frame)?;
    let used = baseline.used(&found.scans(), &frame);
    let mut gone: Vec<bool> =
        baseline.findings.iter().zip(used).map(|(entry, used)| !used && scope.covers(entry)).collect();
    if gone.contains(&true) {
        // What lies below a threshold is still there.
        let all =
            Choice { min_severity: Some(Severity::Info), min_confidence: Some(Confidence::Low), ..args.choice.clone() };
        let used = baseline.used(&args.scan(&all, baseline.history)?.scans(), &frame);
        gone.iter_mut().zip(used).for_each(|(gone, used)| *gone &= !used);
    }
    let before = baseline.findings.len();
    let mut gone = gone.into_iter();
    baseline.findings.retain(|_| !gone.next().unwrap_or(false));
    let left = baseline.findings.len();
    save(&mut baseline, file, &base)?;
    say(&format!("{}: {} removed, {left} left\n", file.display(), plural(before - left, "finding")))
}

fn show(file: &Path) -> Result<ExitCode, Failure> {
    let baseline = load(file)?;
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
    fn frame(&self, base: &Path) -> Frame<'_> {
        Frame::new(base, &self.files.root, |path| self.files.root.join(path).is_file())
    }

    fn scans(&self) -> Vec<&Run> {
        [Some(&self.files), self.history.as_ref()].into_iter().flatten().collect()
    }

    /// Puts what was found into the baseline and gives how much of it is new. Where a file is called otherwise today than in
    /// the history, its entry is that of today, and the history's stands beside it only if that one does not match.
    fn take_in(&self, baseline: &mut Baseline, frame: &Frame<'_>, covers: &dyn Fn(&Entry) -> bool) -> usize {
        let added = baseline.update(&self.files, frame, covers);
        added + self.history.as_ref().map_or(0, |run| baseline.update(run, frame, &|_| false))
    }
}

/// What a scan could have found: all other entries are none of its business.
struct Scope<'a> {
    args: &'a Args,
    found: &'a Found,
    frame: &'a Frame<'a>,
    settings: Settings,
    /// The paths of the files that were scanned.
    scanned: HashSet<String>,
}

impl<'a> Scope<'a> {
    fn of(args: &'a Args, found: &'a Found, frame: &'a Frame<'a>) -> Result<Self, Failure> {
        let settings = args.choice.configured(&args.path, &args.running)?.settings;
        let tree = tree::walk(&args.options()).map_err(Error::NotFound)?;
        let scanned = tree.files.into_iter().map(|file| file.shown).collect();
        Ok(Self { args, found, frame, settings, scanned })
    }

    /// Whether the entry's rule ran over its file, or would have if it were still there.
    fn covers(&self, entry: &Entry) -> bool {
        let Some(path) = self.frame.of_entry(&entry.path) else { return false };
        let is_there = self.found.files.root.join(&path).is_file();
        let is_asked_for = self.scanned.contains(&path) || (!is_there && self.args.path.is_dir());
        let is_unread = |problem: &Problem| {
            let rest = path.strip_prefix(&problem.path);
            problem.kind == ProblemKind::Incomplete && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        is_asked_for && !self.found.files.summary.problems.iter().any(is_unread) && self.runs(&entry.rule)
    }

    fn runs(&self, rule: &str) -> bool {
        let settings = &self.settings;
        let own = settings.own_rules.iter().copied().find(|own| own.id == rule);
        match rules::find(rule).or(own) {
            Some(rule) => {
                let severity = settings.severity(rule, rule.severity);
                settings.runs(rule)
                    && (self.args.choice.min_severity.is_none() || severity >= settings.min_severity)
                    && (self.args.choice.min_confidence.is_none() || rule.confidence >= settings.min_confidence)
            }
            // A rule that was removed, or one of a configuration that is not this one.
            None => settings.only_rules.is_empty() && !self.args.choice.no_config && self.args.choice.config.is_none(),
        }
    }
}

impl Args {
    /// The baseline's file: the one that is given, else the one that the configuration names.
    fn file(&self) -> Result<PathBuf, Failure> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let named = self.choice.configuration(&self.path)?.baseline;
        Ok(named.unwrap_or_else(|| PathBuf::from(FILE)))
    }

    /// Scans the files and, if wanted, the history.
    fn scan(&self, choice: &Choice, history: bool) -> Result<Found, Failure> {
        let (engine, _) = choice.engine(&self.path, false, &self.running)?;
        let history = history.then(|| self.scan_history(&engine)).transpose()?;
        let files = progress::with_bar(|progress| engine.scan_tree(&self.options(), progress))?;
        Ok(Found { files: self.whole(files, &[ProblemKind::Incomplete])?, history })
    }

    fn options(&self) -> TreeOptions {
        TreeOptions {
            paths: vec![self.path.clone()],
            no_ignore: self.no_ignore,
            threads: self.running.threads,
            shard: Shard::default(),
        }
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
        // What is skipped and only counted (Git LFS pointers) is in every history of the repository.
        let is_counted = |problem: &Problem| problem.kind == ProblemKind::Skipped && problem.count > 0;
        let mut problems = run.summary.problems.iter().filter(|problem| !is_counted(problem));
        let unread = problems.find(|problem| kinds.contains(&problem.kind));
        match unread.filter(|_| !self.running.allow_incomplete) {
            Some(problem) => Err(Failure(format!(
                "{} was not scanned: {}; --allow-incomplete goes on without it",
                printable(&problem.path),
                problem.sentence()
            ))),
            None => Ok(run),
        }
    }
}

fn save(baseline: &mut Baseline, file: &Path, base: &Path) -> Result<(), Failure> {
    baseline.root = Some(way(baseline::folder(file), base));
    let text = baseline::render(baseline);
    interrupt::replace(file, |file| file.write_all(text.as_bytes()))
}

fn say(text: &str) -> Result<ExitCode, Failure> {
    print(text.as_bytes())
}
