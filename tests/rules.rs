//! `tidewaiter rules`: the built-in rules' own examples, a team's own rules, and what is said of broken ones.

use std::fs;

use crate::program::{findings, folder, report, root, text, tidewaiter};

/// A rule file that has nothing wrong in it.
const ACME: &str = r#"provider: Acme
why: Whoever has it opens the warehouse.
mend: Ask the gatekeeper for a new one.
rules:
  - id: acme-token
    title: Acme warehouse token
    severity: critical
    keywords: [acmetok_]
    pattern: '\b(?P<secret>acmetok_[0-9a-f]{16})\b'
    examples:
      - 'key = acmetok_0f3c9a71be52d846'
    counterexamples:
      - 'key = acmetok_short'
"#;

/// A line that the rule above finds, and its token alone.
fn line() -> String {
    format!("gate = acmetok_{}", "7d41c90ab52e63f8")
}

/// What `rules test` says of a file, and its exit code.
fn tested(rules: &str) -> (String, Option<i32>) {
    let folder = folder(&[("own.yaml", rules)]);
    let output = tidewaiter(&["rules", "test", "own.yaml"], folder.path());
    (text(&output.stdout) + &text(&output.stderr), output.status.code())
}

#[test]
fn every_built_in_rule_does_what_its_examples_say() {
    let output = tidewaiter(&["rules", "test"], root());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("rules do what their"));
}

#[test]
fn a_right_file_is_counted() {
    let (said, code) = tested(ACME);
    assert_eq!((said.as_str(), code), ("1 rules do what their 2 examples say\n", Some(0)));
}

#[test]
fn everything_that_is_wrong_is_said_at_its_line() {
    for (from, to, said) in [
        ("acmetok_[0-9a-f]{16})", "acmetok_[0-9a-f]{16}", "own.yaml:9:"),
        (r"'\b(?P<secret>acmetok_[0-9a-f]{16})\b'", "'[a-z]*'", "own.yaml:9:15"),
        (r"'\b(?P<secret>acmetok_[0-9a-f]{16})\b'", "'(?:[a-z]{900}){900}'", "compiles to more than"),
        (r"'\b(?P<secret>acmetok_[0-9a-f]{16})\b'", r"'\b'", "matches the empty string"),
        ("title:", "titel:", "did you mean `title`?"),
        ("severity: critical", "severity: grave", "own.yaml:7:15"),
        ("acmetok_0f3c9a71be52d846", "acmetok_0f3c9a71", "does not find this example"),
        ("acmetok_short", "acmetok_aa11bb22cc33dd44", "finds this counterexample"),
        ("keywords: [acmetok_]", "keywords: [ac]", "too short for a keyword"),
        ("id: acme-token", "id: github-personal-token", "a rule `github-personal-token` already"),
        ("    title:", "    path: '('\n    title:", "own.yaml:6:12"),
        ("    title:", "    validate: tarot\n    title:", "no such validator"),
        ("rules:", "rules: [", "own.yaml:"),
        ("    title: Acme", "    id: twice\n    title: Acme", "duplicate"),
    ] {
        let (message, code) = tested(&ACME.replacen(from, to, 1));
        assert!(message.contains(said), "{to}\n{message}");
        assert_eq!(code, Some(2), "{to}\n{message}");
    }
}

/// Each error costs a look at the whole file.
#[test]
fn of_very_many_errors_of_a_file_the_first_are_shown_and_all_are_counted() {
    let again = ACME.split_once("rules:\n").expect("rules").1;
    let (message, code) = tested(&format!("{ACME}{}", again.repeat(99)));
    assert_eq!((message.matches("own.yaml:").count(), code), (20, Some(2)), "{message}");
    assert!(message.contains("and 79 more errors") && message.contains("99 errors; 1 rules with"), "{message}");
}

#[test]
fn all_errors_of_a_file_are_said_at_once() {
    let twice = format!("{ACME}{}", ACME.split_once("rules:\n").expect("rules").1);
    let (message, code) = tested(&twice.replacen("0f3c9a71be52d846", "0f3c", 1));
    assert_eq!(code, Some(2));
    assert!(message.contains("2 errors") && message.contains("own.yaml:14:9"), "{message}");
}

#[test]
fn own_rules_of_the_configuration_run_and_are_named_like_any() {
    let config = "rule-files: team-rules/\nrules: {acme-token: low}\n";
    let folder = folder(&[
        ("team-rules/acme.yaml", ACME),
        (".tidewaiter.yaml", config),
        ("notes.txt", &line()),
        ("deploy.yaml", &format!("apiVersion: v1\nkind: ConfigMap\ndata:\n  a.txt: |\n    {}\n", line())),
    ]);
    let (found, code) = report(&["scan", ".", "--rule", "custom"], folder.path());
    let found = findings(&found);
    let own: Vec<_> = found.iter().filter(|finding| finding["rule"] == "acme-token").collect();
    let paths: Vec<_> = own.iter().filter_map(|finding| finding["path"].as_str()).collect();
    assert_eq!((code, paths.contains(&"notes.txt"), paths.contains(&"deploy.yaml")), (1, true, true), "{found:?}");
    assert!(own.iter().all(|finding| finding["severity"] == "low"), "{own:?}");
    let plain = own.iter().find(|finding| finding["path"] == "notes.txt").expect("found in notes.txt");
    assert_eq!((&plain["start_byte"], &plain["end_byte"]), (&7.into(), &31.into()));
    let listed = text(&tidewaiter(&["rules", "list"], folder.path()).stdout);
    assert!(listed.contains("acme-token"), "{listed}");
    let explained = text(&tidewaiter(&["rules", "explain", "acme-token"], folder.path()).stdout);
    assert!(explained.contains("opens the warehouse"), "{explained}");
}

#[test]
fn a_broken_rule_ends_a_scan_before_it_starts() {
    let folder = folder(&[
        ("acme.yaml", &ACME.replacen("severity: critical", "severity: grave", 1)),
        (".tidewaiter.yaml", "rule-files: [acme.yaml]\n"),
    ]);
    let output = tidewaiter(&["scan", "."], folder.path());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("acme.yaml:7:15") && text(&output.stdout).is_empty(), "{said}");
}

#[test]
fn a_folder_under_rules_is_one_of_rule_files() {
    let folder = folder(&[("team/acme.yaml", ACME), (".tidewaiter.yaml", "rules: [team/]\n"), ("notes.txt", &line())]);
    let (found, _) = report(&["scan", "notes.txt"], folder.path());
    assert!(findings(&found).iter().any(|finding| finding["rule"] == "acme-token"), "{found}");
    fs::write(folder.path().join(".tidewaiter.yaml"), "rules: [crew/]\n").expect("writable");
    let output = tidewaiter(&["scan", "notes.txt"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no such file or folder"), "{}", text(&output.stderr));
}

#[test]
fn rules_come_along_with_an_extended_configuration() {
    let folder = folder(&[
        ("shared/acme.yaml", ACME),
        ("shared/base.yaml", "rule-files: [acme.yaml]\n"),
        (".tidewaiter.yaml", "extends: shared/base.yaml\nrule-files: [shared/acme.yaml]\n"),
        ("notes.txt", &line()),
    ]);
    let (found, _) = report(&["scan", "notes.txt"], folder.path());
    assert!(findings(&found).iter().any(|finding| finding["rule"] == "acme-token"), "{found}");
}

#[test]
fn a_configuration_can_not_show_lines_of_files_outside_of_its_folder() {
    let folder = folder(&[
        ("private/netrc.yaml", "machine: example.org\npassword: kestrel-Harbour-71\n"),
        ("checkout/a.yaml", "rule-files: [../private/netrc.yaml]\n"),
        ("checkout/b.yaml", "extends: ../private/netrc.yaml\n"),
    ]);
    for config in ["a.yaml", "b.yaml"] {
        let output = tidewaiter(&["scan", ".", "--config", config], &folder.path().join("checkout"));
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2));
        assert!(said.contains("netrc.yaml:1") && !said.contains("kestrel"), "{said}");
    }
}

#[test]
fn built_in_rules_are_listed_and_explained_beside_a_broken_configuration() {
    let folder = folder(&[(".tidewaiter.yaml", "alowlist: []\n")]);
    for arguments in [&["rules", "list"][..], &["rules", "list", "--format", "json"]] {
        let output = tidewaiter(arguments, folder.path());
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{said}");
        assert!(text(&output.stdout).contains("kubernetes-secret-data"));
        assert!(said.contains("only the built-in rules are listed") && said.contains("`alowlist`"), "{said}");
    }
    let explained = tidewaiter(&["rules", "explain", "kubernetes-env"], folder.path());
    assert_eq!((explained.status.code(), text(&explained.stderr).as_str()), (Some(0), ""));
    let unknown = tidewaiter(&["rules", "explain", "acme-token"], folder.path());
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("`alowlist`"));
}

#[test]
fn the_texts_of_a_strangers_rules_steer_nothing() {
    let rule = [
        "provider: Team",
        r#"why: "::error::a\e[31m""#,
        r#"mend: "b\e[0m\n::error::b""#,
        "references: [https://example.org]",
        "rules:",
        "  - id: team-token",
        r#"    title: "t\e[31m""#,
        "    severity: high",
        "    keywords: [tmt_]",
        "    pattern: '(?P<secret>tmt_[a-z0-9]{12})'",
        "    examples: [tmt_a1b2c3d4e5f6]",
    ]
    .join("\n");
    let folder =
        folder(&[(".tidewaiter.yaml", "rule-files: team.yaml\n"), ("team.yaml", &rule), ("a", "tmt_q8w7e6r5t4y3\n")]);
    for args in
        [&["rules", "list"][..], &["rules", "explain", "team-token"], &["scan"], &["scan", "--format", "github"]]
    {
        let output = tidewaiter(args, folder.path());
        let shown = text(&output.stdout);
        assert!(shown.contains("team-token") || args.contains(&"github"), "{shown}{}", text(&output.stderr));
        let is_own = |line: &str| args.contains(&"github") && line.starts_with("::error file=");
        let line = shown.lines().find(|line| line.trim_start().starts_with("::") && !is_own(line));
        assert_eq!((shown.find('\u{1b}'), line), (None, None), "{shown}");
    }
}
