//! Provider tokens: found in every kind of file and encoding, once, by the rule that knows them best.

use std::fs;
use std::io::Write;
use std::path::Path;

use data_encoding::{BASE64, HEXLOWER};
use flate2::{Compression, write::GzEncoder};
use serde_json::Value;

use crate::program::{findings, report};

/// A token of the shape of GitLab's, put together here so that no scanner stops at this file.
fn token() -> String {
    ["glpat", "x7Kq02LmZt94QdWn8sVr"].join("-")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::fast());
    writer.write_all(text.as_bytes()).expect("written");
    writer.finish().expect("compressed")
}

/// The findings in one file of this name and text.
fn found(name: &str, text: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("folders");
    fs::write(path, text).expect("written");
    findings(&report(&["scan", ".", "--no-config"], folder.path()).0).to_vec()
}

#[test]
fn a_token_is_found_in_every_kind_of_text() {
    let token = token();
    for (name, text) in [
        ("main.go", format!("client := gitlab.New(\"{token}\")\n")),
        ("build.log", format!("2024-03-01 cloning with {token} ...\n")),
        ("notes.md", format!("Use `{token}` for now.\n")),
        ("values.yaml", format!("# token: {token}\nreplicas: 1\n")),
        ("Dockerfile", format!("FROM alpine\n# {token}\n")),
        ("data.json", format!("{{\"a\": [\"{token}\"]}}\n")),
    ] {
        let found = found(name, &text);
        assert_eq!(found.len(), 1, "{name}: {found:?}");
        let start = text.find(&token).unwrap_or(0) as u64;
        assert_eq!(found[0]["rule"], "gitlab-personal-token", "{name}");
        assert_eq!(
            (found[0]["start_byte"].as_u64(), found[0]["end_byte"].as_u64()),
            (Some(start), Some(start + token.len() as u64))
        );
    }
}

#[test]
fn encoded_tokens_are_found_where_the_encoded_text_stands() {
    let text = format!("{{\"registry\": {{\"token\": \"{}\"}}, \"name\": \"a name that makes it longer\"}}", token());
    let release = BASE64.encode(&gzip(&text));
    for encoded in [
        BASE64.encode(text.as_bytes()),
        HEXLOWER.encode(text.as_bytes()),
        release.clone(),
        BASE64.encode(release.as_bytes()),
    ] {
        let file = format!("const state = \"{encoded}\";\n");
        let found = found("state.js", &file);
        assert_eq!(found.len(), 1, "{file}: {found:?}");
        assert_eq!(found[0]["rule"], "gitlab-personal-token");
        let (start, end) = (found[0]["start_byte"].as_u64(), found[0]["end_byte"].as_u64());
        assert!(start >= Some(15) && end <= Some(15 + encoded.len() as u64), "{start:?} {end:?}");
    }
}

#[test]
fn a_token_in_a_secret_is_one_finding_that_knows_both() {
    let data = BASE64.encode(token().as_bytes());
    let text = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: ci}}\ndata:\n  gitlab: {data}\n");
    let found = found("secret.yaml", &text);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["rule"], "gitlab-personal-token");
    assert_eq!(found[0]["structural_path"], "Secret/ci data.gitlab");
    assert_eq!(found[0]["line"], 5);
}

#[test]
fn a_helm_release_is_looked_into() {
    let release =
        format!("{{\"config\": {{\"ci\": {{\"token\": \"{}\"}}}}, \"chart\": {{\"name\": \"shop\"}}}}", token());
    let inner = BASE64.encode(&gzip(&release));
    let data = BASE64.encode(inner.as_bytes());
    let text = format!(
        "apiVersion: v1\nkind: Secret\nmetadata: {{name: sh.helm.release.v1.shop.v1}}\ntype: helm.sh/release.v1\ndata:\n  release: {data}\n"
    );
    let found = found("release.yaml", &text);
    assert!(found.iter().any(|finding| finding["rule"] == "gitlab-personal-token"), "{found:?}");
    assert!(found.iter().all(|finding| finding["line"] == 6));
}

#[test]
fn no_rule_of_tokens_runs_that_was_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("a.go"), format!("x := \"{}\"\n", token())).expect("written");
    let count = |args: &[&str]| {
        let args: Vec<&str> = ["scan", ".", "--no-config"].iter().chain(args).copied().collect();
        findings(&report(&args, folder.path()).0).len()
    };
    assert_eq!(count(&["--exclude-rule", "gitlab-personal-token"]), 0);
    assert_eq!(count(&["--rule", "gitlab-personal-token"]), 1);
    assert_eq!(count(&["--rule", "kubernetes"]), 0);
}
