//! A literal under a credential's name in any other field of a resource: values of a HelmRelease, parameters of an
//! Application, keys of an EncryptionConfiguration, settings of a custom resource.

use crate::check::credential::{self, Setting};
use crate::check::{Check, Context, Pair, Shape, claim};
use crate::model::{Document, Role, Rule};
use crate::rules;

/// The rule `kubernetes-field`.
pub struct Field;

impl Check for Field {
    fn rule(&self) -> &'static Rule {
        &rules::KUBERNETES_FIELD
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        matches!(doc.role, Role::Resource { .. })
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.doc.role.kind() == "EncryptionConfiguration" && pair.name == "secret" {
            claim::judge(self.rule(), pair, Setting::Secret, cx);
        } else if pair.shape != Shape::Item && !is_command(pair) && !claim::is_nobodys(pair) && !names_something(pair) {
            claim::judge(self.rule(), pair, Setting::Configuration, cx);
        }
        true
    }
}

/// Whether the field's value is the name of a resource by convention of the API: a bare `secret`, `token` or `key` in a
/// spec mostly is.
fn names_something(pair: &Pair<'_>) -> bool {
    let bare = matches!(pair.name, "secret" | "secrets" | "key" | "auth" | "credentials" | "tokenAudience");
    let dns_label =
        pair.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let in_annotations = pair.path.has_key("annotations");
    bare && dns_label && !credential::looks_random(pair.value) || in_annotations && dns_label
}

/// Command lines are read as such, word by word.
fn is_command(pair: &Pair<'_>) -> bool {
    pair.shape == Shape::Assignment && matches!(pair.path.keys().last(), Some("command" | "args"))
}
