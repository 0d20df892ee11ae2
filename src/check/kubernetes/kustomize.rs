//! Literals of kustomize's generators, and values that JSON patches put under a credential's name.

use crate::check::credential::Setting;
use crate::check::{Check, Context, Pair, Shape, claim};
use crate::model::{Document, Role, Rule};
use crate::rules;

/// The rule `kubernetes-kustomize`.
pub struct Kustomize;

impl Check for Kustomize {
    fn rule(&self) -> &'static Rule {
        &rules::KUBERNETES_KUSTOMIZE
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::Kustomization || doc.role.kind() == "Kustomization"
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        let generator = pair.path.keys().next().unwrap_or_default();
        let literal = pair.shape == Shape::Assignment && matches!(pair.path.keys().last(), Some("literals"));
        match generator {
            "secretGenerator" if literal => claim::judge(self.rule(), &unquoted(pair), Setting::Secret, cx),
            "configMapGenerator" if literal => claim::judge(self.rule(), &unquoted(pair), Setting::Environment, cx),
            "secretGenerator" | "configMapGenerator" => {}
            _ => return false,
        }
        true
    }
}

/// The literal without the quotes around its value, which kustomize takes off.
fn unquoted<'d>(pair: &Pair<'d>) -> Pair<'d> {
    let quotes = ['"', '\''];
    let cut = pair.value.len() - pair.value.trim_start_matches(quotes).len();
    let value = pair.value.trim_matches(quotes);
    let value_span = if value.is_empty() { pair.value_span } else { pair.span_of(cut, cut + value.len()) };
    Pair { value, value_span, offset: pair.offset + cut, ..*pair }
}
