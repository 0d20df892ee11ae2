//! Judging a pair for a check: which pairs are nobody's, what the finding says, and where it stands.

use std::cell::RefCell;
use std::sync::Arc;

use super::credential::{self, Judgement, NameKind, Remembered, Setting, ValueKind};
use super::nobodys::is_nobodys;
use super::{Context, Found, Pair, Shape, beside, command_line, filled_in, template};
use crate::encoding;
use crate::model::{Confidence, Document, NodeId, Rule, Secret, Span, SpanMap, Tree, behind_last};

/// Whether [`judge`] finds nothing in the pair, whatever the setting but a Secret's: the quick answer for most pairs, before
/// it is asked where they stand.
pub fn is_dull(pair: &Pair<'_>, cx: &Context<'_>) -> bool {
    cx.settings.credential_names.is_empty()
        && !is_one_of_many(pair)
        && credential::says_nothing(credential::name_kind(pair.name), pair.value)
        && !has_options(pair.value)
}

/// Whether the pair stands in a mapping of credentials under names of their owners, `tokens: {ci: …}`, and looks like one.
fn is_one_of_many(pair: &Pair<'_>) -> bool {
    const MANY: [&str; 6] = ["tokens", "passwords", "credentials", "secrets", "secret", "keys"];
    let many = |key: &str| credential::name_kind(key).is_credential() && credential::ends_with(key, &MANY);
    let around = || match pair.shape {
        Shape::Entry => pair.path.keys().rev().nth(1),
        Shape::Line => Some(pair.section),
        _ => None,
    };
    // The name of a resource is random at its end, too.
    let resource = || {
        pair.value.contains('-')
            && pair.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
    };
    pair.value.len() >= 16
        && !pair.value.trim().as_bytes().contains(&b' ')
        && around().is_some_and(many)
        && !resource()
        && !is_identity(pair)
        && credential::value_kind(pair.value) == ValueKind::Literal
        && credential::looks_random(pair.value)
}

/// Whether the pair says which one or whose something is: by its name, or as an address of Ethereum.
fn is_identity(pair: &Pair<'_>) -> bool {
    let address =
        pair.value.strip_prefix("0x").is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    let is_public = || credential::words_of(pair.name).iter().any(|word| word.eq_ignore_ascii_case("public"));
    address || credential::ends_with(pair.name, &["id", "ids", "kid", "version", "attestation"]) || is_public()
}

/// Judges the pair and reports it under `rule` if it is a credential.
pub fn judge(rule: &'static Rule, pair: &Pair<'_>, setting: Setting, cx: &mut Context<'_>) {
    let own_name = |name: &String| name.eq_ignore_ascii_case(pair.name);
    let own = cx.settings.credential_names.iter().any(own_name);
    match credential::name_kind(pair.name) {
        _ if own => judge_as(rule, pair, NameKind::Password, setting, cx),
        // Only the mapping around says what it is.
        NameKind::Neutral if is_one_of_many(pair) => {
            report(rule, pair, NameKind::Credential, setting, Confidence::Medium, cx);
        }
        kind => judge_as(rule, pair, kind, setting, cx),
    }
}

/// Like [`judge`], under a name whose kind the check knows better.
pub fn judge_as(rule: &'static Rule, pair: &Pair<'_>, kind: NameKind, setting: Setting, cx: &mut Context<'_>) {
    report(rule, pair, kind, setting, Confidence::High, cx);
}

/// Whether the pair is an item of a list that is no secret by itself: of a list of tokens, what looks generated is one.
fn is_mere_item(pair: &Pair<'_>) -> bool {
    let singular = pair.name.strip_suffix('s').unwrap_or(pair.name);
    let generated = || {
        let mixed = pair.value.bytes().any(|b| b.is_ascii_uppercase()) || !pair.value.contains(['-', '.', '/', '_']);
        let is_name = is_identity(pair) || credential::is_key_id(pair.value);
        pair.value.len() >= 16 && mixed && !is_name && credential::looks_random(pair.value)
    };
    let listed = || [singular, pair.name].iter().any(|name| credential::name_kind(name).is_credential()) && generated();
    pair.shape == Shape::Item && !listed()
}

/// Judges an item of a list of credentials.
pub fn item(rule: &'static Rule, pair: &Pair<'_>, cx: &mut Context<'_>) {
    if !is_mere_item(pair) {
        judge_as(rule, pair, NameKind::Credential, Setting::Configuration, cx);
    }
}

/// Reports the pair if it is a credential, at most with the confidence `most`.
fn report(
    rule: &'static Rule,
    pair: &Pair<'_>,
    kind: NameKind,
    setting: Setting,
    most: Confidence,
    cx: &mut Context<'_>,
) {
    let setting = if beside::is_used(pair, kind, setting) { Setting::Environment } else { setting };
    let Some(judged) = judgement(pair, kind, setting) else {
        if setting == Setting::Environment {
            options(rule, pair, cx);
        }
        return;
    };
    let secret = &pair.value[judged.secret.clone()];
    // A Secret's own values are never references by the names around them.
    let path = &*pair.doc.place.path;
    if is_default_of_example(path, secret)
        || is_model(path) && says_words_of(pair.name, secret)
        || setting != Setting::Secret && is_nobodys(pair)
    {
        return;
    }
    let label = match pair.shape {
        Shape::Item => "the list it stands in",
        _ => "this name says what the value is",
    };
    let found = Found {
        span: pair.span_of(judged.secret.start, judged.secret.end),
        secret: Secret::new(secret.trim()),
        what: judged.what,
        confidence: judged.confidence.min(most),
        severity: judged.severity,
        labels: vec![(pair.name_span, label)],
        structural_path: structure(pair),
    };
    cx.report(rule, pair.doc, found);
}

/// Longer pairs are not remembered, in bytes.
const LONGEST_REMEMBERED: usize = 512;

thread_local! {
    /// Pairs whose judgement is none, wherever they stand.
    static NOTHING: RefCell<Remembered<()>> = const { RefCell::new(Remembered::room(2048, LONGEST_REMEMBERED)) };
}

/// What [`judgement`] asks of a name and a value; `None` for long ones. Behind the name's length, no two are the same.
fn question(pair: &Pair<'_>, kind: NameKind, setting: Setting) -> Option<String> {
    let length = pair.name.len() + pair.value.len() + 6;
    (length <= LONGEST_REMEMBERED).then(|| {
        let mut question = String::with_capacity(length);
        question.extend([kind as u8, setting as u8].map(char::from));
        question.extend(char::from_u32(pair.name.len() as u32));
        question.extend([pair.name, pair.value]);
        question
    })
}

/// The judgement of the value or, where a template fills it in, of the literal that the template falls back on.
fn judgement(pair: &Pair<'_>, kind: NameKind, setting: Setting) -> Option<Judgement> {
    let question = question(pair, kind, setting);
    if question.as_deref().is_some_and(|question| NOTHING.with_borrow(|nothing| nothing.get(question)).is_some()) {
        return None;
    }
    let judged = credential::judge_as(kind, pair.name, pair.value, setting);
    let is_judged = judged.is_some();
    if let Some(judged) = judged.filter(|judged| !is_templated_whole(pair, judged)) {
        return Some(judged);
    }
    let literal = template::literal(pair.value);
    if let Some(literal) = literal.clone().filter(|_| kind.is_credential()) {
        let mut judged = credential::judge_as(kind, pair.name, &pair.value[literal.clone()], setting)?;
        judged.secret = judged.secret.start + literal.start..judged.secret.end + literal.start;
        return Some(judged);
    }
    let filled_in = filled_in::password(pair.name, pair.value);
    if let (Some(question), false, None, None) = (question, is_judged, literal, &filled_in) {
        NOTHING.with_borrow_mut(|nothing| nothing.put(&question, ()));
    }
    let explains =
        |judged: &Judgement| setting == Setting::Configuration && &pair.value[judged.secret.clone()] == "password";
    // `http://admin:password@${host}` in a configuration explains a form.
    filled_in.filter(|judged| !explains(judged))
}

/// `JAVA_OPTS="-Ddb.password=…"`: options of a command line under a name that says nothing.
fn options(rule: &'static Rule, pair: &Pair<'_>, cx: &mut Context<'_>) {
    let value = pair.value;
    if !has_options(value) || value.contains('\n') {
        return;
    }
    // Options alone do not say for which program; only a Java machine's (`-Dname=value`) need to be known as such.
    let program = if value.starts_with('-') { "java " } else { "" };
    command_line::script(&format!("{program}{value}"), &mut |found| {
        let inner = |at: usize| at.saturating_sub(program.len());
        let range = inner(found.at.range.start)..inner(found.at.range.end);
        let span = pair.span_of(range.start, range.end);
        if pair.doc.is_templated(span) || is_nobodys(pair) {
            return;
        }
        let found = Found {
            span,
            secret: found.secret,
            what: found.judgement.what,
            confidence: found.judgement.confidence,
            severity: found.judgement.severity,
            labels: vec![(pair.name_span, "options in this variable")],
            structural_path: structure(pair),
        };
        cx.report(rule, pair.doc, found);
    });
}

fn has_options(value: &str) -> bool {
    let bytes = value.as_bytes();
    bytes.first() == Some(&b'-') || bytes.contains(&b'-') && memchr::memmem::find(bytes, b" -").is_some()
}

/// A template beside literal text (`pass-{{ .x }}`) was refused by the classifier; this sees the template in the span
/// where a nested text carries it.
fn is_templated_whole(pair: &Pair<'_>, judged: &Judgement) -> bool {
    pair.doc.is_templated(pair.span_of(judged.secret.start, judged.secret.end))
}

/// `changeme` in a file that shows how to fill it in is a placeholder; elsewhere it is a default password. So is
/// `my-password` in documentation.
pub fn is_default_of_example(path: &str, secret: &str) -> bool {
    let default = ["changeme", "change-me", "change_me", "changeit", "replaceme", "replace-me"];
    let bare = secret.trim_matches(|c: char| c.is_ascii_punctuation());
    default.iter().any(|known| bare.eq_ignore_ascii_case(known)) && is_example(path)
        || bare.eq_ignore_ascii_case("my-password") && is_documented(path)
}

/// Whether the path lies in a folder of documentation.
pub fn is_documented(path: &str) -> bool {
    path.split('/').any(|folder| matches!(folder, "docs" | "doc" | "documentation"))
}

/// Whether a file's name says that it is to be copied and filled in; a template may be used as it is.
pub fn is_model(path: &str) -> bool {
    let name = behind_last(path, b'/');
    name.contains("example") || name.contains("sample")
}

/// Whether a value of several words has none but those of its name: `POSTGRES_PASSWORD=postgres_password`.
fn says_words_of(name: &str, value: &str) -> bool {
    let (of_name, of_value) = (credential::words_of(name), credential::words_of(value));
    let again = |word: &&str| of_name.iter().any(|known| known.eq_ignore_ascii_case(word));
    of_value.len() > 1 && of_value.iter().all(again)
}

/// Whether the path names an example that people copy and fill in.
pub fn is_example(path: &str) -> bool {
    let name = behind_last(path, b'/').to_ascii_lowercase();
    let marks = ["example", "sample", ".dist", "template", ".tpl", ".default"];
    marks.iter().any(|mark| name.contains(mark)) || path.starts_with("examples/") || path.contains("/examples/")
}

/// Where the pair stands: `Deployment/web spec.containers[0].env[2].value`.
pub fn structure(pair: &Pair<'_>) -> String {
    if pair.doc.tree().is_none() { pair.name.trim().to_owned() } else { pair.path.structure() }
}

/// `Kind/name` of a mapping that is a resource.
pub fn resource(tree: &Tree<'_>, node: NodeId) -> Option<String> {
    if !tree.is_mapping(node) {
        return None;
    }
    let kind = tree.str_at(node, &["kind"])?;
    tree.get(node, "metadata").or_else(|| tree.get(node, "apiVersion"))?;
    let name = tree.str_at(node, &["metadata", "name"]).unwrap_or("?");
    Some(format!("{kind}/{name}"))
}

/// Reports the credentials of a command line that stands in the scalars `words` of a tree.
pub fn command(rule: &'static Rule, doc: &Document<'_>, words: &[NodeId], structure: &str, cx: &mut Context<'_>) {
    let Some(tree) = doc.tree() else { return };
    let texts: Vec<&str> = words.iter().filter_map(|&node| tree.str(node)).collect();
    if texts.len() != words.len() || texts.is_empty() {
        return;
    }
    command_line::argv(&texts, &mut |found| report_command(rule, doc, words, structure, found, cx));
}

/// Like [`command`], for arguments of a program that is named elsewhere.
pub fn arguments(
    rule: &'static Rule,
    doc: &Document<'_>,
    program: &str,
    words: &[NodeId],
    structure: &str,
    cx: &mut Context<'_>,
) {
    let Some(tree) = doc.tree() else { return };
    let texts: Vec<&str> = std::iter::once(program).chain(words.iter().filter_map(|&node| tree.str(node))).collect();
    if texts.len() != words.len() + 1 || words.is_empty() {
        return;
    }
    command_line::argv(&texts, &mut |mut found| {
        let Some(word) = found.at.word.checked_sub(1) else { return };
        found.at.word = word;
        found.label = found.label.and_then(|at| Some(command_line::At { word: at.word.checked_sub(1)?, ..at }));
        report_command(rule, doc, words, structure, found, cx);
    });
}

/// Reports the credentials of shell text that stands in the scalar `node` of a tree.
pub fn script(rule: &'static Rule, doc: &Document<'_>, node: NodeId, structure: &str, cx: &mut Context<'_>) {
    let Some((tree, text)) = doc.tree().and_then(|tree| Some((tree, tree.str(node)?))) else { return };
    command_line::script(text, &mut |found| report_command(rule, doc, &[node], structure, found, cx));
    command_line::documents(text, &mut |body| {
        let map = SpanMap::at(body.start).within(&Arc::new(encoding::scalar_map(tree, node)));
        let mut found = cx.look_into(doc, body.of(text), map, HEREDOC, structure);
        cx.findings.append(&mut found);
    });
}

/// The name under which a here-document is looked into: what it is shows in its text.
pub const HEREDOC: &str = "heredoc";

/// Checks a script that is no shell's as the file that it would be.
pub fn source(doc: &Document<'_>, node: NodeId, name: &str, structure: &str, cx: &mut Context<'_>) {
    let Some((tree, text)) = doc.tree().and_then(|tree| Some((tree, tree.str(node)?))) else { return };
    let mut found = cx.look_into(doc, text, encoding::scalar_map(tree, node), name, structure);
    cx.findings.append(&mut found);
}

/// Reports one credential of a command line whose words stand in the scalars `words`.
pub fn report_command(
    rule: &'static Rule,
    doc: &Document<'_>,
    words: &[NodeId],
    structure: &str,
    found: command_line::Credential,
    cx: &mut Context<'_>,
) {
    let Some(tree) = doc.tree() else { return };
    let span = |at: &command_line::At| {
        let node = words.get(at.word).copied().unwrap_or(words[0]);
        encoding::scalar_map(tree, node).to_file(Span::new(at.range.start, at.range.end))
    };
    let secret = span(&found.at);
    if doc.is_templated(secret) || credential::value_kind(found.secret.expose()) == ValueKind::Reference {
        return;
    }
    let label = found.label.as_ref().map(|at| (span(at), "this says what the value is"));
    let found = Found {
        span: secret,
        secret: found.secret,
        what: found.judgement.what,
        confidence: found.judgement.confidence,
        severity: found.judgement.severity,
        labels: label.into_iter().collect(),
        structural_path: structure.to_owned(),
    };
    cx.report(rule, doc, found);
}

/// The scalars of a command: one, or the items of a sequence of scalars.
pub fn words(tree: &Tree<'_>, node: NodeId) -> Vec<NodeId> {
    if tree.is_sequence(node) {
        tree.items(node).filter(|&item| tree.str(item).is_some()).collect()
    } else {
        Vec::new()
    }
}
