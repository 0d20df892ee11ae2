//! Reports joined and converted: shards make the whole, and every format can be had later.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{folder, root, text, tidewaiter};
use crate::repository::Repository;

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{error}: {}", text(bytes)))
}

/// A report without what differs from run to run.
fn stable(mut report: Value) -> Value {
    report["summary"]["elapsed_ms"] = Value::Null;
    report
}

/// Writes the report of a scan of the test data with these arguments.
fn scan(arguments: &[&str], into: &Path) {
    let args: Vec<&str> = ["scan", ".", "--no-config", "--format", "json"].iter().chain(arguments).copied().collect();
    fs::write(into, tidewaiter(&args, &root().join("testdata")).stdout).expect("written");
}

#[test]
fn the_shards_of_a_scan_make_the_whole() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    scan(&[], &file("whole.json"));
    for shard in ["1/3", "2/3", "3/3"] {
        scan(&["--shard", shard], &file(&format!("{}.json", &shard[..1])));
    }
    let merged = tidewaiter(&["report", "merge", "2.json", "1.json", "3.json", "--format", "json"], folder.path());
    assert_eq!(merged.status.code(), Some(1), "{}", text(&merged.stderr));
    let whole = fs::read(file("whole.json")).expect("a report");
    assert_eq!(stable(json(&merged.stdout)), stable(json(&whole)));
}

#[test]
fn a_report_is_converted_to_what_the_scan_would_have_written() {
    let folder = tempfile::tempdir().expect("a folder");
    scan(&[], &folder.path().join("a.json"));
    for format in ["json", "sarif", "github", "markdown", "junit"] {
        let args = ["report", "convert", "a.json", "--format", format];
        let converted = text(&tidewaiter(&args, folder.path()).stdout);
        let args = ["scan", ".", "--no-config", "--format", format];
        let scanned = text(&tidewaiter(&args, &root().join("testdata")).stdout);
        let without_time = |report: &str| -> Vec<String> {
            let timed = |line: &&str| !line.contains("elapsed_ms") && !line.contains("time=");
            report.lines().filter(timed).map(str::to_owned).collect()
        };
        assert_eq!(without_time(&converted), without_time(&scanned), "{format}");
    }
}

/// A platform opens a file by the path from the folder that the scan was started in.
#[test]
fn a_converted_report_names_the_same_paths() {
    let secret = |line: &str| format!("{line}DB_PASSWORD=kestrel-Harbour-71\n");
    let folder = folder(&[("app/.env", &secret("")), ("lib/.env", &secret("\n"))]);
    // Times differ from run to run.
    let stable = |output: std::process::Output| -> Vec<String> {
        let is_timed = |line: &&str| ["elapsed_ms", "time", " s"].iter().any(|word| line.contains(word));
        text(&output.stdout).lines().filter(|line| line.contains("env") || !is_timed(line)).map(str::to_owned).collect()
    };
    let run = |args: &[&str]| tidewaiter(args, folder.path());
    for root in ["app", "lib"] {
        run(&["scan", root, "--output", &format!("json={root}.json")]);
    }
    for format in ["github", "sarif", "gitlab", "junit", "html", "markdown", "json"] {
        let converted = stable(run(&["report", "convert", "lib.json", "--format", format]));
        assert_eq!(converted, stable(run(&["scan", "lib", "--format", format])), "{format}");
        // The other formats have fingerprints, which a path has a part in.
        if ["github", "junit", "html", "markdown"].contains(&format) {
            let merged = stable(run(&["report", "merge", "app.json", "lib.json", "--format", format]));
            assert_eq!(merged, stable(run(&["scan", "app", "lib", "--format", format])), "{format}");
        }
    }
    let merged = json(&run(&["report", "merge", "app.json", "lib.json", "--format", "json"]).stdout);
    let place = |at: usize| (merged["findings"][at]["path"].clone(), merged["findings"][at]["line"].clone());
    assert_eq!((place(0), place(1)), ((json!("app/.env"), json!(1)), (json!("lib/.env"), json!(2))));
    assert_eq!(merged["summary"].get("root"), None);
}

#[test]
fn a_converted_report_names_lines_to_people_too() {
    let folder = tempfile::tempdir().expect("a folder");
    scan(&["--rule", "text"], &folder.path().join("a.json"));
    let shown = text(&tidewaiter(&["report", "convert", "a.json"], folder.path()).stdout);
    assert!(shown.contains("text-credential/bad/client.py:3:18"), "{shown}");
}

#[test]
fn what_is_no_report_is_an_error_that_says_where() {
    let folder = tempfile::tempdir().expect("a folder");
    for (broken, said) in [("{\"version\":1,\n\"findings\":[}", "line 2"), ("{}", "missing field"), ("", "EOF")] {
        fs::write(folder.path().join("a.json"), broken).expect("written");
        let output = tidewaiter(&["report", "merge", "a.json"], folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

/// A folder of eight files, with the reports `1.json`, `2.json` and `3.json` of the thirds of its scan.
fn three_parts(file: impl Fn(usize) -> (String, String)) -> TempDir {
    let files: Vec<(String, String)> = (0..8).map(file).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let folder = folder(&files);
    for part in ["1", "2", "3"] {
        let (shard, report) = (format!("{part}/3"), format!("json={part}.json"));
        tidewaiter(&["scan", ".", "--shard", &shard, "--output", &report], folder.path());
    }
    folder
}

/// A machine whose report got lost must not make the rest of them a clean scan.
#[test]
fn parts_whose_report_is_missing_are_said() {
    let folder = three_parts(|n| (format!("{n}.txt"), "nothing\n".to_owned()));
    let merge = |parts: &[&str]| {
        let output = tidewaiter(&[&["report", "merge", "--output", "json=some.json"], parts].concat(), folder.path());
        (output.status.code(), text(&output.stdout))
    };
    assert_eq!(merge(&["3.json", "1.json", "2.json"]).0, Some(0));
    let twice = merge(&["1.json", "1.json", "2.json"]);
    assert!(
        twice.0 == Some(2)
            && twice.1.contains("part 3 of 3 is missing")
            && twice.1.contains("part 1 of 3 is there twice"),
        "{twice:?}"
    );
    let some = merge(&["1.json", "3.json"]);
    assert!(some.0 == Some(2) && some.1.contains("part 2 of 3 is missing"), "{some:?}");
    assert_eq!(tidewaiter(&["report", "convert", "some.json"], folder.path()).status.code(), Some(2));
    assert_eq!(merge(&["some.json", "2.json"]).0, Some(0));
}

/// The scans of parts that belong to nobody else's: what is scanned, or how, differs.
#[test]
fn parts_of_different_scans_make_no_whole() {
    let mut repository = Repository::new();
    repository.write("a.txt", "nothing\n");
    repository.write("sub/a.txt", "nothing\n");
    repository.commit("clean");
    let mut other = Repository::new();
    other.write("b.txt", "nothing\n");
    other.commit("clean, too");
    let plain = [folder(&[("a.txt", "nothing\n")]), folder(&[("a.txt", "nothing\n")])];
    let into = tempfile::tempdir().expect("a folder");
    let part = |name: &str, shard: &str, args: &[&str], at: &Path| {
        let output = format!("json={}", into.path().join(name).display());
        let run = tidewaiter(&[args, &["--shard", shard, "--output", &output]].concat(), at);
        assert_eq!(run.status.code(), Some(0), "{}", text(&run.stderr));
    };
    let (here, there) = (repository.path(), other.path());
    let sub = here.join("sub");
    let commits: [(&[&str], &Path); 7] = [
        (&["history"], here),
        (&["history"], there),
        (&["history", "HEAD"], here),
        (&["history", "--since", "3 weeks ago"], here),
        (&["history", "--rule", "kubernetes"], here),
        (&["history", "--min-severity", "high"], here),
        (&["history", "--no-config", "--exclude-rule", "kubernetes"], here),
    ];
    let files: [(&[&str], &Path); 7] = [
        (&["scan"], here),
        (&["scan"], there),
        (&["scan", "sub"], here),
        (&["scan", "--no-ignore"], here),
        (&["scan", "--min-confidence", "low"], here),
        (&["scan"], plain[0].path()),
        (&["scan"], plain[1].path()),
    ];
    let all: Vec<_> = commits.into_iter().chain(files).collect();
    for (at, (args, folder)) in all.iter().enumerate() {
        part(&format!("{at}-1.json"), "1/2", args, folder);
        part(&format!("{at}-2.json"), "2/2", args, folder);
    }
    let merge = |parts: &[String]| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let output = tidewaiter(&[&["report", "merge"], &parts[..]].concat(), into.path());
        (output.status.code(), text(&output.stdout))
    };
    for one in 0..all.len() {
        let (code, said) = merge(&[format!("{one}-1.json"), format!("{one}-2.json")]);
        assert_eq!(code, Some(0), "{:?}: {said}", all[one]);
        let two = (one + 1) % all.len();
        let (code, said) = merge(&[format!("{one}-1.json"), format!("{two}-2.json")]);
        assert_eq!(code, Some(2), "{:?} and {:?}: {said}", all[one], all[two]);
        assert!(said.contains("part 1 of 2 is missing") && said.contains("part 2 of 2 is missing"), "{said}");
    }
    // Every repository whole, as a cluster scans a list of them.
    let each: Vec<String> = (0..2).flat_map(|at| [format!("{at}-2.json"), format!("{at}-1.json")]).collect();
    assert_eq!(merge(&each).0, Some(0));
    let (code, said) = merge(&each[..3]);
    assert!(code == Some(2) && said.contains("part 1 of 2 is missing"), "{said}");
    // The same folder by another way.
    part("way.json", "2/2", &["scan"], &sub);
    assert_eq!(merge(&["9-1.json".to_owned(), "way.json".to_owned()]).0, Some(0));
}

#[test]
fn one_part_is_never_the_whole() {
    let folder = folder(&[("a.txt", "nothing\n")]);
    tidewaiter(&["scan", "--shard", "2/2", "--output", "json=part.json"], folder.path());
    for action in ["merge", "convert"] {
        let output = tidewaiter(&["report", action, "part.json"], folder.path());
        let said = text(&output.stdout);
        assert!(output.status.code() == Some(2) && said.contains("part 1 of 2 is missing"), "{action}: {said}");
    }
}

/// Reports of versions that did not say which scan a part belongs to.
#[test]
fn old_parts_are_joined_as_before() {
    let folder = folder(&[("a.txt", "nothing\n")]);
    for part in ["1", "2"] {
        let args = ["scan", "a.txt", "--shard", &format!("{part}/2"), "--format", "json"];
        let mut report = json(&tidewaiter(&args, folder.path()).stdout);
        report["summary"].as_object_mut().expect("an object").remove("scans").expect("named");
        fs::write(folder.path().join(format!("{part}.json")), report.to_string()).expect("written");
    }
    let merge = |parts: &[&str]| tidewaiter(&[&["report", "merge"], parts].concat(), folder.path());
    assert_eq!(merge(&["1.json", "2.json"]).status.code(), Some(0));
    assert_eq!(merge(&["1.json", "2.json", "2.json", "1.json"]).status.code(), Some(0));
    let output = merge(&["2.json"]);
    assert!(output.status.code() == Some(2) && text(&output.stdout).contains("part 1 of 2 is missing"));
}

#[test]
fn a_doubled_part_counts_once() {
    let folder = three_parts(|n| (format!("{n}/.env"), format!("DB_PASSWORD=kestrel-Harbour-{n}1\n")));
    let merge = |parts: &[&str]| {
        json(&tidewaiter(&[&["report", "merge", "--format", "json"], parts].concat(), folder.path()).stdout)
    };
    let whole = merge(&["1.json", "2.json", "3.json"]);
    assert_eq!(whole["findings"].as_array().map(Vec::len), Some(8));
    let some = merge(&["1.json", "2.json"]);
    fs::write(folder.path().join("some.json"), some.to_string()).expect("written");
    let joined: &[&str] = &["2.json", "some.json", "3.json"];
    for (parts, counts_files) in [(&["2.json", "1.json", "2.json", "3.json"][..], false), (joined, true)] {
        let twice = merge(parts);
        assert_eq!(twice["findings"], whole["findings"], "{parts:?}");
        let said = twice["summary"]["problems"].to_string();
        assert!(said.contains("part 2 of 3 is there twice") && !said.contains("missing"), "{said}");
        assert_eq!(twice["summary"]["incomplete"], json!(false));
        assert_eq!(said.contains("count once, but its files and bytes twice"), counts_files, "{said}");
        assert_eq!(twice["summary"]["files"] != whole["summary"]["files"], counts_files);
    }
}

#[test]
fn accepted_findings_are_counted_though_no_part_lists_them() {
    let folder = folder(&[("app.env", "DB_PASSWORD=kestrel-Harbour-71 # tidewaiter:allow\n")]);
    let scanned = tidewaiter(&["scan", ".", "--output", "json=a.json"], folder.path());
    assert!(text(&scanned.stdout).contains("1 suppressed"), "{}", text(&scanned.stdout));
    let merged = text(&tidewaiter(&["report", "merge", "a.json", "a.json"], folder.path()).stdout);
    assert!(merged.contains("2 suppressed"), "{merged}");
}

/// An exception that one part uses is used; one that no part uses is said when all parts are there, and only then.
#[test]
fn what_no_part_can_know_is_said_of_the_whole() {
    let files: Vec<(String, String)> =
        (0..8).map(|n| (format!("{n}/.env"), format!("DB_PASSWORD=kestrel-Harbour-{n}1\n"))).collect();
    let mut files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, &**text)).collect();
    let config = "allowlist:\n  - {path: 3/.env, reason: invented}\n  - {path: gone/.env, reason: invented}\n";
    files.push((".tidewaiter.yaml", config));
    let folder = folder(&files);
    let baseline = tidewaiter(&["baseline", "create", "-f", "accepted.yaml", "."], folder.path());
    assert!(baseline.status.success(), "{}", text(&baseline.stderr));
    fs::remove_file(folder.path().join("5/.env")).expect("removable");
    let scan = |more: &[&str]| {
        let base = &["scan", ".", "--format", "json"][..];
        tidewaiter(&[base, &["--baseline", "accepted.yaml"][..], more].concat(), folder.path()).stdout
    };
    let unused = |report: &[u8]| json(report)["summary"]["unused"].clone();
    let parts = ["1.json", "2.json", "3.json"];
    for (shard, name) in ["1/3", "2/3", "3/3"].iter().zip(parts) {
        let part = scan(&["--shard", shard]);
        assert_eq!(unused(&part), serde_json::json!([]));
        fs::write(folder.path().join(name), part).expect("written");
    }
    let merge = |parts: &[&str]| {
        unused(&tidewaiter(&[&["report", "merge", "--format", "json"], parts].concat(), folder.path()).stdout)
    };
    let whole = unused(&scan(&[]));
    assert!(whole.to_string().contains(".tidewaiter.yaml:3") && whole.to_string().contains("5/.env"), "{whole}");
    assert_eq!((merge(&parts), merge(&parts[..2])), (whole, serde_json::json!([])));
}

/// A report whose every text steers a terminal or a CI system.
fn hostile_report(evil: &str, rule: &str, commit: &str) -> Value {
    let label = json!({"line": 1, "column": 1, "end_line": 1, "end_column": 2, "text": evil});
    let finding = json!({
        "rule": rule, "title": evil, "severity": "high", "confidence": "high", "path": evil, "line": 1, "column": 1,
        "end_line": 1, "end_column": 2, "start_byte": 0, "end_byte": 1, "structural_path": evil, "secret": "",
        "what": evil, "fingerprint": "0".repeat(32), "help": evil, "in_head": null, "labels": [label],
        "origin": {"kind": "commit", "commit": commit, "author": evil, "time": 1}, "suppressed": null,
    });
    let mut accepted = finding.clone();
    accepted["suppressed"] = json!({"by": "baseline", "reason": evil});
    let problem = |kind: &str| json!({"path": evil, "kind": kind, "message": evil});
    let summary = json!({
        "files": 1, "bytes": 1, "binary": 0, "suppressed": 0, "unused": [evil], "elapsed_ms": 1,
        "problems": [problem("incomplete"), problem("skipped"), problem("degraded")],
    });
    json!({"version": 1, "findings": [finding, accepted], "summary": summary})
}

#[test]
fn a_hostile_report_steers_nothing() {
    let evil = "::error::E\u{1b}[31m\n::error::x\u{202e}##[error]<script>";
    let folder = tempfile::tempdir().expect("a folder");
    let write = |rule: &str, commit: &str| {
        fs::write(folder.path().join("evil.json"), hostile_report(evil, rule, commit).to_string()).expect("written");
    };
    let ours = ["::error file=", "::warning file=", "::notice title="];
    for format in ["text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "html", "markdown"] {
        write("own-rule", "12ab");
        let args = ["report", "merge", "evil.json", "--format", format, "--show-suppressed"];
        let shown = text(&tidewaiter(&args, folder.path()).stdout);
        assert!(shown.contains("own-rule") || ["github", "markdown"].contains(&format), "{format}: {shown}");
        let hidden = shown.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!((hidden, shown.contains("##[")), (None, false), "{format}: {shown}");
        let is_ours = |line: &str| format == "github" && ours.iter().any(|start| line.starts_with(start));
        let command = shown.lines().find(|line| line.trim_start().starts_with("::") && !is_ours(line));
        assert_eq!(command, None, "{format}: {shown}");
    }
    for (rule, commit) in [(evil, "12ab"), ("own-rule", evil)] {
        write(rule, commit);
        let output = tidewaiter(&["report", "merge", "evil.json"], folder.path());
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stdout));
    }
}
