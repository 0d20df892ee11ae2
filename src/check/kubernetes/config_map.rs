//! Values of ConfigMaps under a credential's name. Whole files in a ConfigMap are documents of their own.

use crate::check::credential::{self, Setting, ValueKind};
use crate::check::{Check, Context, Pair, claim};
use crate::model::{Document, Rule};
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

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.path.keys().next() != Some("data") {
            return false;
        }
        // Of texts of several lines only keys are judged here; the others are documents of their own.
        if pair.value.trim_end().contains('\n') && credential::value_kind(pair.value) != ValueKind::PrivateKey {
            return true;
        }
        claim::judge(self.rule(), pair, Setting::Environment, cx);
        true
    }
}
