//! The options that several subcommands share.

use std::collections::HashSet;
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use crate::config::{self, Config};
use crate::engine::Engine;
use crate::model::{Confidence, FailOn, Finding, Redactor, Rule, Run, Settings, Severity, Suppression, parse_size};
use crate::report::{self, Format, View};
use crate::rules;
use crate::suppress::baseline::{Baseline, Entry};
use crate::suppress::frame::Frame;

/// Which findings there are.
#[derive(Args, Clone)]
#[command(next_help_heading = "What to report")]
pub struct Choice {
    /// Only this rule, or family of rules; may be given several times
    #[arg(long = "rule", value_name = "ID")]
    pub rules: Vec<String>,
    /// Not this rule, or family of rules; may be given several times
    #[arg(long = "exclude-rule", value_name = "ID")]
    pub excluded: Vec<String>,
    /// Leave out findings of a lower severity: info, low, medium, high, critical
    #[arg(long, value_name = "SEVERITY")]
    pub min_severity: Option<Severity>,
    /// Leave out findings of a lower confidence: low, medium, high [default: medium]
    #[arg(long, value_name = "CONFIDENCE")]
    pub min_confidence: Option<Confidence>,
    /// The configuration file [default: .tidewaiter.yaml, from the scanned path upward to its repository's root]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read no configuration file
    #[arg(long, conflicts_with = "config")]
    pub no_config: bool,
}

/// Which findings count.
#[derive(Args)]
#[command(next_help_heading = "What to report")]
pub struct Selection {
    #[command(flatten)]
    pub choice: Choice,
    /// Exit with 1 only for findings of this severity or a graver one, or for none; with 2 as ever where something was not scanned
    #[arg(long, value_name = "SEVERITY|none")]
    pub fail_on: Option<FailOn>,
    /// Leave out the findings that this baseline accepts [default: the one that the configuration names]
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
}

/// How findings are shown.
#[derive(Args)]
#[command(next_help_heading = "Output")]
pub struct Output {
    /// Format of the report on standard output: text, json, jsonl, sarif, junit, github, gitlab, html, markdown
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Format,
    /// Write a report to a file, too: FORMAT=FILE; may be given several times
    #[arg(long, value_name = "FORMAT=FILE", value_parser = file_output)]
    pub output: Vec<(Format, PathBuf)>,
    /// Show the secrets' text
    #[arg(long)]
    pub show_secrets: bool,
    /// Show suppressed findings, too
    #[arg(long)]
    pub show_suppressed: bool,
    /// Print findings alone, no summary; what was not scanned is said on standard error
    #[arg(long, short)]
    pub quiet: bool,
    /// Name every document that was read in a lesser way
    #[arg(long, short)]
    pub verbose: bool,
    /// Colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
}

/// How the scan runs.
#[derive(Args)]
#[command(next_help_heading = "Scanning")]
pub struct Running {
    /// Threads [default: one a core]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = threads)]
    pub threads: usize,
    /// Files larger than this are not scanned, which is said [default: 50MiB]
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub max_file_size: Option<u64>,
    /// Exit with 0 although something was not scanned
    #[arg(long)]
    pub allow_incomplete: bool,
}

/// When to use colours.
#[derive(Clone, Copy, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// More threads than this only take memory.
const MOST_THREADS: usize = 512;

fn threads(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number <= MOST_THREADS);
    number.ok_or_else(|| format!("expected a number up to {MOST_THREADS}"))
}

fn file_output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, path) = text.split_once('=').filter(|(_, path)| !path.is_empty()).ok_or("expected FORMAT=FILE")?;
    if path == "-" {
        return Err("`-` is no file; --format is for standard output".to_owned());
    }
    let (format, path) = (format.parse()?, PathBuf::from(path));
    // Found out before the scan, which may take long.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder.map(|folder| (folder.display(), folder.metadata())) {
        Some((folder, Ok(found))) if !found.is_dir() => Err(format!("{folder} is no folder")),
        Some((folder, Err(error))) => Err(match error.kind() {
            ErrorKind::NotFound => format!("there is no folder {folder}"),
            _ => format!("the folder {folder}: {error}"),
        }),
        _ => Ok((format, path)),
    }
}

impl Choice {
    /// The configuration for a scan of `root`.
    pub fn configuration(&self, root: &Path) -> Result<Config, Failure> {
        let found = match &self.config {
            _ if self.no_config => return Ok(Config::default()),
            Some(file) => config::named(file, root),
            None => config::find(root),
        };
        found.map_err(Failure::from_config)
    }

    /// An engine for a scan of `root`, or of parts of it, as the configuration found there and these options want it, and
    /// its settings.
    pub fn engine(&self, root: &Path, in_part: bool, running: &Running) -> Result<(Engine, Settings), Failure> {
        Ok(self.engine_of(self.configured(root, running)?, in_part, running))
    }

    fn engine_of(&self, mut config: Config, in_part: bool, running: &Running) -> (Engine, Settings) {
        config.allowlist.is_for_more |= in_part || self.is_narrowed();
        let engine = Engine::new(config.settings.clone(), running.threads).with_allowlist(config.allowlist);
        (engine, config.settings)
    }

    /// The configuration for a scan of `root`, with settings as these options want them.
    pub fn configured(&self, root: &Path, running: &Running) -> Result<Config, Failure> {
        let mut config = self.configuration(root)?;
        self.apply(&mut config.settings)?;
        running.apply(&mut config.settings);
        Ok(config)
    }

    /// Whether not all rules run.
    fn is_narrowed(&self) -> bool {
        !self.rules.is_empty() || !self.excluded.is_empty()
    }

    /// Puts what was asked for into the settings.
    fn apply(&self, settings: &mut Settings) -> Result<(), Failure> {
        for name in self.rules.iter().chain(&self.excluded) {
            check_rule(name, &settings.own_rules)?;
        }
        settings.only_rules.clone_from(&self.rules);
        settings.excluded_rules.extend(self.excluded.iter().cloned());
        settings.min_severity = self.min_severity.unwrap_or(settings.min_severity);
        settings.min_confidence = self.min_confidence.unwrap_or(settings.min_confidence);
        Ok(())
    }
}

/// A baseline, and the file that it was read from.
pub struct Accepted {
    file: PathBuf,
    pub baseline: Baseline,
}

impl Selection {
    /// As [`Choice::engine`], with the findings that make the run fail, and the baseline, if there is to be one.
    pub fn engine(
        &self,
        root: &Path,
        in_part: bool,
        running: &Running,
    ) -> Result<(Engine, Settings, Option<Accepted>), Failure> {
        let config = self.choice.configured(root, running)?;
        let accepted = self.accepted(&config)?;
        let (engine, mut settings) = self.choice.engine_of(config, in_part, running);
        settings.fail_on = self.fail_on.unwrap_or(settings.fail_on);
        Ok((engine, settings, accepted))
    }

    /// The baseline that was asked for, by the option or else by the configuration.
    pub fn accepted(&self, config: &Config) -> Result<Option<Accepted>, Failure> {
        let Some(file) = self.baseline.as_ref().or(config.baseline.as_ref()) else { return Ok(None) };
        Ok(Some(Accepted { file: file.clone(), baseline: super::baseline::load(file)? }))
    }

    /// Marks what the baseline accepts; the paths of findings count from `root`, and `has` says whether what was scanned has
    /// a file at such a path. Entries that match nothing are worth a word where the whole folder that the baseline's paths
    /// count from was `scanned`.
    pub fn accept(
        &self,
        run: &mut Run,
        accepted: Option<&Accepted>,
        root: &Path,
        scanned: Option<&Path>,
        has: &dyn Fn(&str) -> bool,
    ) {
        if self.choice.is_narrowed() {
            // What a comment is for may be found by a rule that did not run.
            run.summary.unused.clear();
        }
        let Some(Accepted { file, baseline }) = accepted else { return };
        let frame = Frame::new(&config::baseline::base(file, baseline, root), root, has);
        let masks = Redactor::of(run, false);
        // What was there before goes first: a copy beside it is not what was accepted.
        let mut findings = std::mem::take(&mut run.unchanged);
        let before = findings.len();
        findings.append(&mut run.findings);
        let mut unused = baseline.accept(&mut findings, &frame, &masks);
        run.findings = findings.split_off(before);
        run.unchanged = findings;
        report_copies(run);
        // What only the history holds no scan of files can find.
        unused.retain(|entry| !baseline.history || frame.has(&entry.path));
        let is_whole = scanned.is_some_and(|scanned| scanned.is_dir()) && frame.is_one();
        let has_thresholds = self.choice.min_severity.is_some() || self.choice.min_confidence.is_some();
        if is_whole && !self.choice.is_narrowed() && !has_thresholds {
            let used = baseline.places_but(&unused);
            let said = |entry: &Entry| {
                let place = format!("{} {}", entry.path, entry.structure);
                let (file, rule, place) = (file.display(), &entry.rule, place.trim_end());
                match used.contains(&entry.place()) {
                    true => format!("{file}: {rule} at {place} is there more often than it is found"),
                    false => format!("{file}: no {rule} at {place} any more"),
                }
            };
            let summary = &mut run.summary;
            let list = if summary.shards.is_empty() { &mut summary.unused } else { &mut summary.unmatched };
            list.extend(unused.into_iter().map(said));
        }
    }
}

/// Reports what a file seems to have brought from another path, where the baseline does not accept it, but the same on a new
/// line: its entry went there with it, and this is the copy.
fn report_copies(run: &mut Run) {
    let same = |finding: &Finding| {
        let place = finding.secret.expose().is_empty().then(|| finding.structural_path.clone());
        (finding.rule.id.to_string(), finding.secret.clone(), place)
    };
    let is_accepted = |finding: &&Finding| matches!(finding.suppressed.as_deref(), Some(Suppression::Baseline(_)));
    let accepted: HashSet<_> = run.findings.iter().filter(is_accepted).map(same).collect();
    let (mut copies, unchanged) = std::mem::take(&mut run.unchanged).into_iter().partition(|finding| {
        finding.suppressed.is_none() && run.moved.contains(&finding.origin) && accepted.contains(&same(finding))
    });
    run.unchanged = unchanged;
    run.findings.append(&mut copies);
    run.sort_findings();
}

/// The job summary of GitHub Actions.
pub struct JobSummary {
    /// The file to which it wants one added.
    pub path: PathBuf,
    /// Bytes that it still takes.
    pub room: usize,
}

/// The job summary, if there is one that takes more: what other runs of the step wrote counts, too.
pub fn job_summary() -> Option<JobSummary> {
    let path = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()).map(PathBuf::from)?;
    let taken = path.metadata().map_or(0, |found| found.len());
    let room = report::JOB_SUMMARY.saturating_sub(usize::try_from(taken).unwrap_or(usize::MAX));
    (room >= report::LEAST_ROOM).then_some(JobSummary { path, room })
}

/// Whether a rule or a family of this name exists, among the built-in ones or the user's own.
pub fn check_rule(name: &str, own: &[&'static Rule]) -> Result<(), Failure> {
    if rules::is_known(name, own) {
        return Ok(());
    }
    let hint = rules::nearest(name, own).map(|id| format!("; did you mean `{id}`?")).unwrap_or_default();
    Err(Failure(format!("there is no rule `{name}`{hint}")))
}

impl Running {
    /// Puts what was asked for into the settings.
    pub fn apply(&self, settings: &mut Settings) {
        settings.max_file_size = self.max_file_size.unwrap_or(settings.max_file_size);
    }
}

impl Output {
    /// What the report on standard output shows.
    pub fn view(&self) -> View {
        let terminal = std::io::stdout().is_terminal();
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        let plain = dumb || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match self.color {
            When::Auto => terminal && !plain,
            When::Always => true,
            When::Never => false,
        };
        let width = if terminal { terminal_size::terminal_size().map_or(80, |(width, _)| width.0.into()) } else { 100 };
        View { color, unicode: terminal && !dumb, width: width.clamp(40, 140), wraps: terminal, ..self.file_view() }
    }

    /// What a report in a file shows.
    pub fn file_view(&self) -> View {
        View {
            show_secrets: self.show_secrets,
            show_suppressed: self.show_suppressed,
            quiet: self.quiet,
            job_summary: job_summary().is_some(),
            verbose: self.verbose,
            ..View::default()
        }
    }
}
