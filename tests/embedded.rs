//! Which repository is read: the one that is meant, not one that was found among its files.

use std::fs;
use std::process::Command;

use crate::program::{text, tidewaiter};
use crate::repository::{Repository, git, secret};

const PASSWORD: &str = "kW8zLq2mXv71";

/// Makes the folder of the repository look like a bare one, as a commit may.
fn embed(repository: &Repository, folder: &str) {
    for (name, text) in [
        ("HEAD", "ref: refs/heads/main\n"),
        ("config", "[core]\nrepositoryformatversion = 0\nbare = true\n"),
        ("objects/.keep", ""),
        ("refs/.keep", ""),
    ] {
        repository.write(&format!("{folder}/{name}"), text);
    }
}

/// A commit may hold what looks like a repository, and nobody's history would be scanned.
#[test]
fn a_repository_among_the_files_of_another_is_refused() {
    let repository = Repository::new();
    repository.write("app.yaml", &secret("web", PASSWORD));
    embed(&repository, "deploy");
    embed(&repository, "deploy/objects/deeper");
    let refused = |at: &str, args: &[&str]| {
        let output = tidewaiter(args, &repository.path().join(at));
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let said = text(&output.stderr);
        assert!(said.contains("looks like a bare repository") && said.contains("GIT_DIR"), "{said}");
    };
    let code = |args: &[&str]| tidewaiter(args, repository.path()).status.code();
    assert_eq!(code(&["history", "--repo", "deploy"]), Some(0), "a bare repository that is no part of the other");
    repository.git(&["add", "-A"]);
    for folder in ["deploy", "deploy/refs", "deploy/objects/deeper"] {
        refused("", &["history", "--repo", folder]);
        refused("", &["staged", folder]);
        refused("", &["hook", "status", "--repo", folder]);
        refused(folder, &["history"]);
    }
    let mut named = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    let named = named.arg("history").env("GIT_DIR", "deploy").current_dir(repository.path()).output().expect("it runs");
    assert_eq!(named.status.code(), Some(0), "{}", text(&named.stderr));
    repository.git(&["commit", "-q", "-m", "a secret"]);
    assert_eq!(code(&["history"]), Some(1));
    // What git tracks there is scanned as it is anywhere else.
    repository.write(".gitignore", "*.env\n");
    repository.write("deploy/x.env", "DB_PASSWORD=kestrel-Harbour-71\n");
    assert_eq!(code(&["scan", "deploy"]), Some(0));
    repository.git(&["add", "-f", "deploy/x.env"]);
    assert_eq!(code(&["scan", "deploy"]), Some(1));
}

/// Whether the outer one tracks the inner one can't be told then.
#[test]
fn a_repository_within_one_that_cannot_be_opened_is_refused() {
    let repository = Repository::new();
    embed(&repository, "deploy");
    let deploy = repository.path().join("deploy");
    assert_eq!(tidewaiter(&["history"], &deploy).status.code(), Some(0));
    for (key, value) in [("extensions.objectFormat", "sha256"), ("extensions.unheard", "true")] {
        let config = repository.path().join(".git/config");
        let whole = fs::read(&config).expect("a configuration");
        repository.git(&["config", "core.repositoryFormatVersion", "1"]);
        repository.git(&["config", key, value]);
        for (args, folder) in [(&["history"][..], &*deploy), (&["history", "--repo", "deploy"], repository.path())] {
            let output = tidewaiter(args, folder);
            let said = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{key}: {said}");
            assert!(said.contains("can't be told") && said.contains("GIT_DIR"), "{said}");
        }
        fs::write(config, whole).expect("written");
    }
}

#[test]
fn a_bare_repository_is_named_where_git_wants_that() {
    let mut repository = Repository::new();
    repository.commit("start");
    let bare = repository.beside("bare.git");
    git(repository.path(), &["clone", "-q", "--bare", ".", &bare.to_string_lossy()], 0);
    let outside = tempfile::tempdir().expect("a folder");
    let bare = {
        let moved = outside.path().join("bare.git");
        fs::rename(bare, &moved).expect("moved");
        moved
    };
    let home = tempfile::tempdir().expect("a folder");
    let run = |args: &[&str], folder: &std::path::Path, variables: &[(&str, &std::path::Path)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        command.args(args).current_dir(folder).env("HOME", home.path()).env_remove("XDG_CONFIG_HOME");
        command.envs(variables.iter().copied()).output().expect("it runs")
    };
    let named = ["history", "--repo", &*bare.to_string_lossy()];
    assert_eq!(run(&named, outside.path(), &[]).status.code(), Some(0));
    fs::write(home.path().join(".gitconfig"), "[safe]\nbareRepository = explicit\n").expect("written");
    for output in [run(&named, outside.path(), &[]), run(&["history"], &bare, &[])] {
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("safe.bareRepository"), "{}", text(&output.stderr));
    }
    assert_eq!(run(&["history"], outside.path(), &[("GIT_DIR", &bare)]).status.code(), Some(0));
    assert_eq!(run(&["history"], repository.path(), &[]).status.code(), Some(0));
}

#[test]
fn a_path_that_does_not_exist_is_said_to() {
    let repository = Repository::new();
    for args in
        [&["staged", "nowhere"][..], &["history", "--repo", "nowhere"], &["hook", "status", "--repo", "nowhere"]]
    {
        let output = tidewaiter(args, repository.path());
        assert_eq!(output.status.code(), Some(2));
        let said = text(&output.stderr);
        assert!(said.contains("nowhere does not exist") && !said.contains("repository"), "{said}");
    }
}
