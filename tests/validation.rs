//! What offline validation makes of tokens, as a scan reports it.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{findings, report, root};

/// The findings of a file that holds this text: a manifest, or notes.
fn scanned(content: &str) -> Vec<Value> {
    let folder = TempDir::new().expect("a temporary folder");
    let name = if content.starts_with("apiVersion:") { "secret.yaml" } else { "notes.txt" };
    fs::write(folder.path().join(name), content).expect("writable");
    let (report, _) = report(&["scan", name, "--no-config"], folder.path());
    findings(&report).to_vec()
}

/// What the only finding is said to be, its severity and its confidence.
fn only(content: &str) -> [String; 3] {
    let found = scanned(content);
    assert_eq!(found.len(), 1, "{content}\n{found:?}");
    ["what", "severity", "confidence"].map(|key| found[0][key].as_str().unwrap_or_default().to_owned())
}

fn token(header: &str, claims: &str) -> String {
    let part = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
    format!("{}.{}.{}", part(header), part(claims), part("a signature that nobody has made"))
}

#[test]
fn tokens_say_what_they_are_worth() {
    let jwt = |claims: &str| only(&format!("session: {}\n", token(r#"{"alg":"HS256","typ":"JWT"}"#, claims)));
    assert_eq!(jwt(r#"{"sub":"gate","exp":1614816000}"#), ["JSON Web Token, expired 2021-03-04", "low", "high"]);
    assert_eq!(jwt(r#"{"sub":"gate","exp":4107542400}"#), ["JSON Web Token, until 2100-03-01", "medium", "high"]);
    let key = "wYq7kT2mVx9sLr4bNd8hJc3f";
    assert_eq!(only(&format!("sk_live_{key}\n")), ["Stripe secret key, live mode", "critical", "high"]);
    assert_eq!(only(&format!("sk_test_{key}\n")), ["Stripe secret key, test mode", "medium", "high"]);
    let wrong = format!("ghp_{key}Qw3rTy7uIo9p\n");
    assert_eq!(only(&wrong), ["GitHub token, its checksum is wrong", "critical", "medium"]);
}

#[test]
fn an_encrypted_key_is_worth_less_and_a_cut_one_nothing() {
    let rules = fs::read_to_string(root().join("rules/providers/private-key.yaml")).expect("readable");
    let key = |mark: &str| {
        let line = rules.lines().find(|line| line.contains(mark)).expect("an example");
        line.trim().trim_start_matches("- ").trim_matches('"').replace("\\n", "\n")
    };
    let plain = key("BEGIN RSA PRIVATE KEY-----\\nMII");
    assert_eq!(only(&plain), ["RSA private key, 1024 bits", "critical", "high"]);
    assert_eq!(only(&key("Proc-Type: 4,ENCRYPTED")), ["RSA private key, encrypted", "medium", "high"]);
    let lines: Vec<&str> = plain.lines().collect();
    let cut = [&lines[..3], &lines[lines.len() - 1..]].concat().join("\n");
    assert_eq!(scanned(&cut), Vec::<Value>::new());
}

#[test]
fn a_secret_of_kubernetes_says_the_same_of_what_it_holds() {
    let expired = token(r#"{"alg":"HS256"}"#, r#"{"sub":"gate","exp":1614816000}"#);
    let secret = |field: &str, value: &str| {
        only(&format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: gate}}\n{field}:\n  session: {value}\n"))
    };
    let expected = ["JSON Web Token, expired 2021-03-04", "low", "high"];
    assert_eq!(secret("stringData", &expired), expected);
    assert_eq!(secret("data", &data_encoding::BASE64.encode(expired.as_bytes())), expected);
}

#[test]
fn what_a_provider_publishes_is_no_finding() {
    let secret = ["wJalrXUtnFEMI/K7MDENG", "bPxRfiCYEXAMPLEKEY"].join("/");
    let text = format!("aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = {secret}\n");
    assert_eq!(scanned(&text), Vec::<Value>::new());
    assert_eq!(
        scanned("url: https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX\n").len(),
        0
    );
}
