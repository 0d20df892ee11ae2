//! `.pre-commit-hooks.yaml` with the real `pre-commit` program (<https://pre-commit.com>), where there is one.
//!
//! The hooks run the program that the tests built; with `TIDEWAITER_SLOW_TESTS` set, pre-commit also builds it itself.
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::{root, text};
use crate::repository::{Repository, git, secret};

const PASSWORD: &str = "kW8zLq2mXv71";

/// pre-commit in PATH, or where `.ci/run` puts it; says so where there is none.
fn pre_commit() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    folders.push(root().join("target/ci/bin"));
    let found = folders.into_iter().map(|folder| folder.join("pre-commit")).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("skipped: there is no pre-commit (pip install pre-commit)");
    }
    found
}

/// A repository with pre-commit's configuration, and one that offers our hooks.
struct Setting {
    repository: Repository,
    offered: PathBuf,
    path: OsString,
}

impl Setting {
    fn new(pre_commit: &Path) -> Self {
        let repository = Repository::new();
        let offered = repository.beside("offered");
        fs::create_dir_all(&offered).expect("a folder");
        git(&offered, &["init", "-q", "-b", "main"], 0);
        let hooks = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("readable");
        fs::write(offered.join(".pre-commit-hooks.yaml"), hooks.replace("language: rust", "language: system"))
            .expect("written");
        git(&offered, &["add", "."], 0);
        git(&offered, &["commit", "-q", "-m", "hooks"], 0);
        let program = Path::new(env!("CARGO_BIN_EXE_tidewaiter")).parent().expect("a folder").to_owned();
        let old = std::env::var_os("PATH").unwrap_or_default();
        let first = [program, pre_commit.parent().expect("a folder").to_owned()];
        let path = std::env::join_paths(first.into_iter().chain(std::env::split_paths(&old))).expect("a PATH");
        let setting = Self { repository, offered, path };
        let revision = git(&setting.offered, &["rev-parse", "HEAD"], 0);
        let ids = ["tidewaiter", "tidewaiter-push"].map(|id| format!("      - id: {id}\n")).concat();
        let repo = setting.offered.display();
        let configuration = format!("repos:\n  - repo: {repo}\n    rev: {revision}\n    hooks:\n{ids}");
        setting.repository.write(".pre-commit-config.yaml", &configuration);
        setting
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.repository.path()).env("PATH", &self.path);
        command.env("PRE_COMMIT_HOME", self.repository.beside("cache"));
        for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
            command.env_remove(name);
        }
        for (name, value) in [("GIT_AUTHOR_NAME", "A"), ("GIT_AUTHOR_EMAIL", "a@example.org")] {
            command.env(name, value).env(name.replace("AUTHOR", "COMMITTER"), value);
        }
        command.output().expect("the program starts")
    }

    fn passes(&self, program: &str, args: &[&str]) -> bool {
        let output = self.run(program, args);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains(PASSWORD), "{said}");
        assert!(!said.contains("An unexpected error"), "{said}");
        eprintln!("{program} {args:?}: {said}");
        output.status.success()
    }
}

#[test]
fn commits_and_pushes_with_secrets_are_stopped() {
    let Some(pre_commit) = pre_commit() else { return };
    let setting = Setting::new(&pre_commit);
    let repository = &setting.repository;
    repository.git(&["add", "."]);
    assert!(setting.passes("pre-commit", &["install", "-t", "pre-commit", "-t", "pre-push"]));
    assert!(setting.passes("git", &["commit", "-m", "fine"]));
    repository.write("app.yaml", &secret("web", PASSWORD));
    assert!(setting.passes("pre-commit", &["run"]), "nothing staged");
    repository.git(&["add", "."]);
    assert!(!setting.passes("pre-commit", &["run"]));
    assert!(!setting.passes("git", &["commit", "-m", "bad"]));
    repository.git(&["commit", "-q", "--no-verify", "-m", "bad"]);
    let between = |from| setting.passes("pre-commit", &["run", "tidewaiter", "--from-ref", from, "--to-ref", "HEAD"]);
    assert!(!between("HEAD~1") && between("HEAD"), "commits, as CI asks for them");

    let remote = repository.beside("remote.git");
    git(repository.path(), &["init", "-q", "--bare", &remote.to_string_lossy()], 0);
    repository.git(&["remote", "add", "origin", &remote.to_string_lossy()]);
    assert!(!setting.passes("git", &["push", "origin", "main"]), "a new branch from its first commit on");
    assert!(setting.passes("git", &["push", "origin", "HEAD~1:refs/heads/main"]));
    assert!(!setting.passes("git", &["push", "origin", "main"]), "what follows");
}

#[test]
fn hooks_can_be_tried_without_a_configuration() {
    let Some(pre_commit) = pre_commit() else { return };
    let setting = Setting::new(&pre_commit);
    let offered = setting.offered.to_string_lossy().into_owned();
    setting.repository.write("fine.txt", "fine\n");
    setting.repository.git(&["add", "."]);
    let tried = |id| setting.passes("pre-commit", &["try-repo", &offered, id, "--all-files"]);
    assert!(tried("tidewaiter") && tried("tidewaiter-files"));
    setting.repository.write("app.yaml", &secret("web", PASSWORD));
    setting.repository.git(&["add", "."]);
    assert!(!tried("tidewaiter") && !tried("tidewaiter-files"));
    setting.repository.git(&["commit", "-q", "-m", "bad"]);
    assert!(tried("tidewaiter"), "nothing staged");
    assert!(!tried("tidewaiter-files"), "but in the files");
    setting.repository.git(&["rm", "-q", "app.yaml"]);
    assert!(tried("tidewaiter-files"));
    for name in ["--exclude-rule=kubernetes", "--show-secrets", "--help", "-", "--"] {
        setting.repository.write(name, &secret("web", PASSWORD));
        setting.repository.git(&["add", "--", name]);
        assert!(!tried("tidewaiter-files"), "{name}");
        setting.repository.git(&["rm", "-q", "-f", "--", name]);
    }
}

#[test]
fn our_own_hook_and_pre_commits_live_together() {
    let Some(pre_commit) = pre_commit() else { return };
    let setting = Setting::new(&pre_commit);
    let repository = &setting.repository;
    let local = "repos:\n  - repo: local\n    hooks:\n      - {id: theirs, name: theirs, language: system, pass_filenames: false, \
                 always_run: true, entry: sh -c 'echo ran >>.git/theirs; test ! -e .git/fail'}\n";
    repository.write(".pre-commit-config.yaml", local);
    repository.git(&["add", "."]);
    let theirs = || fs::read_to_string(repository.path().join(".git/theirs")).unwrap_or_default().lines().count();
    let check = |ran: usize, state: &str| {
        assert!(setting.passes("git", &["commit", "--allow-empty", "-m", "fine"]), "{state}");
        assert_eq!(theirs(), ran, "{state}: theirs runs once");
        repository.write("app.yaml", &secret("web", PASSWORD));
        repository.git(&["add", "app.yaml"]);
        assert!(!setting.passes("git", &["commit", "-m", "bad"]), "{state}");
        repository.git(&["rm", "-q", "-f", "app.yaml"]);
        fs::remove_file(repository.path().join(".git/theirs")).expect("removed");
    };
    assert!(setting.passes("pre-commit", &["install"]));
    assert!(setting.passes("tidewaiter", &["hook", "install"]));
    check(1, "ours over theirs");
    assert!(setting.passes("pre-commit", &["install"]));
    assert!(text(&setting.run("tidewaiter", &["hook", "status"]).stdout).contains("pre-commit calls it"));
    check(1, "theirs over ours over theirs");
    assert!(setting.passes("pre-commit", &["uninstall"]));
    assert!(setting.passes("tidewaiter", &["hook", "uninstall"]));
    repository.write("app.yaml", &secret("web", PASSWORD));
    repository.git(&["add", "app.yaml"]);
    assert!(setting.passes("git", &["commit", "-m", "bad"]), "theirs alone");
    assert_eq!(theirs(), 1);
}

/// Minutes: a release build.
#[test]
fn pre_commit_builds_the_program_itself() {
    let Some(pre_commit) = pre_commit() else { return };
    if std::env::var_os("TIDEWAITER_SLOW_TESTS").is_none() {
        return eprintln!("skipped: TIDEWAITER_SLOW_TESTS is not set");
    }
    let setting = Setting::new(&pre_commit);
    setting.repository.write("app.yaml", &secret("web", PASSWORD));
    setting.repository.git(&["add", "app.yaml"]);
    let checkout = root().to_string_lossy();
    let output = setting.run("pre-commit", &["try-repo", &checkout, "tidewaiter"]);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("app.yaml") && !said.contains(PASSWORD), "{said}");
}
