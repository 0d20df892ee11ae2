//! Compose files: `environment` (map and list), build arguments, literals of `secrets`, commands.

use crate::check::credential::Setting;
use crate::check::{Check, Context, Pair, Shape, claim};
use crate::model::{Document, Kind, NodeId, Role, Rule};
use crate::rules;

/// The rule `ci-compose`.
pub struct Compose;

impl Check for Compose {
    fn rule(&self) -> &'static Rule {
        &rules::CI_COMPOSE
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::Compose
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some(tree) = doc.tree() else { return };
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            if tree.kind(node) != Kind::Mapping {
                continue;
            }
            for key in ["command", "entrypoint", "test"] {
                let Some(value) = tree.get(node, key) else { continue };
                claim::command(self.rule(), doc, &claim::words(tree, value), key, cx);
                claim::script(self.rule(), doc, value, key, cx);
            }
        }
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.shape == Shape::Item {
            return true;
        }
        let below = |key: &str| pair.path.keys().any(|k| k == key);
        let setting = if below("environment") || below("args") || below("secrets") {
            Setting::Environment
        } else {
            Setting::Configuration
        };
        // `secrets: {db: {file: x}}` names files; only `environment` and `content` hold anything.
        if !(pair.path.keys().next() == Some("secrets") && !matches!(pair.name, "content")) {
            claim::judge(self.rule(), pair, setting, cx);
        }
        true
    }
}
