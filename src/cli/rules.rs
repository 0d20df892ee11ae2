//! `tidewaiter rules`: what the rules are, what each means, and whether they do what their examples say.

use std::io::{Write, stderr};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::json;

use super::options::check_rule;
use super::{Failure, print, rule_import, rule_test};
use crate::check::prefilter;
use crate::config;
use crate::model::Rule;
use crate::report::{paragraph, printable};
use crate::rules;

/// What to do with the rules.
#[derive(Subcommand)]
pub enum Action {
    /// List all rules
    List {
        /// text or json
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// Say what a rule finds, why that matters and how to mend it
    Explain {
        /// The rule's id
        id: String,
        /// text or json
        #[arg(long, default_value = "text", value_parser = ["text", "json"])]
        format: String,
    },
    /// Print the keywords without one of which no file is looked into, one a line
    Keywords,
    /// Run the rules' own examples: what must be found is found, what must not is not
    Test {
        /// Files and folders of your own rules [default: those of the configuration, and the built-in ones]
        #[arg(value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Convert a configuration of gitleaks: its rules to a file of rules, its allowlists to a .tidewaiter.yaml
    Import {
        /// The configuration: gitleaks.toml
        file: PathBuf,
        /// Write the rules to this file, and only the .tidewaiter.yaml to standard output
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Prints what was asked for.
pub fn run(action: &Action) -> Result<ExitCode, Failure> {
    let mut out = Vec::new();
    match action {
        Action::List { format } if format == "json" => {
            let all: Vec<_> = all().into_iter().map(object).collect();
            writeln!(out, "{:#}", json!(all))?;
        }
        Action::Keywords => {
            // A keyword that holds a line end can stand on no line of this list: the rest of it must do.
            for keyword in prefilter::keywords() {
                writeln!(out, "{}", keyword.trim_end())?;
            }
        }
        Action::List { .. } => {
            let all = all();
            let width = all.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
            for rule in all {
                writeln!(out, "{:width$}  {:8}  {}", rule.id, rule.severity, printable(&rule.title))?;
            }
        }
        Action::Explain { id, format } => {
            let rule = rules::find(id).map_or_else(|| own_rule(id), Ok)?;
            if format == "json" { writeln!(out, "{:#}", object(rule))? } else { explain(rule, &mut out)? }
        }
        Action::Test { files } => return rule_test::run(files),
        Action::Import { file, output } => return rule_import::run(file, output.as_deref()),
    }
    print(&out)
}

/// The rule of this id that the configuration of the current folder adds.
fn own_rule(id: &str) -> Result<&'static Rule, Failure> {
    let own = own()?;
    if let Some(rule) = own.iter().find(|rule| rule.id == *id) {
        return Ok(rule);
    }
    check_rule(id, &own)?;
    Err(Failure(format!("`{id}` is a family of rules; `tidewaiter rules list` names them")))
}

/// The rules that the configuration of the current folder adds.
fn own() -> Result<Vec<&'static Rule>, Failure> {
    Ok(config::find(".".as_ref()).map_err(Failure::from_config)?.settings.own_rules)
}

/// The built-in rules, then the user's own. A configuration that is broken costs those alone, and that is said.
fn all() -> Vec<&'static Rule> {
    let own = own().unwrap_or_else(|Failure(message)| {
        let _ = writeln!(stderr(), "tidewaiter: only the built-in rules are listed: {message}");
        Vec::new()
    });
    rules::all().chain(own).collect()
}

fn explain(rule: &Rule, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}\n{}\n", rule.id, printable(&rule.title))?;
    writeln!(out, "Severity    {}\nConfidence  {}\n", rule.severity, rule.confidence)?;
    // Rules that a configuration brings have texts of whoever wrote it.
    let (why, mend) = (paragraph(&rule.why), paragraph(&rule.mend));
    writeln!(out, "Why it matters\n  {why}\n\nHow to mend it\n  {mend}")?;
    if !rule.references.is_empty() {
        writeln!(out, "\nReferences")?;
    }
    for reference in rule.references.iter() {
        writeln!(out, "  {}", printable(reference))?;
    }
    Ok(())
}

fn object(rule: &Rule) -> serde_json::Value {
    json!({
        "id": rule.id, "family": rule.family, "title": rule.title, "severity": rule.severity.name(),
        "confidence": rule.confidence.name(), "why": rule.why, "mend": rule.mend, "references": rule.references,
    })
}
