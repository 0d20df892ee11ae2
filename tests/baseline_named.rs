//! `baseline` in the configuration: what accepts findings needs no option, not even in a hook.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::program::{findings, folder, report, text, tidewaiter};
use crate::repository::{Repository, git, secret};

const PASSWORD: &str = "kestrel-Harbour-71";
const NAMED: (&str, &str) = (".tidewaiter.yaml", "baseline: .accepted.yaml\n");

/// A repository of which two Secrets are accepted, by the baseline that its configuration names.
fn accepted() -> Repository {
    let mut repository = Repository::new();
    repository.write("deploy/a.yaml", &secret("a", PASSWORD));
    repository.write("b.yaml", &secret("b", "plover-Crag-77x"));
    repository.write(NAMED.0, NAMED.1);
    repository.commit("start");
    passes(repository.path(), &["baseline", "create"]);
    assert!(repository.path().join(".accepted.yaml").is_file());
    repository.commit("accept");
    repository
}

fn passes(folder: &Path, args: &[&str]) -> String {
    let output = tidewaiter(args, folder);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

fn fails(folder: &Path, args: &[&str], with: i32) -> String {
    let output = tidewaiter(args, folder);
    assert_eq!(output.status.code(), Some(with), "{args:?}: {}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stderr)
}

/// Adds a comment to the line of the accepted password.
fn touch(repository: &Repository) {
    repository.write("deploy/a.yaml", &secret("a", &format!("{PASSWORD} # legacy")));
    repository.git(&["add", "-A"]);
}

/// Git with our hooks' program in its PATH.
fn runs(folder: &Path, args: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(args).current_dir(folder);
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.output().expect("git runs").status.success()
}

#[test]
fn every_scan_uses_the_baseline_that_the_configuration_names() {
    let repository = accepted();
    touch(&repository);
    for args in [&["scan"][..], &["staged"], &["history"], &["scan", "deploy"], &["scan", "deploy/a.yaml"]] {
        passes(repository.path(), args);
        fails(repository.path(), &[args, &["--no-config"]].concat(), 1);
    }
    passes(&repository.path().join("deploy"), &["scan"]);
    passes(&repository.path().join("deploy"), &["staged"]);
    repository.write("deploy/c.yaml", &secret("c", "heron-Quay-88z"));
    repository.git(&["add", "-A"]);
    for args in ["scan", "staged"] {
        assert_eq!(findings(&report(&[args], repository.path()).0).len(), 1, "{args}");
    }
}

#[test]
fn an_installed_hook_uses_the_baseline_that_the_configuration_names() {
    let repository = accepted();
    let remote = repository.beside("remote.git");
    git(repository.path(), &["init", "-q", "--bare", &remote.display().to_string()], 0);
    repository.git(&["remote", "add", "origin", &remote.display().to_string()]);
    passes(repository.path(), &["hook", "install", "pre-commit", "pre-push"]);
    touch(&repository);
    assert!(runs(repository.path(), &["commit", "-qm", "touched"]));
    assert!(runs(repository.path(), &["push", "-q", "origin", "HEAD"]));
    repository.write("c.yaml", &secret("c", "heron-Quay-88z"));
    repository.git(&["add", "-A"]);
    assert!(!runs(repository.path(), &["commit", "-qm", "new"]));
    assert!(runs(repository.path(), &["commit", "-qnm", "new"]));
    assert!(!runs(repository.path(), &["push", "-q", "origin", "HEAD"]));
}

#[test]
fn a_server_reads_its_own_configuration_and_baseline() {
    let repository = accepted();
    let beside = tempfile::tempdir().expect("a folder");
    let server = beside.path().join("server.git");
    git(repository.path(), &["init", "-q", "--bare", &server.display().to_string()], 0);
    passes(&server, &["hook", "install", "pre-receive"]);
    let server_name = server.display().to_string();
    assert!(!runs(repository.path(), &["push", "-q", &server_name, "HEAD"]), "what is pushed accepts nothing");
    for name in [NAMED.0, ".accepted.yaml"] {
        fs::copy(repository.path().join(name), server.join(name)).expect("copied");
    }
    assert!(runs(repository.path(), &["push", "-q", &server_name, "HEAD"]));
}

#[test]
fn baseline_actions_keep_the_file_that_the_configuration_names() {
    let repository = accepted();
    repository.write("c.yaml", &secret("c", "heron-Quay-88z"));
    assert!(passes(repository.path(), &["baseline", "update"]).contains(".accepted.yaml: 1 finding added, 3 in all"));
    fs::remove_file(repository.path().join("c.yaml")).expect("removed");
    assert!(passes(repository.path(), &["baseline", "prune"]).contains("1 finding removed, 2 left"));
    assert!(passes(&repository.path().join("deploy"), &["baseline", "show"]).contains("2 findings accepted"));
    assert!(passes(repository.path(), &["baseline", "update", "-f", ".accepted.yaml"]).contains("2 in all"));
    fails(repository.path(), &["baseline", "update", "--no-config"], 2);
}

#[test]
fn a_baseline_that_is_not_there_is_an_error_until_it_is_created() {
    let folder = folder(&[("a.yaml", &secret("a", PASSWORD)), NAMED]);
    for args in [&["scan"][..], &["baseline", "update"], &["baseline", "prune"], &["baseline", "show"]] {
        let said = fails(folder.path(), args, 2);
        assert!(
            said.contains(
                "can't be read: .accepted.yaml: there is no such file; `tidewaiter baseline create` makes one"
            ),
            "{said}"
        );
    }
    fails(folder.path(), &["scan", "--no-config"], 1);
    passes(folder.path(), &["baseline", "create"]);
    passes(folder.path(), &["scan"]);
}

#[test]
fn the_path_counts_from_the_configuration_that_says_it() {
    let folder = folder(&[
        ("app/a.yaml", &secret("a", PASSWORD)),
        ("conf/.tidewaiter.yaml", "baseline: kept/accepted.yaml\n"),
        ("conf/kept/README", ""),
        ("app/.tidewaiter.yaml", "extends: ../conf/.tidewaiter.yaml\n"),
    ]);
    let named = ["--config", "conf/.tidewaiter.yaml"];
    passes(folder.path(), &[&["baseline", "create", "app"], &named[..]].concat());
    assert!(folder.path().join("conf/kept/accepted.yaml").is_file());
    passes(folder.path(), &[&["scan", "app"], &named[..]].concat());
    passes(folder.path(), &["scan", "app"]);
    passes(&folder.path().join("app"), &["scan", "--config", "../conf/.tidewaiter.yaml"]);
    // The nearer configuration's counts.
    fs::write(folder.path().join("app/.tidewaiter.yaml"), "extends: ../conf/.tidewaiter.yaml\nbaseline: own.yaml\n")
        .expect("written");
    assert!(fails(folder.path(), &["scan", "app"], 2).contains("own.yaml"));
}

#[test]
fn the_file_lies_in_the_configurations_folder() {
    for named in ["../x.yaml", "/tmp/x.yaml", "a/../../x.yaml", "\"\"", ".", "[x.yaml]", "{x: 1}"] {
        let folder = folder(&[("a.yaml", "a: 1\n"), (".tidewaiter.yaml", &format!("baseline: {named}\n"))]);
        let said = fails(folder.path(), &["scan"], 2);
        assert!(said.contains("the configuration has an error") && said.contains(":1:1"), "{named}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn no_link_leads_to_another_file() {
    let outside = tempfile::tempdir().expect("a folder");
    let folder = folder(&[("a.yaml", &secret("a", PASSWORD)), (".tidewaiter.yaml", "baseline: link/x.yaml\n")]);
    for to in [outside.path().to_owned(), outside.path().join("nowhere")] {
        std::os::unix::fs::symlink(&to, folder.path().join("link")).expect("a link");
        let said = fails(folder.path(), &["baseline", "create"], 2);
        assert!(said.contains("leads out of this configuration's folder"), "{said}");
        fs::remove_file(folder.path().join("link")).expect("removed");
    }
    assert_eq!(fs::read_dir(outside.path()).expect("a folder").count(), 0);
}

#[test]
fn parts_with_another_baseline_are_of_another_scan() {
    let folder = folder(&[("a.yaml", &secret("a", PASSWORD)), ("b.yaml", &secret("b", "plover-Crag-77x")), NAMED]);
    passes(folder.path(), &["baseline", "create"]);
    let part = |shard: &str, more: &[&str]| {
        let file = format!("json={}.json", &shard[..1]);
        tidewaiter(&[&["scan", "--shard", shard, "--output", &file], more].concat(), folder.path());
    };
    let merged = || tidewaiter(&["report", "merge", "1.json", "2.json"], folder.path()).status.code();
    part("1/2", &[]);
    part("2/2", &["--baseline", ".accepted.yaml"]);
    assert_eq!(merged(), Some(0), "the same, said in another way");
    part("2/2", &["--no-config"]);
    assert_ne!(merged(), Some(0));
}
