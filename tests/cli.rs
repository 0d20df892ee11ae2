//! The command line: exit codes, options, help.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::program::{findings, report, root, text, tidewaiter};

fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join(".env"), "DB_PASSWORD=kestrel-Harbour-71\n").expect("writable");
    folder
}

#[test]
fn exit_codes_tell_findings_from_errors() {
    let folder = folder();
    let code = |args: &[&str]| tidewaiter(args, folder.path()).status.code();
    assert_eq!(code(&["scan"]), Some(1));
    assert_eq!(code(&["scan", "--fail-on", "critical"]), Some(0));
    assert_eq!(code(&["scan", "--fail-on", "none"]), Some(0));
    assert_eq!(code(&["scan", "--fail-on", "nothing"]), Some(2));
    assert_eq!(code(&["scan", "--min-severity", "none"]), Some(2));
    assert_eq!(code(&["scan", "--min-severity", "critical"]), Some(0));
    assert_eq!(code(&["scan", "--exclude-rule", "files"]), Some(0));
    assert_eq!(code(&["scan", "--rule", "files-configuration"]), Some(1));
    assert_eq!(code(&["scan", "--rule", "files-configuratoin"]), Some(2));
    assert_eq!(code(&["scan", "nowhere"]), Some(2));
    assert_eq!(code(&["scna"]), Some(2));
}

/// The bytes of UTF-32, which are not scanned.
const UTF_32: &[u8] = b"p\0\0\0a\0\0\0s\0\0\0s\0\0\0:\0\0\0 \0\0\0x\0\0\0";

#[test]
fn what_was_not_scanned_fails_a_run_that_findings_do_not() {
    let folder = folder();
    fs::write(folder.path().join("u.yaml"), [b"\xff\xfe\0\0", UTF_32].concat()).expect("written");
    for (args, code) in [
        (&["scan", "--fail-on", "none"][..], 2),
        (&["scan", "--fail-on", "none", "--allow-incomplete"], 0),
        (&["scan", "--fail-on", "critical"], 2),
        (&["scan"], 1),
    ] {
        assert_eq!(tidewaiter(args, folder.path()).status.code(), Some(code), "{args:?}");
    }
    fs::write(folder.path().join(".tidewaiter.yaml"), "thresholds: {fail-on: none}\n").expect("written");
    assert_eq!(tidewaiter(&["scan"], folder.path()).status.code(), Some(2));
    assert_eq!(tidewaiter(&["scan", "--fail-on", "low"], folder.path()).status.code(), Some(1));
}

#[test]
fn standard_input_is_scanned_under_the_name_given() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "-", "--stdin-path", "deploy/.env", "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the built program starts");
    child.stdin.take().expect("a pipe").write_all(b"DB_PASSWORD=kestrel-Harbour-71\n").expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("\"path\":\"deploy/.env\""));
}

#[test]
fn a_report_in_a_file_is_written_whole_or_not_at_all() {
    let folder = folder();
    let output = tidewaiter(&["scan", "--output", "json=report.json", "-q"], folder.path());
    assert_eq!(output.status.code(), Some(1));
    let written = fs::read(folder.path().join("report.json")).expect("the report");
    assert!(serde_json::from_slice::<serde_json::Value>(&written).is_ok());
    let output = tidewaiter(&["scan", "--output", "json=nowhere/report.json"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    let left = fs::read_dir(folder.path()).expect("readable").count();
    assert_eq!(left, 2, "no partial file is left");
}

#[cfg(unix)]
#[test]
fn a_report_never_replaces_a_link_or_a_pipe() {
    use std::os::unix::fs::FileTypeExt;
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    fs::write(at("target"), "old").expect("writable");
    std::os::unix::fs::symlink("target", at("link")).expect("a link");
    std::os::unix::fs::symlink("nowhere/x", at("broken")).expect("a link");
    let code = |output: &str| tidewaiter(&["scan", ".env", "-q", "--output", output], folder.path()).status.code();
    assert_eq!(code("json=link"), Some(1));
    assert!(at("link").is_symlink(), "the link is left");
    assert!(fs::read_to_string(at("target")).expect("readable").starts_with("{\"version\""));
    assert_eq!(code("json=broken"), Some(2));
    assert!(at("broken").is_symlink(), "the broken link is left");
    let made = Command::new("mkfifo").arg(at("pipe")).status().expect("mkfifo is there");
    assert!(made.success());
    // A reader and writer in one: the program's open does not wait, and its few bytes fit into the pipe.
    let _held = fs::OpenOptions::new().read(true).write(true).open(at("pipe")).expect("opens");
    assert_eq!(code("json=pipe"), Some(1));
    assert!(fs::symlink_metadata(at("pipe")).expect("still there").file_type().is_fifo());
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["rules", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the built program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let status =
        Command::new(env!("CARGO_BIN_EXE_tidewaiter")).arg("scan").current_dir(folder().path()).stdout(full).status();
    assert_eq!(status.expect("it runs").code(), Some(2));
}

#[test]
fn ignored_files_are_scanned_only_when_asked_for() {
    let folder = folder();
    fs::create_dir(folder.path().join(".git")).expect("writable");
    fs::write(folder.path().join(".gitignore"), ".env\n").expect("writable");
    let found = |args: &[&str]| findings(&report(args, folder.path()).0).len();
    assert_eq!(found(&["scan", "."]), 0);
    assert_eq!(found(&["scan", ".", "--no-ignore"]), 1);
    assert_eq!(found(&["scan", ".env"]), 1);
    assert_eq!(found(&["scan", ".env", ".", "./.env"]), 1);
    fs::remove_file(folder.path().join(".gitignore")).expect("removed");
    fs::write(folder.path().join(".tidewaiterignore"), "*.env\n.env\n").expect("writable");
    assert_eq!(found(&["scan", "."]), 0);
}

/// A `.gitignore` is for what git does not track.
#[test]
fn what_git_tracks_is_scanned_although_it_is_to_be_ignored() {
    let folder = folder();
    let git = |args: &[&str]| crate::repository::git(folder.path(), args, 0);
    fs::create_dir(folder.path().join("vendor")).expect("writable");
    fs::copy(folder.path().join(".env"), folder.path().join("vendor/.env")).expect("writable");
    fs::copy(folder.path().join(".env"), folder.path().join("vendor/untracked.env")).expect("writable");
    fs::write(folder.path().join(".gitignore"), "*.env\nvendor/\n").expect("writable");
    git(&["init", "--quiet"]);
    git(&["add", "--force", ".env", "vendor/.env"]);
    let paths = |args: &[&str], at: &str| {
        let report = report(args, &folder.path().join(at)).0;
        findings(&report).iter().filter_map(|f| f["path"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    assert_eq!(paths(&["scan"], ""), [".env", "vendor/.env"]);
    assert_eq!(paths(&["scan", "vendor", "."], ""), [".env", "vendor/.env"]);
    assert_eq!(paths(&["scan"], "vendor"), [".env"]);
    assert_eq!(paths(&["scan", ".."], "vendor"), [".env", "vendor/.env"]);
    fs::write(folder.path().join(".tidewaiterignore"), "vendor\n").expect("writable");
    assert_eq!(paths(&["scan"], ""), [".env"]);
}

/// A file that git tracks and that the walk can't get to is not passed over in silence.
#[cfg(unix)]
#[test]
fn what_git_tracks_and_can_not_be_walked_is_said() {
    let folder = folder();
    let git = |args: &[&str]| crate::repository::git(folder.path(), args, 0);
    fs::create_dir_all(folder.path().join("vendor/deep")).expect("writable");
    fs::create_dir_all(folder.path().join("untracked")).expect("writable");
    fs::rename(folder.path().join(".env"), folder.path().join("vendor/deep/.env")).expect("writable");
    fs::write(folder.path().join(".gitignore"), "vendor/\nuntracked/\n").expect("writable");
    git(&["init", "--quiet"]);
    git(&["add", "--force", "vendor/deep/.env"]);
    for pipe in ["vendor/.gitignore", "untracked/.gitignore"] {
        assert!(Command::new("mkfifo").arg(folder.path().join(pipe)).status().expect("mkfifo is there").success());
    }
    let (report, code) = report(&["scan", "."], folder.path());
    let problems: Vec<_> = report["summary"]["problems"].as_array().into_iter().flatten().collect();
    assert!(problems.len() == 1 && problems[0]["path"] == "vendor", "{report}");
    assert_eq!((code, &report["summary"]["incomplete"]), (2, &true.into()));
}

#[test]
fn the_json_report_keeps_to_its_schema() {
    let schema = fs::read(root().join("schema/report.schema.json")).expect("the schema");
    let schema: serde_json::Value = serde_json::from_slice(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for path in ["testdata/tour", "testdata", "schema"] {
        let (report, _) = report(&["scan", path, "--no-config"], root());
        let errors: Vec<String> = validator.iter_errors(&report).map(|e| e.to_string()).take(5).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }
}

#[test]
fn a_report_is_the_same_whatever_the_threads_did() {
    let one = report(&["scan", "testdata", "--no-config", "--threads", "1"], root()).0;
    let many = report(&["scan", "testdata", "--no-config", "--threads", "7"], root()).0;
    assert_eq!(one["findings"], many["findings"]);
}

#[test]
fn nothing_of_a_file_name_reaches_the_terminal_raw() {
    let folder = TempDir::new().expect("a temporary folder");
    let name = "a\u{1b}[31m\n::error::.env";
    fs::write(folder.path().join(name), "DB_PASSWORD=kestrel-Harbour-71 \u{1b}[2J\n").expect("writable");
    let output = tidewaiter(&["scan", "."], folder.path());
    let printed = text(&output.stdout);
    assert!(!printed.contains('\u{1b}') && !printed.contains("\n::error"), "{printed:?}");
}

/// Errors quote arguments, and a CI system passes on what others named.
#[test]
fn nothing_of_an_argument_reaches_the_terminal_raw() {
    let text_of = "x\n::error::y\u{1b}[2J\r##[error]z\u{202e}";
    for args in [
        &["scan", "--format", text_of][..],
        &["scan", "--since", text_of],
        &["scan", "--fail-on", text_of],
        &["history", "--since", text_of],
        &["history", "--shard", "::error::y"],
        &["scan", "--output", text_of],
        &["scan", "--rule", text_of],
        &["scan", &format!("--{text_of}")],
        &["rules", "explain", text_of],
        &["report", "convert", text_of],
        &["completions", text_of],
        &["hook", "status", text_of],
        &["hook", text_of],
        &["scan", "--threads", text_of],
        &["scan", "--baseline", text_of],
        &["scan", text_of],
        &["history", "--repo", text_of],
        &["history", "--branch", text_of],
        &["history", text_of],
        &["staged", text_of],
        &[text_of],
    ] {
        let output = tidewaiter(args, root());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(!said.contains(['\u{1b}', '\u{202e}', '\r']) && !said.contains("##[error]"), "{args:?}: {said}");
        assert!(!said.lines().any(|line| line.trim_start().starts_with("::")), "{args:?}: {said}");
        assert!(!said.contains("x\n"), "{args:?}: {said}");
    }
}

/// Who passes on the names of files without a `--` must not have them taken for options.
#[test]
fn a_file_that_is_called_like_an_option_is_not_taken_for_one() {
    for name in ["--exclude-rule=files", "--show-secrets", "--help", "-V", "-qv", "--", "-"] {
        let folder = folder();
        fs::copy(folder.path().join(".env"), folder.path().join(name)).expect("writable");
        for args in [&["scan", ".env", name][..], &["scan", name, ".env"], &["scan", name]] {
            let output = tidewaiter(args, folder.path());
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{args:?} {said}");
            assert!(said.contains(&format!("`./{name}`")) && !said.contains("kestrel"), "{said}");
        }
        let scanned = |args: &[&str]| tidewaiter(args, folder.path()).status.code();
        assert_eq!(scanned(&["scan", &format!("./{name}")]), Some(1));
        if !["-", "--"].contains(&name) {
            assert_eq!(scanned(&["scan", "-q", "--", name]), Some(1));
        }
        assert_eq!(scanned(&["scan", "-q", "."]), Some(1));
    }
}

#[test]
fn rules_are_listed_and_explained() {
    let list = text(&tidewaiter(&["rules", "list"], root()).stdout);
    assert!(list.lines().count() > 20 && list.contains("kubernetes-secret-data"));
    let explained = text(&tidewaiter(&["rules", "explain", "docker-env"], root()).stdout);
    assert!(explained.contains("How to mend it") && explained.contains("https://"));
    let output = tidewaiter(&["rules", "explain", "docker-emv"], root());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("docker-env"));
}

#[test]
fn completions_and_the_manual_page_are_made_from_the_options() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(text(&tidewaiter(&["completions", shell], root()).stdout).contains("min-severity"), "{shell}");
    }
    let page = text(&tidewaiter(&["man"], root()).stdout);
    assert!(page.contains(".TH tidewaiter") && page.contains(".TH tidewaiter-hook-install"), "{page}");
    assert!(!page.contains("hook-run") && !page.contains("hook\\-run"), "what help hides");
    let page = page.replace("\\-", "-");
    for name in page.split("(1)").filter_map(|before| before.rsplit(['\n', ' ']).next()).filter(|name| !name.is_empty())
    {
        assert!(page.contains(&format!(".TH {name} 1")), "{name} is referred to");
        let names: Vec<&str> = ["man"].into_iter().chain(name.split('-').skip(1)).collect();
        let alone = text(&tidewaiter(&names, root()).stdout);
        assert_eq!(alone.matches(".TH ").count(), 1, "{name}");
        assert!(alone.contains(&format!(".TH {name} 1")), "{name}: {alone}");
    }
    assert_eq!(tidewaiter(&["man", "hook", "run"], root()).status.code(), Some(2));
    assert!(text(&tidewaiter(&["report", "convert", "--help"], root()).stdout).contains("[OPTIONS] <FILE>\n"));
}

#[test]
fn a_path_stays_one_that_can_be_opened() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::create_dir(folder.path().join("postgres")).expect("writable");
    fs::write(folder.path().join("postgres/.env"), "DB_PASSWORD=postgres\n").expect("writable");
    fs::write(folder.path().join("kestrel-Harbour-71.env"), "DB_PASSWORD=kestrel-Harbour-71\n").expect("writable");
    let (report, _) = report(&["scan", "."], folder.path());
    let paths: Vec<_> = findings(&report).iter().filter_map(|f| f["path"].as_str()).collect();
    assert_eq!(paths, ["********.env", "postgres/.env"]);
}

#[test]
fn parts_of_a_tree_add_up_to_the_whole() {
    let whole = report(&["scan", "testdata/tour"], root()).0;
    let paths = |report: &serde_json::Value| {
        findings(report).iter().map(|f| format!("{} {}", f["path"], f["start_byte"])).collect::<Vec<_>>()
    };
    let mut parts: Vec<String> = (1..=3)
        .flat_map(|part| paths(&report(&["scan", "testdata/tour", "--shard", &format!("{part}/3")], root()).0))
        .collect();
    let mut all = paths(&whole);
    parts.sort();
    all.sort();
    assert_eq!(parts, all);
    assert_eq!(tidewaiter(&["scan", "--shard", "4/3"], root()).status.code(), Some(2));
}

#[test]
#[cfg(unix)]
fn a_current_folder_that_is_gone_is_not_an_empty_one() {
    let folder = crate::program::folder(&[]);
    let gone = folder.path().join("gone");
    std::fs::create_dir(&gone).expect("a folder");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "rmdir \"$PWD\" && exec \"$0\" scan", env!("CARGO_BIN_EXE_tidewaiter")]);
    let output = command.current_dir(&gone).output().expect("sh runs");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
}
