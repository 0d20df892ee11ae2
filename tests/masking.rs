//! No shown line tells what was found and is not reported, and no mask in the program's own words tells what is one.

use std::path::Path;

use crate::program::{folder, text, tidewaiter};
use crate::repository::Repository;

const PASSWORD: &str = "Zk83hQpW7xTt2Lm9";
/// A weak one, which may be a word of any text.
const WEAK: &str = "quokka";

fn token() -> String {
    ["ghp_0123456789abcdefghij", "ABCDEFGHIJ012345"].concat()
}

const FORMATS: [&str; 9] = ["text", "json", "jsonl", "sarif", "junit", "github", "gitlab", "html", "markdown"];

/// Asserts that something is found and no report tells any of the secrets.
fn tells_nothing(args: &[&str], secrets: &[&str], folder: &Path) {
    tells_nothing_in(&FORMATS, args, secrets, folder);
}

fn tells_nothing_in(formats: &[&str], args: &[&str], secrets: &[&str], folder: &Path) {
    for format in formats {
        let output = tidewaiter(&[args, &["--format", format]].concat(), folder);
        let shown = text(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {}", text(&output.stderr));
        let told = secrets.iter().any(|secret| shown.contains(secret));
        assert!(!told, "{args:?} {format} tells a secret");
        assert!(*format != "text" || shown.contains("****"), "{args:?}: no line is shown");
    }
}

#[test]
fn what_is_found_and_not_reported_is_masked_where_it_stands_again() {
    let mut repository = Repository::new();
    let old = format!("password = \"{PASSWORD}\"\ndb_password = \"{WEAK}\"\n");
    repository.write("a.py", &old);
    repository.commit("start");
    let token = token();
    let new = format!("{old}t = \"{token}\" # was {PASSWORD}, then {WEAK}\n");
    repository.write("a.py", &new);
    repository.git(&["add", "."]);
    let (secrets, path) = ([PASSWORD, WEAK, &token], repository.path());
    tells_nothing(&["staged"], &secrets, path);
    let baseline = tidewaiter(&["baseline", "create", "-f", "accepted.yaml", "."], path);
    assert!(baseline.status.success(), "{}", text(&baseline.stderr));
    tells_nothing(&["scan", ".", "--min-severity", "critical"], &secrets, path);
    repository.git(&["reset", "-q", "--", "accepted.yaml"]);
    repository.git(&["commit", "-q", "-m", "next"]);
    tells_nothing(&["history", "HEAD^!"], &secrets, path);
}

#[test]
fn what_lies_below_a_threshold_is_masked_in_other_files_too() {
    let mut repository = Repository::new();
    let token = token();
    repository.write("a.py", &format!("password = \"{PASSWORD}\"\n"));
    repository.write("b.py", &format!("t = \"{token}\"; again('{PASSWORD}')\n"));
    repository.commit("start");
    for command in [&["scan", "."][..], &["history"]] {
        let args = [command, &["--min-severity", "critical"]].concat();
        tells_nothing_in(&["text", "html"], &args, &[PASSWORD, &token], repository.path());
    }
}

#[test]
fn what_a_baseline_accepts_is_masked_beside_what_is_new() {
    let folder = folder(&[("a.py", &format!("password = \"{PASSWORD}\"\n"))]);
    let baseline = tidewaiter(&["baseline", "create", "-f", "accepted.yaml", "."], folder.path());
    assert!(baseline.status.success(), "{}", text(&baseline.stderr));
    let token = token();
    let now = format!("password = \"{PASSWORD}\"\nt = \"{token}\" # was {PASSWORD}\n");
    std::fs::write(folder.path().join("a.py"), now).expect("written");
    tells_nothing(&["scan", "a.py", "--baseline", "accepted.yaml"], &[PASSWORD, &token], folder.path());
}

/// The half of a secret tells as much, and is not known for one by its bytes alone.
#[test]
fn a_secret_that_a_long_line_is_cut_in_is_masked() {
    let token = token();
    let padding = |length: usize| "x ".repeat(length);
    for behind in 20..60 {
        let line = format!("t = \"{token}\" # {}{PASSWORD} {}", padding(behind), padding(150));
        let folder = folder(&[("a.py", &format!("password = \"{PASSWORD}\"\n{line}\n"))]);
        let output = tidewaiter(&["scan", "--min-severity", "critical"], folder.path());
        let shown = text(&output.stdout);
        assert!(shown.contains("a.py:2") && !shown.contains(&PASSWORD[..3]), "half of a secret is told");
    }
}

#[test]
fn what_rules_would_find_that_do_not_run_is_masked() {
    let token = token();
    // The value of the third line is explained by the first one.
    let pod = format!(
        "kind: Pod # {token}\nspec:\n  containers: [{{env: [{{name: DB_PASSWORD, value: {PASSWORD}}}]}}] # {token}\n"
    );
    let both = format!("password = \"{PASSWORD}\"; gh = \"{token}\"\n");
    let files: Vec<(String, &str)> =
        (0..10).map(|n| (format!("{n}.py"), both.as_str())).chain([("pod.yaml".to_owned(), pod.as_str())]).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (&**path, *text)).collect();
    let secrets = [PASSWORD, &token];
    let narrowed: [&[&str]; 4] = [
        &["--rule", "github-personal-token"],
        &["--exclude-rule", "github-personal-token"],
        &["--rule", "kubernetes"],
        &["--exclude-rule", "text"],
    ];
    for files in [&files[..], &files[..1], &files[10..]] {
        let mut repository = Repository::new();
        files.iter().for_each(|(path, text)| repository.write(path, text));
        repository.git(&["add", "."]);
        let finds = |args: &[&str]| tidewaiter(args, repository.path()).status.code() == Some(1);
        let found = narrowed.iter().filter(|args| finds(&[&["scan"], **args].concat()));
        let found: Vec<_> = found.collect();
        assert!(found.len() > 1);
        let tells_nothing = |command: &str, repository: &Repository| {
            for args in &found {
                tells_nothing_in(&["text", "json"], &[&[command], **args].concat(), &secrets, repository.path());
            }
        };
        tells_nothing("scan", &repository);
        tells_nothing("staged", &repository);
        repository.commit("start");
        tells_nothing("history", &repository);
    }
    let off = "rules:\n  text-credential: off\n";
    let folder = folder(&[("a.py", &both), (".tidewaiter.yaml", off)]);
    tells_nothing(&["scan"], &secrets, folder.path());
}

/// A mask in the program's own words tells that the word is a secret.
#[test]
fn own_words_are_never_masked() {
    let weak = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  db_password: password\n  api_token: Secret\n";
    let folder = folder(&[("a.yaml", weak), ("b.env", "DB_USER=bob\nDB_PASSWORD=password\nB_PASSWORD=Secret\n")]);
    for format in FORMATS {
        let output = tidewaiter(&["scan", "--min-confidence", "low", "--format", format], folder.path());
        let shown = text(&output.stdout);
        assert!(!shown.contains("in a ****") && !shown.contains("whose ****"), "{format}: {shown}");
        assert!(format != "json" || shown.contains("in a Secret"), "{shown}");
    }
}
