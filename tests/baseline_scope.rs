//! Baselines and what was scanned: entries for anything else stay as they are, and a copy beside an accepted secret is new.

use std::fs;
use std::path::Path;

use crate::program::{findings, folder, report, text, tidewaiter};
use crate::repository::{Repository, secret};

const FILE: &str = ".tidewaiter-baseline.yaml";

/// Two folders with a Secret each, a token without a place in one, and a baseline that accepts all with a reason.
fn accepted() -> tempfile::TempDir {
    let token = ["see glpat-k3VbX9", "QmZ7tLr2YwPf8N\n"].concat();
    let (a, b) = (secret("a", "plover-Crag-1"), secret("b", "plover-Crag-2"));
    let folder = folder(&[("a/a.yaml", &a), ("b/b.yaml", &b), ("b/notes.txt", &token)]);
    assert_eq!(baseline(&["create"], folder.path()), format!("{FILE}: 3 findings accepted\n"));
    let path = folder.path().join(FILE);
    let noted = read(&path).replace("\"}\n", "\", reason: \"ours\", note: \"ask Kim\"}\n");
    fs::write(path, noted).expect("written");
    folder
}

fn baseline(args: &[&str], folder: &Path) -> String {
    let output = tidewaiter(&[&["baseline"], args].concat(), folder);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a baseline")
}

#[test]
fn what_was_not_scanned_stays_in_the_baseline() {
    let folder = accepted();
    let file = folder.path().join(FILE);
    let whole = read(&file);
    fs::write(folder.path().join(".gitignore"), "b/notes.txt\n").expect("written");
    fs::create_dir(folder.path().join(".git")).expect("a folder");
    let narrowed: [&[&str]; 9] = [
        &["a"],
        &["a/a.yaml"],
        &["--rule", "kubernetes"],
        &["--exclude-rule", "kubernetes"],
        &["--exclude-rule", "gitlab-personal-token"],
        &["--min-severity", "critical"],
        &["--min-confidence", "high"],
        &["a", "--min-severity", "critical"],
        &[],
    ];
    for args in narrowed {
        for action in ["prune", "update"] {
            let said = baseline(&[&[action], args].concat(), folder.path());
            assert!(said.contains(": 0 findings"), "{action} {args:?}: {said}");
            assert_eq!(read(&file), whole, "{action} {args:?}");
        }
    }
    for action in ["prune", "update"] {
        baseline(&[action, "-f", &format!("../{FILE}")], &folder.path().join("a"));
        assert_eq!(read(&file), whole, "{action} from a subfolder");
    }
}

#[test]
fn what_is_gone_where_was_scanned_is_pruned() {
    let folder = accepted();
    fs::write(folder.path().join("a/a.yaml"), "mended: true\n").expect("written");
    assert!(baseline(&["prune", "b"], folder.path()).contains("0 findings removed"));
    fs::remove_file(folder.path().join("b/b.yaml")).expect("removed");
    assert!(baseline(&["prune", "--rule", "gitlab-personal-token"], folder.path()).contains("0 findings removed"));
    assert!(baseline(&["prune", "a"], folder.path()).contains("1 finding removed, 2 left"));
    let said = baseline(&["prune", "-f", &format!("../{FILE}")], &folder.path().join("b"));
    assert!(said.contains("1 finding removed, 1 left"), "{said}");
    let left = read(&folder.path().join(FILE));
    assert!(left.contains("path: \"b/notes.txt\"") && left.contains("reason: \"ours\", note: \"ask Kim\""), "{left}");
}

#[test]
fn what_lies_below_a_threshold_is_not_gone() {
    let folder = folder(&[("app.env", "DB_PASSWORD=kestrel-Harbour-71\n")]);
    let low = "LOGIN=admin\npassword: changeit1\n";
    fs::write(folder.path().join("low.txt"), low).expect("written");
    baseline(&["create", "--min-confidence", "low"], folder.path());
    let whole = read(&folder.path().join(FILE));
    baseline(&["prune"], folder.path());
    assert_eq!(read(&folder.path().join(FILE)), whole);
}

#[test]
fn paths_count_from_one_folder_whatever_is_scanned() {
    let folder = accepted();
    let (a, b) = (folder.path().join("a"), folder.path().join("b"));
    fs::write(a.join("new.yaml"), secret("new", "plover-Crag-3")).expect("written");
    assert!(baseline(&["update", "a"], folder.path()).contains("1 finding added, 4 in all"));
    let text = read(&folder.path().join(FILE));
    assert!(text.contains("path: \"a/new.yaml\"") && text.contains("path: \"a/a.yaml\""), "{text}");
    let file = format!("../{FILE}");
    for (args, place) in [
        (&["scan", ".", "--baseline", FILE][..], folder.path()),
        (&["scan", "b", "--baseline", FILE], folder.path()),
        (&["scan", "a", "b/b.yaml", "--baseline", FILE], folder.path()),
        (&["scan", "--baseline", &file], &a),
        (&["scan", "--baseline", &file], &b),
    ] {
        let (report, code) = report(args, place);
        assert_eq!((code, findings(&report).len(), &report["summary"]["unused"]), (0, 0, &serde_json::json!([])));
    }
}

#[test]
fn a_baseline_in_another_folder_knows_where_its_paths_count_from() {
    let folder = accepted();
    fs::create_dir(folder.path().join("ci")).expect("a folder");
    let file = folder.path().join("ci/accepted.yaml");
    baseline(&["create", "-f", "ci/accepted.yaml"], folder.path());
    let whole = read(&file);
    assert!(whole.contains("root: \"..\"\n") && whole.contains("path: \"a/a.yaml\""), "{whole}");
    baseline(&["prune", "a", "-f", "ci/accepted.yaml"], folder.path());
    baseline(&["prune", "-f", "../ci/accepted.yaml"], &folder.path().join("b"));
    assert_eq!(read(&file), whole);
}

/// The first form of the file, which knows of no root.
#[test]
fn an_old_baseline_is_read_and_rewritten() {
    let folder = accepted();
    let file = folder.path().join(FILE);
    let new = read(&file);
    let old: String = new
        .lines()
        .filter(|line| !line.starts_with("root"))
        .map(|line| match line.strip_prefix("- {") {
            Some(entry) => format!("- {}\n", entry.replace(", ", "\n  ").replace('}', "")),
            None => format!("{line}\n"),
        })
        .collect();
    assert!(old.contains("\n- path: \"a/a.yaml\"\n  rule:") && old.contains("\n  note:"), "{old}");
    fs::write(&file, old).expect("written");
    assert_eq!(report(&["scan", ".", "--baseline", FILE], folder.path()).1, 0);
    assert!(baseline(&["update", "a"], folder.path()).contains("0 findings added, 3 in all"));
    assert_eq!(read(&file), new);
}

#[test]
fn an_accepted_secret_that_is_copied_is_new() {
    let mut repository = Repository::new();
    let path = repository.path().to_owned();
    repository.write("a.yaml", &secret("a", "plover-Crag-1"));
    baseline(&["create"], &path);
    repository.commit("accepted");
    let open = |command: &str| {
        let (report, code) = report(&[command, "--baseline", FILE], &path);
        (findings(&report).len(), code)
    };
    repository.write("copy.yaml", &secret("a", "plover-Crag-1"));
    repository.git(&["add", "-A"]);
    assert_eq!((open("staged"), open("scan")), ((1, 1), (1, 1)), "a copy");
    repository.git(&["rm", "-q", "--cached", "copy.yaml"]);
    fs::remove_file(path.join("copy.yaml")).expect("removed");
    repository.git(&["mv", "a.yaml", "moved.yaml"]);
    assert_eq!((open("staged"), open("scan")), ((0, 0), (0, 0)), "a rename");
    // The next commit has both, whatever lies in the working tree.
    repository.git(&["reset", "-q"]);
    repository.git(&["add", "moved.yaml"]);
    assert_eq!((open("staged"), open("scan")), ((1, 1), (0, 0)), "in the index alone");
}

/// What the index holds without listing it as a file of the next commit is not gone.
#[test]
fn an_accepted_secret_that_the_index_does_not_list_is_there() {
    let mut repository = Repository::new();
    let path = repository.path().to_owned();
    repository.write("b/deep/a.yaml", &secret("a", "plover-Crag-1"));
    repository.write("a/other.txt", "nothing\n");
    baseline(&["create"], &path);
    repository.commit("accepted");
    let open = || report(&["staged", "--baseline", FILE], &path).1;
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
    repository.write("a/copy.yaml", &secret("a", "plover-Crag-1"));
    repository.git(&["add", "a/copy.yaml"]);
    assert!(repository.git(&["ls-files", "--sparse"]).lines().any(|line| line == "b/"), "a folded folder");
    assert_eq!(open(), 1, "in a folder that is not checked out");
    repository.git(&["sparse-checkout", "disable"]);
    repository.git(&["rm", "-q", "-f", "a/copy.yaml", "b/deep/a.yaml"]);
    repository.write("b/deep/b.yaml", "kind: ConfigMap\n");
    repository.git(&["add", "b"]);
    repository.git(&["commit", "-q", "-m", "gone"]);
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "a"]);
    repository.write("a/moved.yaml", &secret("a", "plover-Crag-1"));
    repository.git(&["add", "a/moved.yaml"]);
    assert_eq!(open(), 0, "gone from the folder");
    repository.git(&["sparse-checkout", "disable"]);
    repository.write("b/deep/a.yaml", &secret("a", "plover-Crag-1"));
    repository.git(&["add", "--intent-to-add", "b/deep/a.yaml"]);
    assert_eq!(open(), 1, "to be added");
}
