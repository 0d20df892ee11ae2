//! `tidewaiter rules import`: gitleaks' configuration, converted and then used.

use std::fs;

use tempfile::TempDir;

use crate::program::{findings, report, text, tidewaiter};

/// A configuration with every kind of thing that has a counterpart, and every kind that has none.
const CONFIG: &str = r#"
title = "team"
[extend]
useDefault = true
disabledRules = ["stripe-live-key", "no-such-rule"]

[allowlist]
description = "Generated."
paths = ['''(^|/)generated/''']
stopwords = ["dead.beef"]
commits = ["0123456"]

[[rules]]
id = "team gate key"
description = "Key of the team's gate."
regex = '''(?i)gate[a-z_ .\-,]{0,25}(=|>|:=).{0,5}['\"]([0-9a-f]{32})['\"]'''
SecretGroup = 2
entropy = 2.5
keywords = ["Gate"]
[[rules.allowlists]]
condition = "AND"
paths = ['''^docs/''']
regexes = ['''^00''']
[[rules.allowlists]]
regexTarget = "line"
regexes = ['''sample''']

[[rules]]
id = "two-forms"
regex = '''\bone_([0-9a-f]{16})\b|\btwo{([0-9a-f]{16})}'''
keywords = ["one_", "two"]
path = '''\.txt$'''

[[rules]]
id = "key-files"
path = '''id_rsa$'''

[[rules]]
id = "broken"
regex = '''(a'''
"#;

const KEY: &str = "7d41c90ab52e63f8";

/// A folder with the configuration and what was made of it, and what was said.
fn imported() -> (TempDir, String) {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("gitleaks.toml"), CONFIG).expect("writable");
    let output = tidewaiter(&["rules", "import", "gitleaks.toml", "-o", "team.yaml"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    fs::write(folder.path().join(".tidewaiter.yaml"), &output.stdout).expect("writable");
    (folder, text(&output.stderr))
}

#[test]
fn imported_rules_and_allowlists_work() {
    let (folder, _) = imported();
    let tested = tidewaiter(&["rules", "test", "team.yaml"], folder.path());
    assert_eq!(tested.status.code(), Some(0), "{}", text(&tested.stderr));
    for (path, content) in [
        ("src/a.txt", format!("gate_key = \"{KEY}{KEY}\"\n")),
        ("src/b.txt", format!("one_{KEY} and two{{{}}}\n", KEY.chars().rev().collect::<String>())),
        ("src/generated/c.txt", format!("gate_key = \"{KEY}{KEY}\"\n")),
        ("src/b.md", format!("one_{KEY}\n")),
        ("docs/d.txt", format!("gate_key = \"00{}{KEY}\"\n", &KEY[2..])),
        ("docs/e.txt", format!("gate_key = \"{KEY}{KEY}\"\n")),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("writable");
        fs::write(path, content).expect("writable");
    }
    let (found, code) = report(&["scan", ".", "--rule", "custom", "--show-secrets"], folder.path());
    let mut places: Vec<_> = findings(&found)
        .iter()
        .map(|found| format!("{} {}", found["path"].as_str().unwrap_or(""), found["secret"].as_str().unwrap_or("")))
        .collect();
    places.sort();
    let back: String = KEY.chars().rev().collect();
    let expected = [
        format!("docs/e.txt {KEY}{KEY}"),
        format!("src/a.txt {KEY}{KEY}"),
        format!("src/b.txt {KEY}"),
        format!("src/b.txt {back}"),
    ];
    assert_eq!((code, places), (1, expected.to_vec()));
    assert_eq!(found["summary"]["suppressed"], 2, "{found}");
}

#[test]
fn what_has_no_counterpart_is_said_and_noted() {
    let (folder, said) = imported();
    let config = fs::read_to_string(folder.path().join(".tidewaiter.yaml")).expect("readable");
    for lost in [
        "rule `team gate key`: is called `team-gate-key` here",
        "rule `key-files`: rules without a `regex`",
        "rule `broken`: this is no regular expression",
        "regexes of the `line` have no counterpart",
        "`commits` have no counterpart",
        "`extend.useDefault`",
        "there is no rule `no-such-rule` here",
    ] {
        assert!(said.contains(lost), "{lost}\n{said}");
        assert!(config.contains(lost), "{lost}\n{config}");
    }
    assert!(config.contains("stripe-live-key: off"), "{config}");
}

#[test]
fn without_a_file_both_parts_are_printed() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("gitleaks.toml"), CONFIG).expect("writable");
    let output = tidewaiter(&["rules", "import", "gitleaks.toml"], folder.path());
    let printed = text(&output.stdout);
    let (rules, config) = printed.split_once("---\n").expect("two documents");
    assert!(
        rules.contains("- id: 'team-gate-key'") && config.contains("rule-files: ['gitleaks-rules.yaml']"),
        "{printed}"
    );
}

#[test]
fn a_file_in_the_way_stays_and_broken_toml_is_said_at_its_line() {
    let (folder, _) = imported();
    let before = fs::read(folder.path().join("team.yaml")).expect("readable");
    let again = tidewaiter(&["rules", "import", "gitleaks.toml", "-o", "team.yaml"], folder.path());
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(fs::read(folder.path().join("team.yaml")).expect("readable"), before);
    fs::write(folder.path().join("broken.toml"), "title = 'x'\nrules = [\n").expect("writable");
    let broken = tidewaiter(&["rules", "import", "broken.toml"], folder.path());
    assert_eq!(broken.status.code(), Some(2));
    assert!(text(&broken.stderr).contains("broken.toml:2:"), "{}", text(&broken.stderr));
    fs::write(folder.path().join("odd.toml"), "rules = 7\n").expect("writable");
    let odd = tidewaiter(&["rules", "import", "odd.toml"], folder.path());
    assert_eq!(odd.status.code(), Some(2), "{}", text(&odd.stdout));
}

/// The names in a configuration are whoever's wrote it.
#[test]
fn what_is_lost_does_not_steer_the_terminal() {
    let folder = TempDir::new().expect("a temporary folder");
    let config = "\"odd\\n##[error]x\" = 1\n[[rules]]\nid = \"a\\u001b[2J\\n::error::x\"\nregex = '(a'\n";
    fs::write(folder.path().join("gitleaks.toml"), config).expect("writable");
    let output = tidewaiter(&["rules", "import", "gitleaks.toml"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    assert!(!said.contains('\u{1b}') && !said.contains("##[") && said.lines().count() == 2, "{said:?}");
}
