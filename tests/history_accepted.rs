//! What was accepted, or is nothing under one path, and is open at another or in a later version: in histories and ranges.

use std::fs;

use crate::program::{findings, report};
use crate::repository::{Repository, secret};

const SECRET: &str = "plover-Crag-77x";

fn accepted() -> String {
    secret("a", &format!("{SECRET} # tidewaiter:allow"))
}

fn open() -> String {
    secret("a", SECRET)
}

/// Makes the commits, each of paths with their new contents (none: the file goes), and gives what is open with these arguments:
/// paths and lines.
struct Case(Repository);

impl Case {
    fn new(commits: &[&[(&str, Option<&str>)]]) -> Self {
        let mut repository = Repository::new();
        repository.write(".tidewaiter.yaml", "allowlist:\n  - {path: fixtures/**, reason: made up}\n");
        repository.commit("settings");
        for (number, files) in commits.iter().enumerate() {
            for (path, content) in *files {
                match content {
                    Some(content) => repository.write(path, content),
                    None => fs::remove_file(repository.path().join(path)).expect("removed"),
                }
            }
            repository.commit(&number.to_string());
        }
        Self(repository)
    }

    fn open(&self, args: &[&str]) -> Vec<String> {
        let (report, code) = report(args, self.0.path());
        let place = |finding: &serde_json::Value| {
            format!("{}:{}", finding["path"].as_str().unwrap_or_default(), finding["line"])
        };
        let mut places: Vec<String> = findings(&report).iter().map(place).collect();
        places.sort();
        assert_eq!(code, i32::from(!places.is_empty()), "{report}");
        places
    }

    /// Checks what is open in the working tree, in the whole history and in the last commits.
    fn check(&self, tree: &[&str], whole: &[&str], ranges: &[(&str, &[&str])]) {
        assert_eq!(self.open(&["scan"]), tree, "the tree");
        assert_eq!(self.open(&["history"]), whole, "the whole history");
        for (range, open) in ranges {
            assert_eq!(self.open(&["history", range]), *open, "{range}");
        }
    }
}

#[test]
fn a_comment_that_is_taken_away_is_news_wherever_the_accepted_text_came_up_again() {
    let (accepted, open) = (accepted(), open());
    let case = Case::new(&[
        &[("p.yaml", Some(&accepted))],
        &[("p.yaml", None), ("q.yaml", Some(&accepted))],
        &[("q.yaml", Some(&open))],
    ]);
    case.check(&["q.yaml:6"], &["q.yaml:6"], &[("HEAD^!", &["q.yaml:6"]), ("HEAD~2..", &["q.yaml:6"])]);
    let case = Case::new(&[
        &[("p.yaml", Some(&accepted))],
        &[("p.yaml", Some(&open))],
        &[("p.yaml", Some(&accepted))],
        &[("p.yaml", Some(&open))],
    ]);
    let open: &[&str] = &["p.yaml:6"];
    case.check(open, open, &[("HEAD^!", open), ("HEAD~2..", &[]), ("HEAD~3..", open)]);
}

#[test]
fn a_comment_accepts_nothing_in_other_versions_or_other_lines() {
    let (accepted, open) = (accepted(), open());
    let case = Case::new(&[
        &[("fixtures/x.yaml", Some(&accepted))],
        &[("fixtures/x.yaml", None), ("open/x.yaml", Some(&accepted))],
        &[("open/x.yaml", Some(&open))],
    ]);
    case.check(&["open/x.yaml:6"], &["open/x.yaml:6"], &[("HEAD^!", &["open/x.yaml:6"])]);
    let both = format!("{accepted}---\n{open}");
    let case =
        Case::new(&[&[("fixtures/x.yaml", Some(&both))], &[("fixtures/x.yaml", None), ("prod/x.yaml", Some(&both))]]);
    case.check(&["prod/x.yaml:13"], &["prod/x.yaml:13"], &[("HEAD^!", &["prod/x.yaml:13"])]);
    let longer = format!("# more\n{both}");
    let case = Case::new(&[&[("p.yaml", Some(&both))], &[("p.yaml", Some(&longer))]]);
    case.check(&["p.yaml:14"], &["p.yaml:13"], &[("HEAD^!", &[])]);
}

#[test]
fn each_of_two_equal_secrets_that_leave_an_accepted_folder_is_told() {
    let both = format!("{}---\n{}", open(), open());
    let case =
        Case::new(&[&[("fixtures/x.yaml", Some(&both))], &[("fixtures/x.yaml", None), ("open/x.yaml", Some(&both))]]);
    let open: &[&str] = &["open/x.yaml:13", "open/x.yaml:6"];
    case.check(open, open, &[("HEAD^!", open)]);
}

#[test]
fn a_copy_in_an_accepted_folder_accepts_no_other() {
    let (open, other) = (open(), format!("{}# 1\n", open()));
    let case = Case::new(&[
        &[("open/x.yaml", Some(&other))],
        &[("open/x.yaml", None), ("fixtures/x.yaml", Some(&open))],
        &[("prod/x.yaml", Some(&open))],
    ]);
    case.check(&["prod/x.yaml:6"], &["open/x.yaml:6"], &[("HEAD^!", &["prod/x.yaml:6"])]);
    // The branch that is asked for decides, whatever is checked out.
    case.0.git(&["checkout", "-q", "--detach", "HEAD^"]);
    case.check(&[], &[], &[("main", &["open/x.yaml:6"])]);
    // A place beyond many others counts, too.
    let places: Vec<String> = (0..40).map(|number| format!("d{number}/x.yaml")).collect();
    let first: Vec<_> = places.iter().map(|path| (&**path, Some(&*open))).collect();
    let gone: Vec<_> = places[..39].iter().map(|path| (&**path, None)).collect();
    let case = Case::new(&[&[&[("fixtures/x.yaml", Some(&*open))][..], &first].concat(), &gone]);
    case.check(&["d39/x.yaml:6"], &["d0/x.yaml:6"], &[]);
    let many: Vec<String> = (0..40).map(|number| format!("fixtures/{number}/x.yaml")).collect();
    let many: Vec<_> = many.iter().map(|path| (&**path, Some(&*open))).collect();
    let case = Case::new(&[&many, &[("prod/x.yaml", Some(&open))]]);
    case.check(&["prod/x.yaml:6"], &["prod/x.yaml:6"], &[("HEAD^!", &["prod/x.yaml:6"])]);
}

#[test]
fn what_was_open_once_and_is_gone_is_open() {
    let (accepted, open) = (accepted(), open());
    let case = Case::new(&[
        &[("p.yaml", Some(&accepted))],
        &[("p.yaml", Some(&open))],
        &[("p.yaml", None), ("other.yaml", Some("a: b\n"))],
    ]);
    case.check(&[], &["p.yaml:6"], &[("HEAD~2..", &["p.yaml:6"]), ("HEAD^!", &[])]);
}

#[test]
fn a_text_of_a_test_that_becomes_a_real_one_is_read_again() {
    let text = format!("password = \"{SECRET}\"\n");
    let case = Case::new(&[&[("test/b.txt", Some(&text))], &[("test/b.txt", None), ("src/a.txt", Some(&text))]]);
    let open: &[&str] = &["src/a.txt:1"];
    case.check(open, open, &[("HEAD^!", open), ("HEAD~2..", open)]);
}
