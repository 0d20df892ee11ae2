//! The configuration file and `tidewaiter:allow` comments.

use std::fs;
use std::path::Path;

use crate::program::{findings, folder, report, text, tidewaiter};

const ENV: (&str, &str) = ("app/.env", "DB_PASSWORD=kestrel-Harbour-71\n");

/// What is said of a configuration that is wrong.
fn complaint(config: &str) -> String {
    let folder = folder(&[ENV, (".tidewaiter.yaml", config)]);
    let output = tidewaiter(&["scan", "."], folder.path());
    assert_eq!(output.status.code(), Some(2), "{config}");
    text(&output.stderr)
}

fn clean(folder: &Path, path: &str) -> bool {
    let (report, code) = report(&["scan", path], folder);
    assert_eq!(report["summary"]["unused"].as_array().map(Vec::len), Some(0), "{report}");
    code == 0 && report["summary"]["suppressed"] == 1 && findings(&report).is_empty()
}

#[test]
fn errors_point_at_the_wrong_key_and_guess_what_was_meant() {
    for (config, said) in [
        ("alowlist: []\n", ["unknown key `alowlist`", "did you mean `allowlist`?", ".tidewaiter.yaml:1:1"]),
        ("rules:\n  kubernetes-emv: off\n", ["no rule `kubernetes-emv`", "`kubernetes-env`", ".yaml:2:3"]),
        ("rules: {kubernetes-env: hihg}\n", ["expected one of", "`high`", ":1:25"]),
        ("allowlist:\n  - path: a/**\n", ["needs a `reason`", "", ":2:5"]),
        ("allowlist: [{reason: x}]\n", ["needs a condition", "", ":1:13"]),
        ("allowlist: [{value: '(', reason: x}]\n", ["no regular expression", "", ":1:22"]),
        ("a: [\n", ["no YAML", "", ".tidewaiter.yaml"]),
        ("extends: https://example.com/x.yaml\n", ["not addresses", "", ":1:10"]),
        ("extends: .tidewaiter.yaml\n", ["extended by itself", "", ".tidewaiter.yaml"]),
        ("rules: {}\nrules: {}\n", ["stands twice", "", ":2:1"]),
        ("rules: {}\n---\nrules: {}\n", ["second document", "", ":2:1"]),
        ("rules: {}\n...\n# e\n--- # f\nrules: {}\n", ["second document", "", ":3:1"]),
        ("# e\n...\nrules: {no-such: off}\n", ["no rule `no-such`", "", ":3:9"]),
        ("thresholds: {min-confidence: medum}\n", ["expected one of: low", "did you mean `medium`?", ":1:30"]),
        ("allowlist: [{value: '', reason: x}]\n", ["matches everything", "", ":1:22"]),
        ("extends: [.tidewaiter.yaml]\n", ["extended by itself", "", ":1:11"]),
    ] {
        let message = complaint(config);
        assert!(said.iter().all(|part| message.contains(part)), "{config}\n{message}");
    }
}

#[test]
fn two_configurations_may_extend_the_same_one() {
    let folder = folder(&[
        ENV,
        (".tidewaiter.yaml", "extends: [a.yaml, b.yaml]\n"),
        ("a.yaml", "extends: c.yaml\n"),
        ("b.yaml", "extends: c.yaml\n"),
        ("c.yaml", "rules: {files-configuration: off}\n"),
    ]);
    assert_eq!(report(&["scan", "."], folder.path()).1, 0);
}

/// A chain of configurations without end ends with an error, not with the stack.
#[test]
fn a_long_chain_of_configurations_is_refused() {
    let folder = folder(&[ENV, (".tidewaiter.yaml", "extends: 1.yaml\n")]);
    let said = |last: usize| {
        for at in 1..=last {
            let text = if at == last { "rules: {}\n".to_owned() } else { format!("extends: {}.yaml\n", at + 1) };
            fs::write(folder.path().join(format!("{at}.yaml")), text).expect("writable");
        }
        let output = tidewaiter(&["scan", "."], folder.path());
        (output.status.code(), text(&output.stderr))
    };
    assert_eq!(said(32).0, Some(1));
    let (code, message) = said(33);
    assert!(code == Some(2) && message.contains("more than 32") && message.contains("32.yaml:1:10"), "{message}");
}

/// What is named as a configuration may be any file, and a configuration may hold a secret.
#[test]
fn no_error_shows_a_secret() {
    let odd = "kestrel-Harbour-71\nmore\n";
    for (config, arguments) in [
        ("extends: app/.env\n", &["scan", "app"][..]),
        ("rule-files: app/.env\n", &["scan", "app"]),
        ("rule-files: odd.txt\n", &["scan", "app"]),
        ("extends: odd.txt\n", &["scan", "app"]),
        ("extends: app/quoting.yaml\n", &["scan", "app"]),
        ("allowlist:\n  - value: DB_PASSWORD=kestrel-Harbour-71\n", &["scan", "app"]),
        ("password: kestrel-Harbour-71\n", &["scan", "app"]),
        ("", &["scan", "app", "--config", "app/.env"]),
        ("", &["scan", "app", "--no-config", "--baseline", "app/.env"]),
        ("", &["scan", "app", "--no-config", "--baseline", "odd.json"]),
        ("", &["rules", "test", "app/.env"]),
        ("", &["rules", "import", "app/.env"]),
        ("", &["report", "convert", "odd.json"]),
    ] {
        let json = "{\"version\": \"kestrel-Harbour-71\"}";
        let files = [
            ENV,
            ("app/quoting.yaml", "rules: {}\n? a`kestrel-Harbour-9`b\n: x\n"),
            ("odd.txt", odd),
            ("odd.json", json),
            (".git/HEAD", ""),
            (".tidewaiter.yaml", config),
        ];
        let folder = folder(&files[..if config.is_empty() { 5 } else { 6 }]);
        let output = tidewaiter(arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!said.contains("Harbour"), "{config}{arguments:?}\n{said}");
    }
}

/// An exception names secrets, in whatever style its file is written.
#[test]
fn no_error_shows_what_an_exception_is_for() {
    let key = "[{\"value\": \"kestrel-Harbour(71\", reason: x}]";
    for config in [
        &format!("allowlist: {key}\n"),
        "allowlist: [{value : \"kestrel-Harbour(71\", reason: x}]\n",
        "allowlist:\n  - value: >-\n      kestrel-Harbour(71\n    reason: x\n",
        "allowlist:\n  - value: |\n      kestrel-Harbour(71\n    pth: x\n",
        "allowlist:\n  - value:\n      kestrel\n      Harbour(71\n",
        "allowlist:\n  - ? value\n    : kestrel Harbour(71\n",
        "allowlist:\n  - reason: x\n    valeu: kestrel-Harbour-71\n",
        "allowlist: [{value:kestrel-Harbour-71, reason: x}]\n",
        "allowlist: [{reason: x, kestrel-Harbour}]\n",
        "allowlist: [kestrel-Harbour]\n",
        "allowlist: # kestrel-Harbour\n  x: y\n",
    ] {
        let message = complaint(config);
        assert!(!message.contains("Harbour") && !message.contains("estrel"), "{config}\n{message}");
    }
    for toml in [
        "regexes = [\"kestrel-Harbour-72\", 5]\nstopwords = [ \"quietHarbour\"\n",
        "[allowlist]\nregexes = [\n  'kestrel-Harbour',\n",
        "[allowlist]\nstopwords = 'quietHarbour'\n",
    ] {
        let folder = folder(&[("gitleaks.toml", toml)]);
        let output = tidewaiter(&["rules", "import", "gitleaks.toml"], folder.path());
        assert_eq!(output.status.code(), Some(2), "{toml}");
        let said = text(&output.stderr);
        assert!(!said.contains("Harbour"), "{toml}\n{said}");
    }
}

/// What an entry is for may lie where nobody looked.
#[test]
fn exceptions_are_called_unused_only_where_all_was_scanned() {
    let config = "allowlist: [{path: app/*, reason: invented}]\n";
    let folder =
        folder(&[ENV, ("b/.env", "A=b # tidewaiter:allow\n"), ("c.env", "A=b\n"), (".tidewaiter.yaml", config)]);
    fs::remove_file(folder.path().join("app/.env")).expect("removed");
    let unused = |args: &[&str]| report(args, folder.path()).0["summary"]["unused"].as_array().map_or(0, Vec::len);
    assert_eq!(unused(&["scan", "."]), 2);
    assert_eq!(unused(&["scan", "b"]), 1, "a comment that was scanned, too");
    assert_eq!(unused(&["scan", "c.env"]), 0);
    assert_eq!(unused(&["scan", "b", "c.env"]), 1, "a comment's line was scanned");
    assert_eq!(unused(&["scan", ".", "--rule", "docker"]), 0);
    assert_eq!(unused(&["scan", ".", "--exclude-rule", "files"]), 0);
    assert_eq!(unused(&["scan", ".", "--config", ".tidewaiter.yaml"]), 2);
    assert_eq!(unused(&["scan", "b", "--config", ".tidewaiter.yaml"]), 1, "as where it is found");
    assert_eq!(unused(&["scan", "c.env", "--config", ".tidewaiter.yaml"]), 0);
}

#[test]
fn an_exception_holds_for_what_meets_all_its_conditions() {
    for condition in [
        "path: app/*",
        "rule: files-configuration",
        "value: '^kestrel'",
        "structure: DB_*",
        "structure: DB_PASSWORD",
        "path: '**/.env', rule: files",
    ] {
        let config = format!("allowlist: [{{{condition}, reason: invented}}]\n");
        let folder = folder(&[ENV, (".tidewaiter.yaml", &config)]);
        assert!(clean(folder.path(), "."), "{condition}");
    }
}

#[test]
fn the_file_is_found_upward_within_the_repository() {
    let folder =
        folder(&[ENV, (".git/HEAD", ""), (".tidewaiter.yaml", "allowlist: [{path: app/.env, reason: invented}]\n")]);
    assert!(clean(folder.path(), "app"));
}

#[test]
fn a_file_extends_others_and_overrides_them() {
    let folder = folder(&[
        ENV,
        ("base.yaml", "thresholds: {fail-on: critical}\nrules: {files-configuration: low}\n"),
        (".tidewaiter.yaml", "extends: base.yaml\nrules: {files-configuration: critical}\n"),
    ]);
    let (report, code) = report(&["scan", "app", "--config", ".tidewaiter.yaml"], folder.path());
    assert_eq!((code, &findings(&report)[0]["severity"]), (1, &"critical".into()));
}

#[test]
fn comments_accept_what_stands_on_their_line_or_below() {
    for content in [
        "DB_PASSWORD=kestrel-Harbour-71 # tidewaiter:allow -- invented\n",
        "# tidewaiter:allow files-configuration -- invented\nDB_PASSWORD=kestrel-Harbour-71\n",
        "# tidewaiter:allow files\nDB_PASSWORD=kestrel-Harbour-71\n",
    ] {
        let folder = folder(&[(".env", content)]);
        assert!(clean(folder.path(), "."), "{content}");
    }
    let block = "apiVersion: v1\nkind: Secret\nstringData:\n  # tidewaiter:allow\n  key: |\n    kestrel-Harbour-71\n";
    assert!(clean(folder(&[("a.yaml", block)]).path(), "."));
}

#[test]
fn comments_that_accept_nothing_are_said() {
    let content = "X=1 # tidewaiter:allow\nDB_PASSWORD=kestrel-Harbour-71 # tidewaiter:allow docker-env\n";
    let folder = folder(&[(".env", content), ("notes.md", "write `tidewaiter:allow` on the line\n")]);
    let (report, code) = report(&["scan", "."], folder.path());
    let unused: Vec<_> =
        report["summary"]["unused"].as_array().expect("a list").iter().filter_map(|u| u.as_str()).collect();
    assert_eq!((code, unused.len()), (1, 2), "{unused:?}");
    assert!(unused[0].starts_with(".env:1:") && unused[1].starts_with(".env:2:"));
}

#[test]
fn comments_behind_the_end_are_no_second_document() {
    for end in ["...\n\n# e\n", "---\n# e\n", "...\n--- # e\n", "...\r\n# e\r\n"] {
        let config = format!("allowlist: [{{path: app/.env, reason: invented}}]\n{end}");
        assert!(clean(folder(&[ENV, (".tidewaiter.yaml", &config)]).path(), "."), "{end}");
    }
}

#[test]
fn an_error_does_not_steer_the_terminal() {
    let folder = folder(&[(".tidewaiter.yaml", "rules: {} # \u{1b}[2J\n\"\\e[31mkey\": 1\n\u{1b}]0;x\u{7}: 1\n")]);
    let output = tidewaiter(&["scan", "."], folder.path());
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr);
    assert!(said.contains("unknown key") && !said.contains(['\u{1b}', '\u{7}']), "{said}");
}
