//! `tidewaiter history --cache`: what an earlier scan left costs no finding, and brings none.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::history::password;
use crate::program::{findings, report, text, tidewaiter};
use crate::repository::{Repository, git, secret};

/// What a scan says about each finding.
fn said(folder: &Path, args: &[&str]) -> Vec<String> {
    let (report, _) = report(args, folder);
    let field = |finding: &Value, name: &str| finding[name].to_string();
    let names = ["rule", "path", "origin", "in_head", "start_byte", "fingerprint", "suppressed"];
    findings(&report).iter().map(|f| names.map(|name| field(f, name)).join(" ")).collect()
}

#[test]
fn with_a_cache_the_findings_stay_the_same() {
    let mut repository = Repository::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache").to_string_lossy().into_owned();
    let check = |repository: &Repository, step: &str| {
        let cold = said(repository.path(), &["history"]);
        assert_eq!(said(repository.path(), &["history", "--cache", &cache]), cold, "{step}");
        assert_eq!(said(repository.path(), &["history", "--cache", &cache]), cold, "{step}, again");
        cold.len()
    };
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.write("notes.txt", "nothing\n");
    repository.commit("one");
    assert_eq!(check(&repository, "one"), 1);
    repository.git(&["mv", "a.yaml", "b.yaml"]);
    repository.commit("moved");
    repository.write("b.yaml", &format!("# more\n{}", secret("a", &password(1))));
    repository.write("c.yaml", &secret("c", &password(2)));
    repository.commit(&format!("two\n\n{}", secret("message", &password(3))));
    assert_eq!(check(&repository, "moved, changed and a message"), 3);
    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("d.yaml", &secret("d", &password(4)));
    repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["rm", "-q", "c.yaml"]);
    repository.commit("removed");
    assert_eq!(check(&repository, "a branch and a removal"), 4);
    repository.git(&["branch", "-q", "-D", "side"]);
    assert_eq!(check(&repository, "the branch is gone"), 3);
    repository.git(&["reset", "-q", "--hard", "HEAD~2"]);
    assert_eq!(check(&repository, "history is rewritten"), 1);

    let file = fs::read_dir(&cache).expect("a folder").flatten().next().expect("a file").path();
    let bytes = fs::read(&file).expect("readable");
    for number in 1..=4 {
        assert!(!text(&bytes).contains(&password(number)));
    }
    fs::write(&file, &bytes[..bytes.len() / 2]).expect("written");
    assert_eq!(check(&repository, "a broken cache"), 1);
    assert_eq!(said(repository.path(), &["history", "--cache", &cache, "--min-severity=critical"]), [""; 0]);
    assert_eq!(check(&repository, "the cache of other settings"), 1);
}

#[test]
fn with_a_cache_files_that_head_has_and_that_it_lacks_stay_known() {
    let mut repository = Repository::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache").to_string_lossy().into_owned();
    for number in 1..=24 {
        let file = |number: u32| format!("charts/{}/templates/{number}.yaml", number % 3);
        repository.write(&file(number), &secret("a", &password(number)));
        if number % 4 == 0 {
            repository.git(&["rm", "-q", &file(number - 2)]);
        }
        if number == 12 {
            repository.git(&["mv", "charts", "old"]);
        }
        repository.commit(&format!("{number}"));
        if number % 6 == 0 {
            let cold = said(repository.path(), &["history"]);
            assert_eq!(cold.len(), number as usize);
            assert_eq!(said(repository.path(), &["history", "--cache", &cache]), cold, "{number}");
        }
    }
    assert_eq!(said(repository.path(), &["history", "HEAD~10..HEAD"]).len(), 10);
}

#[test]
#[cfg(target_os = "linux")]
fn another_build_of_the_program_trusts_no_cache() {
    let mut repository = Repository::new();
    repository.write("a.txt", "nothing\n");
    repository.commit("one");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let program = folder.path().join("program");
    crate::program::copy_program(Path::new(env!("CARGO_BIN_EXE_tidewaiter")), &program);
    let scanned = || {
        let mut command = std::process::Command::new(&program);
        command.args(["history", "--format", "json", "--cache"]).arg(folder.path().join("cache"));
        let output = command.current_dir(repository.path()).output().expect("the program starts");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        report["summary"]["files"].clone()
    };
    assert_eq!((scanned(), scanned()), (1.into(), 0.into()));
    // Of the same size; the last byte belongs to a table that nobody needs to run it.
    let mut bytes = fs::read(&program).expect("readable");
    *bytes.last_mut().expect("a program") ^= 1;
    let changed = folder.path().join("changed");
    fs::write(&changed, bytes).expect("written");
    crate::program::copy_program(&changed, &program);
    assert_eq!(scanned(), 1);
}

#[test]
fn a_cache_does_not_hide_what_could_not_be_read() {
    let mut repository = Repository::new();
    repository.write("a.yaml", "fine: yes\n");
    repository.commit("one");
    let blob = repository.git(&["rev-parse", "HEAD:a.yaml"]);
    fs::remove_file(repository.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).expect("removed");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().to_string_lossy().into_owned();
    for _ in 0..2 {
        assert_eq!(tidewaiter(&["history", "--cache", &cache], repository.path()).status.code(), Some(2));
    }
}

#[test]
fn a_cache_that_can_not_be_written_is_said_and_no_failure() {
    let mut repository = Repository::new();
    repository.commit("one");
    repository.write("file", "");
    let output = tidewaiter(&["history", "--cache", "file"], repository.path());
    assert_eq!(output.status.code(), Some(0));
    assert!(text(&output.stdout).contains("the cache can't be written"), "{}", text(&output.stdout));
}

/// Compares scans with a cache, each twice, with one that has none.
struct Cached(tempfile::TempDir);

impl Cached {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    /// How many findings there are, with and without.
    fn check(&self, repository: &Repository, step: &str) -> usize {
        let cold = said(repository.path(), &["history"]);
        let cache = self.0.path().to_string_lossy();
        for time in ["", ", again"] {
            assert_eq!(said(repository.path(), &["history", "--cache", &cache]), cold, "{step}{time}");
        }
        cold.len()
    }
}

fn variable(number: u32) -> String {
    format!("DB_PASSWORD={}\n", password(number))
}

#[test]
fn a_secret_that_moved_to_an_older_file_is_found_with_a_cache() {
    let (mut repository, cached) = (Repository::new(), Cached::new());
    repository.write("a.env", &variable(1));
    repository.write("b.env", "LEVEL=1\n");
    repository.commit("one");
    assert_eq!(cached.check(&repository, "one"), 1);
    repository.git(&["rm", "-q", "a.env"]);
    repository.write("b.env", &format!("LEVEL=1\n{}X=2\n", variable(1)));
    repository.commit("to a file that was there");
    assert_eq!(cached.check(&repository, "to a file that was there"), 2);
    assert_eq!(said(repository.path(), &["history", "HEAD^!"]).len(), 1);
    repository.git(&["rm", "-q", "b.env"]);
    repository.write("c.env", &format!("LEVEL=3\n{}X=2\n", variable(1)));
    repository.commit("to a new one");
    assert_eq!(cached.check(&repository, "to a new one"), 2);
    assert_eq!(said(repository.path(), &["history", "HEAD^!"]).len(), 0);
}

#[test]
fn a_copy_of_an_old_version_is_no_second_finding_with_a_cache() {
    let (mut repository, cached) = (Repository::new(), Cached::new());
    for more in ["", "L=1\n", "L=3\n"] {
        repository.write("a.env", &format!("{}{more}", variable(1)));
        repository.commit("a version");
    }
    assert_eq!(cached.check(&repository, "three versions"), 1);
    repository.write("b.env", &format!("{}L=1\n", variable(1)));
    repository.commit("a copy of the second");
    assert_eq!(cached.check(&repository, "a copy of the second"), 1);
}

#[test]
fn a_cache_knows_what_head_holds_wherever_it_goes() {
    let (mut repository, cached) = (Repository::new(), Cached::new());
    for more in ["", "L=1\n", "L=3\n"] {
        repository.write("a.env", &format!("{}{more}", variable(1)));
        repository.commit("a version");
    }
    repository.git(&["rm", "-q", "a.env"]);
    repository.commit("gone");
    assert_eq!(cached.check(&repository, "gone"), 1);
    repository.git(&["checkout", "-q", "HEAD~2"]);
    assert_eq!(cached.check(&repository, "at the second version"), 1);
}

#[test]
fn a_cache_keeps_who_was_first_among_commits_of_one_second() {
    let (repository, cached) = (Repository::new(), Cached::new());
    for number in 0..12 {
        repository.write(&format!("{}.env", number % 3), &format!("{}L={number}\n", variable(number / 3)));
        repository.write("notes.txt", &format!("{number}\n"));
        repository.git(&["add", "-A"]);
        git(repository.path(), &["commit", "-q", "-m", &format!("number {number}")], 1);
        cached.check(&repository, &format!("number {number}"));
    }
}

#[test]
fn what_was_clean_is_looked_at_under_a_name_of_another_kind() {
    let (mut repository, cached) = (Repository::new(), Cached::new());
    let line = "mysql -uroot -pKx81mQz7Lw2p db\n";
    repository.write("notes.zzz", line);
    repository.write("a.env", &variable(1));
    repository.commit("one");
    assert_eq!(cached.check(&repository, "one"), 1);
    repository.write("deploy.sh", line);
    repository.commit("a copy that runs");
    assert_eq!(cached.check(&repository, "a copy that runs"), 2);
    repository.write("c.txt", "nothing\n");
    repository.commit("another");
    assert_eq!(cached.check(&repository, "another"), 2);
}

#[test]
fn with_a_cache_other_exceptions_count_at_once() {
    let mut repository = Repository::new();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache").to_string_lossy().into_owned();
    let accepted = format!("{} # tidewaiter:allow\n", secret("a", &password(1)).trim_end());
    for (path, text) in [("a/b.yaml", &accepted), ("a/b.yaml", &secret("a", &password(1)))] {
        repository.write(path, text);
        repository.commit(path);
    }
    repository.git(&["mv", "a", "c"]);
    repository.commit("moved");
    repository.git(&["rm", "-q", "-r", "c"]);
    repository.commit("removed");
    let mut seen = Vec::new();
    for allowlist in ["nothing/**", "a/**", "c/**", "**/*.yaml", "nothing/**"] {
        let settings = format!("allowlist:\n  - {{path: \"{allowlist}\", reason: made up}}\n");
        repository.write(".tidewaiter.yaml", &settings);
        let cold = said(repository.path(), &["history"]);
        assert_eq!(said(repository.path(), &["history", "--cache", &cache]), cold, "{allowlist}");
        seen.push(cold.len());
    }
    assert_eq!(seen, [1, 1, 1, 0, 1]);
}

#[test]
fn with_a_cache_pointers_are_said_each_time() {
    let mut repository = Repository::new();
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 12\n", "4d7a2146".repeat(8));
    repository.write("a.bin", &pointer);
    repository.commit("one");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let cache = folder.path().join("cache").to_string_lossy().into_owned();
    for _ in 0..3 {
        let (said, _) = report(&["history", "--cache", &cache], repository.path());
        assert!(said["summary"]["problems"].to_string().contains("LFS"), "{said}");
    }
}
