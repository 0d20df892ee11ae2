//! `tidewaiter scan`: files and folders of a working tree.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::engine::{Engine, Progress};
use crate::model::{LineIndex, Settings};
use crate::source::tree::TreeOptions;

/// Arguments of `tidewaiter scan`.
#[derive(clap::Args)]
pub struct Args {
    /// Files and folders to scan
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// Scans and prints a line a finding (the report stage takes over here).
pub fn run(args: &Args) -> ExitCode {
    let options = TreeOptions { paths: args.paths.clone(), ..TreeOptions::default() };
    let settings = Settings::default();
    let threshold = settings.min_confidence;
    let mut out = std::io::stdout().lock();
    let Ok(run) = Engine::new(settings, 0).scan_tree(&options, &Progress::default()) else { return ExitCode::from(2) };
    for finding in run.findings.iter().filter(|f| f.confidence >= threshold) {
        let bytes = run.source(&finding.origin).unwrap_or_default();
        let index = LineIndex::new(bytes);
        let (line, column) = index.position(bytes, finding.span.start);
        let (end_line, _) = index.position(bytes, finding.span.end.saturating_sub(1));
        let _ = writeln!(
            out,
            "{{\"file\":{:?},\"line\":{line},\"column\":{column},\"end_line\":{end_line},\"rule\":{:?},\"severity\":\"{}\",\"confidence\":\"{}\",\"what\":{:?},\"structure\":{:?}}}",
            finding.origin.path(),
            finding.rule.id,
            finding.severity,
            finding.confidence,
            finding.what,
            finding.structural_path
        );
    }
    for problem in &run.summary.problems {
        let _ = writeln!(out, "{{\"problem\":{:?},\"path\":{:?}}}", problem.message, problem.path);
    }
    ExitCode::from(u8::from(!run.findings.is_empty()))
}
