//! `tidewaiter history` on real repositories.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{findings, report, text, tidewaiter};
use crate::repository::{Repository, git, secret};

/// A password that looks like one; the same number gives the same one.
pub fn password(number: u32) -> String {
    let letters = b"Kx81mQz7Lw2pHy63kLd8Wc1zPq72nRb4Vt9s";
    (0..12).map(|at| char::from(letters[((number * 7 + at * (number + 5)) % 36) as usize])).collect()
}

/// Scans and gives `(secret, path, commit)` of each finding.
fn found(folder: &Path, args: &[&str]) -> Vec<(String, String, String)> {
    let args: Vec<&str> = ["history", "--show-secrets"].iter().chain(args).copied().collect();
    let (report, _) = report(&args, folder);
    let field = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found: Vec<_> = findings(&report)
        .iter()
        .map(|finding| (field(&finding["secret"]), field(&finding["path"]), field(&finding["origin"]["commit"])))
        .collect();
    found.sort();
    found
}

fn expected(mut list: Vec<(String, &str, String)>) -> Vec<(String, String, String)> {
    list.sort();
    list.into_iter().map(|(secret, path, commit)| (secret, path.to_owned(), commit)).collect()
}

#[test]
fn each_planted_secret_is_found_once_at_the_commit_that_introduced_it() {
    let mut repository = Repository::new();
    repository.write("README", "hello\n");
    repository.commit("start");
    repository.write("removed.yaml", &secret("removed", &password(1)));
    let removed = repository.commit("add");
    repository.git(&["rm", "-q", "removed.yaml"]);
    repository.commit("remove");

    repository.git(&["checkout", "-q", "-b", "side"]);
    repository.write("side.yaml", &secret("side", &password(2)));
    let side = repository.commit("side");
    repository.git(&["checkout", "-q", "main"]);

    repository.write("old.yaml", &secret("moved", &password(3)));
    let moved = repository.commit("add old");
    repository.git(&["mv", "old.yaml", "new.yaml"]);
    repository.commit("rename");
    repository.write("new.yaml", &format!("{}# a line more\n", secret("moved", &password(3))));
    repository.commit("edit behind the rename");
    repository.git(&["rm", "-q", "new.yaml"]);
    repository.write("deep/er/third.yaml", &format!("# first\n{}", secret("moved", &password(3))));
    repository.commit("rename and edit at once");

    repository.git(&["merge", "-q", "--no-commit", "side"]);
    repository.write("merged.yaml", &secret("merged", &password(4)));
    let merge = repository.commit("merge");

    repository.write("stashed.yaml", &secret("stashed", &password(5)));
    repository.git(&["add", "."]);
    repository.git(&["stash", "-q"]);
    let first_stash = repository.git(&["rev-parse", "stash@{0}^2"]);
    repository.write("stashed-later.yaml", &secret("stashed", &password(6)));
    repository.git(&["add", "."]);
    repository.git(&["stash", "-q"]);
    let second_stash = repository.git(&["rev-parse", "stash@{0}^2"]);

    let message = format!("subject\n\n{}", secret("message", &password(7)));
    let commit = repository.commit(&message);
    repository.git(&["tag", "-a", "v1", "-m", &format!("release\n\n{}", secret("tag", &password(8)))]);
    let tag = repository.git(&["rev-parse", "v1"]);
    repository.write("blob.yaml", &secret("blob", &password(9)));
    let blob = repository.git(&["hash-object", "-w", "blob.yaml"]);
    repository.git(&["tag", "a-blob", &blob]);
    fs::remove_file(repository.path().join("blob.yaml")).expect("removed");

    let all = expected(vec![
        (password(1), "removed.yaml", removed),
        (password(2), "side.yaml", side),
        (password(3), "old.yaml", moved),
        (password(4), "merged.yaml", merge),
        (password(5), "stashed.yaml", first_stash),
        (password(6), "stashed-later.yaml", second_stash),
        (password(7), "COMMIT_MESSAGE", commit),
        (password(8), "TAG_MESSAGE", tag),
        (password(9), "refs/tags/a-blob", blob),
    ]);
    assert_eq!(found(repository.path(), &[]), all);

    let mut shards: Vec<_> =
        (1..=3).flat_map(|shard| found(repository.path(), &["--shard", &format!("{shard}/3")])).collect();
    shards.sort();
    assert_eq!(shards, all);

    repository.git(&["gc", "-q"]);
    assert_eq!(found(repository.path(), &[]), all, "packed");
    let bare = repository.beside("bare.git");
    repository.git(&["clone", "-q", "--mirror", ".", &bare.to_string_lossy()]);
    let but_old_stash: Vec<_> = all.iter().filter(|(secret, ..)| *secret != password(5)).cloned().collect();
    assert_eq!(found(&bare, &[]), but_old_stash, "a mirror has no reflog");
}

#[test]
fn a_copy_of_everything_in_a_folder_is_no_second_finding() {
    for folder in ["app", "zz"] {
        let mut repository = Repository::new();
        let text = format!("DB_PASSWORD={}\n", password(1));
        repository.write("s.env", &text);
        let first = repository.commit("everything");
        repository.write(&format!("{folder}/s.env"), &text);
        repository.commit("copied");
        repository.write(&format!("{folder}/s.env"), &format!("{text}LEVEL=1\n"));
        repository.commit("changed");
        repository.git(&["repack", "-adfq"]);
        assert_eq!(found(repository.path(), &[]), [(password(1), "s.env".to_owned(), first)], "{folder}");
    }
}

#[test]
fn one_content_under_names_of_different_kinds_is_read_as_each() {
    let mut repository = Repository::new();
    // To a reader of prose this gives no value to a name.
    let text = format!("FROM alpine:3.20\nENV DB_PASSWORD {}\n", password(1));
    repository.write("notes.md", &text);
    repository.write("more/notes.md", &text);
    repository.commit("notes");
    repository.write("image/Dockerfile", &text);
    let image = repository.commit("copied");
    repository.git(&["mv", "image", "images"]);
    repository.commit("moved");
    let of_image = |args: &[&str]| {
        let (report, _) = report(&[&["history"], args].concat(), repository.path());
        let found = findings(&report).iter().filter(|finding| finding["rule"] == "docker-env");
        let place = |finding: &Value| (finding["path"].clone(), finding["origin"]["commit"].clone());
        found.map(place).collect::<Vec<_>>()
    };
    let expected = [(Value::from("image/Dockerfile"), Value::from(image))];
    assert_eq!(of_image(&[]), expected);
    let cache = repository.beside("cache").to_string_lossy().into_owned();
    for _ in 0..2 {
        assert_eq!(of_image(&["--cache", &cache]), expected, "with a cache");
    }
    repository.git(&["gc", "-q"]);
    assert_eq!(of_image(&[]), expected, "packed");

    let text = format!("FROM alpine:3.20\nENV DB_PASSWORD={}\n", password(2));
    repository.write("build.txt", &text);
    let first = repository.commit("found in a text");
    repository.write("Dockerfile", &text);
    repository.commit("and in an image");
    repository.write("Dockerfile", &format!("# changed\n{text}"));
    repository.commit("changed");
    let mut all = found(repository.path(), &[]);
    all.retain(|(secret, ..)| *secret == password(2));
    assert_eq!(all, [(password(2), "build.txt".to_owned(), first)], "one secret");
}

#[test]
fn findings_say_who_when_and_whether_head_still_has_them() {
    let mut repository = Repository::new();
    repository.write("kept.yaml", &secret("kept", &password(1)));
    repository.write("gone.yaml", &secret("gone", &password(2)));
    let commit = repository.commit("both");
    fs::remove_file(repository.path().join("gone.yaml")).expect("removed");
    repository.write("kept.yaml", &format!("# moved down\n{}", secret("kept", &password(1))));
    repository.commit("remove one, change the other");
    let (report, code) = report(&["history"], repository.path());
    assert_eq!(code, 1);
    let list: Vec<_> = findings(&report).iter().map(|f| (f["path"].as_str(), f["in_head"].as_bool())).collect();
    assert_eq!(list, [(Some("gone.yaml"), Some(false)), (Some("kept.yaml"), Some(true))]);
    let origin = &findings(&report)[0]["origin"];
    assert_eq!(origin["commit"], *commit);
    assert_eq!(origin["author"], "Ann Author <ann@example.org>");
    assert_eq!(origin["time"], 1_700_000_000 + 86_400);
    assert_eq!(findings(&report)[1]["line"], 6, "as the first version had it");
}

#[test]
fn a_range_reports_only_what_it_introduced() {
    let mut repository = Repository::new();
    repository.write("old.yaml", &secret("old", &password(1)));
    repository.write("moved.yaml", &secret("moved", &password(2)));
    repository.write("copied.yaml", &secret("copied", &password(3)));
    repository.commit("before");
    repository.git(&["tag", "base"]);
    repository.write("old.yaml", &format!("{}# changed\n", secret("old", &password(1))));
    repository.git(&["mv", "moved.yaml", "elsewhere.yaml"]);
    repository.write("elsewhere.yaml", &format!("# changed\n{}", secret("moved", &password(2))));
    fs::copy(repository.path().join("copied.yaml"), repository.path().join("copy.yaml")).expect("copied");
    repository.commit("change, move, copy");
    assert_eq!(found(repository.path(), &["base..HEAD"]), []);

    repository.write("old.yaml", &secret("old", &password(4)));
    let changed = repository.commit("a new one in an old file");
    let (all, _) = report(&["history"], repository.path());
    let marks = |path: &str| {
        findings(&all).iter().filter(|f| f["path"] == path).map(|f| f["fingerprint"].to_string()).collect::<Vec<_>>()
    };
    let both = marks("old.yaml");
    assert!(both.len() == 2 && both[0] != both[1], "one place, two secrets: {both:?}");
    let new = expected(vec![(password(4), "old.yaml", changed)]);
    for range in ["base..HEAD", "base..", "HEAD^!", "base...main"] {
        assert_eq!(found(repository.path(), &[range]), new, "{range}");
    }
    assert_eq!(found(repository.path(), &["HEAD..base"]), []);
    let day = 86_400;
    assert_eq!(found(repository.path(), &["--since", &format!("@{}", 1_700_000_000 + 3 * day)]), new);
    assert_eq!(found(repository.path(), &["--branch", "main"]).len(), 4);
}

#[test]
fn a_rename_that_makes_a_finding_is_found_in_its_range() {
    let mut repository = Repository::new();
    repository.write("notes.zzz", &format!("mysql -uroot -p{} db\n", password(1)));
    repository.write("old.sh", &format!("mysql -uroot -p{} db\n", password(2)));
    repository.commit("one");
    repository.git(&["mv", "notes.zzz", "deploy.sh"]);
    repository.git(&["mv", "old.sh", "new.sh"]);
    let renamed = repository.commit("two");
    let expected = expected(vec![(password(1), "deploy.sh", renamed)]);
    assert_eq!(found(repository.path(), &["HEAD^!"]), expected);
}

#[test]
fn what_is_accepted_no_more_is_new_in_its_range() {
    let mut repository = Repository::new();
    repository.write(".tidewaiter.yaml", "allowlist:\n  - path: fixtures/**\n    reason: made up\n");
    let accepted = format!("{} # tidewaiter:allow\n", secret("a", &password(1)).trim_end());
    repository.write("a.yaml", &accepted);
    for number in 2..5 {
        repository.write(&format!("fixtures/{number}.yaml"), &secret("b", &password(number)));
    }
    repository.commit("accepted");
    assert_eq!(found(repository.path(), &[]), []);
    repository.write("a.yaml", &format!("# first\n{accepted}"));
    repository.git(&["mv", "fixtures/2.yaml", "fixtures/two.yaml"]);
    repository.commit("accepted still");
    assert_eq!(found(repository.path(), &["HEAD^!"]), []);
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.git(&["mv", "fixtures/two.yaml", "moved.yaml"]);
    repository.write("copied.yaml", &secret("b", &password(3)));
    repository.write("fixtures/4.yaml", "nothing: here\n");
    repository.write("changed.yaml", &format!("# changed\n{}", secret("b", &password(4))));
    let commit = repository.commit("accepted no more");
    let new = |number, path| (password(number), path, commit.clone());
    let new = expected(vec![new(1, "a.yaml"), new(2, "moved.yaml"), new(3, "copied.yaml"), new(4, "changed.yaml")]);
    assert_eq!(found(repository.path(), &["HEAD^!"]), new);
    let no_commit = |found: Vec<(String, String, String)>| {
        found.into_iter().map(|(secret, path, _)| (secret, path)).collect::<Vec<_>>()
    };
    let new = no_commit(new);
    for args in [&["HEAD~2.."][..], &[]] {
        assert_eq!(no_commit(found(repository.path(), args)), new, "{args:?}");
    }
}

#[test]
fn a_commit_of_a_wrong_clock_hides_nothing_from_a_date() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    let first = repository.commit("one");
    repository.git(&["rm", "-q", "a.yaml"]);
    git(repository.path(), &["commit", "-q", "-m", "of a clock that stood still"], 0);
    repository.commit("two");
    let date = format!("@{}", 1_700_000_000 + 86_400);
    let expected = expected(vec![(password(1), "a.yaml", first)]);
    assert_eq!(found(repository.path(), &["--since", &date]), expected);
}

#[test]
fn a_tag_counts_from_its_own_date() {
    let mut repository = Repository::new();
    repository.commit("one");
    let message = |number| secret("tag", &password(number));
    repository.git(&["tag", "-a", "old", "-m", &message(1)]);
    repository.commit("two");
    repository.git(&["tag", "-a", "new", "-m", &message(2)]);
    let id = repository.git(&["rev-parse", "HEAD"]);
    let undated = format!("object {id}\ntype commit\ntag undated\n\n{}", message(3));
    repository.write("tag", &undated);
    let tag = repository.git(&["hash-object", "-t", "tag", "-w", "--literally", "tag"]);
    repository.git(&["update-ref", "refs/tags/undated", &tag]);
    let secrets = |args: &[&str]| found(repository.path(), args).into_iter().map(|(secret, ..)| secret);
    let since = format!("@{}", 1_700_000_000 + 2 * 86_400);
    let mut later = vec![password(2), password(3)];
    later.sort();
    assert_eq!(secrets(&["--since", &since]).collect::<Vec<_>>(), later);
    assert_eq!(secrets(&[]).count(), 3);
}

/// A merge of a signed tag keeps all of it among its headers.
#[test]
fn a_merged_tag_answers_for_its_message_when_its_ref_is_gone() {
    let mut repository = Repository::new();
    let first = repository.commit("one");
    let second = repository.commit("two");
    let text = repository.git(&["cat-file", "commit", "HEAD"]);
    let (headers, message) = text.split_once("\n\n").expect("a message");
    let headers = headers.replace(&format!("parent {first}"), &format!("parent {first}\nparent {second}"));
    let tag = format!(
        "object {second}\ntype commit\ntag v1\ntagger A <a@b> 1700000000 +0000\n\n{}",
        secret("t", &password(1))
    );
    let tag = tag.trim_end().replace('\n', "\n ");
    let key = secret("no message", &password(2)).trim_end().replace('\n', "\n ");
    repository.write("commit", &format!("{headers}\nmergetag {tag}\ngpgsig {key}\n\n{message}\n"));
    let merge = repository.git(&["hash-object", "-t", "commit", "-w", "commit"]);
    fs::remove_file(repository.path().join("commit")).expect("removed");
    repository.git(&["update-ref", "HEAD", &merge]);
    for _ in 0..2 {
        let all = found(repository.path(), &[]);
        assert_eq!(
            all.iter().map(|(secret, _, commit)| (secret.clone(), commit.clone())).collect::<Vec<_>>(),
            [(password(1), merge.clone())]
        );
        repository.git(&["gc", "-q"]);
    }
}

#[test]
fn a_secret_that_comes_back_in_the_range_is_known_from_before() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    let first = repository.commit("add");
    repository.git(&["rm", "-q", "a.yaml"]);
    repository.commit("remove");
    repository.write("a.yaml", &secret("a", &password(1)));
    let again = repository.commit("add again");
    assert_eq!(found(repository.path(), &[]), expected(vec![(password(1), "a.yaml", first)]));
    assert_eq!(found(repository.path(), &["HEAD^..HEAD"]), expected(vec![(password(1), "a.yaml", again)]));
}

#[test]
fn a_namespace_of_a_server_hides_no_refs() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.commit("one");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    let output = command.arg("history").current_dir(repository.path()).env("GIT_NAMESPACE", "customer").output();
    assert_eq!(output.expect("the built program starts").status.code(), Some(1));
}

#[test]
fn a_name_that_no_ref_has_is_no_revision_however_short() {
    let mut repository = Repository::new();
    repository.commit("empty");
    repository.write("b", "a file\n");
    for name in ["a", "ab", "abc", "x", "a..HEAD", "b"] {
        for args in [&["history", name][..], &["history", "HEAD", "--", name]] {
            let output = tidewaiter(args, repository.path());
            let (said, name) = (text(&output.stderr), name.trim_end_matches("..HEAD"));
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(said.contains(&format!("there is no revision `{name}`")), "{said}");
            assert_eq!(said.contains("no path is taken"), name == "b", "{said}");
        }
    }
}

#[test]
fn unknown_revisions_are_errors_with_a_suggestion() {
    let mut repository = Repository::new();
    repository.commit("empty");
    let first = repository.git(&["rev-parse", "HEAD"]);
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.commit("one");
    assert_eq!(found(repository.path(), &["HEAD^-"]).len(), 1);
    assert_eq!(found(repository.path(), &["HEAD^@"]).len(), 0);
    let fails = |folder: &Path, range: &str| {
        let output = tidewaiter(&["history", "--", range], folder);
        assert_eq!(output.status.code(), Some(2), "{range}: {}", text(&output.stdout));
        text(&output.stderr)
    };
    for range in ["^HEAD^", "HEAD^-2"] {
        fails(repository.path(), range);
    }
    for range in ["HEAD^-0", "HEAD^-00"] {
        assert!(fails(repository.path(), range).contains("count from 1"), "it would leave out HEAD itself");
    }
    assert!(fails(repository.path(), "HEAD~1^@").contains("no parents"), "a root leads to nothing else");
    let shallow = repository.beside("shallow-clone");
    let url = format!("file://{}", repository.path().display());
    repository.git(&["clone", "-q", "--depth", "1", &url, &shallow.to_string_lossy()]);
    let error = fails(&shallow, "HEAD^@");
    assert!(error.contains("no parents") && error.contains("git fetch --unshallow"), "{error}");
    for wanted in ["HEAD~1", &first] {
        let error = text(&tidewaiter(&["history", &format!("{wanted}..HEAD")], &shallow).stderr);
        assert!(error.contains("git fetch --unshallow") && !error.contains("did you mean"), "{error}");
    }
    for args in [["history", "mian..HEAD"], ["history", "--branch=mian"]] {
        let output = tidewaiter(&args, repository.path());
        assert_eq!(output.status.code(), Some(2));
        let error = text(&output.stderr);
        assert!(error.contains("`mian`") && error.contains("did you mean `main`?"), "{error}");
    }
    repository.git(&["tag", "v1"]);
    for (wanted, meant) in [
        ("refs/heads/mian", "refs/heads/main"),
        ("refs/tags/V1", "refs/tags/v1"),
        ("MAIN", "main"),
        ("mian~2", "main"),
        ("head", "HEAD"),
        ("V1", "v1"),
    ] {
        let error = fails(repository.path(), wanted);
        assert!(error.contains(&format!("did you mean `{meant}`?")), "{wanted}: {error}");
    }
    assert!(!fails(repository.path(), "refs/heads/zqzq").contains("did you mean"), "all begin with that");
}

#[test]
fn before_the_first_commit_that_is_said() {
    let repository = Repository::new();
    for args in [&["history", "HEAD"][..], &["history", "HEAD~2.."], &["history", "@"], &["history", "--branch=main"]] {
        let output = tidewaiter(args, repository.path());
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("has no commit yet") && !error.contains("did you mean"), "{error}");
    }
}

#[test]
fn what_a_clone_lacks_is_said() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.commit("one");
    repository.write("a.yaml", "nothing: here\n");
    repository.commit("two");
    let url = format!("file://{}", repository.path().display());

    let shallow = repository.beside("shallow-clone");
    repository.git(&["clone", "-q", "--depth", "1", &url, &shallow.to_string_lossy()]);
    let (said, code) = report(&["history"], &shallow);
    assert_eq!((code, &said["summary"]["incomplete"]), (0, &Value::Bool(false)));
    assert!(said["summary"]["problems"].to_string().contains("shallow"), "{said}");

    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let partial = repository.beside("partial-clone");
    repository.git(&["clone", "-q", "--filter=blob:none", &url, &partial.to_string_lossy()]);
    let (said, code) = report(&["history"], &partial);
    assert_eq!((code, &said["summary"]["incomplete"]), (2, &Value::Bool(true)));
    let problems = said["summary"]["problems"].to_string();
    assert!(problems.contains("1 of the partial clone's files") && problems.contains("--refetch"), "{problems}");
    git(&partial, &["fetch", "-q", "--refetch", "--no-filter"], 0);
    assert_eq!(report(&["history"], &partial).1, 1, "all is there");

    let treeless = repository.beside("treeless-clone");
    repository.git(&["clone", "-q", "--filter=tree:0", "--no-checkout", &url, &treeless.to_string_lossy()]);
    let (said, code) = report(&["history"], &treeless);
    assert_eq!(code, 2);
    assert!(said["summary"]["problems"].to_string().contains("2 of the partial clone's folders"), "{said}");
}

#[test]
fn a_history_that_is_cut_by_a_file_of_the_repository_says_so() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.commit("one");
    repository.git(&["rm", "-q", "a.yaml"]);
    let last = repository.commit("two");
    repository.write(".git/info/grafts", "");
    let (said, code) = report(&["history"], repository.path());
    assert!(code == 1 && !said["summary"]["problems"].to_string().contains("grafts"), "{said}");
    repository.write(".git/info/grafts", &format!("{last}\n"));
    let (said, _) = report(&["history"], repository.path());
    assert!(said["summary"]["problems"].to_string().contains("info/grafts"), "{said}");
    repository.write(".git/info/grafts", &format!("# a comment\n{last}\n"));
    let output = tidewaiter(&["history"], repository.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("comments and empty lines"), "{}", text(&output.stderr));
}

#[test]
fn a_corrupt_object_makes_the_run_incomplete_and_hides_nothing_else() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.write("b.yaml", "fine: yes\n");
    let commit = repository.commit("one");
    let blob = repository.git(&["rev-parse", "HEAD:b.yaml"]);
    let file = repository.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(&file).expect("removed");
    fs::write(&file, b"not zlib").expect("written");
    let (said, code) = report(&["history", "--show-secrets"], repository.path());
    assert_eq!(code, 1);
    assert_eq!(said["summary"]["incomplete"], true);
    assert_eq!(findings(&said)[0]["origin"]["commit"], *commit);

    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    fs::remove_file(repository.path().join(".git/objects").join(&tree[..2]).join(&tree[2..])).expect("removed");
    let (said, code) = report(&["history"], repository.path());
    assert_eq!((code, &said["summary"]["incomplete"]), (2, &Value::Bool(true)), "{said}");
}

#[test]
fn a_broken_ref_makes_the_run_incomplete() {
    for (file, text) in [("refs/heads/main", ""), ("refs/heads/side/x", "nonsense\n"), ("HEAD", "nonsense\n")] {
        let mut repository = Repository::new();
        repository.commit("one");
        repository.git(&["branch", "side/x"]);
        fs::write(repository.path().join(".git").join(file), text).expect("written");
        let (said, code) = report(&["history"], repository.path());
        assert_eq!((code, &said["summary"]["incomplete"]), (2, &Value::Bool(true)), "{file}");
        assert!(said["summary"]["problems"].to_string().contains(file), "{said}");
    }
}

#[test]
fn no_ref_is_needed_for_what_is_unreachable() {
    let mut repository = Repository::new();
    repository.commit("start");
    repository.write("left.yaml", &secret("left", &password(1)));
    let left = repository.commit("left behind");
    repository.git(&["reset", "-q", "--hard", "HEAD^"]);
    repository.write("lost.yaml", &secret("lost", &password(2)));
    let lost = repository.git(&["hash-object", "-w", "lost.yaml"]);
    fs::remove_file(repository.path().join("lost.yaml")).expect("removed");
    assert_eq!(found(repository.path(), &[]), []);
    let all = vec![(password(1), "left.yaml", left), (password(2), &*lost, lost.clone())];
    assert_eq!(found(repository.path(), &["--unreachable"]), expected(all));
}

#[test]
fn the_index_can_be_scanned_with_it() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.commit("one");
    repository.write("b.yaml", &secret("b", &password(2)));
    repository.git(&["add", "."]);
    assert_eq!(found(repository.path(), &[]).len(), 1);
    assert_eq!(found(repository.path(), &["--staged-too"]).len(), 2);
}

#[test]
fn linked_working_trees_alternates_and_replaced_parents_are_followed() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    let first = repository.commit("one");
    let linked = repository.beside("linked");
    repository.git(&["worktree", "add", "-q", "--detach", &linked.to_string_lossy()]);
    fs::write(linked.join("b.yaml"), secret("b", &password(2))).expect("written");
    git(&linked, &["add", "."], 9);
    git(&linked, &["commit", "-q", "-m", "on no branch"], 9);
    let detached = git(&linked, &["rev-parse", "HEAD"], 9);
    let both = expected(vec![(password(1), "a.yaml", first.clone()), (password(2), "b.yaml", detached)]);
    assert_eq!(found(repository.path(), &[]), both);
    assert_eq!(found(&linked, &[]), both);

    let shared = repository.beside("shared");
    repository.git(&["clone", "-q", "--shared", ".", &shared.to_string_lossy()]);
    assert_eq!(found(&shared, &[]), expected(vec![(password(1), "a.yaml", first)]));
}

#[test]
fn a_repository_that_can_not_be_opened_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let output = tidewaiter(&["history"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is not in a git repository"), "{}", text(&output.stderr));
    git(folder.path(), &["init", "-q", "--object-format=sha256"], 0);
    let output = tidewaiter(&["history"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("sha256"), "{}", text(&output.stderr));
    let empty = Repository::new();
    assert_eq!(tidewaiter(&["history"], empty.path()).status.code(), Some(0));
}

#[test]
fn a_damaged_pack_is_never_taken_for_a_clean_one() {
    let mut repository = Repository::new();
    for number in 1..=4 {
        let filler: String = (0..60).map(|line| format!("# line {line} of version {number}\n")).collect();
        repository.write("a.yaml", &format!("{filler}{}", secret("a", &password(number))));
        repository.write(&format!("folder/{number}.txt"), &filler);
        repository.commit("version");
    }
    repository.git(&["gc", "-q", "--aggressive", "--prune=now"]);
    assert_eq!(found(repository.path(), &[]).len(), 4);
    let folder = repository.path().join(".git/objects/pack");
    let files = fs::read_dir(&folder).expect("a folder").flatten().map(|file| file.path());
    let pack = files.into_iter().find(|path| path.extension().is_some_and(|e| e == "pack")).expect("a pack");
    let whole = fs::read(&pack).expect("readable");
    let listed = repository.git(&["verify-pack", "-v", &pack.with_extension("idx").to_string_lossy()]);
    let entries = listed.lines().filter(|line| line.split(' ').next().is_some_and(|id| id.len() == 40));
    let entries: Vec<usize> = entries.filter_map(|line| line.split_whitespace().nth(4)?.parse().ok()).collect();
    assert!(entries.len() > 12, "{listed}");
    fs::remove_file(&pack).expect("removed");
    for at in (0..whole.len()).step_by(whole.len() / 40) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x55;
        fs::write(&pack, &damaged).expect("written");
        let output = tidewaiter(&["history", "--format", "json"], repository.path());
        let error = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)), "byte {at}: {:?} {error}", output.status);
        assert!(!error.contains("internal error"), "byte {at}: {error}");
        // Without a report the run ended with an error.
        if let Ok(report) = serde_json::from_slice::<Value>(&output.stdout) {
            let lost = findings(&report).len() < 4;
            assert!(!lost || report["summary"]["incomplete"] == true, "byte {at}: {report}");
        }
    }
    // Kinds that git does not have, and sizes that nothing unpacks to.
    let headers = [&[0x5F][..], &[0x0F], &[0xAF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], &[0xBF, 0xFF, 0xFF, 0xFF, 0x7F]];
    for (at, header) in entries.into_iter().zip(headers.into_iter().cycle()) {
        let mut damaged = whole.clone();
        damaged[at..at + header.len()].copy_from_slice(header);
        fs::write(&pack, &damaged).expect("written");
        let output = tidewaiter(&["history", "--unreachable", "--format", "json"], repository.path());
        let error = text(&output.stderr);
        assert!(matches!(output.status.code(), Some(1 | 2)), "byte {at}: {:?} {error}", output.status);
        assert!(!error.contains("internal error"), "byte {at}: {error}");
    }
    fs::write(&pack, &whole[..whole.len() / 2]).expect("written");
    assert!(matches!(tidewaiter(&["history"], repository.path()).status.code(), Some(1 | 2)));
}

#[test]
fn a_pack_comes_to_the_same_as_its_objects_one_by_one() {
    let mut repository = Repository::new();
    let line = |number: u32| format!("# line {number}: nothing but words in here, as in most files\n");
    let stretch = |from: u32, to: u32| (from..to).map(line).collect::<String>();
    for number in 1..=12 {
        let (first, second) = (secret("a", &password(number / 3)), secret("b", &password(20 + number / 5)));
        let moved = stretch(90, 90 + 5 * number);
        repository.write("a.yaml", &format!("{moved}{first}---\n{}{second}# {number}\n{moved}", stretch(0, 60)));
        let token = format!("glpat-{}{}", password(number / 4), password(40).get(..8).expect("long enough"));
        repository.write("notes.md", &format!("{}the token: {token}\n{moved}", stretch(0, 80)));
        repository.commit("version");
    }
    let loose = found(repository.path(), &[]);
    assert!(loose.len() >= 10, "{loose:?}");
    repository.git(&["gc", "-q", "--aggressive", "--prune=now"]);
    assert_eq!(found(repository.path(), &[]), loose);
}

/// Feeds `git fast-import`, for repositories that no working tree could hold.
fn import(repository: &Repository, stream: &str) {
    repository.write("stream", stream);
    let command = "git fast-import --quiet <stream";
    let status = std::process::Command::new("sh").args(["-c", command]).current_dir(repository.path()).status();
    assert!(status.expect("sh runs").success());
    fs::remove_file(repository.path().join("stream")).expect("removed");
}

#[test]
fn folders_nested_without_end_are_said_and_do_not_end_the_run() {
    let repository = Repository::new();
    let deep = "d/".repeat(3_000);
    let content = secret("a", &password(1));
    let blob = |path: &str| format!("M 100644 inline {path}\ndata {}\n{content}\n", content.len());
    let commit = "commit refs/heads/main\ncommitter A <a@b> 1700000000 +0000\ndata 1\nx\n";
    import(&repository, &format!("{commit}{}{}", blob(&format!("{deep}deep.yaml")), blob("top.yaml")));
    let (said, code) = report(&["history"], repository.path());
    assert_eq!((code, findings(&said).len(), &said["summary"]["incomplete"]), (1, 1, &Value::Bool(true)));
    assert!(said["summary"]["problems"].to_string().contains("nested deeper"));
}

#[test]
fn folders_that_hold_each_other_many_times_take_no_time() {
    let repository = Repository::new();
    // Each level holds ten times the one below: ten thousand million files, ten trees.
    let content = secret("a", &password(1));
    let mut stream = format!("blob\nmark :1\ndata {}\n{content}\n", content.len());
    stream.push_str("commit refs/heads/main\ncommitter A <a@b> 1700000000 +0000\ndata 1\nx\nM 100644 :1 0\n");
    import(&repository, &stream);
    let mut tree = repository.git(&["rev-parse", "main^{tree}"]);
    for _ in 0..10 {
        let entries: String = (0..10).map(|name| format!("040000 tree {tree}\t{name}\n")).collect();
        repository.write("entries", &entries);
        let made = std::process::Command::new("sh")
            .args(["-c", "git mktree <entries"])
            .current_dir(repository.path())
            .output()
            .expect("sh runs");
        tree = text(&made.stdout).trim().to_owned();
    }
    let commit = repository.git(&["commit-tree", "-m", "bomb", &tree]);
    repository.git(&["update-ref", "refs/heads/bomb", &commit]);
    let start = std::time::Instant::now();
    assert_eq!(found(repository.path(), &[]).len(), 1);
    let next = repository.git(&["commit-tree", "-p", &commit, "-m", "again", &tree]);
    repository.git(&["update-ref", "refs/heads/bomb", &next]);
    assert_eq!(found(repository.path(), &["bomb^..bomb"]).len(), 0);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

#[test]
fn an_octopus_submodules_links_and_odd_names_are_walked() {
    let mut repository = Repository::new();
    repository.commit("start");
    for name in ["one", "two", "three"] {
        repository.git(&["checkout", "-q", "-b", name, "main"]);
        repository.write(&format!("{name}.txt"), name);
        repository.commit(name);
    }
    repository.git(&["checkout", "-q", "main"]);
    repository.git(&["merge", "-q", "--no-commit", "one", "two", "three"]);
    repository.write("own.yaml", &secret("own", &password(1)));
    let octopus = repository.commit("octopus");
    let gitlink = format!("160000,{},module", "1".repeat(40));
    repository.git(&["update-index", "--add", "--cacheinfo", &gitlink]);
    repository.git(&["commit", "-q", "-m", "a submodule"]);
    let odd = "a b\u{e9}\t\"x\".yaml";
    repository.write(odd, &secret("odd", &password(2)));
    repository.git(&["add", "--", odd]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("own.yaml", repository.path().join("link.yaml")).expect("a link");
    repository.git(&["add", "link.yaml"]);
    repository.git(&["commit", "-q", "-m", "odd"]);
    let last = repository.git(&["rev-parse", "HEAD"]);
    let all = vec![(password(1), "own.yaml", octopus), (password(2), odd, last)];
    assert_eq!(found(repository.path(), &[]), expected(all));
}

#[test]
fn nothing_that_a_configuration_names_is_run() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &secret("a", &password(1)));
    repository.write(".gitattributes", "*.yaml diff=evil filter=evil\n");
    repository.commit("one");
    let mark = repository.path().join("ran").to_string_lossy().into_owned();
    let command = format!("touch {mark}");
    for name in ["core.fsmonitor", "diff.evil.textconv", "filter.evil.smudge", "filter.evil.clean", "core.sshCommand"] {
        repository.git(&["config", name, &command]);
    }
    assert_eq!(found(repository.path(), &["--staged-too"]).len(), 1);
    assert!(!Path::new(&mark).exists());
}

#[test]
fn merged_shards_are_the_report_of_the_whole() {
    let mut repository = Repository::new();
    for number in 1..=6 {
        repository.write(&format!("folder/{number}.yaml"), &secret("a", &password(number)));
        repository.write(&format!("broken/{number}.yaml"), &format!("kind: Secret\ndata:\n\t- {number}: [\n}}\n"));
        repository.commit("one more");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let parts: Vec<String> = (1..=3)
        .map(|part| {
            let file = folder.path().join(format!("{part}.json")).to_string_lossy().into_owned();
            let shard = format!("{part}/3");
            tidewaiter(&["history", "--shard", &shard, "--output", &format!("json={file}")], repository.path());
            file
        })
        .collect();
    let mut args = vec!["report", "merge"];
    args.extend(parts.iter().map(String::as_str));
    let (merged, code) = report(&args, repository.path());
    let (whole, _) = report(&["history"], repository.path());
    assert_eq!((code, findings(&merged).len()), (1, 6));
    assert_eq!(merged["findings"], whole["findings"]);
    let timeless = |report: &Value| {
        let mut summary = report["summary"].clone();
        summary["elapsed_ms"] = Value::Null;
        summary
    };
    assert_eq!(timeless(&merged), timeless(&whole));
    assert_eq!(whole["summary"]["problems"][0]["count"], 6, "{whole}");
    args.pop();
    let (merged, _) = report(&args, repository.path());
    assert!(merged["summary"]["problems"].to_string().contains("part 3 of 3 is missing"), "{merged}");
}
