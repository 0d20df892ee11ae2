//! `tidewaiter history`: a secret that another rule finds after a rename or a change around it is still the same secret.

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
        repository.write(new, &format!("{}# more\n", lines(&text)));
        repository.commit("change");
        assert_eq!(found(&repository, &[]), first);
        repository.git(&["reset", "-q", "--soft", "HEAD~2"]);
        repository.commit("move and change");
        assert_eq!(found(&repository, &[]), first);
        assert_eq!(found(&repository, &["HEAD^!"]), [], "{old}");
    }
}

#[test]
fn what_becomes_something_else_in_its_file_is_still_one_finding() {
    let mut repository = Repository::new();
    let secret = secret("web", &password(1)).replace("kind: Secret", "kind: ConfigMap").replace("stringData", "data");
    repository.write("a.yaml", &secret);
    repository.commit("a config map");
    let first = found(&repository, &[]);
    repository.write("a.yaml", &secret.replace("kind: ConfigMap", "kind: Secret").replace("data:", "stringData:"));
    repository.commit("a secret");
    assert_eq!((first.len(), found(&repository, &[])), (1, first));
    assert_eq!(found(&repository, &["HEAD^!"]), []);
    // Beside the first, the same text is a second finding.
    repository.write("b.yaml", &secret);
    repository.commit("another file");
    let more = format!("{secret}---\n{}", secret.replace("ConfigMap", "Secret").replace("data:", "stringData:"));
    repository.write("b.yaml", &more);
    repository.commit("a second one");
    let both = found(&repository, &["HEAD~2.."]);
    assert_eq!(both.len(), 2, "{both:?}");
    assert_eq!(found(&repository, &["HEAD^!"]).len(), 1);
}

#[test]
fn a_range_says_what_head_has_of_it_in_later_versions() {
    let mut repository = Repository::new();
    repository.write("a.yaml", &lines(&secret("a", &password(1))));
    repository.write("b.yaml", &lines(&secret("b", &password(2))));
    repository.write("c.yaml", &lines(&secret("c", &password(3))));
    repository.commit("one");
    repository.git(&["tag", "v1"]);
    repository.git(&["mv", "a.yaml", "moved.yaml"]);
    repository.write("moved.yaml", &format!("{}# more\n", lines(&secret("a", &password(1)))));
    repository.write("b.yaml", &format!("{}# more\n", lines(&secret("b", &password(2)))));
    repository.write("c.yaml", "nothing: here\n");
    repository.commit("two");
    let said: Vec<_> = found(&repository, &["v1"]).into_iter().map(|(_, path, in_head)| (path, in_head)).collect();
    let expected = [("a.yaml", true), ("b.yaml", true), ("c.yaml", false)];
    assert_eq!(said, expected.map(|(path, in_head)| (path.to_owned(), in_head)));
}
