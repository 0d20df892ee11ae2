//! Compose files: `environment` (map and list), build arguments, literals of `secrets`, commands.

use crate::check::credential::{self, NameKind, Setting};
use crate::check::{Check, Context, Pair, Shape, claim, route};
use crate::model::{Document, Kind, NodeId, Role, Rule, Tree};
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
        let before = cx.findings.len();
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            if tree.kind(node) != Kind::Mapping {
                continue;
            }
            for key in ["command", "entrypoint", "test"] {
                let Some(value) = tree.get(node, key) else { continue };
                self.command(doc, tree, value, key, cx);
            }
        }
        route::tell(doc, &mut cx.findings[before..]);
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.shape == Shape::Item {
            return true;
        }
        let below = |key: &str| pair.path.keys().any(|k| k == key);
        let setting = if below("environment") || below("args") { Setting::Environment } else { Setting::Configuration };
        if pair.path.keys().next() == Some("secrets") {
            self.secret(pair, cx);
        } else {
            claim::judge(self.rule(), pair, setting, cx);
        }
        true
    }
}

impl Compose {
    fn command(&self, doc: &Document<'_>, tree: &Tree<'_>, value: NodeId, key: &str, cx: &mut Context<'_>) {
        let words = claim::words(tree, value);
        // A health check says first how what follows is run.
        match (key, words.first().and_then(|&first| tree.str(first))) {
            ("test", Some("CMD")) => claim::command(self.rule(), doc, &words[1..], key, cx),
            ("test", Some("CMD-SHELL")) => {
                for &line in &words[1..] {
                    claim::script(self.rule(), doc, line, key, cx);
                }
            }
            (_, Some(_)) => claim::command(self.rule(), doc, &words, key, cx),
            (_, None) => claim::script(self.rule(), doc, value, key, cx),
        }
    }

    /// A top-level secret: `file` names a file and `environment` a variable, unless someone put the secret itself there.
    fn secret(&self, pair: &Pair<'_>, cx: &mut Context<'_>) {
        let has = |known: fn(&u8) -> bool| pair.value.bytes().any(|b| known(&b));
        let name = pair.value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        // Variables are called `SHOP_TOKEN`, at times `shop_token`: a small letter and a digit in one word are a value.
        let value = has(u8::is_ascii_lowercase)
            && (credential::looks_random(pair.value) || has(u8::is_ascii_digit) && !pair.value.contains('_'));
        let variable = name && !value;
        if pair.name == "content" || pair.name == "environment" && !variable {
            claim::judge_as(self.rule(), pair, NameKind::Credential, Setting::Secret, cx);
        }
    }
}
