//! What all checks together take from a path, beside the kind of its name. One text under paths of different bearing is judged
//! as each.

use super::token::own::Own;
use super::{claim, docker, files, text, token};
use crate::model::behind_last;

/// How a path bears on what is found under it.
#[derive(Debug, PartialEq, Eq)]
pub struct Bearing {
    /// Whether the path is that of a sample, an example, a model, documentation, a translation, a test, or foreign data.
    is: [bool; 7],
    /// Which of the team's own rules look at it.
    own: Vec<bool>,
}

impl Bearing {
    /// That of a path, for a team with these rules.
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
        Self { is, own: own.map(|own| own.looks_at(path)).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::Bearing;

    #[test]
    fn paths_of_one_bearing_are_judged_alike() {
        let is_same = |one, other| Bearing::of(one, None) == Bearing::of(other, None);
        for (one, other) in [("a.yaml", "b/c.yaml"), ("stable/x/values.yaml", "incubator/x/values.yaml")] {
            assert!(is_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("src/a.txt", "test/a.txt"),
            ("a.yaml", "examples/a.yaml"),
            ("config.env", "config.env.example"),
            ("a.json", "locales/a.json"),
            ("keys.go", "keys_test.go"),
            ("docs/a.yaml", "a.yaml"),
        ] {
            assert!(!is_same(one, other), "{one} {other}");
        }
    }
}
