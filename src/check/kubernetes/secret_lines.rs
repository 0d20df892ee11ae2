//! Values of a Secret that is no YAML: a document that a template's lines or a stray mark broke is read line by line.

use crate::check::credential::{self, NameKind, Setting};
use crate::check::{Context, Found, Pair, claim};
use crate::encoding;
use crate::model::{Body, Document, Rule, Secret};

/// Whether the document is a Secret of which only the lines could be read.
pub(super) fn are_all(doc: &Document<'_>) -> bool {
    matches!(doc.body, Body::Entries(_)) && doc.role.kind() == "Secret"
}

/// Judges a line of such a document; says whether it is one of the Secret's values.
pub(super) fn pair(rule: &'static Rule, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
    match pair.section {
        "stringData" if is_setting(pair.value) => {}
        "stringData" => claim::judge(rule, pair, Setting::Secret, cx),
        "data" => encoded(rule, pair, cx),
        _ => return false,
    }
    true
}

/// Whether a value is a document of one setting, `level: info`, and the setting's name is no credential's.
fn is_setting(value: &str) -> bool {
    value.split_once(": ").is_some_and(|(name, value)| {
        let plain = |text: &str| {
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.')
        };
        plain(name)
            && plain(value.trim())
            && credential::name_kind(name) == NameKind::Neutral
            && !credential::looks_random(value)
    })
}

fn encoded(rule: &'static Rule, pair: &Pair<'_>, cx: &mut Context<'_>) {
    let decoded = encoding::base64(pair.value).and_then(|(bytes, _)| String::from_utf8(bytes).ok());
    let Some(text) = decoded else { return claim::judge(rule, pair, Setting::Secret, cx) };
    // Of a document one can't be sure without a look at its lines.
    let Some(judged) = credential::judge(pair.name, &text, Setting::Secret).filter(|_| !text.trim_end().contains('\n'))
    else {
        return;
    };
    let found = Found {
        span: pair.value_span,
        secret: Secret::new(text.trim()),
        what: judged.what,
        confidence: judged.confidence,
        severity: judged.severity,
        labels: vec![(pair.name_span, "this name says what the value is")],
        structural_path: claim::structure(pair),
    };
    cx.report(rule, pair.doc, found);
}
