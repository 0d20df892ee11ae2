//! `tidewaiter rules import`: gitleaks' configuration as ours.

use std::fs::OpenOptions;
use std::io::{Write, stderr};
use std::path::Path;
use std::process::ExitCode;

use super::config_error::masked;
use super::{Failure, print};
use crate::config::{File, gitleaks};
use crate::report::printable;

/// Where the rules are said to lie if they are not written to a file.
const RULES: &str = "gitleaks-rules.yaml";

/// Converts `path`. The rules go to the file `output`, which must not exist, and the configuration to standard output; or
/// both to standard output, as two documents of YAML. What has no counterpart is said on standard error.
pub fn run(path: &Path, output: Option<&Path>) -> Result<ExitCode, Failure> {
    let file = File::load(path).map_err(|error| Failure(masked(&error)))?;
    let place = output.map_or(RULES.to_owned(), |output| output.to_string_lossy().replace('\\', "/"));
    let imported = gitleaks::import(&file, &place).map_err(|error| Failure(masked(&error)))?;
    let mut said = stderr().lock();
    for lost in imported.lost.iter().chain(&imported.notes) {
        writeln!(said, "{}", printable(&format!("{}: {lost}", path.display())))?;
    }
    let Some(output) = output.filter(|_| !imported.rules.is_empty()) else {
        let between = if imported.rules.is_empty() { String::new() } else { format!("{}---\n", imported.rules) };
        return print(format!("{between}{}", imported.config).as_bytes());
    };
    let written = OpenOptions::new().write(true).create_new(true).open(output);
    let written = written.and_then(|mut file| file.write_all(imported.rules.as_bytes()).and_then(|()| file.sync_all()));
    written.map_err(|error| Failure(format!("{}: {error}", output.display())))?;
    print(imported.config.as_bytes())
}
