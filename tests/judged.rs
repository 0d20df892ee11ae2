//! Values that are judged by what stands around them, as a scan reports them.

use std::fs;

use tempfile::TempDir;

use crate::program::{findings, report};
use crate::repository::Repository;

/// Where the findings of a file with this name and text stand.
fn found(name: &str, text: &str) -> Vec<String> {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join(name), text).expect("writable");
    let (report, _) = report(&["scan", name, "--no-config"], folder.path());
    findings(&report).iter().map(|found| found["structural_path"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_secret_called_secret_is_one_beside_its_client() {
    let text = r#"{
        "clients": [{"clientId": "desk", "secret": "secret"}],
        "credentials": {"secret": "secret"},
        "columns": {"secret": "secret"}
    }"#;
    assert_eq!(found("realm.json", text), ["clients[0].secret", "credentials.secret"]);
}

#[test]
fn a_generated_password_in_a_commit_message_is_found_before_more_words() {
    let mut repository = Repository::new();
    let messages = [
        ("deploy with password=Vk9sPq2ZxW7mLt4R ok", 1),
        ("password: Wd4nRb8YtK2hXc6M. Then start", 1),
        ("deploy --password Rc8xGn4VbT6qMj2W --user shop", 1),
        ("deploy with password=correcthorsebattery ok", 0),
        ("say in the password: field that it is required", 0),
    ];
    for (message, count) in messages {
        let commit = repository.commit(message);
        let (report, _) = report(&["history", &format!("{commit}^!")], repository.path());
        assert_eq!(findings(&report).len(), count, "{message}");
    }
}
