//! The shape of the source tree: the layers, and that rule, check, test data and documents belong together.

use std::fs;
use std::path::{Path, PathBuf};

use crate::program::root;

/// What each stage may import beside itself. `engine` and `cli` join the stages and may import all.
const LAYERS: &[(&str, &[&str])] = &[
    ("keyword", &[]),
    ("pattern", &[]),
    ("model", &["pattern"]),
    ("encoding", &["model"]),
    ("shell", &["model"]),
    ("rules", &["model", "pattern"]),
    ("rule_file", &["model"]),
    ("replace", &[]),
    ("source", &["model", "replace"]),
    ("document", &["model", "encoding", "shell"]),
    ("check", &["model", "encoding", "shell", "rules", "rule_file", "keyword", "pattern"]),
    ("config", &["model", "rules", "rule_file", "pattern", "check", "document", "suppress"]),
    ("hook", &["source"]),
    ("suppress", &["model", "rules"]),
    ("report", &["model", "rules"]),
];

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|e| e == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The crate's modules that the text imports, tests left out.
fn imports(text: &str) -> Vec<String> {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let mut found = Vec::new();
    for part in text.split("crate::").skip(1) {
        match part.strip_prefix('{') {
            Some(list) => {
                let list = list.split(';').next().unwrap_or_default();
                let names = list.split(',').map(|name| name.trim().split("::").next().unwrap_or_default());
                found.extend(names.map(|name| name.trim_end_matches('}').trim().to_owned()));
            }
            None => found.push(part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()),
        }
    }
    found
}

#[test]
fn no_stage_imports_a_later_one() {
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let relative = path.strip_prefix(root().join("src")).unwrap_or(&path);
        let stage = relative.iter().next().unwrap_or_default().to_string_lossy().replace(".rs", "");
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == stage) else { continue };
        let text = fs::read_to_string(&path).expect("readable");
        for import in imports(&text) {
            let known = LAYERS.iter().any(|(name, _)| *name == import) || ["engine", "cli"].contains(&&*import);
            if known && import != stage && !allowed.contains(&&*import) {
                wrong.push(format!("{} imports {import}", relative.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_structural_rule_has_its_check_and_its_test_data() {
    let mut wrong = Vec::new();
    for rule in tidewaiter::rules::STRUCTURAL {
        let family = &rule.family;
        let stem = rule.id.trim_start_matches(&format!("{family}-")).replace('-', "_");
        let check = root().join(format!("src/check/{family}/{stem}.rs"));
        if !check.exists() {
            wrong.push(format!("{}: no {}", rule.id, check.display()));
        }
        let data = root().join("testdata").join(&*rule.id).join("expected.tsv");
        if !data.exists() {
            wrong.push(format!("{}: no {}", rule.id, data.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_source_file_says_what_it_is_for() {
    let silent: Vec<_> = files(&root().join("src"), "rs")
        .into_iter()
        .filter(|path| !fs::read_to_string(path).expect("readable").starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn each_dependency_is_justified() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("readable");
    let page = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("readable");
    let mut section = "";
    for line in manifest.lines() {
        section = if line.starts_with('[') { line } else { section };
        let name = line.split([' ', '=']).next().unwrap_or_default();
        if section.ends_with("dependencies]") && !name.is_empty() && !line.starts_with(['[', '#']) {
            assert!(page.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn paths_named_in_documents_exist() {
    let mut wrong = Vec::new();
    for path in fs::read_dir(root()).expect("readable").flatten().map(|e| e.path()) {
        if path.extension().is_none_or(|e| e != "md") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("readable");
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let quoted = text.split('`').skip(1).step_by(2).filter(|code| {
            ["src/", "rules/", "testdata/", "tests/", "benches/", "schema/", "docs/", "examples/"]
                .iter()
                .any(|start| code.starts_with(start))
                && !code.contains(['<', '*', ' ', '{', '…'])
        });
        for target in links.chain(quoted) {
            let target = target.split('#').next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !root().join(target).exists() {
                wrong.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
