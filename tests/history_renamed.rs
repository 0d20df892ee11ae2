//! `tidewaiter history`: secrets that another rule finds after a rename, and what HEAD has of them.

use serde_json::Value;

use crate::history::password;
use crate::program::{findings, report};
use crate::repository::{Repository, secret};

/// What is found: the rule, the path, and whether HEAD has it.
fn found(repository: &Repository, args: &[&str]) -> Vec<(String, String, bool)> {
    let (report, _) = report(&[&["history"], args].concat(), repository.path());
    let text = |finding: &Value, name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    let found = findings(&report);
    found.iter().map(|f| (text(f, "rule"), text(f, "path"), f["in_head"] == true)).collect()
}

fn lines(text: &str) -> String {
    let more: String = (0..20).map(|number| format!("# {number}\n")).collect();
    format!("{text}\n{more}")
}

#[test]
fn a_renamed_file_that_another_rule_reads_brings_nothing_new() {
    let names = [
        ("a.yml", "a.txt", format!("password: {}", password(1))),
        ("config", "config.yml", format!("password: {}", password(2))),
        ("app.properties", "app.txt", format!("db.password={}", password(3))),
        ("deploy.sh", "run.txt", "export DB_PASSWORD=osprey-Lantern-88".to_owned()),
    ];
    for (old, new, text) in names {
        let mut repository = Repository::new();
        repository.write(old, &lines(&text));
        repository.commit("add");
        repository.git(&["mv", old, new]);
        repository.commit("move");
        let first = found(&repository, &[]);
        assert_eq!(first.len(), 1, "{old}");
        assert!(first[0].1 == old && first[0].2, "{first:?}");
        assert_eq!(found(&repository, &["HEAD^!"]), [], "{old}");
    }
}

#[test]
fn what_becomes_graver_by_a_rename_is_new() {
    let mut repository = Repository::new();
    let text = "FROM a AS build\nENV DB_PASSWORD=osprey-Lantern-88\nRUN x\nFROM b\nCOPY --from=build /x /x\n";
    repository.write("Dockerfile", text);
    repository.commit("in a build stage");
    repository.write("Dockerfile", "FROM b\nARG DB_PASSWORD=osprey-Lantern-88\nRUN y\n");
    repository.commit("in the image");
    assert_eq!(found(&repository, &["HEAD^!"]).len(), 1);
    assert_eq!(report(&["history", "--fail-on", "high"], repository.path()).1, 1);
}

#[test]
fn what_another_rule_finds_in_its_file_now_is_still_in_head() {
    let mut repository = Repository::new();
    let secret = secret("web", "osprey-Lantern-88");
    repository.write("a.yaml", &secret.replace("kind: Secret", "kind: ConfigMap").replace("stringData", "data"));
    repository.commit("a config map");
    repository.write("a.yaml", &secret);
    repository.commit("a secret");
    let in_head: Vec<bool> = found(&repository, &[]).into_iter().map(|(.., in_head)| in_head).collect();
    assert_eq!(in_head, [true, true]);
    repository.write("a.yaml", "nothing: here\n");
    repository.commit("gone");
    let in_head: Vec<bool> = found(&repository, &[]).into_iter().map(|(.., in_head)| in_head).collect();
    assert_eq!(in_head, [false, false]);
}

#[test]
fn one_secret_hides_no_second_place_under_another_rule() {
    let mut repository = Repository::new();
    let map =
        secret("web", "osprey-Lantern-88").replace("kind: Secret", "kind: ConfigMap").replace("stringData", "data");
    repository.write("a.yaml", &map);
    repository.commit("one");
    repository.git(&["rm", "-q", "a.yaml"]);
    repository.write("b.yaml", &secret("x", "osprey-Lantern-88"));
    repository.write("run.sh", "export DB_PASSWORD=osprey-Lantern-88\n");
    repository.commit("two");
    assert_eq!(found(&repository, &["HEAD^!"]).len(), 2);
    assert_eq!(found(&repository, &[]).len(), 3);
}

#[test]
fn a_range_says_what_head_has_of_it_in_later_versions() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &lines(&secret("a", &password(1))));
    repository.write("b.yaml", &lines(&secret("b", &password(2))));
    repository.write("c.yaml", &lines(&secret("c", &password(3))));
    repository.write("d.yaml", &lines(&secret("d", &password(5))));
    repository.commit("one");
    repository.git(&["tag", "v1"]);
    repository.git(&["mv", "a.yaml", "moved.yaml"]);
    repository.write("moved.yaml", &format!("{}# more\n", lines(&secret("a", &password(1)))));
    repository.write("b.yaml", &format!("{}# more\n", lines(&secret("b", &password(2)))));
    repository.write("c.yaml", "nothing: here\n");
    repository.write("d.yaml", "nothing: here\n");
    repository.write("taken.yaml", &secret("d", &password(5)));
    repository.commit("two");
    let said: Vec<_> = found(&repository, &["v1"]).into_iter().map(|(_, path, in_head)| (path, in_head)).collect();
    let expected = [("a.yaml", true), ("b.yaml", true), ("c.yaml", false), ("d.yaml", true)];
    assert_eq!(said, expected.map(|(path, in_head)| (path.to_owned(), in_head)));
}
