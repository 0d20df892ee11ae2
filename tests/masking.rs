//! No shown line tells what was found and is not reported, and no mask in the program's own words tells what is one.

use std::path::Path;

use crate::program::{folder, text, tidewaiter};
use crate::repository::{Repository, secret};

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

#[test]
fn what_other_rules_find_encoded_is_masked_in_a_history() {
    let mut repository = Repository::new();
    let token = token();
    let encoded = PASSWORD.replacen('h', "\\x68", 1);
    let manifest = secret("web", &format!("\"{encoded}\""));
    repository.write("d.yaml", &format!("{manifest}  token: '{token}' # {PASSWORD}\n"));
    repository.commit("start");
    tells_nothing(&["history", "--rule", "github-personal-token"], &[PASSWORD, &token], repository.path());
}

#[test]
fn what_stood_before_a_range_is_masked_in_what_came_with_it() {
    let mut repository = Repository::new();
    let token = token();
    let old = format!("password = \"{PASSWORD}\"\n");
    repository.write("a.py", &old);
    repository.commit("start");
    repository.write("a.py", &format!("{old}x = 1\n"));
    repository.write("b.py", &format!("t = \"{token}\"; again('{PASSWORD}')\n"));
    repository.commit("next");
    tells_nothing(&["history", "HEAD^!"], &[PASSWORD, &token], repository.path());
}

/// A span of its own masks only the start of it there.
#[test]
fn a_secret_that_goes_on_behind_another_is_masked() {
    for sign in [",", ";", ")", "}", " ", "\"", "<", "|"] {
        let long = format!("kestrel-Harbour-31q{sign}osprey-Tarn-55z");
        let manifest = secret("a", &format!("'{long}'"));
        let line = format!("DB_PASSWORD={long}\n");
        let folder = folder(&[("a.yaml", &manifest), ("e.txt", &line), ("e.env", &line)]);
        tells_nothing(&["scan", "."], &["kestrel", "osprey"], folder.path());
    }
}

#[test]
fn a_value_is_masked_to_its_end_however_long() {
    let token = token();
    let long: String = (0..700_u32).map(|n| char::from(b'a' + (n * n / 7 % 26) as u8)).collect();
    let end = &long[600..];
    let line = format!("DB_PASSWORD={long} # {token}\n");
    let again = format!("t = \"{token}\"; again(\"{long}\"); t = \"{token}\"\n");
    let folder = folder(&[("e.txt", &line), ("b.py", &again)]);
    tells_nothing(&["scan", "e.txt"], &[&token, end, &end[90..]], folder.path());
    tells_nothing(&["scan", "."], &[&token, end, &end[90..]], folder.path());
    tells_nothing(&["scan", ".", "--rule", "github-personal-token"], &[&token, end, &end[90..]], folder.path());
    tells_nothing(&["scan", ".", "--min-severity", "critical"], &[&token, end, &end[90..]], folder.path());
}

#[test]
fn a_secret_that_is_no_text_is_masked_where_it_stands_again() {
    let (folder, token) = (folder(&[]), token());
    let password = b"kestr\xe4l-Harbour-31q";
    let old = [b"DB_PASSWORD=", &password[..], b"\n"].concat();
    let again = [b"# old: ", &password[..], b" ", token.as_bytes(), b"\n"].concat();
    std::fs::write(folder.path().join("a.env"), [&old[..], &again].concat()).expect("written");
    let secrets = [&token, "kestr", "Harbour"];
    tells_nothing(&["scan", "a.env"], &secrets, folder.path());
    tells_nothing(&["scan", "a.env", "--min-severity", "critical"], &secrets, folder.path());
    std::fs::write(folder.path().join("a.env"), old).expect("written");
    std::fs::write(folder.path().join("b.py"), again).expect("written");
    tells_nothing(&["scan", ".", "--min-severity", "critical"], &secrets, folder.path());
}

#[test]
fn with_a_cache_what_lies_below_a_threshold_stays_known() {
    let mut repository = Repository::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().to_string_lossy().into_owned();
    let token = token();
    let args = ["history", "--min-severity", "critical", "--cache", &cache];
    repository.write("a.py", &format!("password = \"{PASSWORD}\"\n"));
    repository.write("b.py", &format!("t = \"{token}\"; again('{PASSWORD}'); more('{WEAK}-{PASSWORD}')\n"));
    repository.commit("start");
    let twice = |repository: &Repository| {
        (0..3).for_each(|_| tells_nothing_in(&["text"], &args, &[PASSWORD, &token], repository.path()));
    };
    twice(&repository);
    repository.write("a.py", &format!("password = \"{PASSWORD}\"\nx = 1\n"));
    repository.commit("another version");
    twice(&repository);
    repository.write("a.py", "");
    let late = "Qm72xVtR9pLw4Ks8";
    repository.commit(&format!("gone\n\ndb_password = \"{late}\"\n"));
    repository
        .write("c.py", &format!("t = \"{}\"; again('{late}'); was('{PASSWORD}')\n", token.replace("012345", "543210")));
    repository.commit("again");
    twice(&repository);
    (0..2).for_each(|_| tells_nothing_in(&["text"], &args, &[late], repository.path()));
}

#[test]
fn what_lies_below_a_threshold_in_a_large_file_is_masked_in_others() {
    let token = token();
    let stream: String = (0..9_000).map(|n| format!("---\nspec:\n  password: plover-Crag-{n:05}\n")).collect();
    let again = format!("t = \"{token}\"; again('plover-Crag-00007')\n");
    let folder = folder(&[("a.yaml", &stream), ("b.py", &again)]);
    tells_nothing_in(&["text"], &["scan", ".", "--min-severity", "critical"], &["plover", &token], folder.path());
}
