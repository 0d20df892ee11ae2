//! Values of Secrets, wherever a Secret stands: in a stream, a List, a Template, another resource.
//!
//! One finding a key over its whole value. A value that is a document of its own is looked into: each credential in it is
//! a finding where it stands, and a document without a credential is one of low confidence.

use std::sync::Arc;

use super::secret_lines;
use crate::check::credential::{self, Judgement, Setting, ValueKind};
use crate::check::{Check, Context, Found, Pair, beside, claim, filled_in, template};
use crate::encoding;
use crate::model::{
    Body, Confidence, Document, Finding, Kind, Label, NodeId, Role, Rule, Secret, Severity, Span, SpanMap, Tree,
};
use crate::rules;

/// The rule `kubernetes-secret-data`.
pub struct SecretData;

impl Check for SecretData {
    fn rule(&self) -> &'static Rule {
        &rules::KUBERNETES_SECRET_DATA
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        matches!(doc.body, Body::Tree(_)) && !matches!(doc.role, Role::Schema | Role::LockFile)
            || secret_lines::are_all(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some(tree) = doc.tree() else { return };
        if holds_none(doc.text.as_bytes()) {
            return;
        }
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            if tree.kind(node) != Kind::Mapping {
                continue;
            }
            match tree.str_at(node, &["kind"]) {
                Some("Secret") => self.secret(&Holder::new(doc, tree, node, node), cx),
                Some("SecretList") => self.list(doc, tree, node, cx),
                Some("SealedSecret") => self.template(doc, tree, node, &SEALED, cx),
                Some("ExternalSecret") => self.template(doc, tree, node, &EXTERNAL, cx),
                _ => {}
            }
        }
    }

    /// What stands under `data` and `stringData` of a Secret is judged above.
    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if secret_lines::are_all(pair.doc) {
            return secret_lines::pair(self.rule(), pair, cx);
        }
        let in_data = |key: &str| matches!(key, "data" | "stringData");
        matches!(pair.path.owner_kind(), "Secret" | "SecretList") && pair.path.keys_in_owner().any(in_data)
    }
}

/// Where an operator's resource holds the template of the Secret that it makes, whose values nobody encrypts.
struct Template {
    way: &'static [&'static str],
    resource: &'static str,
    field: &'static str,
}

const SEALED: Template =
    Template { way: &["spec", "template", "data"], resource: "SealedSecret", field: "spec.template.data" };
const EXTERNAL: Template = Template {
    way: &["spec", "target", "template", "data"],
    resource: "ExternalSecret",
    field: "spec.target.template.data",
};

/// A Secret in a document.
struct Holder<'d> {
    doc: &'d Document<'d>,
    tree: &'d Tree<'d>,
    node: NodeId,
    resource: &'static str,
    name: &'d str,
    kind: Span,
}

impl<'d> Holder<'d> {
    /// The Secret at `node`, which is one by the `kind` of `kind_at`: itself, or the list around it.
    fn new(doc: &'d Document<'d>, tree: &'d Tree<'d>, node: NodeId, kind_at: NodeId) -> Self {
        let name = tree.str_at(node, &["metadata", "name"]).unwrap_or("?");
        let kind = tree.get(kind_at, "kind").map(|kind| tree.span(kind)).unwrap_or_default();
        Self { doc, tree, node, resource: "Secret", name, kind }
    }

    fn structure(&self, field: &str, key: &str) -> String {
        let plain = key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        let key = if plain { format!(".{key}") } else { format!("[{key:?}]") };
        format!("{}/{} {field}{key}", self.resource, self.name)
    }
}

/// A value of a Secret.
struct Value<'d> {
    field: &'static str,
    key: NodeId,
    name: &'d str,
    /// Its bytes in the document.
    span: Span,
    /// What it decodes to.
    text: String,
    /// From `text` to the document's text.
    map: SpanMap,
}

impl SecretData {
    /// The items of a list of Secrets, which need not say their kind again.
    fn list(&self, doc: &Document<'_>, tree: &Tree<'_>, list: NodeId, cx: &mut Context<'_>) {
        let Some(items) = tree.get(list, "items") else { return };
        for item in tree.items(items).filter(|&item| tree.get(item, "kind").is_none()) {
            self.secret(&Holder::new(doc, tree, item, list), cx);
        }
    }

    /// The literals of a Secret that an operator makes; most of its values are templates, settings or user names.
    fn template(&self, doc: &Document<'_>, tree: &Tree<'_>, node: NodeId, at: &Template, cx: &mut Context<'_>) {
        let Some(values) = tree.at(node, at.way) else { return };
        let holder = Holder { resource: at.resource, ..Holder::new(doc, tree, node, node) };
        for (key, value) in merged_entries(tree, values) {
            let (Some(name), Some(text)) = (tree.str(key), tree.str(value)) else { continue };
            let named = credential::name_kind(name).is_credential();
            if named || text.contains('\n') || credential::looks_random(text) {
                self.entry(&holder, at.field, key, value, cx);
            }
        }
    }

    fn secret(&self, holder: &Holder<'_>, cx: &mut Context<'_>) {
        for field in ["data", "stringData"] {
            let Some(values) = holder.tree.get(holder.node, field) else { continue };
            for (key, node) in merged_entries(holder.tree, values) {
                self.entry(holder, field, key, node, cx);
            }
        }
    }

    fn entry(&self, holder: &Holder<'_>, field: &'static str, key: NodeId, node: NodeId, cx: &mut Context<'_>) {
        let (tree, doc) = (holder.tree, holder.doc);
        let (Some(name), Some(raw)) = (tree.str(key), tree.str(node)) else { return };
        if raw.contains("{{") && !raw.contains('\n') {
            return self.templated(holder, field, (key, name, node), raw, cx);
        }
        let kind = credential::value_kind(raw);
        let partly = field != "data" && kind == ValueKind::Reference && template::is_filled_in(raw);
        if matches!(kind, ValueKind::Empty | ValueKind::Reference | ValueKind::Placeholder | ValueKind::Ciphertext)
            && !partly
            || doc.is_templated(tree.span(node)) && !raw.contains('\n')
        {
            return;
        }
        if is_some(raw) && is_form(holder, field) {
            return;
        }
        let scalar = encoding::scalar_map(tree, node);
        if field != "data" {
            let value = Value { field, key, name, span: tree.span(node), text: raw.to_owned(), map: scalar };
            return self.decoded(holder, &value, cx);
        }
        match encoding::base64(raw) {
            None => self.undecoded(holder, field, (key, name, node), raw, cx),
            Some((bytes, map)) => match String::from_utf8(bytes) {
                Ok(text) => {
                    let map = map.within(&Arc::new(scalar));
                    self.decoded(holder, &Value { field, key, name, span: tree.span(node), text, map }, cx);
                }
                Err(error) if is_left_plain(name, raw, error.as_bytes()) => {
                    self.undecoded(holder, field, (key, name, node), raw, cx);
                }
                Err(error) => self.binary(holder, field, (key, name, node), error.as_bytes(), cx),
            },
        }
    }

    /// A value that a template fills in: the literal that it falls back on, under a credential's name, or a URL of which
    /// it fills in a part.
    fn templated(
        &self,
        holder: &Holder<'_>,
        field: &'static str,
        (key, name, node): (NodeId, &str, NodeId),
        raw: &str,
        cx: &mut Context<'_>,
    ) {
        let telling = |range: &std::ops::Range<usize>| {
            credential::name_kind(name).is_credential() || credential::looks_random(&raw[range.clone()])
        };
        let literal = template::literal(raw).filter(telling);
        let range = literal.unwrap_or(0..raw.len());
        let scalar = encoding::scalar_map(holder.tree, node);
        let span = scalar.to_file(Span::new(range.start, range.end));
        let map = SpanMap::at(range.start).within(&Arc::new(scalar));
        let value = Value { field, key, name, span, text: raw[range].to_owned(), map };
        self.decoded(holder, &value, cx);
    }

    fn decoded(&self, holder: &Holder<'_>, value: &Value<'_>, cx: &mut Context<'_>) {
        let text = value.text.trim();
        let is_key = credential::value_kind(&value.text) == ValueKind::PrivateKey;
        let is_line = || value.text.ends_with('\n') && is_setting(text);
        let is_document = !is_key && (text.contains('\n') || text.starts_with(['{', '[', '<']) || is_line());
        // A document is looked into though a template fills in a part of it.
        let inner = if is_document { self.inside(holder, value, cx) } else { Vec::new() };
        if !inner.is_empty() {
            cx.findings.extend(inner);
            return;
        }
        // Somebody encoded twice: what counts is inside.
        let judged = credential::judge(value.name, &value.text, Setting::Secret);
        let Some(mut judged) = judged.or_else(|| filled_in::password(value.name, &value.text)) else { return };
        if is_document {
            judged.confidence = Confidence::Low;
            judged.severity = None;
            judged.what = format!("a document without a credential, {} lines", text.lines().count()).into();
        }
        if claim::is_default_of_example(&holder.doc.place.path, text) {
            return;
        }
        self.report(holder, value, judged, cx);
    }

    /// What the checks find in a value that is a document: as sure as what stands in a Secret is.
    fn inside(&self, holder: &Holder<'_>, value: &Value<'_>, cx: &mut Context<'_>) -> Vec<Finding> {
        let structure = holder.structure(value.field, value.name);
        let mut found = cx.look_into(holder.doc, &value.text, value.map.clone(), value.name, &structure);
        found.retain(|finding| finding.confidence > Confidence::Low);
        let kind = holder.doc.map.to_file(holder.kind);
        for finding in &mut found {
            // A registry's configuration and a token have rules of their own, which say more.
            if matches!(&*finding.rule.family, "files" | "text")
                && !value.name.starts_with(".docker")
                && finding.rule.token.is_none()
            {
                finding.rule = self.rule();
            }
            finding.confidence = Confidence::High;
            let label = Label { span: kind, text: "in a Secret".into() };
            finding.labels = std::iter::once(label).chain(std::mem::take(&mut finding.labels)).collect();
        }
        found
    }

    fn report(&self, holder: &Holder<'_>, value: &Value<'_>, judged: Judgement, cx: &mut Context<'_>) {
        let (tree, doc) = (holder.tree, holder.doc);
        let labels = vec![(holder.kind, "in a Secret"), (tree.span(value.key), "this name says what the value is")];
        // Of a URL or a line of options, the password alone.
        let part = judged.secret.clone();
        let is_whole = part.len() >= value.text.trim().len();
        // A block with an indentation of its own may begin with blanks.
        let blanks = value.span.of(doc.text).bytes().take_while(|b| *b == b' ').count();
        let whole = Span::new(value.span.start + blanks, value.span.end);
        let span = if is_whole { whole } else { value.map.to_file(Span::new(part.start, part.end)) };
        let secret = if is_whole { value.text.trim() } else { value.text.get(part).unwrap_or_default() };
        let found = Found {
            span,
            secret: Secret::new(secret),
            what: judged.what,
            confidence: judged.confidence,
            severity: judged.severity,
            labels,
            structural_path: holder.structure(value.field, value.name),
        };
        cx.report(self.rule(), doc, found);
    }

    /// Text under `data` that is no base64: someone put the secret there as it is.
    fn undecoded(
        &self,
        holder: &Holder<'_>,
        field: &'static str,
        (key, name, node): (NodeId, &str, NodeId),
        raw: &str,
        cx: &mut Context<'_>,
    ) {
        // `CONNECTION_STRING_B64` says what is to be put there, and how; so does `TLS_KEY`.
        if !credential::name_kind(name).is_credential() && credential::is_constant(raw.trim()) {
            return;
        }
        let Some(mut judged) = credential::judge(name, raw, Setting::Secret) else { return };
        if judged.confidence > Confidence::Low {
            judged.what = format!("not base64: {}", judged.what).into();
        }
        let map = encoding::scalar_map(holder.tree, node);
        let value = Value { field, key, name, span: holder.tree.span(node), text: raw.to_owned(), map };
        self.report(holder, &value, judged, cx);
    }

    /// Bytes that are no text: a key as it is, a key store, a compressed file.
    fn binary(
        &self,
        holder: &Holder<'_>,
        field: &'static str,
        (key, name, node): (NodeId, &str, NodeId),
        bytes: &[u8],
        cx: &mut Context<'_>,
    ) {
        let packed = bytes.starts_with(&[0x1F, 0x8B]) || bytes.starts_with(b"PK") || bytes.starts_with(&[0x89, b'P']);
        let sure = credential::name_kind(name).is_credential() || bytes.len() <= 128;
        let confidence = match (packed, sure) {
            (true, _) => Confidence::Low,
            (_, true) => Confidence::High,
            _ => Confidence::Medium,
        };
        let raw = holder.tree.str(node).unwrap_or_default();
        let map = encoding::scalar_map(holder.tree, node);
        let value = Value { field, key, name, span: holder.tree.span(node), text: raw.to_owned(), map };
        let what = format!("binary value, {} bytes", bytes.len());
        let judged = Judgement { secret: 0..raw.len(), confidence, severity: None::<Severity>, what: what.into() };
        self.report(holder, &value, judged, cx);
    }
}

/// Whether it is sure that no Secret stands in the text: the kinds are written with this word, unless escapes hide it. The
/// windows of a large value have all the same text, which is not looked through for each.
fn holds_none(text: &[u8]) -> bool {
    text.len() < 1 << 20 && memchr::memmem::find(text, b"Secret").is_none() && !text.contains(&b'\\')
}

/// Whether some value or other is meant: `some-password`.
fn is_some(text: &str) -> bool {
    text.starts_with("some-") && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
}

/// Whether the Secret is a form to be filled in, of which three values and more stand for some other.
fn is_form(holder: &Holder<'_>, field: &str) -> bool {
    let tree = holder.tree;
    let mut fields = tree.entries(holder.node).take(beside::BESIDE);
    let Some((_, values)) = fields.find(|(key, _)| tree.str(*key) == Some(field)) else { return false };
    let given = tree.entries(values).take(beside::BESIDE).filter_map(|(_, value)| tree.str(value));
    given.filter(|value| is_some(value)).count() > 2
}

/// Whether the text is a word that nobody encoded (`tcp`, `prod`), though it happens to be base64 of a few bytes, or a text
/// with signs that Kubernetes does not take for base64.
fn is_left_plain(name: &str, raw: &str, bytes: &[u8]) -> bool {
    let padded = raw.trim().len().is_multiple_of(4);
    let is_word = bytes.len() < 12 && !credential::looks_random(raw) && !raw.contains(['=', '+', '/']);
    raw.contains(['-', '_']) || is_word && !(padded && credential::name_kind(name).is_credential())
}

/// Whether a text is a line of YAML: `level: info`.
fn is_setting(text: &str) -> bool {
    text.split_once(": ").is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    })
}

/// The entries of a mapping, those of merged ones too.
fn merged_entries(tree: &Tree<'_>, node: NodeId) -> Vec<(NodeId, NodeId)> {
    let mut out = Vec::new();
    for (key, value) in tree.entries(node) {
        match tree.str(key) {
            Some("<<") if tree.is_sequence(value) => {
                out.extend(tree.items(value).flat_map(|item| tree.entries(item).collect::<Vec<_>>()))
            }
            Some("<<") => out.extend(tree.entries(value)),
            _ => out.push((key, value)),
        }
    }
    out
}
