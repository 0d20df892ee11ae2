//! `tidewaiter rules test`: every rule's own examples, and everything that is wrong in a file of rules.

use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::config_error::masked;
use super::{Failure, print};
use crate::check::token::own;
use crate::config::{self, File, own_rules};
use crate::model::{Rule, Texts};
use crate::rules;

/// Rules without an example that are named.
const SHOWN: usize = 10;

/// What was tested.
#[derive(Default)]
struct Tested {
    rules: usize,
    examples: usize,
    /// Rules without an example.
    silent: Vec<String>,
    /// What is wrong, ready to print.
    wrong: Vec<String>,
    /// How much more is wrong.
    more: usize,
}

/// Tests the named files, or else the built-in rules and those of the configuration. Whatever is wrong is said, and then
/// the exit code is 2.
pub fn run(paths: &[PathBuf]) -> Result<ExitCode, Failure> {
    let mut tested = Tested::default();
    if paths.is_empty() {
        rules::TOKENS.iter().for_each(|rule| tested.built_in(rule));
        // A rule of the configuration that breaks what its examples say does not get this far.
        for rule in config::find(Path::new(".")).map_err(Failure::from_config)?.settings.own_rules {
            tested.count(rule);
        }
    }
    let mut known = own_rules::taken(&[]);
    for path in paths {
        let files = own_rules::files(path).map_err(|why| Failure(format!("{}: {why}", path.display())))?;
        for file in files {
            match File::load(&file) {
                Ok(file) => tested.file(own_rules::read(&file, &mut known)),
                Err(error) => tested.wrong.push(masked(&error)),
            }
        }
    }
    tested.report()
}

impl Tested {
    fn count(&mut self, rule: &Rule) {
        let Some(token) = &rule.token else { return };
        self.rules += 1;
        self.examples += token.examples.len() + token.counterexamples.len();
        if token.examples.is_empty() {
            self.silent.push(rule.id.to_string());
        }
    }

    fn file(&mut self, read: own_rules::Read) {
        read.rules.iter().for_each(|rule| self.count(rule));
        self.wrong.extend(read.errors.iter().map(masked));
        self.more += read.more;
    }

    /// A built-in rule: compiled in, so that its file is named in place of a line.
    fn built_in(&mut self, rule: &'static Rule) {
        self.count(rule);
        let Some(token) = &rule.token else { return };
        let regex = match own::compile(&token.pattern) {
            Ok(regex) => regex,
            Err(why) => return self.wrong.push(format!("{}: {why}", rule.id)),
        };
        let mut expect = |texts: &Texts, found: bool, wrong: &str| {
            for (number, text) in (1..).zip(texts.iter()) {
                if own::finds(rule, &regex, text) != found {
                    self.wrong.push(format!("{}: the rule {wrong} {number}", rule.id));
                }
            }
        };
        expect(&token.examples, true, "does not find its example");
        expect(&token.counterexamples, false, "finds its counterexample");
    }

    /// What is wrong goes to standard error, the count to standard output.
    fn report(self) -> Result<ExitCode, Failure> {
        let mut said = stderr().lock();
        for wrong in &self.wrong {
            writeln!(said, "{}\n", wrong.trim_end())?;
        }
        if self.more > 0 {
            writeln!(said, "and {} more errors\n", self.more)?;
        }
        for id in self.silent.iter().take(SHOWN) {
            writeln!(said, "{id}: has no example")?;
        }
        if let Some(more) = self.silent.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            writeln!(said, "and {more} more have none")?;
        }
        let Tested { rules, examples, wrong, more, .. } = &self;
        let summary = match wrong.len() + more {
            0 => format!("{rules} rules do what their {examples} examples say\n"),
            1 => format!("1 error; {rules} rules with {examples} examples could be read\n"),
            count => format!("{count} errors; {rules} rules with {examples} examples could be read\n"),
        };
        let code = print(summary.as_bytes())?;
        Ok(if wrong.is_empty() { code } else { ExitCode::from(2) })
    }
}
