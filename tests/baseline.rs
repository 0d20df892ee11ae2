//! Baselines: today's findings accepted, through moves, new forms and new names, and nothing else.

use std::fs;
use std::path::Path;

use crate::program::{findings, folder, report, text, tidewaiter};
use crate::repository::Repository;

const FILE: &str = ".tidewaiter-baseline.yaml";

fn password(number: usize) -> String {
    format!("plover-Crag-{number}")
}

fn secret(password: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  password: {password}\n")
}

/// A folder with one Secret and a baseline that accepts it.
fn accepted() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("secret.yaml"), secret(&password(1))).expect("written");
    let output = tidewaiter(&["baseline", "create"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    folder
}

/// What a scan with the baseline reports: open findings, exit code, unused entries.
fn scan(folder: &Path) -> (usize, i32, usize) {
    let (report, code) = report(&["scan", ".", "--baseline", FILE], folder);
    let unused = report["summary"]["unused"].as_array().map_or(0, Vec::len);
    (findings(&report).len(), code, unused)
}

#[test]
fn what_is_accepted_passes_through_moves_forms_and_names() {
    let folder = accepted();
    let file = folder.path().join("secret.yaml");
    assert_eq!(scan(folder.path()), (0, 0, 0));
    fs::write(&file, format!("# moved\n\n\n{}", secret(&password(1)))).expect("written");
    assert_eq!(scan(folder.path()), (0, 0, 0));
    let flow = format!(
        "{{apiVersion: v1, kind: Secret, metadata: {{name: shop}}, stringData: {{password: \"{}\"}}}}\n",
        password(1)
    );
    fs::write(&file, flow).expect("written");
    assert_eq!(scan(folder.path()), (0, 0, 0));
    fs::create_dir(folder.path().join("deploy")).expect("a folder");
    fs::rename(&file, folder.path().join("deploy/shop.yaml")).expect("renamed");
    assert_eq!(scan(folder.path()), (0, 0, 0));
}

#[test]
fn a_changed_secret_and_a_second_copy_are_new() {
    let folder = accepted();
    fs::write(folder.path().join("copy.yaml"), secret(&password(1))).expect("written");
    assert_eq!(scan(folder.path()), (1, 1, 0));
    fs::remove_file(folder.path().join("copy.yaml")).expect("removed");
    fs::write(folder.path().join("secret.yaml"), secret(&password(2))).expect("written");
    assert_eq!(scan(folder.path()), (1, 1, 1));
}

#[test]
fn a_secret_without_a_place_is_accepted_in_a_moved_file_and_in_no_other() {
    let token = ["glpat-k3VbX9", "QmZ7tLr2YwPf8N"].concat();
    let line = |token: &str| format!("see {token}\n");
    let folder = tempfile::tempdir().expect("a folder");
    let old = folder.path().join("notes.txt");
    fs::write(&old, line(&token)).expect("written");
    assert_eq!(tidewaiter(&["baseline", "create"], folder.path()).status.code(), Some(0));
    fs::write(&old, "mended\n").expect("written");
    fs::write(folder.path().join("other.txt"), line(&token)).expect("written");
    assert_eq!(scan(folder.path()), (1, 1, 1), "its file is still there");
    fs::remove_file(&old).expect("removed");
    assert_eq!(scan(folder.path()), (0, 0, 0), "another name");
    fs::create_dir(folder.path().join("doc")).expect("a folder");
    fs::rename(folder.path().join("other.txt"), folder.path().join("doc/notes.txt")).expect("renamed");
    assert_eq!(scan(folder.path()), (0, 0, 0), "another folder");
    fs::rename(folder.path().join("doc/notes.txt"), folder.path().join("build.sh")).expect("renamed");
    assert_eq!(scan(folder.path()), (1, 1, 1), "another kind of file");
}

/// `baseline update` and `prune` keep what was written about them, too.
#[test]
fn what_is_accepted_passes_through_another_extension() {
    let token = ["ghp_8fK2mQ7xR4tY9uB3nV6c", "W1zL5pD0sG2hJ4kA"].concat();
    let (in_comment, in_text) = (format!("# {token}\n"), "password: osprey-Lantern-88\n".to_owned());
    for (text, old, new) in [
        (&in_comment, "ci.yml", "ci.yaml"),
        (&in_comment, "doc/notes.txt", "doc/notes.md"),
        (&in_comment, "run.sh", "run"),
        (&in_comment, "main.py", "main.js"),
        (&in_comment, "readme", "README.md"),
        (&in_comment, ".env", ".env.md"),
        (&in_text, "a.txt", "a.env"),
        (&in_text, "a.txt", "a.yml"),
        (&in_text, "a.env", "a.txt"),
    ] {
        let folder = folder(&[(old, text)]);
        let done = |args: &[&str]| {
            let output = tidewaiter(args, folder.path());
            assert_eq!(output.status.code(), Some(0), "{old} {new} {args:?}: {}", crate::program::text(&output.stderr));
            crate::program::text(&output.stdout)
        };
        done(&["baseline", "create"]);
        let noted =
            fs::read_to_string(folder.path().join(FILE)).expect("a baseline").replace("- {", "- {reason: why, ");
        fs::write(folder.path().join(FILE), noted).expect("written");
        fs::copy(folder.path().join(old), folder.path().join(new)).expect("copied");
        assert_eq!(scan(folder.path()), (1, 1, 0), "{old} {new}: a copy");
        fs::remove_file(folder.path().join(old)).expect("removed");
        assert_eq!(scan(folder.path()), (0, 0, 0), "{old} {new}");
        done(&["baseline", "update"]);
        done(&["baseline", "prune"]);
        let shown = done(&["baseline", "show"]);
        assert!(
            shown.contains(new) && shown.contains("reason: why") && shown.contains("1 finding accepted"),
            "{shown}"
        );
    }
}

#[test]
fn another_stem_folder_or_secret_is_not_accepted_with_another_extension() {
    let line = |number| format!("password: osprey-Lantern-{number}\n");
    let folder = folder(&[("a.txt", &line(88)), ("sub/keep", "")]);
    assert_eq!(tidewaiter(&["baseline", "create"], folder.path()).status.code(), Some(0));
    fs::remove_file(folder.path().join("a.txt")).expect("removed");
    for (path, number) in [("b.env", 88), ("sub/a.env", 88), ("a.env", 89)] {
        fs::write(folder.path().join(path), line(number)).expect("written");
        assert_eq!(scan(folder.path()), (1, 1, 1), "{path}");
        fs::remove_file(folder.path().join(path)).expect("removed");
    }
}

#[cfg(unix)]
#[test]
fn a_baseline_behind_a_link_stays_there() {
    let folder = accepted();
    let (real, link) = (folder.path().join("real.yaml"), folder.path().join("link.yaml"));
    fs::rename(folder.path().join(FILE), &real).expect("renamed");
    std::os::unix::fs::symlink("real.yaml", &link).expect("a link");
    fs::write(folder.path().join("other.yaml"), secret(&password(2))).expect("written");
    let output = tidewaiter(&["baseline", "update", "-f", "link.yaml"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(link.is_symlink());
    assert!(fs::read_to_string(real).expect("a baseline").contains("other.yaml"));
}

#[test]
fn many_equal_findings_are_matched_in_little_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let body: String = (0..12_000).map(|at| format!("  p{at}-password: {}\n", password(1))).collect();
    let whole = format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n{body}");
    fs::write(folder.path().join("secret.yaml"), &whole).expect("written");
    assert_eq!(tidewaiter(&["baseline", "create"], folder.path()).status.code(), Some(0));
    fs::write(folder.path().join("secret.yaml"), whole.replace("p1", "q1")).expect("written");
    let start = std::time::Instant::now();
    assert_eq!(scan(folder.path()), (0, 0, 0));
    assert!(start.elapsed() < std::time::Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn a_suppressed_finding_says_that_the_baseline_accepts_it() {
    let folder = accepted();
    let (report, _) = report(&["scan", ".", "--baseline", FILE, "--show-suppressed"], folder.path());
    assert_eq!(findings(&report)[0]["suppressed"]["by"], "baseline");
}

#[test]
fn update_keeps_reasons_and_notes_and_prune_removes_what_is_gone() {
    let folder = accepted();
    let path = folder.path().join(FILE);
    let noted =
        fs::read_to_string(&path).expect("a baseline").replace("- {", "- {reason: test cluster, note: \"ask Kim\", ");
    fs::write(&path, noted).expect("written");
    fs::write(folder.path().join("other.yaml"), secret(&password(3))).expect("written");
    fs::rename(folder.path().join("secret.yaml"), folder.path().join("shop.yaml")).expect("renamed");
    assert_eq!(tidewaiter(&["baseline", "update"], folder.path()).status.code(), Some(0));
    let shown = text(&tidewaiter(&["baseline", "show"], folder.path()).stdout);
    assert!(
        shown.contains("shop.yaml") && shown.contains("reason: test cluster") && shown.contains("note: ask Kim"),
        "{shown}"
    );
    assert!(shown.contains("2 findings accepted"), "{shown}");
    assert_eq!(scan(folder.path()), (0, 0, 0));
    fs::remove_file(folder.path().join("other.yaml")).expect("removed");
    assert_eq!(tidewaiter(&["baseline", "prune"], folder.path()).status.code(), Some(0));
    let shown = text(&tidewaiter(&["baseline", "show"], folder.path()).stdout);
    assert!(shown.contains("1 finding accepted") && shown.contains("note: ask Kim"), "{shown}");
}

#[test]
fn the_file_holds_no_secret_and_is_none_itself() {
    let folder = accepted();
    let baseline = fs::read_to_string(folder.path().join(FILE)).expect("a baseline");
    assert!(!baseline.contains("plover") && !baseline.contains("Crag"), "{baseline}");
    let (report, _) = report(&["scan", FILE, "--min-confidence", "low"], folder.path());
    assert_eq!(findings(&report).len(), 0);
}

#[test]
fn a_key_that_is_a_secret_is_masked_in_the_file() {
    let token = ["glpat-w8RtZ2", "HcV5nJq7Yb3KxS"].concat();
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("tokens.yaml"), format!("tokens:\n  {token}:\n    password: {}\n", password(4)))
        .expect("written");
    let output = tidewaiter(&["baseline", "create"], folder.path());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let written = fs::read_to_string(folder.path().join(FILE)).expect("a baseline");
    assert!(!written.contains(&token), "leaked");
    assert_eq!(scan(folder.path()), (0, 0, 0));
}

#[test]
fn hostile_names_are_shown_as_text() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a\u{1b}[31m\n.yaml"), secret(&password(5))).expect("written");
    assert_eq!(tidewaiter(&["baseline", "create"], folder.path()).status.code(), Some(0));
    let shown = text(&tidewaiter(&["baseline", "show"], folder.path()).stdout);
    assert!(!shown.contains('\u{1b}') && shown.lines().count() == 2, "{shown}");
}

#[test]
fn a_broken_baseline_is_an_error_at_its_line() {
    let folder = accepted();
    let path = folder.path().join(FILE);
    let whole = fs::read_to_string(&path).expect("a baseline");
    for (broken, said, line) in [
        (whole.replace("findings:", "<<<<<<< HEAD\nfindings:"), "merge conflict", ":7:"),
        (whole.replace("{path:", "{pfad:"), "unknown field", ":8:"),
        (whole.replace("version: 1", "version: 9"), "version 9", ":3:"),
    ] {
        fs::write(&path, broken).expect("written");
        let output = tidewaiter(&["scan", ".", "--baseline", FILE], folder.path());
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(said) && error.contains(line), "{error}");
    }
    let none = tidewaiter(&["scan", ".", "--baseline", "none.yaml"], folder.path());
    assert_eq!(none.status.code(), Some(2));
    let error = text(&none.stderr);
    assert!(error.contains("the baseline can't be read: none.yaml: ") && !error.contains("configuration"), "{error}");
    #[cfg(unix)]
    {
        fs::remove_file(&path).expect("removed");
        std::os::unix::fs::symlink("/dev/zero", &path).expect("linked");
        let output = tidewaiter(&["scan", ".", "--baseline", FILE], folder.path());
        assert!(text(&output.stderr).contains("larger than"), "{}", text(&output.stderr));
    }
    assert_eq!(tidewaiter(&["baseline", "create"], folder.path()).status.code(), Some(2));
}

#[test]
fn what_only_the_history_holds_can_be_accepted_too() {
    let mut repository = Repository::new();
    let path = repository.path().to_owned();
    repository.write("gone.yaml", &secret(&password(1)));
    repository.write("old.py", &format!("password = \"{}\"\n", password(2)));
    repository.commit("start");
    repository.git(&["rm", "-q", "gone.yaml"]);
    repository.git(&["mv", "old.py", "new.py"]);
    repository.commit("removed and renamed");
    let open = |args: &[&str]| {
        let (report, code) = report(&[args, &["--baseline", FILE]].concat(), &path);
        (findings(&report).len(), code, report["summary"]["unused"].as_array().map_or(0, Vec::len))
    };
    let baseline = |args: &[&str]| {
        let output = tidewaiter(&[&["baseline"], args].concat(), &path);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    baseline(&["create"]);
    assert_eq!((open(&["scan"]), open(&["history"])), ((0, 0, 0), (2, 1, 0)), "as they stand today");
    let said = baseline(&["update", "--history"]);
    assert!(said.contains("2 findings added, 3 in all"), "{said}");
    assert_eq!((open(&["scan"]), open(&["history"])), ((0, 0, 0), (0, 0, 0)), "and as they stood");
    repository.write("later.yaml", &secret(&password(3)));
    repository.commit("another one");
    assert_eq!(open(&["history"]), (1, 1, 0), "what is new fails");
    repository.git(&["rm", "-q", "later.yaml"]);
    repository.commit("removed");
    assert!(baseline(&["update"]).contains("1 finding added"), "it is known to be one of a history");
    assert!(baseline(&["prune"]).contains("0 findings removed"));
    assert_eq!((open(&["scan"]), open(&["history"])), ((0, 0, 0), (0, 0, 0)));
    repository.write("folder/a", "a");
    let below = tidewaiter(&["baseline", "create", "folder", "--history", "-f", "other.yaml"], &path);
    assert_eq!(below.status.code(), Some(2), "{}", text(&below.stdout));
}

#[test]
fn what_a_shallow_clone_lacks_is_not_taken_for_mended() {
    let mut repository = Repository::new();
    repository.write("old.yaml", &secret(&password(1)));
    repository.commit("a secret");
    repository.git(&["rm", "-q", "old.yaml"]);
    repository.write("history", "a file of that name\n");
    repository.commit("gone");
    let said = text(&tidewaiter(&["baseline", "create", "--history"], repository.path()).stdout);
    assert!(said.contains("1 finding accepted"), "{said}");
    let accepted = fs::read_to_string(repository.path().join(FILE)).expect("readable");
    let shallow = repository.beside("shallow-clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "1", &url, &shallow.to_string_lossy()]);
    fs::write(shallow.join(FILE), &accepted).expect("written");
    for args in [&["prune"][..], &["update"], &["create", "--history", "-f", "other.yaml"]] {
        let output = tidewaiter(&[&["baseline"], args].concat(), &shallow);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", text(&output.stdout));
        let error = text(&output.stderr);
        assert!(error.contains("the clone is shallow") && error.contains("--allow-incomplete"), "{error}");
    }
    assert_eq!(fs::read_to_string(shallow.join(FILE)).expect("readable"), accepted);
    assert!(!shallow.join("other.yaml").exists());
    let anyway = tidewaiter(&["baseline", "prune", "--allow-incomplete"], &shallow);
    assert!(text(&anyway.stdout).contains("1 finding removed, 0 left"), "{}", text(&anyway.stderr));
}
