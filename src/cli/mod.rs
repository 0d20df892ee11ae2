//! The command line: arguments into a call of the engine, one file a subcommand.

mod arguments;
mod baseline;
mod config_error;
mod finish;
mod generate;
mod history;
mod hook;
mod interrupt;
mod options;
mod part;
mod progress;
mod reports;
mod rule_import;
mod rule_test;
mod rules;
mod scan;
mod since;
mod staged;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::ConfigError;
use crate::report::paragraph;

/// Finds secrets in Kubernetes manifests, Dockerfiles and the repositories around them.
#[derive(Parser)]
#[command(name = "tidewaiter", version, about, max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 nothing found; 1 findings at or above the threshold; 2 an error, or something \
was not scanned and nothing was found.";

#[derive(Subcommand)]
enum Command {
    /// Scan files and folders
    Scan(scan::Args),
    /// Scan what is staged for the next commit, and report what the changed lines bring
    Staged(staged::Args),
    /// Scan what commits introduced, by default all that any ref reaches
    History(history::Args),
    /// Accept the findings of today, so that only new ones fail
    #[command(subcommand)]
    Baseline(baseline::Action),
    /// Install tidewaiter as a git hook
    #[command(subcommand)]
    Hook(hook::Action),
    /// Join JSON reports, or write one in another format
    #[command(subcommand)]
    Report(reports::Action),
    /// List the rules, or explain one
    #[command(subcommand)]
    Rules(rules::Action),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual pages
    Man {
        /// The command whose page alone is printed, such as `scan` or `hook install` [default: all pages]
        command: Vec<String>,
    },
}

/// An error that ends the run with exit code 2, in the words that the user sees.
pub struct Failure(String);

impl Failure {
    /// An error in a configuration, with the line where it stands.
    fn from_config(error: ConfigError) -> Self {
        Self::from_file("configuration", &error)
    }

    /// An error in a baseline, in the same way.
    fn from_baseline(error: ConfigError) -> Self {
        Self::from_file("baseline", &error)
    }

    fn from_file(kind: &str, error: &ConfigError) -> Self {
        if error.is_unread() {
            return Failure(format!("the {kind} can't be read: {error}"));
        }
        Failure(format!("the {kind} has an error\n{}", config_error::masked(error)))
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure(error.to_string())
    }
}

/// Writes to standard output. A reader that has seen enough (`| head`) is no error.
fn print(text: &[u8]) -> Result<ExitCode, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("standard output can't be written: {error}")))
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|info| {
        if crate::source::git::is_guarded() {
            return;
        }
        // The payload may hold text of a scanned file; the place in our source does not.
        let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
        let _ = writeln!(io::stderr(), "tidewaiter: internal error{place}; please report it");
    }));
    let outcome = arguments::read().and_then(|cli| match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Staged(args) => staged::run(&args),
        Command::History(args) => history::run(&args),
        Command::Baseline(action) => baseline::run(&action),
        Command::Hook(action) => hook::run(&action),
        Command::Report(action) => reports::run(&action),
        Command::Rules(action) => rules::run(&action),
        Command::Completions { shell } => generate::completions(shell, Cli::command()),
        Command::Man { command } => generate::man(Cli::command(), &command),
    });
    outcome.unwrap_or_else(|Failure(message)| {
        // It may quote a line of the scanned repository's own configuration.
        let _ = writeln!(io::stderr(), "tidewaiter: {}", paragraph(&arguments::in_one_line(message)));
        ExitCode::from(2)
    })
}
