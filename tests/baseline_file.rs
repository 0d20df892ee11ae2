//! The baseline's file: merged by git, damaged, empty.

use std::fs;

use crate::program::{findings, folder, report, text, tidewaiter};
use crate::repository::{Repository, secret};

const FILE: &str = ".tidewaiter-baseline.yaml";

#[test]
fn a_conflict_is_mended_by_keeping_both_sides() {
    let mut repository = Repository::new();
    let path = repository.path().to_owned();
    repository.write("a.yaml", &secret("shop", "plover-Crag-1"));
    let baseline = |args: &[&str]| {
        let output = tidewaiter(&[&["baseline"], args].concat(), &path);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    baseline(&["create"]);
    repository.commit("start");
    let file = path.join(FILE);
    let read = || fs::read_to_string(&file).expect("a baseline");
    // The same secret in two files, with the same reason: all but the path is equal.
    for (branch, name) in [("left", "b.yaml"), ("right", "c.yaml")] {
        repository.git(&["checkout", "-q", "-b", branch, "main"]);
        repository.write(name, &secret("other", "plover-Crag-2"));
        assert!(baseline(&["update"]).contains("1 finding added"));
        let from = format!("{name}\"");
        let noted: String = read()
            .lines()
            .map(|line| match line.contains(&from) {
                true => line.replace("\"}", "\", reason: \"test cluster\", note: \"one\\ntwo\"}") + "\n",
                false => format!("{line}\n"),
            })
            .collect();
        repository.write(FILE, &noted);
        repository.commit(branch);
    }
    let merge = std::process::Command::new("git")
        .args(["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "merge", "-q", "left"])
        .current_dir(&path)
        .output()
        .expect("git runs");
    assert!(!merge.status.success(), "both sides add at one place");
    let merged = read();
    let error = text(&tidewaiter(&["baseline", "update"], &path).stderr);
    assert!(error.contains("a merge conflict stands here"), "{error}");
    let is_mark = |line: &&str| ["<<<<<<<", "=======", ">>>>>>>"].iter().any(|mark| line.starts_with(mark));
    let kept: Vec<&str> = merged.lines().filter(|line| !is_mark(line)).collect();
    fs::write(&file, kept.join("\n") + "\n").expect("written");
    assert!(baseline(&["update"]).contains("0 findings added, 3 in all"), "{merged}");
    assert_eq!(read().matches("reason: \"test cluster\", note: \"one\\ntwo\"").count(), 2, "{}", read());
    let (report, code) = report(&["scan", "--baseline", FILE], &path);
    assert_eq!((findings(&report).len(), code), (0, 0));
}

#[test]
fn two_baselines_that_were_made_apart_are_joined_by_advice() {
    let folder = folder(&[]);
    let (file, path) = (folder.path().join(FILE), folder.path());
    let create = |name: &str| {
        _ = fs::remove_file(&file);
        fs::write(path.join(format!("{name}.yaml")), secret(name, &format!("plover-Crag-{name}"))).expect("written");
        assert!(tidewaiter(&["baseline", "create"], path).status.success());
        fs::read_to_string(&file).expect("a baseline")
    };
    let ours = create("a");
    fs::remove_file(path.join("a.yaml")).expect("removed");
    let theirs = create("b");
    create("a");
    fs::write(&file, format!("<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n")).expect("written");
    let error = text(&tidewaiter(&["baseline", "update"], path).stderr);
    assert!(error.contains("the head of one"), "{error}");
    fs::write(&file, format!("{ours}{theirs}")).expect("written");
    let error = text(&tidewaiter(&["baseline", "update"], path).stderr);
    assert!(error.contains("duplicate") && error.contains("of one side"), "{error}");
    let second = ours.lines().count() + 3;
    assert!(error.contains(&format!("{FILE}:{second}:")) && !error.contains("at line"), "{second}: {error}");
    let entries: String = theirs.lines().filter(|line| line.starts_with("- ")).collect();
    fs::write(&file, format!("{ours}{entries}\n")).expect("written");
    for command in ["update", "prune"] {
        assert!(tidewaiter(&["baseline", command], path).status.success());
    }
    let (report, code) = report(&["scan", "--baseline", FILE], path);
    assert_eq!((findings(&report).len(), code), (0, 0));
    let rest = fs::read_to_string(&file).expect("a baseline");
    assert_eq!(rest.lines().filter(|line| line.starts_with("- ")).count(), 2, "{rest}");
}

#[test]
fn a_damaged_digest_is_an_error_at_its_line() {
    let folder = folder(&[("a.yaml", &secret("a", "plover-Crag-1")), ("b.yaml", &secret("b", "plover-Crag-2"))]);
    assert!(tidewaiter(&["baseline", "create"], folder.path()).status.success());
    let path = folder.path().join(FILE);
    let whole = fs::read_to_string(&path).expect("a baseline");
    let at = whole.rfind("digest: \"").expect("a digest") + 9;
    let digest = &whole[at..at + 6];
    let id = whole.find("id: \"").expect("an id") + 5;
    let id = &whole[id..id + 32];
    let with = |text: &str| whole.replacen(&format!("\"{digest}\""), text, 1);
    let cases = [
        (with("zz"), 9, "expected 6 hexadecimal digits"),
        (with("5fz685"), 9, "expected 6 hexadecimal digits"),
        (with("\"\""), 9, "expected 6 hexadecimal digits"),
        (with("5f685"), 9, "expected 6 hexadecimal digits"),
        (with("5FA685"), 9, "expected 6 hexadecimal digits"),
        (whole.replacen(&format!(", digest: \"{digest}\""), "", 1), 9, "this entry has no digest"),
        (whole.replacen(id, &id[1..], 1), 4, "expected 32 hexadecimal digits"),
        (whole.replacen(id, &id.replace(&id[..1], "x"), 1), 4, "expected 32 hexadecimal digits"),
    ];
    for (broken, line, said) in cases {
        fs::write(&path, broken).expect("written");
        for args in [&["scan", ".", "--baseline", FILE][..], &["baseline", "prune"], &["baseline", "show"]] {
            let output = tidewaiter(args, folder.path());
            let error = text(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{error}");
            assert!(error.contains("the baseline has an error") && error.contains(said), "{error}");
            assert!(error.contains(&format!("{FILE}:{line}:")), "{line}: {error}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_and_a_second_document_are_errors_at_their_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let (head, tail) = ("# ours\nversion: 1\nid: \"", "\"\nrounds: 2000\nroot: \".\"\nfindings: []\n");
    let whole = format!("{head}{}{tail}", "ab".repeat(16));
    for (bytes, said) in [
        ([head.as_bytes(), b"\xff", tail.as_bytes()].concat(), "base.yaml:3: this is no UTF-8"),
        (format!("{whole}---\n{whole}").into_bytes(), "base.yaml:7:1"),
        (format!("---\n{whole}--- # theirs\n{whole}").into_bytes(), "base.yaml:8:1"),
    ] {
        fs::write(folder.path().join("base.yaml"), bytes).expect("written");
        let output = tidewaiter(&["scan", ".", "--baseline", "base.yaml"], folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
}

#[test]
fn a_finding_without_a_text_has_a_digest_that_says_so() {
    let folder = folder(&[("Dockerfile", "FROM scratch\nCOPY id_rsa /root/.ssh/id_rsa\n")]);
    let said = text(&tidewaiter(&["baseline", "create"], folder.path()).stdout);
    assert!(said.contains("1 finding accepted"), "{said}");
    let baseline = fs::read_to_string(folder.path().join(FILE)).expect("a baseline");
    assert!(baseline.contains("digest: \"none\"}"), "{baseline}");
    assert_eq!(report(&["scan", "--baseline", FILE], folder.path()).1, 0);
}

#[test]
fn an_empty_baseline_says_what_is_expected() {
    let folder = folder(&[("a.txt", "nothing\n")]);
    for empty in ["", "# a comment\n\n"] {
        fs::write(folder.path().join(FILE), empty).expect("written");
        let error = text(&tidewaiter(&["scan", ".", "--baseline", FILE], folder.path()).stderr);
        assert!(error.contains("expected version, id, rounds and findings") && error.contains("create"), "{error}");
    }
}

#[test]
fn an_empty_file_is_made_a_baseline() {
    let folder = folder(&[("a.yaml", &secret("a", "plover-Crag-1")), (FILE, "")]);
    let said = |args: &[&str]| {
        let output = tidewaiter(args, folder.path());
        text(&output.stdout) + &text(&output.stderr)
    };
    assert!(said(&["baseline", "update"]).contains("remove it, and `tidewaiter baseline create` makes one"));
    assert!(said(&["baseline", "create"]).contains("1 finding accepted"));
    assert!(said(&["baseline", "create"]).contains("exists"), "what is accepted stays");
}

#[test]
fn what_is_no_baseline_is_said_without_jargon() {
    let folder = folder(&[("a.txt", "nothing\n"), (FILE, "- version\n- findings\n")]);
    let error = text(&tidewaiter(&["baseline", "show"], folder.path()).stderr);
    assert!(error.contains("expected version, id, rounds and findings") && !error.contains("struct"), "{error}");
}

#[test]
fn an_entry_that_is_there_twice_is_not_said_to_be_found_no_more() {
    let folder = folder(&[("a.yaml", &secret("a", "plover-Crag-1")), ("b.yaml", &secret("b", "plover-Crag-2"))]);
    assert!(tidewaiter(&["baseline", "create", "-f", "b"], folder.path()).status.success());
    let whole = fs::read_to_string(folder.path().join("b")).expect("a baseline");
    let entry = whole.lines().find(|line| line.contains("\"a.yaml\"")).expect("an entry");
    fs::write(folder.path().join("b"), format!("{whole}{entry}\n")).expect("written");
    let said = text(&tidewaiter(&["scan", "--baseline", "b"], folder.path()).stdout);
    assert!(
        said.contains("kubernetes-secret-data at a.yaml") && said.contains("more often than it is found"),
        "{said}"
    );
    fs::write(folder.path().join("a.yaml"), "a: 1\n").expect("written");
    let said = text(&tidewaiter(&["scan", "--baseline", "b"], folder.path()).stdout);
    assert!(said.contains("any more") && !said.contains("more often"), "{said}");
    // The option that all actions have names the file here, too.
    for args in [&["baseline", "show", "-f", "b"][..], &["baseline", "show", "--file=b"], &["baseline", "show", "b"]] {
        assert!(text(&tidewaiter(args, folder.path()).stdout).contains("3 findings accepted"), "{args:?}");
    }
}

#[test]
fn the_subcommands_have_no_option_that_does_nothing() {
    let folder = folder(&[("a.txt", "nothing\n")]);
    for action in ["create", "update", "prune"] {
        let help = text(&tidewaiter(&["baseline", action, "--help"], folder.path()).stdout);
        assert!(help.contains("--rule") && !help.contains("--baseline") && !help.contains("--fail-on"), "{help}");
    }
}
