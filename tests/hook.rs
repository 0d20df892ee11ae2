//! `tidewaiter hook` on real repositories, with git running the hooks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::program::{copy_program, text, tidewaiter, write_script};
use crate::repository::{Repository, git, secret};

const PASSWORD: &str = "kW8zLq2mXv71";

/// A repository with one commit and nothing wrong in it.
fn clean() -> Repository {
    let mut repository = Repository::new();
    repository.write("README", "hello\n");
    repository.commit("start");
    repository
}

/// Runs git without failing the test, with the built program in PATH, or without any tidewaiter.
fn try_git(folder: &Path, args: &[&str], with_program: bool) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_tidewaiter")).parent().expect("a folder");
    let path = if with_program { format!("{}:/usr/bin:/bin", program.display()) } else { "/usr/bin:/bin".to_owned() };
    let mut command = Command::new("git");
    command.args(["-c", "user.name=A", "-c", "user.email=a@example.org"]).args(args).current_dir(folder);
    command.env("PATH", path).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.output().expect("git runs")
}

fn passes(folder: &Path, args: &[&str]) -> bool {
    try_git(folder, args, true).status.success()
}

fn hook(folder: &Path, args: &[&str]) -> String {
    let output = tidewaiter(&[&["hook"], args].concat(), folder);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(folder: &Path, words: &[&str]) {
    let output = tidewaiter(&["hook", "install"], folder);
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

fn hooks(repository: &Repository) -> PathBuf {
    repository.path().join(".git/hooks")
}

#[test]
fn a_commit_with_a_secret_is_stopped_and_one_without_passes() {
    let repository = clean();
    assert!(hook(repository.path(), &["status"]).contains("pre-commit: not installed"));
    hook(repository.path(), &["install"]);
    assert!(hook(repository.path(), &["status"]).contains("pre-commit: installed"));
    repository.write("app.yaml", &secret("web", PASSWORD));
    repository.git(&["add", "."]);
    let output = try_git(repository.path(), &["commit", "-m", "x"], true);
    assert!(!output.status.success());
    assert!(!text(&output.stderr).contains(PASSWORD) && !text(&output.stdout).contains(PASSWORD));
    repository.write("app.yaml", "a: 1\n");
    repository.git(&["add", "."]);
    assert!(passes(repository.path(), &["commit", "-m", "x"]));
    hook(repository.path(), &["uninstall"]);
    assert!(!hooks(&repository).join("pre-commit").exists());
}

#[test]
fn without_the_program_a_hook_stops_and_says_so() {
    let repository = clean();
    let copy = repository.beside("copy's folder");
    fs::create_dir(&copy).expect("a folder");
    let copy = copy.join("tidewaiter");
    copy_program(Path::new(env!("CARGO_BIN_EXE_tidewaiter")), &copy);
    let installed = Command::new(&copy).args(["hook", "install"]).current_dir(repository.path()).status();
    assert!(installed.expect("it runs").success());
    let commit = ["commit", "--allow-empty", "-m", "x"];
    assert!(try_git(repository.path(), &commit, false).status.success(), "where it was when it was installed");
    fs::remove_file(&copy).expect("removed");
    let output = try_git(repository.path(), &commit, false);
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("not installed"), "{}", text(&output.stderr));
}

#[test]
fn a_hook_that_was_there_runs_first_and_comes_back() {
    let repository = clean();
    let file = hooks(&repository).join("pre-commit");
    write_script(&file, "echo before >>.git/log; [ ! -e .git/fail ]");
    let original = fs::read(&file).expect("readable");
    for _ in 0..2 {
        assert!(hook(repository.path(), &["install"]).contains("behind the hook that was there before"));
    }
    let log = || fs::read_to_string(repository.path().join(".git/log")).unwrap_or_default().lines().count();
    assert!(passes(repository.path(), &["commit", "--allow-empty", "-m", "x"]));
    assert_eq!(log(), 1);
    fs::write(repository.path().join(".git/fail"), "").expect("written");
    assert!(!passes(repository.path(), &["commit", "--allow-empty", "-m", "x"]), "the other hook's word counts");
    fs::remove_file(repository.path().join(".git/fail")).expect("removed");
    repository.write("app.yaml", &secret("web", PASSWORD));
    repository.git(&["add", "."]);
    assert!(!passes(repository.path(), &["commit", "-m", "x"]), "and ours");
    assert!(hook(repository.path(), &["uninstall"]).contains("is back"));
    assert_eq!(fs::read(&file).expect("readable"), original);
    assert!(passes(repository.path(), &["commit", "-m", "x"]));
    assert_eq!(log(), 4);
    assert!(hook(repository.path(), &["uninstall"]).contains("left alone"));
}

#[test]
fn a_hook_that_goes_by_its_name_keeps_it() {
    let repository = clean();
    let file = hooks(&repository).join("pre-commit");
    let husky = ". \"$(dirname \"$0\")/husky.sh\"";
    for body in ["exec team-hooks \"$(basename \"$0\")\"", "exec team-hooks \"${0##*/}\"", "run-parts \"$0\".d", husky]
    {
        write_script(&file, body);
        let original = fs::read(&file).expect("readable");
        refused(repository.path(), &["own name", "tidewaiter staged"]);
        assert_eq!(fs::read(&file).expect("readable"), original);
    }
    write_script(&file, "cd \"$(dirname \"$0\")/../..\"");
    assert!(hook(repository.path(), &["install"]).contains("installed"));
}

#[test]
fn what_somebody_wrote_into_our_hook_is_not_lost() {
    let repository = clean();
    for name in ["pre-commit", "pre-push"] {
        hook(repository.path(), &["install", name]);
        let file = hooks(&repository).join(name);
        let ours = fs::read_to_string(&file).expect("readable");
        let shorter = ours.trim_end().rsplit_once('\n').expect("lines").0;
        let added = [format!("{ours}make lint\n"), ours.replace("\nbefore=", "\nmake lint\nbefore=")];
        for text_now in added.into_iter().chain([format!("{shorter}\n")]) {
            fs::write(&file, &text_now).expect("written");
            let status = hook(repository.path(), &["status", name]);
            assert!(status.contains("was changed") && !status.contains("installed"), "{status}");
            for action in ["uninstall", "install"] {
                let output = tidewaiter(&["hook", action, name], repository.path());
                assert_eq!(output.status.code(), Some(2), "{action} {name}");
                assert!(text(&output.stderr).contains("was changed"), "{}", text(&output.stderr));
                assert_eq!(fs::read_to_string(&file).expect("readable"), text_now);
            }
        }
        fs::write(&file, ours).expect("written");
        assert!(hook(repository.path(), &["uninstall", name]).contains("removed"));
    }
}

#[test]
fn a_hook_that_git_does_not_run_is_not_said_to_be_installed() {
    use std::os::unix::fs::PermissionsExt;
    let repository = clean();
    hook(repository.path(), &["install"]);
    let file = hooks(&repository).join("pre-commit");
    fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).expect("done");
    let said = hook(repository.path(), &["status", "pre-commit"]);
    assert!(said.contains("not executable") && !said.contains("pre-commit: installed"), "{said}");
    assert!(hook(repository.path(), &["install"]).contains("pre-commit: installed"));
    repository.git(&["config", "core.hooksPath", ""]);
    assert_eq!(hook(repository.path(), &["status", "pre-commit"]), "pre-commit: not installed\n");
    refused(repository.path(), &["core.hooksPath leads to /,"]);
}

#[test]
fn hooks_of_others_are_left_alone() {
    let repository = clean();
    write_script(&hooks(&repository).join("pre-commit"), "call_lefthook run pre-commit \"$@\"");
    refused(repository.path(), &["lefthook.yml", "tidewaiter staged"]);
    fs::remove_file(hooks(&repository).join("pre-commit")).expect("removed");

    write_script(&hooks(&repository).join("pre-commit"), "call_lefthook run pre-commit \"$@\"");
    assert!(hook(repository.path(), &["status", "pre-commit"]).contains("not installed; another hook"));
    repository.write("lefthook.yml", "pre-commit: {commands: {secrets: {run: tidewaiter staged}}}\n");
    let said = hook(repository.path(), &["status", "pre-commit"]);
    assert!(said.contains("lefthook.yml names tidewaiter") && !said.contains("not installed"), "{said}");
    fs::remove_file(hooks(&repository).join("pre-commit")).expect("removed");

    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    refused(repository.path(), &["husky", ".husky/pre-commit", "tidewaiter staged"]);
    write_script(&repository.path().join(".husky/_/pre-commit"), ". ./h");
    repository.write(".husky/pre-commit", "tidewaiter staged\n");
    let said = hook(repository.path(), &["status", "pre-commit"]);
    assert!(said.contains(".husky/pre-commit names tidewaiter"), "{said}");
    let elsewhere = tempfile::tempdir().expect("a folder");
    repository.git(&["config", "core.hooksPath", &elsewhere.path().to_string_lossy()]);
    refused(repository.path(), &["core.hooksPath", "tidewaiter staged"]);
    assert_eq!(fs::read_dir(elsewhere.path()).expect("readable").count(), 0);

    repository.git(&["config", "core.hooksPath", "team/hooks"]);
    hook(repository.path(), &["install"]);
    assert!(repository.path().join("team/hooks/pre-commit").exists());
    repository.write("app.yaml", &secret("web", PASSWORD));
    repository.git(&["add", "app.yaml"]);
    assert!(!passes(repository.path(), &["commit", "-m", "x"]), "a folder of its own is used");
}

#[test]
fn linked_working_trees_share_the_hooks() {
    let repository = clean();
    let linked = repository.beside("linked");
    repository.git(&["worktree", "add", "-q", &linked.to_string_lossy(), "-b", "side"]);
    hook(&linked, &["install"]);
    fs::write(linked.join("app.yaml"), secret("web", PASSWORD)).expect("written");
    git(&linked, &["add", "."], 0);
    assert!(!passes(&linked, &["commit", "-m", "x"]));
    assert!(hooks(&repository).join("pre-commit").exists());
}

/// There `.git` is a file, and a path below it leads nowhere.
#[test]
fn the_folder_that_is_advised_is_that_of_all_working_trees() {
    let repository = clean();
    let cloned = repository.beside("it's a clone");
    repository.git(&["clone", "-q", ".", &cloned.to_string_lossy()]);
    let linked = repository.beside("linked");
    git(&cloned, &["worktree", "add", "-q", &linked.to_string_lossy(), "-b", "side"], 0);
    let elsewhere = tempfile::tempdir().expect("a folder");
    for (path, word) in [(&*elsewhere.path().to_string_lossy(), "other repositories"), (".git/hooks", "no folder")] {
        git(&cloned, &["config", "core.hooksPath", path], 0);
        let output = tidewaiter(&["hook", "install"], &linked);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(word) && !said.contains("os error"), "{said}");
        let advised = said.lines().last().expect("a line").trim();
        let ran = Command::new("sh").args(["-c", advised]).current_dir(&linked).status().expect("a shell");
        assert!(ran.success(), "{advised}");
        hook(&linked, &["install"]);
        for tree in [&linked, &cloned] {
            fs::write(tree.join("app.yaml"), secret("web", PASSWORD)).expect("written");
            git(tree, &["add", "."], 0);
            assert!(!passes(tree, &["commit", "-q", "-m", "x"]), "{}", tree.display());
        }
        hook(&cloned, &["uninstall"]);
    }
}

#[test]
fn a_push_is_stopped_for_what_the_remote_has_not() {
    let mut repository = clean();
    let remote = repository.beside("remote.git");
    git(repository.path(), &["init", "-q", "--bare", &remote.to_string_lossy()], 0);
    repository.git(&["remote", "add", "origin", &remote.to_string_lossy()]);
    repository.write("old.yaml", &secret("old", PASSWORD));
    repository.commit("a secret that is there already");
    repository.git(&["push", "-q", "origin", "main"]);
    write_script(&hooks(&repository).join("pre-push"), "cat >.git/before");
    hook(repository.path(), &["install", "pre-push"]);

    repository.write("fine.txt", "fine\n");
    repository.commit("fine");
    assert!(passes(repository.path(), &["push", "-q", "origin", "main"]));
    let lines = fs::read_to_string(repository.path().join(".git/before")).expect("the hook before ran");
    assert!(lines.starts_with("refs/heads/main "), "{lines}");
    assert!(passes(repository.path(), &["push", "-q", "origin", "main:refs/heads/new"]), "a new branch, known commits");
    let address = remote.to_string_lossy().into_owned();
    assert!(passes(repository.path(), &["push", "-q", &address, "main:refs/heads/newer"]), "the same by its address");

    repository.write("new.yaml", &secret("new", PASSWORD));
    repository.commit("a secret");
    repository.git(&["rm", "-q", "new.yaml"]);
    repository.commit("removed again");
    let output = try_git(repository.path(), &["push", "origin", "main"], true);
    assert!(!output.status.success());
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(said.contains("new.yaml") && !said.contains("old.yaml") && !said.contains(PASSWORD), "{said}");
    assert!(!passes(repository.path(), &["push", "-q", "origin", "main:refs/heads/other"]), "a new branch");
    assert!(!passes(repository.path(), &["push", "-q", "--force", "origin", "main"]), "forced");
    assert!(passes(repository.path(), &["push", "-q", "origin", ":new"]), "a deletion");
    assert!(passes(repository.path(), &["push", "-q", "origin", "HEAD~2:refs/heads/new"]), "without the secret");
}

/// What our refs of a remote say was true of another repository, or of a branch that is gone there.
#[test]
fn refs_of_a_remote_that_is_another_one_now_hide_nothing() {
    let mut repository = clean();
    let servers = ["a.git", "b.git"].map(|name| repository.beside(name).to_string_lossy().into_owned());
    for server in &servers {
        git(repository.path(), &["init", "-q", "--bare", server], 0);
    }
    repository.write("app.yaml", &secret("web", PASSWORD));
    repository.commit("a secret");
    repository.git(&["remote", "add", "o'rigin", &servers[0]]);
    repository.git(&["push", "-q", "o'rigin", "main", "main:refs/heads/other"]);
    hook(repository.path(), &["install", "pre-push"]);
    assert!(passes(repository.path(), &["push", "-q", "o'rigin", "main:refs/heads/new"]), "a branch that is new");
    assert!(passes(repository.path(), &["push", "-q", "o'rigin", ":new"]));
    repository.git(&["remote", "set-url", "o'rigin", &servers[1]]);
    for to in ["o'rigin", &servers[1]] {
        let output = try_git(repository.path(), &["push", to, "main"], true);
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success() && said.contains("app.yaml") && !said.contains(PASSWORD), "{said}");
        assert!(said.contains(r"`git fetch --prune 'o'\''rigin'`"), "{said}");
    }
    repository.git(&["fetch", "-q", "--prune", "o'rigin"]);
    let output = try_git(repository.path(), &["push", "o'rigin", "main"], true);
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(!output.status.success() && said.contains("app.yaml") && !said.contains("--prune"), "{said}");

    repository.git(&["push", "-q", "--no-verify", "o'rigin", "main", "main:refs/heads/gone"]);
    git(Path::new(&servers[1]), &["update-ref", "-d", "refs/heads/gone"], 0);
    repository.write("fine.txt", "fine\n");
    repository.commit("fine");
    assert!(!passes(repository.path(), &["push", "-q", "o'rigin", "main:refs/heads/gone"]), "deleted there");
    let both = ["push", "-q", "o'rigin", "main", "main:refs/heads/gone"];
    assert!(passes(repository.path(), &both), "git itself says what main is there");
}

#[test]
fn a_pushed_tag_answers_for_its_message_and_for_what_it_names() {
    let mut repository = clean();
    let server = repository.beside("server.git");
    git(repository.path(), &["clone", "-q", "--bare", ".", &server.to_string_lossy()], 0);
    repository.git(&["remote", "add", "origin", &server.to_string_lossy()]);
    repository.commit("fine");
    repository.git(&["tag", "-a", "good", "-m", "release"]);
    repository.git(&["tag", "-a", "bad", "-m", &format!("release\n\n{}", secret("tag", PASSWORD))]);
    for (name, text) in [("good-blob", "fine\n"), ("bad-blob", &*secret("blob", PASSWORD))] {
        repository.write("blob.yaml", text);
        let blob = repository.git(&["hash-object", "-w", "blob.yaml"]);
        repository.git(&["tag", name, &blob]);
    }
    for hooks in [repository.path(), &server] {
        hook(repository.path(), &["uninstall"]);
        hook(hooks, &["install", if hooks == server { "pre-receive" } else { "pre-push" }]);
        for name in ["bad", "bad-blob"] {
            let output = try_git(repository.path(), &["push", "origin", name], true);
            let said = text(&output.stderr) + &text(&output.stdout);
            assert!(!output.status.success() && said.contains("password, 12 characters"), "{name}: {said}");
        }
        assert!(passes(repository.path(), &["push", "-q", "origin", "good", "good-blob"]));
        git(repository.path(), &["push", "-q", "--no-verify", "origin", ":good", ":good-blob"], 0);
    }
}

#[test]
fn a_server_refuses_what_is_pushed_and_keeps_nothing_of_it() {
    let mut repository = clean();
    let server = repository.beside("server.git");
    git(repository.path(), &["clone", "-q", "--bare", ".", &server.to_string_lossy()], 0);
    assert!(hook(&server, &["install"]).contains("pre-receive: installed"));
    repository.git(&["remote", "add", "server", &server.to_string_lossy()]);
    repository.write("fine.txt", "fine\n");
    repository.commit("fine");
    assert!(passes(repository.path(), &["push", "-q", "server", "main"]));
    repository.write("app.yaml", &secret("web", PASSWORD));
    let bad = repository.commit("a secret");
    let output = try_git(repository.path(), &["push", "server", "main"], true);
    assert!(!output.status.success());
    let said = text(&output.stderr);
    assert!(said.contains("app.yaml") && !said.contains("can't be read") && !said.contains(PASSWORD), "{said}");
    assert!(!passes(repository.path(), &["push", "-q", "server", "main:refs/heads/new", "HEAD~1:refs/heads/fine"]));
    assert!(!passes(&server, &["cat-file", "-e", &bad]), "the quarantine is gone");
    assert!(passes(repository.path(), &["push", "-q", "server", "HEAD~1:refs/heads/fine"]));
    assert!(passes(repository.path(), &["push", "-q", "server", ":fine"]), "a deletion");
}

#[test]
fn lines_that_are_not_gits_stop_a_push() {
    let repository = clean();
    for hook in ["pre-push", "pre-receive"] {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("echo nonsense | '{}' hook run {hook}", env!("CARGO_BIN_EXE_tidewaiter"))]);
        let output = command.current_dir(repository.path()).output().expect("a shell");
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    }
}
