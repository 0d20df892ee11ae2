//! The command line: arguments into a call of the engine, one file a subcommand.

mod scan;
mod staged;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Finds secrets in Kubernetes manifests, Dockerfiles and the repositories around them.
#[derive(Parser)]
#[command(name = "tidewaiter", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Scan files and folders
    Scan(scan::Args),
    /// Scan what is staged for the next commit
    Staged(staged::Args),
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Scan(args) => scan::run(&args),
        Command::Staged(args) => staged::run(&args),
    }
}
