//! The check stage: documents in, findings out.
//!
//! A structural check is one file that implements [`Check`] and one line in [`registry`]. One traversal of a tree
//! serves all checks that apply to it: each key and value, name and value, or `NAME=value` is a [`Pair`].

mod bearing;
mod beside;
mod ci;
mod claim;
pub mod command_line;
pub mod credential;
mod docker;
mod files;
mod filled_in;
mod kubernetes;
pub mod lineage;
mod nobodys;
mod pair;
pub mod prefilter;
mod registry;
pub mod resolve;
mod route;
mod template;
pub mod text;
pub mod token;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use std::sync::Arc;

use crate::model::{
    Body, Confidence, Document, Finding, Fingerprint, Label, Neighbours, Origin, Place, Problem, Reader, Role, Rule,
    Secret, Settings, Severity, Span, SpanMap, What,
};

pub use bearing::Bearing;
use lineage::{Lineage, Silence};
pub use pair::{Pair, Path, Shape};
use prefilter::Hits;
use token::own::Own;

/// A structural check.
pub trait Check: Sync {
    /// Its rule: the file `rules/<family>/<name>.yaml` is the static `rules::<FAMILY>_<NAME>`.
    fn rule(&self) -> &'static Rule;

    /// Whether the check looks at this document at all.
    fn applies(&self, doc: &Document<'_>) -> bool;

    /// Looks at a name with its value, anywhere in a tree or a flat document. Whether the pair is this check's to judge:
    /// the checks behind it in the registry don't see it then, found or not.
    fn pair(&self, _pair: &Pair<'_>, _cx: &mut Context<'_>) -> bool {
        false
    }

    /// Looks at the document as a whole; called once, before the pairs.
    fn document(&self, _doc: &Document<'_>, _cx: &mut Context<'_>) {}
}

/// What a check found, in the document's own offsets.
#[derive(Clone, Debug)]
pub struct Found {
    /// The secret's bytes in the document's text.
    pub span: Span,
    /// The secret's text, decoded.
    pub secret: Secret,
    /// What it is, masked.
    pub what: What,
    /// How sure it is.
    pub confidence: Confidence,
    /// What it costs, where that differs from the rule's severity.
    pub severity: Option<Severity>,
    /// What gives it meaning, in the document's own offsets.
    pub labels: Vec<(Span, &'static str)>,
    /// Where it stands in the document's structure; the enclosing structure is put before it.
    pub structural_path: String,
}

/// What checks share while one blob is scanned: what they found, and the way to nested texts and neighbours.
pub struct Context<'e> {
    /// The blob.
    pub origin: &'e Arc<Origin>,
    /// The settings of the run.
    pub settings: &'e Settings,
    /// The files beside the blob.
    pub neighbours: &'e dyn Neighbours,
    /// The parsers, for nested texts.
    pub reader: &'e dyn Reader,
    /// The team's own token rules.
    pub own: Option<&'e Own>,
    /// What is known of the silence of the blob, if it may be a version of another.
    silence: Option<&'e Silence<'e>>,
    /// What was found so far, in offsets of the file.
    pub findings: Vec<Finding>,
    /// What went wrong so far.
    pub problems: Vec<Problem>,
    /// What the keyword pass found in the blob's text.
    hits: Arc<Hits>,
    /// What checks of plain text look at of it, if that is not all.
    new_hits: Option<Arc<Hits>>,
    /// Whether the blob's text is its bytes, so that offsets in the one are offsets in the other.
    is_as_it_stands: bool,
    /// Where the document stands whose text was looked through as a whole last.
    looked_through: Option<Span>,
}

/// How deep texts may nest before a nested text is left alone.
pub const MAX_DEPTH: u8 = 5;

impl<'e> Context<'e> {
    /// A context for one blob, in whose text the keyword pass found `hits`.
    pub fn new(
        origin: &'e Arc<Origin>,
        settings: &'e Settings,
        neighbours: &'e dyn Neighbours,
        reader: &'e dyn Reader,
        hits: Hits,
    ) -> Self {
        Self {
            origin,
            settings,
            neighbours,
            reader,
            own: None,
            silence: None,
            findings: Vec::new(),
            problems: Vec::new(),
            hits: Arc::new(hits),
            new_hits: None,
            is_as_it_stands: false,
            looked_through: None,
        }
    }

    /// The same context, in which a team's own rules run, too.
    pub fn with_own(self, own: Option<&'e Own>) -> Self {
        Self { own, ..self }
    }

    /// The same context, for a blob of whose silence this is known.
    pub fn with_silence(self, silence: Option<&'e Silence<'e>>) -> Self {
        Self { silence, ..self }
    }

    /// The same context, in which checks of plain text look at these keywords alone.
    pub fn narrow(&mut self, hits: Option<Hits>) {
        self.new_hits = hits.map(Arc::new);
    }

    /// The same context, for a blob whose text is its bytes.
    pub fn as_it_stands(self, is_as_it_stands: bool) -> Self {
        Self { is_as_it_stands, ..self }
    }

    /// Whether the text of `doc` was just looked through as a whole: windows of a large value have the same one.
    fn has_looked_through(&mut self, doc: &Document<'_>) -> bool {
        let place = (doc.place.depth == 0).then(|| doc.map.to_file(Span::new(0, doc.text.len())));
        place.is_some() && std::mem::replace(&mut self.looked_through, place) == place
    }

    /// Where words of credentials' names stand in `doc`, in order, if the pass over the blob tells.
    fn names_in(&self, doc: &Document<'_>) -> Option<Vec<usize>> {
        if doc.place.depth > 0 || !self.is_as_it_stands {
            return None;
        }
        let start = doc.map.to_file(Span::new(0, 0)).start;
        let names = &self.hits.names[self.hits.names.partition_point(|at| *at < start)..];
        Some(names.iter().map(|at| at - start).take_while(|at| *at < doc.text.len()).collect())
    }

    /// What the keyword pass finds in `doc`: what it found in the blob, where that is the document.
    fn hits(&self, doc: &Document<'_>) -> Arc<Hits> {
        let hits = self.new_hits.as_ref().unwrap_or(&self.hits);
        // What nests too deep may be a text that only begins or ends the blob.
        let starts_blob = doc.place.depth == 0 && doc.map.to_file(Span::new(0, 0)).start == 0;
        if starts_blob && matches!(doc.body, Body::Text) && hits.stand_within(doc.text.len()) {
            Arc::clone(hits)
        } else {
            Arc::new(Hits::of(doc.text.as_bytes()))
        }
    }

    /// Adds a finding of `rule` in `doc`.
    ///
    /// Spans of `found` count in the text of `doc`; they are led to the file here.
    pub fn report(&mut self, rule: &'static Rule, doc: &Document<'_>, found: Found) {
        let label =
            |(span, text): (Span, &'static str)| Label { span: doc.map.to_file(span), text: Cow::Borrowed(text) };
        let structural_path = join([&doc.place.structure, &found.structural_path]);
        self.findings.push(Finding {
            rule,
            severity: found.severity.unwrap_or(rule.severity),
            confidence: found.confidence,
            origin: Arc::clone(self.origin),
            span: doc.map.to_file(found.span),
            labels: found.labels.into_iter().map(label).collect(),
            structural_path: structural_path.into(),
            secret: found.secret,
            what: found.what,
            in_head: None,
            suppressed: None,
            fingerprint: Fingerprint::default(),
        });
    }

    /// Parses and checks a text that stands inside `doc` and gives what was found in it, in offsets of the file; the
    /// findings are not added to the context. `map` leads from `text` to `doc`'s text.
    pub fn look_into(
        &mut self,
        doc: &Document<'_>,
        text: &str,
        map: SpanMap,
        name: &str,
        structure: &str,
    ) -> Vec<Finding> {
        if doc.place.depth >= MAX_DEPTH {
            return Vec::new();
        }
        let place = Place {
            path: doc.place.path.clone(),
            name: name.to_owned(),
            structure: structure.to_owned(),
            depth: doc.place.depth + 1,
        };
        let before = self.findings.len();
        let reader = self.reader;
        reader.documents(text, map.within(&doc.map), place, &mut |inner| run(inner, self));
        self.findings.split_off(before)
    }
}

/// Runs the token rules on the blob's text, whatever it is; what they made of an earlier version spares work.
pub fn run_tokens(text: &str, map: &SpanMap, place: &Place, lineage: Option<&mut Lineage<'_>>, cx: &mut Context<'_>) {
    let doc = plain(text, map, place);
    let hits = Arc::clone(&cx.hits);
    if let Some(lineage) = lineage {
        let past = token::again::scan(&doc, &hits.tokens, lineage.tokens(), cx);
        lineage.learn(hits, past);
    } else {
        token::scan(&doc, &hits.tokens, cx);
        token::encoded::scan(&doc, cx);
    }
    token::own::scan(&doc, cx);
}

/// Looks at a blob that is no text.
pub fn run_binary(bytes: &[u8], place: &Place, cx: &mut Context<'_>) {
    files::key_store::look(bytes, &plain("", &SpanMap::at(0), place), cx);
}

/// A text that no parser has read.
fn plain<'t>(text: &'t str, map: &SpanMap, place: &Place) -> Document<'t> {
    Document {
        text,
        map: Arc::new(map.clone()),
        place: place.clone(),
        role: Role::default(),
        body: Body::Text,
        templates: Vec::new(),
    }
}

/// Runs every check that applies on `doc`, then on the texts nested in it.
pub fn run(doc: &Document<'_>, cx: &mut Context<'_>) {
    let checks: Vec<_> = registry::CHECKS.iter().filter(|check| check.applies(doc)).collect();
    for check in &checks {
        check.document(doc, cx);
    }
    // The properties of a schema are names, not values.
    if !matches!(doc.role, Role::Schema | Role::LockFile) {
        pair::visit(doc, &mut |pair| {
            checks.iter().any(|check| check.pair(pair, cx));
        });
    }
    if !nobodys::only_describes(doc) {
        look_into_nested(doc, cx);
    }
}

/// Checks the texts nested in `doc`. Where each stands is told only of those in which something was found.
fn look_into_nested(doc: &Document<'_>, cx: &mut Context<'_>) {
    let mut found = HashMap::new();
    if doc.place.depth > 0 {
        token::scan(doc, &cx.hits(doc).tokens, cx);
        token::own::scan(doc, cx);
    }
    // What stands in a nested text is not asked for by itself.
    let silence = cx.silence.filter(|_| doc.place.depth == 0);
    let (asked, problems) = (RefCell::new(Vec::new()), cx.problems.len());
    let is_known = |span: Span| {
        silence.is_some_and(|silence| {
            let span = doc.map.to_file(span);
            let is_known = silence.is_nested(span);
            asked.borrow_mut().extend((!is_known).then_some(span));
            is_known
        })
    };
    for nested in cx.reader.nested(doc, &is_known) {
        let inner = cx.look_into(doc, &nested.text, nested.map, &nested.name, "");
        if !inner.is_empty() {
            found.entry(nested.node).or_insert_with(Vec::new).extend(inner);
        }
    }
    if let Some(silence) = silence.filter(|_| cx.problems.len() == problems) {
        silence.note_nested(asked.into_inner(), found.values().flatten().map(|finding| finding.span));
    }
    if found.is_empty() {
        return;
    }
    pair::visit(doc, &mut |pair| {
        let Some(inner) = pair.node.and_then(|node| found.get_mut(&node)) else { return };
        let around = join([&doc.place.structure, &pair.path.structure()]);
        for mut finding in inner.drain(..) {
            finding.structural_path = join([&around, &finding.structural_path]).into();
            cx.findings.push(finding);
        }
    });
    // What a flat document holds has no path around it.
    cx.findings.extend(found.into_values().flatten());
}

/// A structural path and the one inside of it.
fn join(parts: [&str; 2]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
