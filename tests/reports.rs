//! The formats of CI systems: well formed, masked, safe against hostile names, within the platforms' limits.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{text, tidewaiter};

/// A name that steers terminals, ends workflow commands and opens tags.
const HOSTILE: &str = "a\u{1b}[31m::error file=x::%0A\n<script>alert(1)<!--&'\"|`.yaml";

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

#[test]
fn hostile_names_stay_text_in_every_format() {
    let folder = folder(HOSTILE, 1);
    for format in FORMATS.iter().chain(&["text", "json", "jsonl"]) {
        let report = scan(format, folder.path());
        assert!(!report.contains('\u{1b}'), "{format}: {report}");
        let is_markup = ["html", "markdown", "junit"].contains(format);
        assert!(!is_markup || !report.contains("<script>alert"), "{format}: {report}");
        assert!(!report.contains(&password(0)), "{format}: {report}");
        let commands = report.lines().filter(|line| line.starts_with("::")).count();
        assert_eq!(commands, usize::from(*format == "github"), "{format}: {report}");
    }
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
fn what_was_not_scanned_is_said_in_every_format() {
    let folder = folder("secret.yaml", 1);
    fs::write(folder.path().join("large.yaml"), "a: b\n".repeat(40)).expect("written");
    for format in FORMATS {
        let output =
            tidewaiter(&["scan", ".", "--no-config", "--max-file-size", "150", "--format", format], folder.path());
        let report = text(&output.stdout);
        assert!(report.contains("large.yaml"), "{format}: {report}");
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
