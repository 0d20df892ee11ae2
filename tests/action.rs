//! `action.yml`: its steps run for real, with what a runner of GitHub Actions sets.
#![cfg(unix)]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_yaml::Value;
use tempfile::TempDir;

use crate::program::{copy_program, root, text, write_script};
use crate::repository::{Repository, git, secret};

const PASSWORD: &str = "kW8zLq2mXv71";

/// A runner: its temporary folder, the event, and what the steps have put out so far.
struct Runner {
    folder: TempDir,
    values: HashMap<String, String>,
    /// More environment variables.
    environment: Vec<(&'static str, String)>,
    log: String,
}

impl Runner {
    /// A runner whose cache holds the built program already.
    fn new() -> Self {
        let runner = Self::bare();
        let program = runner.program();
        fs::create_dir_all(program.parent().expect("a folder")).expect("a folder");
        copy_program(Path::new(env!("CARGO_BIN_EXE_tidewaiter")), &program);
        runner
    }

    fn bare() -> Self {
        let values = [("runner.os", "Linux"), ("runner.arch", "X64")];
        let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let folder = tempfile::tempdir().expect("a folder");
        Self { folder, values, environment: Vec::new(), log: String::new() }
    }

    fn program(&self) -> PathBuf {
        self.folder.path().join("tidewaiter/bin/tidewaiter")
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.values.insert(name.to_owned(), value.to_owned());
        self
    }

    /// `a.b`, `a.b || c.d`, as far as the action uses expressions.
    fn expression(&self, expression: &str) -> String {
        let mut values = expression.split("||").map(|name| self.values.get(name.trim()).cloned().unwrap_or_default());
        values.find(|value| !value.is_empty()).unwrap_or_default()
    }

    fn text(&self, text: &str) -> String {
        let mut parts = text.split("${{");
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").expect("a closed expression");
            whole += &self.expression(expression);
            whole += rest;
        }
        whole
    }

    /// Runs the action's steps in `workspace` and gives the exit code of the last one that ran.
    fn run(&mut self, workspace: &Path, inputs: &[(&str, &str)]) -> i32 {
        let action: Value =
            serde_yaml::from_str(&fs::read_to_string(root().join("action.yml")).expect("readable")).expect("YAML");
        for (name, input) in action["inputs"].as_mapping().expect("inputs") {
            let name = name.as_str().expect("a name");
            let given = inputs.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
            let value = given.unwrap_or_else(|| input["default"].as_str().expect("a default"));
            self.values.insert(format!("inputs.{name}"), value.to_owned());
        }
        for step in action["runs"]["steps"].as_sequence().expect("steps") {
            let condition = step["if"].as_str().and_then(|condition| condition.strip_suffix(" != ''"));
            let Some(script) = step["run"].as_str() else { continue };
            if condition.is_some_and(|condition| self.expression(condition).is_empty()) {
                continue;
            }
            assert!(!script.contains("${{"), "an expression in a script is run as a part of it");
            let code = self.step(workspace, step, script);
            if code != 0 {
                return code;
            }
        }
        0
    }

    fn step(&mut self, workspace: &Path, step: &Value, script: &str) -> i32 {
        let output = self.folder.path().join("output");
        fs::write(&output, "").expect("written");
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(workspace);
        command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE").envs(self.environment.iter().cloned());
        command.env("GITHUB_ACTION_PATH", root()).env("RUNNER_TEMP", self.folder.path()).env("GITHUB_OUTPUT", &output);
        command.env("GITHUB_STEP_SUMMARY", self.folder.path().join("summary")).env("GITHUB_ACTIONS", "true");
        for (name, value) in step["env"].as_mapping().into_iter().flatten() {
            command.env(name.as_str().expect("a name"), self.text(value.as_str().expect("a text")));
        }
        let done = command.output().expect("bash runs");
        self.log += &(text(&done.stdout) + &text(&done.stderr));
        for line in fs::read_to_string(&output).expect("readable").lines() {
            let (name, value) = line.split_once('=').expect("name=value");
            let id = step["id"].as_str().unwrap_or_default();
            self.values.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
        done.status.code().unwrap_or(-1)
    }

    fn output(&self, name: &str) -> &str {
        self.values.get(&format!("steps.scan.outputs.{name}")).map_or("", String::as_str)
    }
}

fn workspace() -> Repository {
    let mut repository = Repository::new();
    repository.write("fine.txt", "fine\n");
    repository.commit("start");
    repository
}

#[test]
fn files_are_scanned_and_the_result_is_put_out() {
    let repository = workspace();
    let mut runner = Runner::new();
    assert_eq!(runner.run(repository.path(), &[]), 0, "{}", runner.log);
    assert_eq!((runner.output("findings"), runner.output("exit-code")), ("0", "0"));

    repository.write("deploy/app.yaml", &secret("web", PASSWORD));
    let mut runner = Runner::new();
    let inputs = [("sarif-file", "out.sarif"), ("path", "deploy\n\nfine.txt\n")];
    assert_eq!(runner.run(repository.path(), &inputs), 1, "{}", runner.log);
    assert_eq!((runner.output("findings"), runner.output("exit-code")), ("1", "1"));
    assert_eq!(runner.output("sarif-file"), "out.sarif");
    assert!(fs::read_to_string(repository.path().join("out.sarif")).expect("written").contains("2.1.0"));
    assert!(runner.log.contains("::error file=deploy/app.yaml"), "{}", runner.log);
    assert!(!runner.log.contains(PASSWORD), "{}", runner.log);
    let summary = fs::read_to_string(runner.folder.path().join("summary")).expect("a job summary");
    assert!(summary.contains("deploy/app.yaml") && !summary.contains(PASSWORD), "{summary}");

    repository.write("accepted.env", &format!("DB_PASSWORD={PASSWORD} # tidewaiter:allow\n"));
    let mut runner = Runner::new();
    assert_eq!(runner.run(repository.path(), &[("args", "--show-suppressed")]), 1, "{}", runner.log);
    assert_eq!(runner.output("findings"), "1");

    for (inputs, code) in [
        (&[("fail-on", "none")][..], 0),
        (&[("fail-on", "critical")], 0),
        (&[("fail-on", "none"), ("path", "."), ("baseline", "missing")], 2),
        (&[("args", "--exclude-rule kubernetes --quiet"), ("format", "text")], 0),
        (&[("fail-on", "sometimes")], 2),
        (&[("path", "not-there")], 2),
        (&[("mode", "guess")], 2),
        (&[("mode", "pr")], 2),
    ] {
        let mut runner = Runner::new();
        assert_eq!(runner.run(repository.path(), inputs), code, "{inputs:?}\n{}", runner.log);
    }
}

#[test]
fn what_was_not_scanned_fails_although_no_finding_is_to() {
    let mut repository = workspace();
    repository.git(&["checkout", "-q", "-b", "change"]);
    let base = repository.commit("base");
    repository.write("app.yaml", &secret("web", PASSWORD));
    let utf_32: Vec<u8> = "\u{feff}password: x".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    fs::write(repository.path().join("u.yaml"), utf_32).expect("written");
    let head = repository.commit("a secret, and what can't be read");
    for mode in ["scan", "pr"] {
        for (args, code) in [("", 2), ("--allow-incomplete", 0)] {
            let mut runner = Runner::new().set("github.event.pull_request.base.sha", &base);
            runner = runner.set("github.event.pull_request.head.sha", &head);
            let inputs = [("mode", mode), ("fail-on", "none"), ("args", args)];
            assert_eq!(runner.run(repository.path(), &inputs), code, "{mode} {args}: {}", runner.log);
            assert_eq!((runner.output("findings"), runner.output("exit-code")), ("1", &*code.to_string()));
        }
    }
}

#[test]
fn a_report_that_the_run_did_not_write_is_not_given_out() {
    let repository = workspace();
    repository.write("o.sarif", "{}");
    let given_out = |baseline: &str| {
        let mut runner = Runner::new();
        let code = runner.run(repository.path(), &[("sarif-file", "o.sarif"), ("baseline", baseline)]);
        (code, runner.output("sarif-file").to_owned())
    };
    assert_eq!(given_out("missing"), (2, String::new()));
    assert_eq!(given_out(""), (0, "o.sarif".to_owned()));
}

#[test]
fn inputs_are_no_code() {
    let repository = workspace();
    let trap = "$(touch sprung)`touch sprung`; touch sprung; '\"\ntouch sprung";
    for name in ["path", "mode", "baseline", "fail-on", "format", "sarif-file", "version", "args"] {
        Runner::new().run(repository.path(), &[(name, trap)]);
        assert!(!repository.path().join("sprung").exists(), "{name}");
    }
}

/// rustup runs the cargo that a `rust-toolchain.toml` of the current folder names; so does the one of this test.
#[test]
fn the_program_is_built_by_no_toolchain_of_the_workspace() {
    let repository = workspace();
    repository.write("rust-toolchain.toml", "[toolchain]\npath = \"evil\"\n");
    write_script(&repository.path().join("evil/bin/cargo"), &format!("touch '{}/sprung'", repository.path().display()));
    let mut runner = Runner::bare();
    let rustup = r#"
        if [ -x evil/bin/cargo ] && grep -q evil rust-toolchain.toml; then exec evil/bin/cargo "$@"; fi
        pwd >"$RUNNER_TEMP/built"
        mkdir -p "$RUNNER_TEMP/tidewaiter/bin" && cp "$PROGRAM_OF_TEST" "$RUNNER_TEMP/tidewaiter/bin/tidewaiter""#;
    write_script(&runner.folder.path().join("path/cargo"), rustup);
    let path = std::env::var("PATH").unwrap_or_default();
    runner.environment.push(("PATH", format!("{}/path:{path}", runner.folder.path().display())));
    runner.environment.push(("PROGRAM_OF_TEST", env!("CARGO_BIN_EXE_tidewaiter").to_owned()));
    assert_eq!(runner.run(repository.path(), &[]), 0, "{}", runner.log);
    assert!(!repository.path().join("sprung").exists());
    let built = fs::read_to_string(runner.folder.path().join("built")).expect("the right cargo ran");
    assert_eq!(Path::new(built.trim()), root());
}

/// A folder that looks like a bare repository, among the files of a commit: git obeys its configuration.
#[test]
fn a_repository_among_the_files_is_neither_obeyed_nor_scanned_in_place_of_the_real_one() {
    let mut repository = workspace();
    repository.write("app.yaml", &secret("web", PASSWORD));
    let base = repository.commit("a secret");
    repository.git(&["rm", "-q", "app.yaml"]);
    let sprung = repository.path().join("sprung");
    let configuration = format!(
        "[core]\nrepositoryformatversion = 0\nbare = true\nsshCommand = touch '{}'\n[remote \"origin\"]\nurl = a@b:c\n",
        sprung.display()
    );
    for (path, text) in [("HEAD", "ref: refs/heads/main\n"), ("objects/.keep", ""), ("refs/.keep", ""), ("fine", "")] {
        repository.write(&format!("deploy/{path}"), text);
    }
    repository.write("deploy/config", &configuration);
    repository.write("deploy/shallow", &format!("{}\n", "1".repeat(40)));
    let elsewhere = workspace();
    std::os::unix::fs::symlink(elsewhere.path(), repository.path().join("link")).expect("a link");
    let head = repository.commit("a trap");
    let run = |mode: &str, path: &str| {
        let (base, head) = (base.as_str(), head.as_str());
        let runner = Runner::new().set("github.event.pull_request.base.sha", base);
        let mut runner = runner.set("github.event.pull_request.head.sha", head);
        let code = runner.run(repository.path(), &[("mode", mode), ("path", path)]);
        assert!(!sprung.exists(), "{mode} {path}: {}", runner.log);
        (code, runner)
    };
    for mode in ["history", "pr", "staged"] {
        for path in ["deploy", "deploy/objects", "deploy/fine"] {
            let (code, runner) = run(mode, path);
            assert_eq!((code, runner.output("findings")), (2, ""), "{mode} {path}: {}", runner.log);
            assert!(runner.log.contains("::error::the path lies in a folder that looks like"), "{}", runner.log);
        }
    }
    for path in [".", "link", "link/fine.txt", "deploy/.."] {
        let (code, runner) = run("history", path);
        assert_eq!((code, runner.output("findings")), (1, "1"), "{path}: {}", runner.log);
    }
    // Another checkout in the workspace is one that the workflow made.
    let other = repository.path().join("other");
    git(repository.path(), &["clone", "-q", &elsewhere.path().to_string_lossy(), "other"], 0);
    assert_eq!(run("history", "other").0, 0);
    assert_eq!(run("history", "other/fine.txt").0, 0);
    std::fs::remove_dir_all(other).expect("removed");
    // What is a submodule is said by the commit.
    repository.git(&["submodule", "--quiet", "add", &elsewhere.path().to_string_lossy(), "other"]);
    assert_eq!(run("history", "other").0, 2);
}

#[test]
fn no_link_of_the_workspace_says_where_the_report_is_written() {
    let repository = workspace();
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(elsewhere.path(), repository.path().join("reports")).expect("a link");
    std::os::unix::fs::symlink(elsewhere.path().join("out.sarif"), repository.path().join("link")).expect("a link");
    let here = repository.path().join("here/./out.sarif");
    fs::create_dir(repository.path().join("here")).expect("a folder");
    for (file, code) in [
        ("reports/out.sarif", 2),
        ("reports/../x.sarif", 2),
        ("link", 2),
        ("nowhere/x", 2),
        (&*here.to_string_lossy(), 0),
    ] {
        let mut runner = Runner::new();
        assert_eq!(runner.run(repository.path(), &[("sarif-file", file)]), code, "{file}: {}", runner.log);
    }
    assert_eq!(fs::read_dir(elsewhere.path()).expect("readable").count(), 0);
    assert!(here.exists());
}

#[test]
fn what_was_not_scanned_has_no_number_of_findings_and_no_name_is_a_command() {
    let repository = workspace();
    for (name, value) in [("format", "nonsense"), ("path", "-"), ("path", "fine.txt\n-"), ("path", "nowhere")] {
        for mode in ["scan", "history"] {
            let mut runner = Runner::new();
            let code = runner.run(repository.path(), &[("mode", mode), (name, value)]);
            let out = (code, runner.output("findings"), runner.output("exit-code"));
            assert_eq!(out, (2, "", "2"), "{mode} {name}: {}", runner.log);
        }
    }
    for name in ["path", "mode", "baseline", "fail-on", "format", "sarif-file", "version", "args"] {
        for mode in ["scan", "staged", "history"] {
            let mut runner = Runner::new();
            runner.run(repository.path(), &[("mode", mode), (name, "x\r\n::error::sprung\u{1b}[2J\n##[error]sprung")]);
            let is_command =
                |line: &str| line.trim_start().starts_with("::error::sprung") || line.contains("##[error]");
            let log = &runner.log;
            assert!(!log.lines().any(is_command) && !log.contains('\u{1b}'), "{mode} {name}: {log}");
        }
    }
}

#[test]
fn staged_changes_and_histories() {
    let mut repository = workspace();
    repository.write("app.yaml", &secret("web", PASSWORD));
    repository.git(&["add", "."]);
    let count = |repository: &Repository, mode| {
        let mut runner = Runner::new();
        let code = runner.run(repository.path(), &[("mode", mode)]);
        (code, runner.output("findings").to_owned())
    };
    assert_eq!(count(&repository, "staged"), (1, "1".to_owned()));
    assert_eq!(count(&repository, "history"), (0, "0".to_owned()));
    repository.commit("a secret");
    repository.git(&["rm", "-q", "app.yaml"]);
    repository.commit("gone");
    assert_eq!(count(&repository, "staged"), (0, "0".to_owned()));
    assert_eq!(count(&repository, "history"), (1, "1".to_owned()));
}

#[test]
fn a_pull_request_is_scanned_for_its_own_commits_even_from_a_shallow_checkout() {
    let mut repository = workspace();
    repository.write("old.yaml", &secret("old", PASSWORD));
    let base = repository.commit("a secret of the target branch");
    repository.git(&["checkout", "-q", "-b", "change"]);
    repository.write("new.yaml", &secret("new", PASSWORD));
    repository.commit("a secret");
    repository.git(&["rm", "-q", "new.yaml"]);
    let head = repository.commit("gone again");
    repository.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let checkout = repository.beside("checkout");
    let url = format!("file://{}", repository.path().display());
    git(repository.path(), &["clone", "-q", "--depth", "1", "--branch", "main", &url, &checkout.to_string_lossy()], 0);
    let lonely = repository.beside("lonely");
    git(repository.path(), &["clone", "-q", "--depth", "1", "--branch", "change", &url, &lonely.to_string_lossy()], 0);
    git(&lonely, &["remote", "set-url", "origin", "file:///nowhere"], 0);
    // The path may be a file's, too; what can't be fetched or asked for is no clean history.
    for path in [".", "fine.txt"] {
        let mut runner = Runner::new();
        assert_eq!(runner.run(&lonely, &[("mode", "history"), ("path", path)]), 2, "{}", runner.log);
        assert!(runner.log.contains("::error::the commits") && runner.output("exit-code") == "2", "{}", runner.log);
    }
    let nowhere = tempfile::tempdir().expect("a folder");
    let mut runner = Runner::new();
    assert_eq!(runner.run(nowhere.path(), &[("mode", "history")]), 2, "{}", runner.log);
    assert!(runner.log.contains("::error::"), "{}", runner.log);
    git(&lonely, &["remote", "set-url", "origin", &url], 0);
    let mut runner = Runner::new();
    assert_eq!(runner.run(&lonely, &[("mode", "history"), ("path", "fine.txt")]), 1, "{}", runner.log);
    assert!(!runner.log.contains("::error::the") && runner.log.contains("new.yaml"), "{}", runner.log);
    let event = |base: &str, head: &str| {
        Runner::new().set("github.event.pull_request.base.sha", base).set("github.event.pull_request.head.sha", head)
    };
    let mut runner = event(&base, &head);
    assert_eq!(runner.run(&checkout, &[("mode", "pr")]), 1, "{}", runner.log);
    assert_eq!(runner.output("findings"), "1");
    assert!(runner.log.contains("new.yaml") && !runner.log.contains("old.yaml"), "{}", runner.log);
    let mut runner = event(&base, &base);
    assert_eq!(runner.run(&checkout, &[("mode", "pr")]), 0, "{}", runner.log);
    let mut runner = event(&base, &"1".repeat(40));
    assert_eq!(runner.run(&checkout, &[("mode", "pr")]), 2, "{}", runner.log);
}

#[test]
fn a_released_binary_is_used_if_its_checksum_is_right() {
    let releases = tempfile::tempdir().expect("a folder");
    let release = releases.path().join("owner/name/releases/download/v1.2.3");
    fs::create_dir_all(&release).expect("a folder");
    let program = Path::new(env!("CARGO_BIN_EXE_tidewaiter"));
    let archive = "tidewaiter-x86_64-unknown-linux-gnu.tar.gz";
    let shell = |script: &str| {
        let mut command = Command::new("bash");
        command.args(["-c", script, "bash", archive]).arg(program.parent().expect("a folder")).current_dir(&release);
        assert!(command.status().expect("bash runs").success());
    };
    shell("tar -czf \"$1\" -C \"$2\" tidewaiter && sha256sum \"$1\" >\"$1.sha256\"");
    let run = |version: &str| {
        let mut runner = Runner::bare().set("github.action_repository", "owner/name");
        runner.environment.push(("GITHUB_SERVER_URL", format!("file://{}", releases.path().display())));
        let code = runner.run(workspace().path(), &[("version", version)]);
        (code, runner)
    };
    let (code, runner) = run("1.2.3");
    assert_eq!(code, 0, "{}", runner.log);
    assert!(!runner.values.contains_key("steps.binary.outputs.key"), "nothing is to be built");
    shell("echo x >>\"$1\"");
    let (code, runner) = run("v1.2.3");
    assert_eq!(code, 2, "{}", runner.log);
    assert!(runner.log.contains("checksum"), "{}", runner.log);
}
