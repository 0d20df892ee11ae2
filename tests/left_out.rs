//! What a scan of files does not look at, and whether it says so.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{findings, folder, report, text, tidewaiter};
use crate::repository::{Repository, git, secret};

fn pointer() -> String {
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "4d7a".repeat(16))
}

fn paths(report: &Value) -> Vec<String> {
    findings(report).iter().filter_map(|f| f["path"].as_str().map(str::to_owned)).collect()
}

/// The problems of a report: how grave, and the sentence.
fn problems(report: &Value) -> Vec<String> {
    let all = report["summary"]["problems"].as_array().into_iter().flatten();
    all.map(ToString::to_string).collect()
}

/// A repository with a file that is ignored and tracked, one that is only ignored, and an argument of `git init`.
fn with_ignored(init: &str) -> tempfile::TempDir {
    let folder = folder(&[
        ("x.yaml", &secret("a", "kestrel-Harbour-71")),
        ("sub/x.yaml", &secret("b", "kestrel-Harbour-72")),
        ("untracked/x.yaml", &secret("c", "kestrel-Harbour-73")),
        (".gitignore", "x.yaml\n"),
    ]);
    git(folder.path(), &["init", "-q", init], 0);
    git(folder.path(), &["add", "-f", "x.yaml", "sub/x.yaml"], 0);
    folder
}

#[test]
fn what_is_tracked_is_known_of_a_repository_that_can_not_be_opened() {
    for (name, value) in [("core.x", "1"), ("index.version", "4"), ("index.skipHash", "true")] {
        for format in ["--object-format=sha1", "--object-format=sha256"] {
            let folder = with_ignored(format);
            git(folder.path(), &["config", name, value], 0);
            git(folder.path(), &["add", "-f", "x.yaml", ".gitignore"], 0);
            if format.ends_with("sha1") {
                git(folder.path(), &["config", "core.repositoryFormatVersion", "1"], 0);
                git(folder.path(), &["config", "extensions.unheard", "true"], 0);
            }
            let (report, code) = report(&["scan"], folder.path());
            assert_eq!(
                (paths(&report), code),
                (vec!["sub/x.yaml".to_owned(), "x.yaml".to_owned()], 1),
                "{name} {format}"
            );
            assert_eq!(problems(&report), Vec::<String>::new(), "{name} {format}");
            assert_eq!(paths(&crate::program::report(&["scan"], &folder.path().join("sub")).0), ["x.yaml"]);
        }
    }
}

/// The working tree of the index may be another one then, which only the configuration says.
#[test]
fn a_working_tree_that_may_lie_elsewhere_is_not_taken_for_the_tracked_one() {
    let folder = with_ignored("--object-format=sha256");
    git(folder.path(), &["config", "core.worktree", "../.."], 0);
    let (report, code) = report(&["scan"], folder.path());
    assert_eq!((paths(&report), code), (vec![], 2), "{report}");
    assert!(!report.to_string().contains("scans the files all the same"), "{report}");
}

#[test]
#[cfg(unix)]
fn what_is_tracked_is_known_of_the_repository_of_another_user() {
    let folder = with_ignored("-q");
    if std::os::unix::fs::chown(folder.path(), Some(12_345), None).is_err() {
        return; // only root can give folders away
    }
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        command.args(args).current_dir(folder.path()).env("HOME", folder.path()).output().expect("it starts")
    };
    let output = run(&["scan", "--no-config"]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("2 findings") && !said.contains("note: "), "{said}");
    assert!(text(&run(&["baseline", "create"]).stdout).contains("2 findings accepted"));
    let said = text(&run(&["staged"]).stderr);
    assert!(said.contains("allow it with `git config --global --add safe.directory /"), "{said}");
}

/// Where nobody knows what git tracks, what is ignored is not taken for scanned.
#[test]
fn ignored_files_are_not_passed_over_where_the_index_can_not_be_read() {
    let folder = with_ignored("-q");
    fs::write(folder.path().join(".git/index"), "no index").expect("writable");
    for format in ["json", "text", "sarif", "github", "junit", "gitlab", "html", "markdown"] {
        let output = tidewaiter(&["scan", ".", "--format", format], folder.path());
        assert_eq!(output.status.code(), Some(2), "{format}");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(said.contains("which of them git tracks is not known"), "{format}: {said}");
    }
    let output = tidewaiter(&["scan", "-q"], folder.path());
    assert!(text(&output.stderr).contains("not scanned: .: ignored files are left out"), "{}", text(&output.stderr));
    assert_eq!(tidewaiter(&["baseline", "create"], folder.path()).status.code(), Some(2));
    assert_eq!(report(&["scan", "--no-ignore"], folder.path()).1, 1);
    fs::write(folder.path().join(".gitignore"), "").expect("writable");
    let (report, code) = report(&["scan"], folder.path());
    assert_eq!((findings(&report).len(), code, problems(&report)), (3, 1, vec![]), "nothing is left out");
}

/// That so many pointers stand for content that was not scanned.
fn says_pointers(args: &[&str], at: &Path, count: usize) {
    let (report, code) = report(args, at);
    let problems = problems(&report);
    assert_eq!(code, 0, "{report}");
    let is_said = problems.len() == 1
        && problems[0].contains(&format!("\"{count} of the files are Git LFS pointers"))
        && problems[0].contains("`git lfs pull`");
    assert!(is_said, "{args:?}: {problems:?}");
    let output = tidewaiter(&[args, &["-q"]].concat(), at);
    assert!(text(&output.stderr).contains("skipped: Git LFS: "), "{}", text(&output.stderr));
}

#[test]
fn the_content_that_pointers_stand_for_is_said_to_be_unscanned() {
    let mut repository = Repository::new();
    for name in ["a.yaml", "b.bin", "c"] {
        repository.write(name, &pointer());
    }
    repository.write("d.txt", &pointer().replace("12345", "7"));
    repository.write("old.bin", &pointer().replace("git-lfs.github", "hawser.github"));
    repository.write("about.md", "version https://git-lfs.github.com/spec/v1 is how a pointer begins\n");
    repository.git(&["add", "."]);
    says_pointers(&["scan"], repository.path(), 5);
    says_pointers(&["staged"], repository.path(), 5);
    repository.commit("pointers");
    // Equal blobs are one.
    says_pointers(&["history"], repository.path(), 3);
    let output = tidewaiter(&["baseline", "create", "--history"], repository.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
}

#[test]
fn a_bare_repository_is_said_not_to_be_read() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", "kestrel-Harbour-71"));
    repository.commit("a secret");
    let bare = tempfile::tempdir().expect("a folder");
    git(repository.path(), &["clone", "-q", "--bare", ".", &bare.path().join("b.git").to_string_lossy()], 0);
    let said = |args: &[&str], at: &Path| {
        let output = tidewaiter(args, at);
        assert_eq!(output.status.code(), Some(0));
        (text(&output.stdout) + &text(&output.stderr)).contains("`tidewaiter history` scans its commits")
    };
    assert!(said(&["scan"], &bare.path().join("b.git")));
    assert!(said(&["scan", "b.git", "-q"], bare.path()));
    assert!(!said(&["scan", "b.git/hooks"], bare.path()));
    assert!(!said(&["scan"], &repository.path().join(".git/hooks")));
}

#[test]
fn a_shallow_history_is_said_with_quiet() {
    let mut repository = Repository::new();
    repository.commit("first");
    repository.commit("second");
    let clone = repository.beside("clone");
    let url = format!("file://{}", repository.path().display());
    git(repository.path(), &["clone", "-q", "--depth", "1", &url, &clone.to_string_lossy()], 0);
    let output = tidewaiter(&["history", "-q"], &clone);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stderr);
    assert!(said.starts_with("tidewaiter: skipped: ") && said.contains("shallow"), "{said}");
}
