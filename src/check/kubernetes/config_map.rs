//! Values of ConfigMaps under a credential's name. Whole files in a ConfigMap are documents of their own.

use std::sync::Arc;

use crate::check::credential::{self, Setting, ValueKind};
use crate::check::{Check, Context, Pair, claim};
use crate::encoding;
use crate::model::{Document, NodeId, Rule, SpanMap, Tree};
use crate::rules;

/// The rule `kubernetes-config-map`.
pub struct ConfigMap;

impl Check for ConfigMap {
    fn rule(&self) -> &'static Rule {
        &rules::KUBERNETES_CONFIG_MAP
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role.kind() == "ConfigMap"
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some(tree) = doc.tree() else { return };
        let Some(files) = tree.root().and_then(|root| tree.get(root, "binaryData")) else { return };
        for (key, value) in tree.entries(files) {
            let (Some(name), Some((text, map))) = (tree.str(key), decoded(tree, value)) else { continue };
            let structure = format!("ConfigMap binaryData[{name:?}]");
            let found = cx.look_into(doc, &text, map, name, &structure);
            cx.findings.extend(found);
        }
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        match pair.path.keys().next() {
            Some("data") => {}
            // Its values are files in base64.
            other => return other == Some("binaryData"),
        }
        // Of texts of several lines only keys are judged here; the others are documents of their own.
        if pair.value.trim_end().contains('\n') && credential::value_kind(pair.value) != ValueKind::PrivateKey {
            return true;
        }
        claim::judge(self.rule(), pair, Setting::Environment, cx);
        true
    }
}

/// A file in base64, if it is text.
fn decoded(tree: &Tree<'_>, value: NodeId) -> Option<(String, SpanMap)> {
    let (bytes, map) = encoding::base64(tree.str(value)?)?;
    let text = String::from_utf8(bytes).ok()?;
    Some((text, map.within(&Arc::new(encoding::scalar_map(tree, value)))))
}
