//! A literal under a credential's name in any other field of a resource: values of a HelmRelease, parameters of an
//! Application, keys of an EncryptionConfiguration, settings of a custom resource.

use crate::check::credential::{self, NameKind, Setting};
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
        } else if pair.shape == Shape::Item {
            claim::item(self.rule(), pair, cx);
        } else if !claim::is_dull(pair, cx) && !is_command(pair) && !is_reported(pair) && !names_something(pair) {
            claim::judge(
                self.rule(),
                pair,
                if is_variable(pair) { Setting::Environment } else { Setting::Configuration },
                cx,
            );
        }
        true
    }
}

/// Whether the pair is a variable of a container, wherever a template's lines broke the way to it, or in the map of variables
/// that a chart takes.
fn is_variable(pair: &Pair<'_>) -> bool {
    let in_map = || {
        pair.shape == Shape::Entry && matches!(pair.path.keys().rev().nth(1), Some("env" | "extraEnv" | "environment"))
    };
    (matches!(pair.shape, Shape::NameValue | Shape::Line) || in_map()) && credential::is_constant(pair.name)
}

/// Whether a controller wrote the field: nobody keeps a credential in what it reports back.
fn is_reported(pair: &Pair<'_>) -> bool {
    pair.path.keys_in_owner().next() == Some("status")
}

/// Whether the field's value is the name of a resource by convention of the API: a bare `secret`, `token` or `key` in a
/// spec mostly is, and so is `authSecret`.
fn names_something(pair: &Pair<'_>) -> bool {
    let value = pair.value.as_bytes();
    let dns_label = || value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
    let path = || value.contains(&b'/') && value.iter().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(b));
    let plain = || !credential::looks_random(pair.value) || has_suffix_of_digits(pair.value);
    // A trigger of OpenShift's builds holds its secret itself.
    let is_trigger = || pair.doc.role.kind() == "BuildConfig" && pair.path.has_key("triggers");
    let named = is_name_of_resource(pair.name) && dns_label() && plain() && !is_trigger();
    let is_password = || credential::name_kind(pair.name) == NameKind::Password;
    named || pair.path.has_key("annotations") && !is_password() && (dns_label() || path())
}

/// Whether a name of short parts begins with a word and has its random part behind it, as generated names do:
/// `auth-7d9c8f6b54`.
fn has_suffix_of_digits(value: &str) -> bool {
    let mut parts = value.split('-');
    let word = parts.next().unwrap_or_default();
    word.len() > 1
        && word.len() < 16
        && word.bytes().all(|b| b.is_ascii_lowercase())
        && value.contains('-')
        && parts.all(|part| (1..=10).contains(&part.len()))
}

/// Secrets that are values: `clientSecret` is one, `authSecret` a resource.
const VALUES: [&str; 9] = ["client", "app", "shared", "jwt", "session", "hook", "hmac", "cookie", "api"];

fn is_name_of_resource(name: &str) -> bool {
    let ends_with = |text: &str, ending: &str| {
        let start = text.len().checked_sub(ending.len());
        start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let is_bare = |known: &&str| name.eq_ignore_ascii_case(known);
    if !ends_with(name, "secret") {
        return ["secrets", "key", "auth", "credentials", "tokenaudience"].iter().any(is_bare);
    }
    let before = name[..name.len() - "secret".len()].trim_end_matches(['_', '-']);
    !VALUES.iter().any(|value| ends_with(before, value))
}

/// Command lines and scripts are read as such, word by word.
fn is_command(pair: &Pair<'_>) -> bool {
    pair.shape == Shape::Assignment && matches!(pair.path.keys().last(), Some("command" | "args"))
        || matches!(pair.name, "script" | "source") && pair.value.contains('\n')
}
