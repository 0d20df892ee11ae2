//! Every rule's folder under `testdata/`: what must be found there is found, at its line and column, and nothing else.

use std::collections::BTreeSet;
use std::fs;

use crate::program::{findings, report, root, text, tidewaiter};

/// Rule, path, line, column.
type Place = (String, String, u64, u64);

/// The folders of structural rules: `testdata/<rule id>/expected.tsv` lists path, line and column of each finding.
fn folders() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root().join("testdata"))
        .expect("testdata exists")
        .flatten()
        .filter(|entry| entry.path().join("expected.tsv").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn expected(rule: &str) -> BTreeSet<Place> {
    let file = root().join("testdata").join(rule).join("expected.tsv");
    let lines = fs::read_to_string(&file).expect("readable");
    let number = |field: &str| field.trim().parse().unwrap_or_else(|_| panic!("{}: {field:?}", file.display()));
    lines
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            (rule.to_owned(), fields[0].to_owned(), number(fields[1]), number(fields[2]))
        })
        .collect()
}

#[test]
fn each_rule_finds_its_secrets_and_passes_over_look_alikes() {
    let mut wrong = Vec::new();
    for rule in folders() {
        let family = rule.split('-').next().unwrap_or_default();
        let (report, _) = report(&["scan", &rule, "--no-config", "--rule", family], &root().join("testdata"));
        let found: BTreeSet<Place> = findings(&report)
            .iter()
            .map(|f| {
                let word = |key: &str| f[key].as_str().unwrap_or_default().to_owned();
                (word("rule"), word("path"), f["line"].as_u64().unwrap_or(0), f["column"].as_u64().unwrap_or(0))
            })
            // A folder of one rule may need files that another family flags: the `.env` that a Dockerfile copies.
            .filter(|(found, ..): &Place| found.split('-').next() == rule.split('-').next())
            .collect();
        let expected = expected(&rule);
        wrong.extend(expected.difference(&found).map(|place| format!("{rule}: missed {place:?}")));
        wrong.extend(found.difference(&expected).map(|place| format!("{rule}: flagged {place:?}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_format_prints_a_secret() {
    let folder = root().join("testdata");
    let shown = tidewaiter(&["scan", ".", "--no-config", "--format", "json", "--show-secrets"], &folder);
    let shown: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("a JSON report");
    let secrets: BTreeSet<&str> =
        findings(&shown).iter().filter_map(|f| f["secret"].as_str()).filter(|s| s.len() >= 8).collect();
    assert!(secrets.len() > 20, "only {} secrets to look for", secrets.len());
    // Not every long secret is rare: a weak one can be a word of the report itself.
    let own_words = ["password", "postgres", "changeme", "rootpassword"];
    for format in ["text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "html", "markdown"] {
        let output = tidewaiter(&["scan", ".", "--no-config", "--format", format], &folder);
        let printed = text(&output.stdout) + &text(&output.stderr);
        assert!(!printed.is_empty(), "{format} prints something");
        let leaked: Vec<_> = secrets.iter().filter(|s| !own_words.contains(s) && printed.contains(**s)).collect();
        assert!(leaked.is_empty(), "{format} leaks {leaked:?}");
    }
}
