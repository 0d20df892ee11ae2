//! Client keys, tokens and passwords of a kubeconfig's users.

use crate::check::credential::{self, Judgement, Setting};
use crate::check::{Check, Context, Found, Pair, Shape, claim};
use crate::model::{Confidence, Document, Role, Rule, Secret, What};
use crate::rules;

/// The rule `files-kubeconfig`.
pub struct Kubeconfig;

impl Check for Kubeconfig {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_KUBECONFIG
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::Kubeconfig
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        match pair.name {
            "client-key-data" => self.client_key(pair, cx),
            "token" | "password" | "id-token" | "refresh-token" | "client-secret" | "access-token" => {
                claim::judge(self.rule(), pair, Setting::Environment, cx);
            }
            // Variables of the program that fetches the credentials.
            _ if pair.shape == Shape::NameValue => claim::judge(self.rule(), pair, Setting::Environment, cx),
            _ => {}
        }
        true
    }
}

impl Kubeconfig {
    /// Base64 of a PEM key.
    fn client_key(&self, pair: &Pair<'_>, cx: &mut Context<'_>) {
        let unset = credential::judge("password", pair.value, Setting::Environment).is_none() && pair.value.len() < 64;
        if unset || pair.is_templated() {
            return;
        }
        let judged = Judgement {
            secret: 0..pair.value.len(),
            confidence: Confidence::High,
            severity: None,
            what: What::Counted { noun: "client key", characters: pair.value.len() as u32 },
        };
        let found = Found {
            span: pair.value_span,
            secret: Secret::new(pair.value),
            what: judged.what,
            confidence: judged.confidence,
            severity: judged.severity,
            labels: vec![(pair.name_span, "a client's private key")],
            structural_path: claim::structure(pair),
        };
        cx.report(self.rule(), pair.doc, found);
    }
}
