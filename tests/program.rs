//! Runs the built program, for the other subjects.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The root of the checkout.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The built program, without colour or a configuration from outside.
pub fn tidewaiter(args: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    command.output().expect("the built program starts")
}

/// Copies a program that is to be started. By another process: while this one writes it, a test beside it that starts
/// something holds it open, and a program that is open for writing does not start.
pub fn copy_program(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg(from).arg(to).status().expect("cp runs").success());
}

/// Writes a shell script that is to be started, by another process for the same reason.
pub fn write_script(file: &Path, body: &str) {
    let folder = TempDir::new().expect("a temporary folder");
    let script = folder.path().join("script");
    fs::write(&script, format!("#!/bin/sh\n{body}\n")).expect("written");
    #[cfg(unix)]
    fs::set_permissions(&script, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    copy_program(&script, file);
}

/// Runs the program with `--format json` and gives its report and exit code.
pub fn report(args: &[&str], folder: &Path) -> (Value, i32) {
    let args: Vec<&str> = args.iter().copied().chain(["--format", "json"]).collect();
    let output = tidewaiter(&args, folder);
    let report = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("no JSON report: {error}\n{}\n{}", text(&output.stdout), text(&output.stderr)));
    (report, output.status.code().unwrap_or(-1))
}

/// The findings of a report.
pub fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().map_or(&[], Vec::as_slice)
}

/// A folder with these files.
pub fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, content).expect("writable");
    }
    folder
}

/// Bytes as text.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
