//! Registry credentials in `.docker/config.json`, `.dockercfg` and the Secrets made of them.

use crate::check::credential::{self, Setting, ValueKind};
use crate::check::{Check, Context, Found, Pair, claim};
use crate::encoding;
use crate::model::{Confidence, Document, Role, Rule, Secret, What};
use crate::rules;

/// The rule `files-docker-config`.
pub struct DockerConfig;

impl Check for DockerConfig {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_DOCKER_CONFIG
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::DockerConfig || matches!(doc.place.name.as_str(), ".dockercfg" | ".dockerconfigjson")
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        match pair.name {
            "auth" => self.auth(pair, cx),
            "password" | "identitytoken" | "registrytoken" => {
                claim::judge(self.rule(), pair, Setting::Environment, cx);
            }
            _ => {}
        }
        true
    }
}

impl DockerConfig {
    /// Base64 of `user:password`.
    fn auth(&self, pair: &Pair<'_>, cx: &mut Context<'_>) {
        let kind = credential::value_kind(pair.value);
        let unset = matches!(kind, ValueKind::Empty | ValueKind::Reference | ValueKind::Placeholder);
        let decoded = encoding::base64(pair.value).and_then(|(bytes, _)| String::from_utf8(bytes).ok());
        if unset {
            return;
        }
        // What decodes to no user and password is a credential of some other form, if it looks like one.
        // In a Secret for pulling images nothing else can stand.
        let in_secret = pair.doc.place.name.starts_with(".docker") && kind == ValueKind::Literal;
        let opaque = || (in_secret || credential::looks_random(pair.value)).then(|| pair.value.to_owned());
        let Some(text) = decoded.filter(|text| text.contains(':')).or_else(opaque) else { return };
        let password = text.split_once(':').map_or(&*text, |(_, password)| password);
        let kind = credential::value_kind(password);
        if matches!(kind, ValueKind::Empty | ValueKind::Reference | ValueKind::Placeholder) {
            return;
        }
        let found = Found {
            span: pair.value_span,
            secret: Secret::new(pair.value),
            what: What::Counted { noun: "registry user and password", characters: text.chars().count() as u32 },
            confidence: Confidence::High,
            severity: None,
            labels: vec![(pair.name_span, "base64 of user and password")],
            structural_path: claim::structure(pair),
        };
        cx.report(self.rule(), pair.doc, found);
    }
}
