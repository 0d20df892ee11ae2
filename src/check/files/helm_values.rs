//! Default values of a Helm chart under a credential's name.

use crate::check::credential::Setting;
use crate::check::{Check, Context, Pair, Shape, claim};
use crate::model::{Document, Role, Rule};
use crate::rules;

/// The rule `files-helm-values`.
pub struct HelmValues;

impl Check for HelmValues {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_HELM_VALUES
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::HelmValues
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.shape == Shape::Item {
            claim::item(self.rule(), pair, cx);
            return true;
        }
        if claim::is_dull(pair, cx) {
            return true;
        }
        let variable = pair.shape == Shape::NameValue
            || pair.path.keys().any(|key| matches!(key, "env" | "extraEnv" | "environment"));
        let setting = if variable { Setting::Environment } else { Setting::Configuration };
        claim::judge(self.rule(), pair, setting, cx);
        true
    }
}
