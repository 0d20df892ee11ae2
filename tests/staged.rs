//! `tidewaiter staged` on real repositories.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::program::{findings, report, text, tidewaiter, write_script};
use crate::repository::{Repository, git, secret};

const FIRST: &str = "kW8zLq2mXv71";
const SECOND: &str = "Tn5yRb9cHs34";

/// `path:line` of what is found, and the exit code.
fn found_in(folder: &Path) -> (Vec<String>, i32) {
    let (report, code) = report(&["staged"], folder);
    (places(&report), code)
}

fn places(report: &Value) -> Vec<String> {
    let place = |finding: &Value| format!("{}:{}", finding["path"].as_str().unwrap_or_default(), finding["line"]);
    findings(report).iter().map(place).collect()
}

fn committed(path: &str, content: &str) -> Repository {
    let mut repository = Repository::new();
    repository.write("other.txt", "nothing\n");
    repository.write(path, content);
    repository.commit("start");
    repository
}

#[test]
fn the_index_counts_and_not_the_working_tree() {
    let repository = committed("deep/er/app.yaml", &secret("web", "null"));
    let path = repository.path();
    assert_eq!(found_in(path), (vec![], 0), "nothing staged");
    repository.write("deep/er/app.yaml", &secret("web", FIRST));
    assert_eq!(found_in(path), (vec![], 0), "not staged");
    repository.git(&["add", "."]);
    repository.write("deep/er/app.yaml", "changed again\n");
    assert_eq!(found_in(path), (vec!["deep/er/app.yaml:6".to_owned()], 1), "partially staged");
    assert_eq!(found_in(&path.join("deep")), (vec!["deep/er/app.yaml:6".to_owned()], 1), "from a folder below");
    repository.git(&["checkout", "-q", "-f", "HEAD", "--", "."]);
    assert_eq!(found_in(path), (vec![], 0));
}

#[test]
fn only_changed_lines_count_but_the_whole_file_gives_them_meaning() {
    let both = |second: &str| format!("{}  token: {second}\n", secret("web", FIRST));
    let repository = committed("app.yaml", &both("null"));
    repository.write("app.yaml", &both(SECOND));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["app.yaml:7".to_owned()], 1));
    repository.write("app.yaml", &format!("# a comment\n{}", both("null")));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "moved lines are not new");
}

#[test]
fn the_first_commit_has_nothing_before_it() {
    let repository = Repository::new();
    assert_eq!(found_in(repository.path()), (vec![], 0), "no index yet");
    repository.write("app.yaml", &secret("web", FIRST));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["app.yaml:6".to_owned()], 1));
}

#[test]
fn moved_files_keep_what_they_had() {
    let long = format!("{}# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n", secret("web", FIRST));
    let repository = committed("old/app.yaml", &long);
    repository.git(&["mv", "old/app.yaml", "new.yaml"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "renamed");
    repository.write("new.yaml", &format!("{long}  token: {SECOND}\n"));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["new.yaml:15".to_owned()], 1), "renamed and changed");
    repository.git(&["reset", "-q", "--hard"]);
    repository.git(&["update-index", "--chmod=+x", "old/app.yaml"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "mode alone");
    repository.git(&["rm", "-q", "-f", "old/app.yaml"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "deleted");
}

#[test]
fn a_folder_of_many_files_is_moved() {
    let mut repository = committed("old/app.yaml", &secret("web", FIRST));
    for number in 0..1_500 {
        repository.write(&format!("old/{number}.txt"), &format!("number {number}\n"));
    }
    repository.commit("many");
    repository.git(&["mv", "old", "new"]);
    assert_eq!(found_in(repository.path()), (vec![], 0));
    repository.write("copy.yaml", &secret("web", FIRST));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["copy.yaml:6".to_owned()], 1), "what is gone went to one place");
}

/// What it would cost to compare it is told by its size alone.
#[test]
fn a_large_file_that_is_gone_hides_no_rename() {
    let long = format!("{}# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n", secret("web", FIRST));
    let mut repository = committed("old.yaml", &long);
    repository.write("large.txt", &"0123456789abcde\n".repeat(5 << 18));
    repository.commit("large");
    repository.git(&["mv", "old.yaml", "new.yaml"]);
    repository.git(&["rm", "-q", "large.txt"]);
    repository.write("new.yaml", &format!("{long}# 9\n"));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec![], 0));
}

/// Ten trees can name more files than there is time for.
#[test]
fn a_folder_without_end_that_is_gone_is_not_looked_into() {
    let repository = committed("app.yaml", &secret("web", FIRST));
    let tree = |lines: &str| {
        let file = repository.path().join("tree");
        fs::write(&file, lines).expect("written");
        let input = fs::File::open(&file).expect("a file");
        let mut make = Command::new("git");
        let made = make.arg("mktree").stdin(input).current_dir(repository.path()).output().expect("git runs");
        fs::remove_file(file).expect("removed");
        text(&made.stdout).trim().to_owned()
    };
    let mut inner = format!("100644 blob {}\tx", repository.git(&["rev-parse", "HEAD:other.txt"]));
    for _ in 0..10 {
        let id = tree(&inner);
        inner = (0..10).map(|number| format!("040000 tree {id}\t{number}\n")).collect();
    }
    let commit = repository.git(&["commit-tree", &tree(&inner), "-m", "deep", "-p", "HEAD"]);
    repository.git(&["update-ref", "HEAD", &commit]);
    assert_eq!(found_in(repository.path()), (vec!["app.yaml:6".to_owned()], 1));
}

#[test]
fn a_deleted_file_that_is_damaged_hides_no_rename() {
    let long = format!("{}# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n", secret("web", FIRST));
    let mut repository = committed("old.yaml", &long);
    repository.write("gone.txt", "gone\n");
    repository.commit("both");
    let id = repository.git(&["rev-parse", "HEAD:gone.txt"]);
    repository.git(&["mv", "old.yaml", "new.yaml"]);
    repository.git(&["rm", "-q", "gone.txt"]);
    repository.write("new.yaml", &format!("{long}# 9\n"));
    repository.git(&["add", "."]);
    let (folder, file) = id.split_at(2);
    let blob = repository.path().join(".git/objects").join(folder).join(file);
    fs::remove_file(&blob).expect("removed");
    assert_eq!(found_in(repository.path()), (vec![], 0), "missing");
    fs::write(&blob, "damaged").expect("written");
    assert_eq!(found_in(repository.path()), (vec![], 0), "damaged");
}

#[test]
fn files_become_folders_and_links_become_files() {
    let repository = committed("thing", "a file\n");
    repository.git(&["rm", "-q", "thing"]);
    repository.write("thing/app.yaml", &secret("web", FIRST));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()).0, ["thing/app.yaml:6"]);
    repository.git(&["reset", "-q", "--hard"]);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("other.txt", repository.path().join("link.yaml")).expect("linked");
        repository.git(&["add", "."]);
        repository.git(&["commit", "-q", "-m", "link"]);
        fs::remove_file(repository.path().join("link.yaml")).expect("removed");
        repository.write("link.yaml", &secret("web", FIRST));
        repository.git(&["add", "."]);
        assert_eq!(found_in(repository.path()).0, ["link.yaml:6"]);
    }
}

#[test]
fn a_file_that_moves_into_a_folder_of_its_name_or_out_of_it_is_moved() {
    let long = format!("{}# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n", secret("web", FIRST));
    for (from, to) in [("d/s.yaml", "d"), ("d", "d/s.yaml"), ("e/d/s.yaml", "e/d"), ("e/d", "e/d/s.yaml")] {
        let repository = committed(from, &long);
        repository.git(&["mv", from, "aside.yaml"]);
        for (more, expected) in
            [("", (vec![], 0)), ("# 9\n", (vec![], 0)), ("  token: ", (vec![format!("{to}:15")], 1))]
        {
            fs::remove_dir_all(repository.path().join("d")).ok();
            fs::remove_file(repository.path().join("d")).ok();
            fs::remove_dir_all(repository.path().join("e")).ok();
            repository.write(to, &format!("{long}{more}{}", if more.ends_with(' ') { SECOND } else { "" }));
            fs::remove_file(repository.path().join("aside.yaml")).ok();
            repository.git(&["add", "-A"]);
            assert_eq!(found_in(repository.path()), expected, "{from} to {to} {more}");
        }
    }
}

/// Its folder stays, and what it is a copy of, too.
#[test]
fn a_copy_beside_a_file_to_be_added_later_is_new() {
    let repository = committed("d/s.yaml", &secret("web", FIRST));
    repository.write("d/a-later.txt", "later\n");
    repository.git(&["add", "-N", "d/a-later.txt"]);
    repository.write("copy.yaml", &secret("web", FIRST));
    repository.git(&["add", "copy.yaml"]);
    assert_eq!(found_in(repository.path()), (vec!["copy.yaml:6".to_owned()], 1));
}

#[test]
fn what_is_no_part_of_the_next_commit_is_left_out() {
    let repository = committed("a", "a\n");
    repository.write("later.yaml", &secret("web", FIRST));
    repository.git(&["add", "--intent-to-add", "later.yaml"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "intent to add");
    let inner = repository.path().join("inner");
    fs::create_dir(&inner).expect("a folder");
    git(&inner, &["init", "-q", "-b", "main"], 0);
    fs::write(inner.join("app.yaml"), secret("web", FIRST)).expect("written");
    git(&inner, &["add", "."], 0);
    git(&inner, &["commit", "-q", "-m", "inner"], 0);
    repository.git(&["-c", "advice.addEmbeddedRepo=false", "add", "inner"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "submodule");
    assert_eq!(found_in(&inner), (vec![], 0), "inside of it");
}

#[test]
fn all_versions_of_the_index_give_the_same() {
    let repository = committed("deep/er/app.yaml", &secret("web", "null"));
    repository.write("deep/er/app.yaml", &secret("web", FIRST));
    repository.write("deep/ist/new.yaml", &secret("new", SECOND));
    repository.git(&["add", "."]);
    let expected = ["deep/er/app.yaml:6", "deep/ist/new.yaml:6"];
    for version in ["4", "2", "3"] {
        repository.git(&["update-index", "--index-version", version]);
        assert_eq!(found_in(repository.path()).0, expected, "version {version}");
    }
    repository.git(&["read-tree", "HEAD"]);
    assert_eq!(found_in(repository.path()).0, Vec::<String>::new(), "with a whole cache tree");
}

#[test]
fn an_index_in_two_files_is_read_as_one() {
    for version in ["2", "4"] {
        let long = format!("{}# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n", secret("web", FIRST));
        let mut repository = committed("gone/app.yaml", &long);
        for number in 0..150 {
            repository.write(&format!("many/{number}.yaml"), "a: 1\n");
        }
        repository.commit("many");
        // What was written in the second of the index itself is not left to the shared part.
        for file in fs::read_dir(repository.path().join("many")).expect("a folder").flatten() {
            let file = fs::File::options().append(true).open(file.path()).expect("a file");
            file.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000)).expect("older");
        }
        repository.git(&["update-index", "--index-version", version]);
        repository.git(&["update-index", "--refresh"]);
        repository.git(&["config", "splitIndex.maxPercentChange", "100"]);
        repository.git(&["update-index", "--split-index"]);
        assert_eq!(found_in(repository.path()), (vec![], 0));
        repository.git(&["mv", "gone/app.yaml", "moved.yaml"]);
        repository.git(&["rm", "-q", "many/7.yaml", "other.txt"]);
        repository.write("many/120.yaml", &secret("old", SECOND));
        repository.write("many/new.yaml", &secret("new", FIRST));
        repository.git(&["add", "."]);
        let size = fs::metadata(repository.path().join(".git/index")).expect("an index").len();
        assert!(size < 2_000, "the most of it is in the shared part: {size}");
        let expected = ["many/120.yaml:6", "many/new.yaml:6"];
        assert_eq!(found_in(repository.path()).0, expected, "version {version}");
        // A hook of a commit of some paths gets an index of its own, and the same shared part.
        let linked = repository.beside("linked");
        repository.git(&["worktree", "add", "-q", &linked.to_string_lossy(), "-b", "side"]);
        git(&linked, &["update-index", "--split-index"], 0);
        fs::write(linked.join("app.yaml"), secret("web", FIRST)).expect("written");
        git(&linked, &["add", "."], 0);
        assert_eq!(found_in(&linked).0, ["app.yaml:6"], "a linked working tree");
        let shared = fs::read_dir(repository.path().join(".git")).expect("a folder").flatten().map(|file| file.path());
        let shared = shared.filter(|path| path.to_string_lossy().contains("sharedindex."));
        shared.for_each(|path| fs::write(path, "DIRC").expect("written"));
        let output = tidewaiter(&["staged"], repository.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("damaged"), "{}", text(&output.stderr));
    }
}

#[test]
fn unchanged_folders_are_not_read() {
    let repository = committed("still/deep/app.yaml", "a: 1\n");
    repository.git(&["read-tree", "HEAD"]);
    for folder in ["HEAD:still/deep", "HEAD:still"] {
        let id = repository.git(&["rev-parse", folder]);
        let (first, rest) = id.split_at(2);
        fs::remove_file(repository.path().join(".git/objects").join(first).join(rest)).expect("a loose tree");
    }
    assert_eq!(found_in(repository.path()), (vec![], 0));
    repository.write("new/app.yaml", &secret("web", FIRST));
    repository.git(&["update-index", "--add", "new/app.yaml"]);
    assert_eq!(found_in(repository.path()), (vec!["new/app.yaml:6".to_owned()], 1));
}

#[test]
fn sparse_checkouts_with_a_sparse_index() {
    let mut repository = committed("inside/app.yaml", "a: 1\n");
    repository.write("outside/deep/app.yaml", "a: 1\n");
    repository.commit("more");
    repository.write("outside/deep/app.yaml", &secret("web", FIRST));
    repository.commit("a secret");
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "inside"]);
    assert_eq!(found_in(repository.path()), (vec![], 0));
    repository.write("inside/app.yaml", &secret("web", SECOND));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()).0, ["inside/app.yaml:6"]);
    repository.git(&["reset", "-q", "--soft", "HEAD~1"]);
    assert_eq!(found_in(repository.path()).0, ["inside/app.yaml:6", "outside/deep/app.yaml:6"]);
}

#[test]
fn linked_working_trees_have_their_own_index() {
    let repository = committed("a", "a\n");
    let linked = repository.beside("linked");
    repository.git(&["worktree", "add", "-q", &linked.to_string_lossy(), "-b", "side"]);
    fs::write(linked.join("app.yaml"), secret("web", FIRST)).expect("written");
    git(&linked, &["add", "."], 0);
    assert_eq!(found_in(&linked), (vec!["app.yaml:6".to_owned()], 1));
    assert_eq!(found_in(repository.path()), (vec![], 0));
}

#[test]
fn repositories_that_cannot_be_scanned_are_errors() {
    let fails = |folder: &Path, words: &str| {
        let output = tidewaiter(&["staged"], folder);
        assert_eq!(output.status.code(), Some(2), "{words}");
        let said = text(&output.stderr);
        assert!(said.contains(words), "{said}");
    };
    let folder = tempfile::tempdir().expect("a folder");
    fails(folder.path(), "not in a git repository");
    git(folder.path(), &["init", "-q", "--bare", "."], 0);
    fails(folder.path(), "bare");
    let sha256 = folder.path().join("sha256");
    git(folder.path(), &["init", "-q", "--object-format=sha256", "sha256"], 0);
    fails(&sha256, "sha256");
    fails(&sha256, "tidewaiter scan");

    let repository = committed("app.yaml", "a: 1\n");
    let index = repository.path().join(".git/index");
    let whole = fs::read(&index).expect("an index");
    fs::write(&index, &whole[..whole.len() / 2]).expect("written");
    fails(repository.path(), "damaged");
    fs::write(&index, "").expect("written");
    fails(repository.path(), "damaged");
    #[cfg(unix)]
    {
        fs::remove_file(&index).expect("removed");
        std::os::unix::fs::symlink("/dev/zero", &index).expect("linked");
        fails(repository.path(), "no file");
        fs::remove_file(&index).expect("removed");
    }
    fs::write(&index, &whole).expect("written");
    fs::write(repository.path().join(".git/index.lock"), "").expect("written");
    assert_eq!(found_in(repository.path()), (vec![], 0), "locked, as in a hook, but whole");
}

#[test]
#[cfg(unix)]
fn the_repository_of_another_user_is_not_read() {
    let repository = committed("app.yaml", "a: 1\n");
    if std::os::unix::fs::chown(repository.path(), Some(12_345), None).is_err() {
        return; // only root can give folders away
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    let output = command
        .args(["staged"])
        .current_dir(repository.path())
        .env("HOME", repository.path())
        .output()
        .expect("the built program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("safe.directory"), "{}", text(&output.stderr));
}

#[test]
fn a_blob_that_is_missing_is_said() {
    let repository = committed("a", "a\n");
    repository.write("app.yaml", &secret("web", FIRST));
    repository.git(&["add", "."]);
    let id = repository.git(&["rev-parse", ":app.yaml"]);
    let (folder, file) = id.split_at(2);
    fs::remove_file(repository.path().join(".git/objects").join(folder).join(file)).expect("removed");
    let (report, code) = report(&["staged"], repository.path());
    assert_eq!(code, 2);
    assert!(report["summary"].to_string().contains("app.yaml"), "{report}");
}

#[test]
fn a_file_that_is_too_large_is_said_and_one_that_was_too_large_hides_nothing() {
    let repository = committed("app.yaml", &format!("{}# {}\n", secret("web", FIRST), "x".repeat(4_000)));
    repository.write("app.yaml", &secret("web", FIRST));
    repository.git(&["add", "."]);
    let (small, code) = report(&["staged", "--max-file-size", "2000"], repository.path());
    assert_eq!((findings(&small).len(), code), (1, 1), "what it replaces was not read");
    assert_eq!(report(&["staged"], repository.path()).1, 0);
    let (large, code) = report(&["staged", "--max-file-size", "20"], repository.path());
    assert_eq!(code, 2);
    assert!(large["summary"].to_string().contains("larger than --max-file-size of 20 bytes"), "{large}");
}

#[test]
fn line_endings_and_pointers_are_as_the_index_holds_them() {
    let repository = committed("app.yaml", &secret("web", FIRST).replace('\n', "\r\n"));
    repository.git(&["config", "core.autocrlf", "true"]);
    repository.write("new.yaml", &secret("new", SECOND).replace('\n', "\r\n"));
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12345\n", "4d7a".repeat(16));
    repository.write("large.yaml", &pointer);
    repository.git(&["add", "new.yaml", "large.yaml"]);
    assert_eq!(found_in(repository.path()).0, ["new.yaml:6"]);
}

/// Merges without failing the test, as conflicts do.
fn merge(repository: &Repository, args: &[&str]) -> bool {
    let mut merge = Command::new("git");
    merge.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "merge", "-q", "--no-commit"]).args(args);
    merge
        .current_dir(repository.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("git runs")
        .success()
}

#[test]
fn a_merge_answers_for_what_no_parent_has() {
    let lines = |first: &str, last: &str| format!("{}  b: 1\n  c: 2\n  d: 3\n  token: {last}\n", secret("web", first));
    let mut repository = committed("shared.yaml", &lines("null", "null"));
    repository.write("conflict.txt", "start\n");
    let base = repository.commit("start");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("side.yaml", &secret("side", FIRST));
    repository.write("shared.yaml", &lines(FIRST, "null"));
    repository.write("conflict.txt", "side\n");
    repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);
    repository.write("shared.yaml", &lines("null", SECOND));
    repository.write("conflict.txt", "main\n");
    repository.commit("main");
    repository.git(&["checkout", "-q", "-b", "third", &base]);
    repository.write("third.yaml", &secret("third", FIRST));
    repository.commit("third");
    repository.git(&["checkout", "-q", "main"]);

    assert!(!merge(&repository, &["side"]));
    let (said, code) = report(&["staged"], repository.path());
    assert_eq!((places(&said), code), (vec![], 2), "lines of both parents in one file");
    assert!(said["summary"].to_string().contains("merge conflicts"), "{said}");
    repository.write("conflict.txt", &format!("both\nexport API_TOKEN={SECOND}\n"));
    repository.write("shared.yaml", &lines("R4vTz8nQw2Lk", SECOND));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["conflict.txt:2".into(), "shared.yaml:6".into()], 1), "its own");
    repository.write("conflict.txt", "both\n");
    repository.write("shared.yaml", &lines(FIRST, SECOND));
    repository.git(&["mv", "side.yaml", "moved.yaml"]);
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "moved while it was merged");
    repository.commit("merged");

    assert!(merge(&repository, &["side", "third"]), "one more");
    assert_eq!(found_in(repository.path()), (vec![], 0));
    repository.git(&["reset", "-q", "--hard"]);
    assert!(merge(&repository, &["--squash", "third"]));
    assert_eq!(found_in(repository.path()).0, ["third.yaml:6"], "no merge, but a commit that brings it");
}

#[test]
fn a_merged_tag_is_its_commit() {
    let mut repository = committed("a", "a\n");
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("side.yaml", &secret("side", FIRST));
    repository.commit("side");
    repository.git(&["tag", "-a", "-m", "a tag", "v1"]);
    repository.git(&["checkout", "-q", "main"]);
    assert!(merge(&repository, &["--no-ff", "v1"]));
    assert_eq!(found_in(repository.path()), (vec![], 0));
    repository.write("own.yaml", &secret("own", SECOND));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["own.yaml:6".to_owned()], 1));
    let missing = "1".repeat(40);
    fs::write(repository.path().join(".git/MERGE_HEAD"), &missing).expect("written");
    let output = tidewaiter(&["staged"], repository.path());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("commit {missing} is missing from the repository")), "{said}");
}

/// In that hook git has not noted yet what is merged.
#[test]
fn a_merge_passes_the_hook_before_its_commit() {
    let mut repository = committed("app.yaml", "a: 1\n");
    let hook = repository.path().join(".git/hooks/pre-merge-commit");
    write_script(&hook, &format!("exec '{}' hook run pre-commit", env!("CARGO_BIN_EXE_tidewaiter")));
    for (branch, file) in [("one", "one.yaml"), ("two", "two.yaml")] {
        repository.git(&["checkout", "-q", "-b", branch, "main"]);
        repository.write(file, &secret(branch, FIRST));
        repository.commit(branch);
        repository.git(&["tag", "-a", "-m", "a tag", &format!("tag-{branch}")]);
    }
    repository.git(&["checkout", "-q", "main"]);
    repository.write("b", "b\n");
    let before = repository.commit("main");
    for merged in [&["one"][..], &["tag-one"], &["one", "two"]] {
        // Fails where the hook does.
        repository.git(&[&["merge", "-q", "-m", "merged"], merged].concat());
        repository.git(&["reset", "-q", "--hard", &before]);
    }
    // A merge without conflicts that some driver makes may hold what no branch has.
    repository.write(".git/info/attributes", "b merge=own\n");
    repository.git(&["config", "merge.own.driver", &format!("echo export API_TOKEN={SECOND} > %A")]);
    repository.git(&["checkout", "-q", "one"]);
    repository.write("b", "c\n");
    repository.commit("both have it");
    repository.git(&["checkout", "-q", "main"]);
    assert!(!merge(&repository, &["--commit", "-m", "merged", "one"]), "stopped");
    assert_eq!(found_in(repository.path()), (vec!["b:1".to_owned()], 1), "its own");
}

#[test]
fn variables_of_a_merge_hide_nothing_of_another_commit() {
    let mut repository = committed("app.yaml", "a: 1\n");
    repository.write("old.yaml", &secret("old", FIRST));
    let old = repository.commit("it was there");
    repository.git(&["rm", "-q", "old.yaml"]);
    let removed = repository.commit("and is gone");
    repository.write("old.yaml", &secret("old", FIRST));
    repository.git(&["add", "."]);
    let tree = repository.git(&["write-tree"]);
    let elsewhere = "1".repeat(40);
    for id in [&old, &removed, &tree, &elsewhere, "1", "", &old[..39]] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        command.arg("staged").current_dir(repository.path()).env(format!("GITHEAD_{id}"), "side");
        for name in ["GIT_DIR", "GIT_INDEX_FILE"] {
            command.env_remove(name);
        }
        let output = command.output().expect("the built program starts");
        assert_eq!(output.status.code(), Some(1), "{id}: {}", text(&output.stderr));
    }
}

#[test]
fn an_amended_commit_answers_for_what_it_adds() {
    let mut repository = committed("a", "a\n");
    repository.write("app.yaml", &secret("web", FIRST));
    repository.commit("a secret that is there already");
    repository.write("own.yaml", &secret("own", SECOND));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()).0, ["own.yaml:6"]);
}

#[test]
fn a_hook_sees_the_index_of_its_commit() {
    let repository = committed("app.yaml", &secret("web", "null"));
    let hook = repository.path().join(".git/hooks/pre-commit");
    write_script(&hook, &format!("exec '{}' staged", env!("CARGO_BIN_EXE_tidewaiter")));
    let commit = |args: &[&str]| {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"]).args(args);
        command.current_dir(repository.path()).output().expect("git runs").status.success()
    };
    repository.write("app.yaml", &secret("web", FIRST));
    repository.write("fine.txt", "fine\n");
    repository.git(&["add", "fine.txt"]);
    assert!(!commit(&["-a"]), "commit -a");
    assert!(!commit(&["app.yaml"]), "commit of a path");
    assert!(commit(&[]), "what is staged is fine");
    repository.git(&["add", "app.yaml"]);
    repository.write("fine.txt", "finer\n");
    assert!(commit(&["fine.txt"]), "a commit of another path alone");
    assert!(!commit(&[]), "what is staged is not");
}

#[test]
#[cfg(unix)]
fn nothing_that_a_repository_names_is_run() {
    let repository = committed("app.yaml", "a: 1\n");
    let trap = repository.path().join(".git/trap");
    let sprung = repository.path().join(".git/sprung");
    fs::write(&trap, format!("#!/bin/sh\ntouch '{}'\ncat\n", sprung.display())).expect("written");
    fs::set_permissions(&trap, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("executable");
    repository.write("app.yaml", &secret("web", FIRST));
    repository.write(".gitattributes", "* filter=trap diff=trap merge=trap\n");
    repository.git(&["add", "."]);
    for key in ["core.fsmonitor", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "core.pager"] {
        repository.git(&["config", key, &trap.to_string_lossy()]);
    }
    for key in ["diff.trap.textconv", "diff.trap.command", "diff.external", "core.sshCommand", "credential.helper"] {
        repository.git(&["config", key, &trap.to_string_lossy()]);
    }
    for hook in ["pre-commit", "post-index-change", "fsmonitor-watchman"] {
        fs::create_dir_all(repository.path().join(".git/hooks")).expect("a folder");
        fs::copy(&trap, repository.path().join(".git/hooks").join(hook)).expect("copied");
    }
    assert_eq!(found_in(repository.path()).0, ["app.yaml:6"]);
    assert!(!sprung.exists(), "a planted command ran");
}

#[test]
fn exceptions_outside_of_the_change_are_not_missed() {
    let mut repository = Repository::new();
    repository.write(".tidewaiter.yaml", "allowlist:\n  - path: elsewhere/**\n    reason: invented\n");
    repository.write("app.yaml", "a: 1 # tidewaiter:allow\nb: 2\n");
    repository.commit("start");
    repository.write("app.yaml", "a: 1 # tidewaiter:allow\nb: 2\nc: 3 # tidewaiter:allow\n");
    repository.write("elsewhere/app.yaml", &secret("web", FIRST));
    repository.git(&["add", "app.yaml"]);
    let (report, _) = report(&["staged"], repository.path());
    let unused = report["summary"]["unused"].to_string();
    assert!(
        unused.contains("app.yaml:3") && !unused.contains("app.yaml:1") && !unused.contains("invented"),
        "{unused}"
    );
    repository.git(&["add", "."]);
    assert_eq!(found_in(&repository.path().join("elsewhere")), (vec![], 0), "paths count from the root everywhere");
}

/// Nothing of the file changed, but it is read as something else now.
#[test]
fn a_new_name_that_gives_old_lines_a_meaning_is_a_change() {
    let line = format!("mysql -uroot -p{FIRST}9 db\n");
    let mut repository = committed("notes.zzz", &line);
    repository.git(&["mv", "notes.zzz", "deploy.sh"]);
    assert_eq!(found_in(repository.path()), (vec!["deploy.sh:1".to_owned()], 1));
    repository.commit("it is there now");
    repository.git(&["mv", "deploy.sh", "other.sh"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "it was found there before");
    repository.commit("again");
    repository.write("other.sh", &format!("{line}# tidewaiter:allow\n"));
    repository.commit("more");
    repository.git(&["reset", "-q", "--soft", "HEAD~1"]);
    assert_eq!(found_in(repository.path()), (vec![], 0));
}

#[test]
fn a_path_that_no_exception_covers_is_a_change() {
    let mut repository = committed("docs/app.yaml", &secret("web", FIRST));
    repository.write(".tidewaiter.yaml", "allowlist:\n  - path: docs/**\n    reason: invented\n");
    repository.commit("an exception");
    repository.git(&["mv", "docs/app.yaml", "live.yaml"]);
    assert_eq!(found_in(repository.path()), (vec!["live.yaml:6".to_owned()], 1));
}

#[test]
fn a_changed_line_that_gives_an_old_one_a_meaning_is_a_change() {
    let pod = |name: &str, other: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  containers:\n  - name: a\n    env:\n    - name: {name}\n      \
             value: {FIRST}\n    - name: API_TOKEN\n      value: {SECOND}\n    - name: {other}\n      value: x\n"
        )
    };
    let mut repository = committed("pod.yaml", &pod("DB_USER", "A"));
    repository.write("pod.yaml", &pod("DB_PASSWORD", "A"));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["pod.yaml:9".to_owned()], 1));
    repository.commit("it is there now");
    repository.write("pod.yaml", &pod("ADMIN_PASSWORD", "B"));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "it was a password before");
    let secret = |kind: &str| secret("web", FIRST).replace("Secret", kind);
    repository.write("secret.yaml", &secret("Foo").replace("password", "blob"));
    repository.commit("no Secret");
    repository.write("secret.yaml", &secret("Secret").replace("password", "blob"));
    repository.git(&["add", "."]);
    assert_eq!(found_in(repository.path()), (vec!["secret.yaml:6".to_owned()], 1));
}

#[test]
fn a_line_above_gives_old_ones_a_meaning_wherever_it_stands() {
    let secret = |key: &str| format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: web\n{key}:\n  blob: {FIRST}\n");
    let line = |name: &str| format!("- name: {name}\n  value: {FIRST}\n");
    let env = |name: &str| format!("env:\n{}{}", line("DB_PASSWORD"), line(name));
    let shell = |program: &str| format!("#!/bin/sh\n{program} \\\n  -uroot -p{FIRST} db\n");
    let accepted = |comment: &str| format!("# {comment}\npassword: {FIRST}\n");
    for (file, before, after, place) in [
        ("a.yaml", secret("other"), secret("stringData"), "a.yaml:6"),
        ("values.yaml", env("DB_USER"), env("DB_PASSWORD"), "values.yaml:5"),
        ("a.sh", shell("foo"), shell("mysql"), "a.sh:3"),
        ("b.yaml", accepted("tidewaiter:allow files-configuration -- ok"), accepted("nothing"), "b.yaml:2"),
    ] {
        let repository = committed(file, &before);
        repository.write(file, &after);
        repository.git(&["add", "."]);
        assert_eq!(found_in(repository.path()), (vec![place.to_owned()], 1), "{file}");
    }
}

#[test]
fn an_accepted_secret_stays_accepted_beside_an_open_one() {
    let both = |first: &str, second: &str| {
        let marked = |name: &str, mark: &str| secret(name, &format!("{FIRST}{mark}"));
        format!("{}---\n{}", marked("a", first), marked("b", second))
    };
    let mark = " # tidewaiter:allow";
    let repository = committed("app.yaml", &both(mark, ""));
    let staged = |text: &str| {
        repository.write("app.yaml", text);
        repository.git(&["add", "."]);
        let (said, code) = report(&["staged"], repository.path());
        (places(&said), said["summary"]["suppressed"].as_u64(), code)
    };
    assert_eq!(staged(&format!("{}# more\n", both(mark, ""))), (vec![], Some(0), 0), "both are as they were");
    assert_eq!(staged(&both(mark, mark)).1, Some(1), "one more is accepted");
    assert_eq!(staged(&both("", "")).0, ["app.yaml:6"], "one is accepted no more");
    let last = format!("  password: {FIRST}\n");
    let above = both(mark, "").replace(&format!("\n{last}"), &format!("\n  # tidewaiter:allow\n{last}"));
    assert_eq!(staged(&above).1, Some(1), "accepted by a new line above it");
    repository.git(&["commit", "-q", "-m", "accepted"]);
    assert_eq!(staged(&format!("{above}# more\n")).1, Some(0), "it was accepted before");
}

/// What a comment accepts is in the baseline, too, which has one entry for it.
#[test]
fn what_a_comment_accepted_before_uses_up_its_entry() {
    let line = |name: &str| format!("{name}={FIRST}\n");
    let mut repository = committed("a.env", &line("DB_PASSWORD"));
    let create = tidewaiter(&["baseline", "create", "-f", "accepted.yaml"], repository.path());
    assert!(create.status.success(), "{}", text(&create.stderr));
    repository.write("a.env", &format!("# tidewaiter:allow\n{}", line("DB_PASSWORD")));
    repository.commit("twice accepted");
    repository.write("a.env", &format!("# tidewaiter:allow\n{}{}", line("DB_PASSWORD"), line("ADMIN_PASSWORD")));
    repository.git(&["add", "."]);
    for command in ["staged", "scan"] {
        let output = tidewaiter(&[command, "--baseline", "accepted.yaml"], repository.path());
        assert_eq!(output.status.code(), Some(1), "{command}: {}", text(&output.stdout));
    }
}

#[test]
fn what_a_baseline_accepts_in_a_file_accepts_no_copy_beside_it() {
    let repository = committed("a.env", &format!("DB_PASSWORD={FIRST}\n"));
    let create = tidewaiter(&["baseline", "create", "-f", "accepted.yaml"], repository.path());
    assert!(create.status.success(), "{}", text(&create.stderr));
    repository.write("a.env", &format!("DB_PASSWORD={FIRST}\nADMIN_PASSWORD={FIRST}\n"));
    repository.git(&["add", "."]);
    for command in ["staged", "scan"] {
        let output = tidewaiter(&[command, "--baseline", "accepted.yaml"], repository.path());
        assert_eq!(output.status.code(), Some(1), "{command}: {}", text(&output.stdout));
    }
}

/// Which of two files is the one that was moved, equal ids and names can't tell; the baseline can.
#[test]
fn a_copy_of_what_was_moved_is_new_whichever_seems_to_be_the_copy() {
    let long = format!("{}# 1\n# 2\n# 3\n# 4\n# 5\n# 6\n# 7\n# 8\n", secret("web", FIRST));
    for (from, to, copy, edit) in [
        ("m.yaml", "z.yaml", "c.yaml", "# 1"),
        ("m.yaml", "a.yaml", "n.yaml", "# 1"),
        ("old/app.yaml", "a.yaml", "new/app.yaml", "# 1"),
        ("m.yaml", "a.yaml", "n.yaml", "# one"),
    ] {
        let repository = committed(from, &long);
        let baseline = |command: &str| {
            let output = tidewaiter(&["baseline", command, "-f", "accepted.yaml"], repository.path());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        };
        baseline("create");
        fs::rename(repository.path().join(from), repository.path().join(to)).expect("moved");
        repository.write(to, &long.replace("# 1", edit));
        baseline("update");
        let accepted = fs::read_to_string(repository.path().join("accepted.yaml")).expect("a baseline");
        assert!(accepted.contains(to), "{accepted}");
        repository.git(&["add", "."]);
        let staged = || report(&["staged", "--baseline", "accepted.yaml"], repository.path());
        let (said, code) = staged();
        assert_eq!((places(&said), code), (vec![], 0), "{to}");
        repository.write(copy, &long);
        repository.git(&["add", "."]);
        let (said, code) = staged();
        assert_eq!((said["summary"]["findings"]["high"].as_u64(), code), (Some(1), 1), "{copy}: {said}");
        assert_eq!(places(&said), [format!("{copy}:6")], "{said}");
    }
}

#[test]
#[cfg(unix)]
fn targets_of_links_are_content() {
    let link = |repository: &Repository, target: &str, name: &str| {
        let path = repository.path().join(name);
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(target, path).expect("linked");
        repository.git(&["add", "."]);
    };
    let url = format!("https://user:{FIRST}9@example.com/x");
    let mut repository = committed("a", "a\n");
    link(&repository, "other.txt", "plain.json");
    link(&repository, &url, "l");
    let (said, code) = report(&["staged"], repository.path());
    assert_eq!((places(&said), code), (vec!["l:1".to_owned()], 1));
    assert_eq!(said["summary"]["problems"], Value::Array(vec![]), "{said}");
    repository.commit("linked");
    assert_eq!(found_in(repository.path()), (vec![], 0));
    repository.git(&["mv", "l", "m"]);
    assert_eq!(found_in(repository.path()), (vec![], 0), "moved");
    link(&repository, &url, "a");
    assert_eq!(found_in(repository.path()), (vec!["a:1".to_owned()], 1), "a file that becomes a link");
}

#[test]
fn a_commit_that_is_missing_is_said() {
    let repository = committed("a", "a\n");
    let id = repository.git(&["rev-parse", "HEAD"]);
    fs::remove_file(repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])).expect("removed");
    let output = tidewaiter(&["staged"], repository.path());
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("commit {id} is missing from the repository")), "{said}");
}
