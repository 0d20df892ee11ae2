//! `examples/`: the scripts of the examples run for real, and their parts make the whole.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::program::{findings, report, root, text};
use crate::repository::{Repository, git, secret};

/// The YAML documents of an example.
fn documents(name: &str) -> Vec<Value> {
    let text = fs::read_to_string(root().join("examples").join(name)).expect("readable");
    serde_yaml::Deserializer::from_str(&text).map(|one| Value::deserialize(one).expect("YAML")).collect()
}

/// A repository with a secret in each of some commits.
fn repository(name: &str) -> Repository {
    let mut repository = Repository::new();
    for number in 0..9 {
        let password = format!("kW8z{number}Lq2m{name}Xv71");
        repository.write(&format!("{name}-{number}.yaml"), &secret("web", &password));
        repository.commit("one more");
    }
    repository
}

/// Runs a script as the example's machine would, with the built program in PATH.
fn run(folder: &Path, script: &str, variables: &[(&str, &str)]) {
    let program = Path::new(env!("CARGO_BIN_EXE_tidewaiter")).parent().expect("a folder");
    let mut command = Command::new("sh");
    command.args(["-euc", script]).current_dir(folder).envs(variables.iter().copied());
    command
        .env("PATH", format!("{}:/usr/bin:/bin", program.display()))
        .env_remove("GIT_DIR")
        .env_remove("GIT_INDEX_FILE");
    let output = command.output().expect("sh runs");
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
}

/// What is found, in a form that compares.
fn found(report: &Value) -> Vec<String> {
    let mut found: Vec<_> = findings(report).iter().map(ToString::to_string).collect();
    found.sort();
    found
}

fn merged(folder: &Path, parts: &[String]) -> Value {
    let args: Vec<&str> = ["report", "merge"].into_iter().chain(parts.iter().map(String::as_str)).collect();
    report(&args, folder).0
}

#[test]
fn the_kubernetes_job_scans_each_repository_in_parts() {
    let (first, second) = (repository("first"), repository("second"));
    let documents = documents("kubernetes-job.yaml");
    let list = documents[0]["data"]["repositories"].as_str().expect("a list");
    assert_eq!(list.lines().count(), 2, "{list}");
    let job = &documents[2]["spec"];
    assert_eq!(job["completionMode"], "Indexed");
    let container = &job["template"]["spec"]["containers"][0];
    let script = container["args"][0].as_str().expect("a script");
    let parts = container["env"][0]["value"].as_str().expect("a number");
    let pods = job["completions"].as_u64().expect("a number");
    assert_eq!(pods, 2 * parts.parse::<u64>().expect("a number"));

    let cluster = tempfile::tempdir().expect("a folder");
    let folder = |name: &str| {
        let folder = cluster.path().join(name);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    };
    let urls = [&first, &second].map(|repository| format!("{}\n", repository.path().display())).concat();
    fs::write(folder("etc").join("repositories"), urls).expect("written");
    let reports = folder("reports");
    for pod in 0..pods {
        let work = folder(&format!("work-{pod}"));
        let script = script
            .replace("/etc/tidewaiter", &folder("etc").to_string_lossy())
            .replace("/work/", &format!("{}/", work.display()))
            .replace("/reports/", &format!("{}/", reports.display()));
        run(&work, &script, &[("JOB_COMPLETION_INDEX", &pod.to_string()), ("PARTS", parts)]);
    }
    let number = pods / 2;
    for repository in [&first, &second] {
        // The repository's address, here a path, is the folder of its reports.
        let of_one = reports.join(repository.path().strip_prefix("/").expect("an absolute path"));
        assert_eq!(fs::read_dir(&of_one).expect("a folder").count() as u64, number);
        let parts: Vec<String> = (1..=number).map(|part| format!("part-{part}.json")).collect();
        let mirror = repository.beside("mirror.git");
        git(repository.path(), &["clone", "-q", "--mirror", ".", &mirror.to_string_lossy()], 0);
        let whole = found(&report(&["history"], &mirror).0);
        assert_eq!(whole.len(), 9);
        assert_eq!(found(&merged(&of_one, &parts)), whole);
    }
}

#[test]
fn the_kubernetes_job_names_a_folder_for_each_repository() {
    let documents = documents("kubernetes-job.yaml");
    let script =
        documents[2]["spec"]["template"]["spec"]["containers"][0]["args"][0].as_str().expect("a script").to_owned();
    let naming: String = script.lines().filter(|line| line.contains("name")).map(|line| format!("{line}\n")).collect();
    let folder = tempfile::tempdir().expect("a folder");
    for (url, name) in [
        ("https://github.com/helm/charts.git", "github.com/helm/charts"),
        ("https://github.com/other/charts", "github.com/other/charts"),
        ("https://reader:kiln-lagoon-71@git.example.com/a/b.git", "git.example.com/a/b"),
    ] {
        let check = format!("{naming}test \"$reports\" = \"/reports/{name}\"");
        run(folder.path(), &check, &[("url", url)]);
    }
}

#[test]
fn the_matrix_of_runners_scans_all_parts() {
    let repository = repository("matrix");
    let workflow = &documents("github-matrix.yml")[0];
    let steps = workflow["jobs"]["scan"]["steps"].as_array().expect("steps");
    let step = steps.iter().find(|step| step["name"] == "Scan a part").expect("the step");
    let script = step["run"].as_str().expect("a script");
    let mut files = Vec::new();
    for part in workflow["jobs"]["scan"]["strategy"]["matrix"]["part"].as_array().expect("parts") {
        run(repository.path(), script, &[("PART", &part.to_string())]);
        files.push(format!("part-{part}.json"));
    }
    let whole = found(&report(&["history"], repository.path()).0);
    assert_eq!(whole.len(), 9);
    assert_eq!(found(&merged(repository.path(), &files)), whole);
}
