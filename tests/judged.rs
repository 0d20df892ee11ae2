//! Values that are judged by what stands around them, as a scan reports them.

use std::fs;

use tempfile::TempDir;

use crate::program::{findings, report};

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
