//! What all checks together take from a path. One text under paths of different kinds is judged as each.

use super::token::own::Own;
use super::{claim, docker, files, text, token};
use crate::document::NameKind;
use crate::model::behind_last;

/// The kind of a path: a text under another path of the same kind is judged alike, but for what an allowlist accepts.
#[derive(Debug, PartialEq, Eq)]
pub struct PathKind {
    name: NameKind,
    /// Whether the path is that of a sample, an example, a model, documentation, a translation, a test, or foreign data.
    is: [bool; 7],
    /// Which of the team's own rules look at it.
    own: Vec<bool>,
}

impl PathKind {
    /// The kind of a path, for a team with these rules.
    pub fn of(path: &str, own: Option<&Own>) -> Self {
        let is = [
            text::is_sample(path),
            claim::is_example(path),
            claim::is_model(path),
            claim::is_documented(path),
            files::is_translation(path),
            token::is_test(behind_last(path, b'/')),
            docker::is_foreign(path),
        ];
        Self { name: NameKind::of(path), is, own: own.map(|own| own.looks_at(path)).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::PathKind;

    #[test]
    fn paths_of_one_kind_are_judged_alike() {
        let is_same = |one, other| PathKind::of(one, None) == PathKind::of(other, None);
        for (one, other) in [("a.yaml", "b/c.yaml"), ("stable/x/values.yaml", "incubator/x/values.yaml")] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("src/a.txt", "test/a.txt"),
            ("a.yaml", "examples/a.yaml"),
            ("config.env", "config.env.example"),
            ("a/config", ".aws/config"),
            ("a.json", "locales/a.json"),
            ("keys.go", "keys_test.go"),
            ("docs/a.yaml", "a.yaml"),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
