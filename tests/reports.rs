//! The formats of CI systems: well formed, masked, safe against hostile names, within the platforms' limits.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{text, tidewaiter};
use crate::repository::Repository;

/// A name that steers terminals, ends workflow commands and opens tags.
const HOSTILE: &str =
    "a\u{1b}[31m\u{9b}1m\u{202e}\u{2028}\u{e0041}::error file=x::%0A\n##[error]<script>alert(1)<!--&'\"|`.yaml";

const FORMATS: [&str; 6] = ["sarif", "junit", "github", "gitlab", "html", "markdown"];

fn password(number: usize) -> String {
    format!("plover-Crag-{}", 1000 + number)
}

/// A folder with a Secret of `count` values in a file called `name`.
fn folder(name: &str, count: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let values: String = (0..count).map(|at| format!("  password{at}: {}\n", password(at))).collect();
    let text = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\nstringData:\n{values}");
    fs::write(folder.path().join(name), text).expect("written");
    folder
}

fn scan(format: &str, folder: &Path) -> String {
    let output = tidewaiter(&["scan", ".", "--no-config", "--format", format], folder);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Keys that do the same, and open links, mentions and pictures in Markdown.
const HOSTILE_KEY: &str =
    "\u{1b}]0;x\u{7}\\n::error::x\u{202e}<script>alert(1)</script>[a](https://evil.example)![b](//c) @root ` | ";

/// What a format must not hold, whatever stands in names and keys.
fn forbidden(format: &str) -> &'static [&'static str] {
    match format {
        "html" | "junit" => &["<script>alert", "\u{202e}"],
        "markdown" => &["<script>alert", "](", "@root", "` |", "\u{202e}"],
        "gitlab" => &["<script>alert(1)</script>[a]", "](https://evil", "@root `"],
        "text" | "github" => &["\u{202e}"],
        _ => &[],
    }
}

/// A folder whose names and keys are hostile, with a file that is too large to be scanned.
fn hostile_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let key = HOSTILE_KEY.replace('\u{1b}', "\\e").replace('\u{7}', "\\a").replace('\u{202e}', "\\u202e");
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: shop}}\nstringData:\n  \"{key}password\": {} # \u{202e}\u{2066}##[error]\n",
        password(0)
    );
    fs::write(folder.path().join(HOSTILE), text).expect("written");
    fs::write(folder.path().join(format!("large-{HOSTILE}")), "a: b\n".repeat(400)).expect("written");
    folder
}

#[test]
fn hostile_names_and_keys_stay_text_in_every_format() {
    let folder = hostile_folder();
    for format in FORMATS.iter().chain(&["text", "json", "jsonl"]) {
        let args = ["scan", ".", "--no-config", "--max-file-size", "1KiB", "--verbose", "--format", format];
        let output = tidewaiter(&args, folder.path());
        assert_eq!(output.status.code(), Some(1), "{format}");
        let report = text(&output.stdout);
        let is_hidden = |c: char| c.is_control() || "\u{202e}\u{2066}\u{2028}\u{e0041}".contains(c);
        let controls = report.chars().find(|c| is_hidden(*c) && *c != '\n');
        assert_eq!(controls, None, "{format}: {report}");
        assert!(!report.contains("##["), "{format}: {report}");
        let found = forbidden(format).iter().find(|text| report.contains(**text));
        assert_eq!(found, None, "{format}: {report}");
        assert!(!report.contains(&password(0)) && report.contains("large-a"), "{format}: {report}");
        let commands = report.lines().filter(|line| line.starts_with("::")).count();
        assert_eq!(commands, if *format == "github" { 2 } else { 0 }, "{format}: {report}");
    }
}

#[test]
fn no_key_becomes_a_link_in_a_sarif_message() {
    let folder = hostile_folder();
    let log: Value = serde_json::from_str(&scan("sarif", folder.path())).expect("JSON");
    let message = log["runs"][0]["results"][0]["message"]["text"].to_string();
    assert!(message.contains("[a] (https://evil.example)") && !message.contains("]("), "{message}");
}

#[test]
fn sarif_names_rules_places_and_what_gives_meaning() {
    let folder = folder("secret.yaml", 2);
    let log: Value = serde_json::from_str(&scan("sarif", folder.path())).expect("JSON");
    let run = &log["runs"][0];
    assert_eq!(log["version"], "2.1.0");
    assert_eq!(run["tool"]["driver"]["rules"].as_array().map(Vec::len), Some(1));
    let result = &run["results"][0];
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(
        (&result["ruleId"], &place["artifactLocation"]["uri"]),
        (&"kubernetes-secret-data".into(), &"secret.yaml".into())
    );
    assert_eq!((&place["region"]["startLine"], &place["region"]["startColumn"]), (&5.into(), &14.into()));
    assert!(result["partialFingerprints"]["tidewaiter/v1"].is_string());
    let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().map_or(0, Vec::len);
    assert!(steps > 1, "{result}");
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
}

#[test]
fn github_shows_ten_annotations_of_a_kind_and_the_rest_in_the_summary() {
    let folder = folder("secret.yaml", 25);
    let summary = folder.path().join("summary.md");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "secret.yaml", "--no-config", "--format", "github"])
        .current_dir(folder.path())
        .env("GITHUB_STEP_SUMMARY", &summary)
        .output()
        .expect("runs");
    let report = text(&output.stdout);
    assert_eq!(report.lines().filter(|line| line.starts_with("::error ")).count(), 10, "{report}");
    assert!(report.contains("15 more findings in the job summary"), "{report}");
    let summary = fs::read_to_string(summary).expect("a job summary");
    assert_eq!(summary.matches("kubernetes").count().max(summary.matches("secret.yaml").count()), 25, "{summary}");
    assert!(!summary.contains("plover"));
}

#[test]
fn github_says_what_it_leaves_out_where_there_is_no_job_summary() {
    let folder = folder("secret.yaml", 25);
    for number in 0..8 {
        fs::write(folder.path().join(format!("{number}.txt")), "a: b\n".repeat(400)).expect("written");
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", ".", "--no-config", "--format", "github", "--max-file-size", "1500"])
        .current_dir(folder.path())
        .env_remove("GITHUB_STEP_SUMMARY")
        .output()
        .expect("runs");
    let report = text(&output.stdout);
    assert!(report.contains("15 more findings left out") && report.contains("--format text"), "{report}");
    assert!(!report.contains("job summary") && report.contains("3 more unscanned paths left out"), "{report}");
}

#[test]
fn what_was_not_scanned_is_said_though_the_summary_is_not() {
    let mut repository = Repository::new();
    repository.write("a.yaml", "a: b\n");
    fs::write(repository.path().join("image.bin"), b"\0\x01\x02").expect("written");
    repository.commit("start");
    let said = |args: &[&str]| {
        let output = tidewaiter(args, repository.path());
        assert_eq!(text(&output.stdout), "", "{args:?}");
        (output.status.code(), text(&output.stderr))
    };
    for command in ["history", "scan"] {
        assert_eq!(said(&[command, "-q"]), (Some(0), String::new()));
    }
    let (code, lines) = said(&["scan", "-q", "--max-file-size", "3"]);
    assert!(code == Some(2) && lines.lines().count() == 1 && lines.contains("not scanned: a.yaml: "), "{lines}");
    let blob = repository.git(&["rev-parse", "HEAD:a.yaml"]);
    fs::remove_file(repository.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).expect("removed");
    let (code, lines) = said(&["history", "-q"]);
    assert!(code == Some(2) && lines.lines().count() == 1 && lines.contains("not scanned: a.yaml: "), "{lines}");
}

/// A ref may name a file or a folder without a commit: nobody brought it, and on no day.
#[test]
fn what_no_commit_holds_has_no_date_and_was_never_in_head() {
    let mut repository = Repository::new();
    repository.commit("start");
    repository.write("app.env", &format!("DB_PASSWORD={}\n", password(1)));
    repository.git(&["add", "."]);
    let (tree, blob) = (repository.git(&["write-tree"]), repository.git(&["rev-parse", ":app.env"]));
    for (name, id) in [("tree", tree), ("blob", blob)] {
        repository.git(&["tag", "tagged", &id]);
        for format in FORMATS.into_iter().chain(["text"]) {
            let output = tidewaiter(&["history", "--no-config", "--format", format], repository.path());
            let shown = text(&output.stdout);
            assert_eq!(output.status.code(), Some(1), "{name} {format}: {}", text(&output.stderr));
            assert!(!shown.contains("1970") && !shown.contains("introduced by"), "{name} {format}: {shown}");
            assert!(!shown.contains("By age"), "{name} {format}: {shown}");
            let says = shown.contains("held by object") && shown.contains("not in HEAD");
            assert!(says || ["sarif", "gitlab"].contains(&format), "{name} {format}: {shown}");
        }
        repository.git(&["tag", "-d", "tagged"]);
    }
}

/// What a side branch holds was never in HEAD.
#[test]
fn nothing_is_gone_that_never_was_there() {
    let mut repository = Repository::new();
    repository.commit("start");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("app.env", &format!("DB_PASSWORD={}\n", password(1)));
    repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);
    for format in FORMATS.into_iter().chain(["text"]) {
        let shown = text(&tidewaiter(&["history", "--no-config", "--format", format], repository.path()).stdout);
        assert!(shown.contains("not in HEAD") && !shown.contains("gone from"), "{format}: {shown}");
    }
}

#[test]
fn what_was_not_scanned_is_said_in_every_format() {
    let folder = folder("secret.yaml", 1);
    fs::write(folder.path().join("large.yaml"), "a: b\n".repeat(40)).expect("written");
    for format in FORMATS {
        let output =
            tidewaiter(&["scan", ".", "--no-config", "--max-file-size", "150", "--format", format], folder.path());
        let report = text(&output.stdout);
        assert!(report.contains("large.yaml"), "{format}: {report}");
    }
    let mut repository = Repository::new();
    repository.commit("one");
    repository.commit("two");
    let shallow = repository.beside("shallow-clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "1", &url, &shallow.to_string_lossy()]);
    for format in FORMATS {
        let report = text(&tidewaiter(&["history", "--format", format], &shallow).stdout);
        assert!(report.contains("the clone is shallow"), "{format}: {report}");
    }
}

#[test]
fn several_reports_are_written_in_one_run() {
    let folder = folder("secret.yaml", 1);
    let args = ["scan", "secret.yaml", "--no-config", "--output", "sarif=a.sarif", "--output", "junit=b.xml", "-q"];
    assert_eq!(tidewaiter(&args, folder.path()).status.code(), Some(1));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("a report");
    assert!(read("a.sarif").contains("\"2.1.0\"") && read("b.xml").contains("<failure "));
    let left: Vec<_> =
        fs::read_dir(folder.path()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

/// What the schema asks of every text: the key, and the most characters that it may have.
fn has_texts(object: &Value, keys: &[(&str, usize)]) {
    for (key, most) in keys {
        let length = object[key].as_str().map(|text| text.chars().count());
        assert!(length.is_some_and(|length| (1..=*most).contains(&length)), "{key}: {object}");
    }
}

/// The fields that GitLab's schema (15.0.7) requires, and the limits that it sets: a report that breaks one is dropped
/// as a whole.
#[test]
fn a_gitlab_report_keeps_to_the_schema() {
    let folder = hostile_folder();
    fs::write(folder.path().join(".env"), format!("A_PASSWORD={0}\nA_PASSWORD={0}\n", password(1))).expect("written");
    let output =
        tidewaiter(&["scan", ".", "--no-config", "--max-file-size", "1KiB", "--format", "gitlab"], folder.path());
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["version"], "15.0.7");
    let scan = &report["scan"];
    for tool in [&scan["analyzer"], &scan["scanner"]] {
        has_texts(tool, &[("id", 255), ("name", 255), ("version", 255)]);
        has_texts(&tool["vendor"], &[("name", 255)]);
    }
    assert_eq!((&scan["type"], &scan["status"]), (&"secret_detection".into(), &"failure".into()));
    for time in ["start_time", "end_time"] {
        let form: String = scan[time].as_str().expect("a time").replace(|c: char| c.is_ascii_digit(), "9");
        assert_eq!(form, "9999-99-99T99:99:99");
    }
    let messages = scan["messages"].as_array().expect("messages");
    assert!(messages.len() == 1 && messages[0]["level"] == "warn", "{messages:?}");
    has_texts(&messages[0], &[("value", usize::MAX)]);
    let found = report["vulnerabilities"].as_array().expect("a list");
    for finding in found {
        has_texts(finding, &[("id", 64), ("name", 255), ("description", 1 << 20), ("solution", 7_000)]);
        has_texts(&finding["identifiers"][0], &[("type", 255), ("name", 255), ("value", 255)]);
        has_texts(&finding["location"]["commit"], &[("sha", 64)]);
        assert!(["Info", "Low", "Medium", "High", "Critical"].map(Value::from).contains(&finding["severity"]));
        assert!(finding["location"]["start_line"].is_u64() && finding["location"]["end_line"].is_u64());
        for link in finding["links"].as_array().expect("links") {
            assert!(link["url"].as_str().is_some_and(|url| url.starts_with("http")), "{link}");
        }
    }
    let ids: std::collections::BTreeSet<_> = found.iter().filter_map(|finding| finding["id"].as_str()).collect();
    assert!(ids.len() == found.len() && found.len() == 3, "{ids:?}");
}

#[test]
fn gitlab_names_the_file_and_lines() {
    let folder = folder("secret.yaml", 1);
    let report: Value = serde_json::from_str(&scan("gitlab", folder.path())).expect("JSON");
    let first = &report["vulnerabilities"][0];
    assert_eq!(report["scan"]["type"], "secret_detection");
    assert_eq!((&first["location"]["file"], &first["location"]["start_line"]), (&"secret.yaml".into(), &5.into()));
}

/// GitHub refuses a larger job summary as a whole.
#[test]
fn a_job_summary_of_many_findings_with_long_names_stays_below_the_limit_and_says_so() {
    // Every punctuation mark takes five bytes as a character reference.
    let folder = folder(&format!("{}.yaml", "#".repeat(240)), 3_000);
    let report = scan("markdown", folder.path());
    assert!(report.len() < 1 << 20, "{}", report.len());
    let shown = report.lines().filter(|line| line.starts_with("| high")).count();
    let left_out = format!("{} less grave findings not shown.", 3_000 - shown);
    assert!(shown > 300 && report.contains(&left_out), "{shown}");
}

/// GitHub counts what all runs of a step wrote.
#[test]
fn the_job_summary_of_a_step_stays_below_the_limit_over_several_runs() {
    let folder = folder(&format!("{}.yaml", "#".repeat(240)), 3_000);
    let summary = folder.path().join("summary");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        command
            .args(["scan", ".", "--format", "github"])
            .current_dir(folder.path())
            .env("GITHUB_STEP_SUMMARY", &summary);
        let log = text(&command.output().expect("runs").stdout);
        (log, fs::read_to_string(&summary).expect("a summary"))
    };
    let (log, first) = run();
    assert!(log.contains("more findings in the job summary"), "{}", &log[log.len() - 200..]);
    let (_, second) = run();
    assert!(second.len() > first.len() && second.starts_with(&first) && second.len() <= 1 << 20, "{}", second.len());
    assert_eq!(second.matches("less grave findings not shown.").count(), 2);
    fs::write(&summary, " ".repeat((1 << 20) - 100)).expect("written");
    let (log, full) = run();
    assert_eq!(full.len(), (1 << 20) - 100);
    assert!(log.contains("more findings left out"), "{}", &log[log.len() - 200..]);
}

/// What the program wrote to `report.sarif` in a scan of the folder's `secret.yaml`, and what it said.
fn sarif_file(folder: &Path, arguments: &[&str]) -> (String, String) {
    let args = ["scan", ".", "--format", "jsonl", "--output", "sarif=report.sarif"];
    let output = tidewaiter(&[&args, arguments].concat(), folder);
    (fs::read_to_string(folder.join("report.sarif")).expect("a report"), text(&output.stderr))
}

/// GitHub takes 25,000 results and 10 MB.
#[test]
fn a_sarif_log_keeps_the_gravest_findings_within_the_limits_and_says_what_it_leaves_out() {
    // Every such character takes three bytes in the address of a file.
    let count = 7_000;
    let folder = folder(&format!("{}.yaml", "#".repeat(240)), count);
    fs::write(folder.path().join("z.env"), format!("DB_PASSWORD={}\n", password(count))).expect("written");
    fs::write(folder.path().join(".tidewaiter.yaml"), "rules: {kubernetes-secret-data: low}\n").expect("written");
    let (log, said) = sarif_file(folder.path(), &[]);
    assert!(log.len() < 10_000_000, "{}", log.len());
    let log: Value = serde_json::from_str(&log).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let left_out = count + 1 - results.len();
    assert!(results.len() > 4_000, "{}", results.len());
    let lines: Vec<u64> = results
        .iter()
        .filter_map(|result| result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64())
        .collect();
    let last = &results[results.len() - 1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert!(lines[..lines.len() - 1].is_sorted() && last == "z.env", "{last}");
    let note = log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].to_string();
    assert!(note.contains(&left_out.to_string()), "{note}");
    assert!(said.contains("report.sarif") && said.contains(&left_out.to_string()), "{said}");
}

#[test]
fn one_key_of_megabytes_does_not_push_other_findings_out_of_a_report() {
    let folder = folder("secret.yaml", 1);
    let mut content = fs::read_to_string(folder.path().join("secret.yaml")).expect("readable");
    content.push_str(&format!("  ? {}-password\n  : {}\n", "k".repeat(200_000), password(1)));
    fs::write(folder.path().join("secret.yaml"), content).expect("written");
    let (log, said) = sarif_file(folder.path(), &["--no-config"]);
    let log: Value = serde_json::from_str(&log).expect("JSON");
    assert_eq!(log["runs"][0]["results"].as_array().map(Vec::len), Some(2));
    assert!(log["runs"][0]["results"].to_string().len() < 10_000 && said.is_empty(), "{said}");
}

#[test]
fn a_sarif_log_marks_what_was_accepted_and_why() {
    let folder = folder("secret.yaml", 1);
    let path = folder.path().join("secret.yaml");
    let content = fs::read_to_string(&path).expect("readable");
    fs::write(&path, content.replace("  password0", "  # tidewaiter:allow -- invented\n  password0")).expect("written");
    let results = |arguments: &[&str]| {
        let log: Value = serde_json::from_str(&sarif_file(folder.path(), arguments).0).expect("JSON");
        log["runs"][0]["results"].clone()
    };
    assert_eq!(results(&[]), Value::Array(Vec::new()));
    let shown = results(&["--show-suppressed"]);
    assert_eq!(shown[0]["suppressions"], serde_json::json!([{"kind": "inSource", "justification": "invented"}]));
}

#[test]
fn two_reports_to_one_file_and_a_report_to_no_file_are_refused() {
    let folder = folder("secret.yaml", 1);
    for outputs in [&["--output", "json=a", "--output", "sarif=a"][..], &["--output", "json="], &["--output", "json=-"]]
    {
        let output = tidewaiter(&[&["scan", ".", "-q", "--no-config"], outputs].concat(), folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        assert!(text(&output.stdout).is_empty(), "{}", text(&output.stdout));
    }
}

#[test]
#[cfg(unix)]
fn what_is_written_to_a_device_lies_beside_the_rest() {
    let folder = folder("secret.yaml", 1);
    let out = folder.path().join("out");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(["scan", "secret.yaml", "--no-config", "--output", "jsonl=/dev/stdout", "--format", "markdown"]);
    let piped = command.current_dir(folder.path()).output().expect("the built program starts");
    assert_eq!(piped.status.code(), Some(1), "{}", text(&piped.stderr));
    let mut written = vec![text(&piped.stdout)];
    // As the shell opens them: `>>` and `>`, after which every write has a place of its own.
    for mut how in [fs::OpenOptions::new().append(true).clone(), fs::OpenOptions::new().write(true).clone()] {
        let file = how.create(true).open(&out).expect("a file");
        let status = command.stdout(file).status().expect("the built program starts");
        assert_eq!(status.code(), Some(1));
        written.push(fs::read_to_string(&out).expect("readable"));
        fs::remove_file(&out).expect("removed");
    }
    for whole in written {
        assert!(whole.starts_with('{') && whole.contains("\n## tidewaiter"), "{whole}");
    }
}

/// Memory that looks like a device is a folder as any other.
#[test]
#[cfg(target_os = "linux")]
fn a_report_below_dev_replaces_the_one_before() {
    let Ok(shared) = tempfile::tempdir_in("/dev/shm") else { return };
    let folder = folder("secret.yaml", 1);
    let path = shared.path().join("report.json");
    let output = format!("json={}", path.display());
    for _ in 0..2 {
        let output = tidewaiter(&["scan", "secret.yaml", "--no-config", "--output", &output], folder.path());
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&fs::read(&path).expect("readable")).expect("one report");
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn no_line_of_a_text_begins_a_command_when_it_is_folded() {
    let mut repository = Repository::new();
    for length in 40..90 {
        let name = format!("{} ::error::pwned ::error::again <a@example.org>", "x".repeat(length));
        repository.write("app.env", &format!("DB_PASSWORD={}\n", password(length)));
        repository.commit("next");
        repository.git(&["commit", "-q", "--amend", "--no-edit", "--author", &name]);
    }
    let shown = text(&tidewaiter(&["history", "--no-config"], repository.path()).stdout);
    assert!(shown.contains("error::pwned"), "{shown}");
    assert_eq!(shown.lines().find(|line| line.trim_start().starts_with("::")), None);
}

#[test]
fn a_name_that_is_also_a_weak_password_stays_a_name() {
    let mut repository = Repository::new();
    repository.write("redis/app.env", "MODE=fast\nREDIS_PASSWORD=redis\n");
    repository.commit("start");
    repository.git(&["commit", "-q", "--amend", "--no-edit", "--author", "redis <redis@example.org>"]);
    for format in FORMATS.into_iter().chain(["text", "json", "jsonl"]) {
        let output = tidewaiter(&["history", "--no-config", "--format", format], repository.path());
        let shown = text(&output.stdout);
        assert!(shown.contains("redis/app.env"), "{format}: {shown}");
        let by = if format == "markdown" { "redis&#64;example.org" } else { "redis@example.org" };
        assert!(shown.contains(by), "{format}: {shown}");
    }
}

#[test]
fn no_other_text_of_a_report_tells_a_secret() {
    let token = ["glpat-b6NwX3", "KdS9mTq4Zf7RhP"].concat();
    let repository = Repository::new();
    let folder = repository.path();
    let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("written");
    let encoded = data_encoding::BASE64.encode(password(0).as_bytes());
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: shop}\n";
    write("secret.yaml", format!("{secret}data:\n  password: {encoded} # before: {encoded}\n"));
    write("token.txt", format!("token = {token}\n"));
    // The finding names the file that the copy takes in.
    write(&format!("{token}.pem"), String::new());
    write("Dockerfile", "FROM scratch\nCOPY . /\n".to_owned());
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "Begin", "--author", &format!("{token} <bo@example.org>")]);
    for format in FORMATS.into_iter().chain(["text", "json", "jsonl"]) {
        for command in ["scan", "history"] {
            let output = tidewaiter(&[command, "--no-config", "--format", format], folder);
            assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
            let shown = text(&output.stdout);
            for hidden in [&token, encoded.trim_end_matches('=')] {
                assert!(!shown.contains(hidden), "{command} {format} tells a secret");
            }
        }
    }
}
