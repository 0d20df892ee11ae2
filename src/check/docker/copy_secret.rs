//! `COPY`/`ADD` of a file that holds credentials: it stays in the layer, whatever a later layer removes.

use super::ignore_file::clean;
use super::secret_file::{self, Content, Kind};
use super::{Evidence, Site, sites};
use crate::check::{Check, Context};
use crate::model::{Confidence, Document, Keyword, Rule, Word};
use crate::rules;

/// The rule `docker-copy-secret`.
pub struct CopySecret;

impl Check for CopySecret {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_COPY_SECRET
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        for site in sites(doc, &[Keyword::Copy, Keyword::Add]) {
            for source in local_sources(&site) {
                let Some(kind) = secret_file::by_name(&source.text) else { continue };
                let confidence = match content(&site, kind, &source.text, cx) {
                    Content::Secret => Confidence::High,
                    Content::Unknown => Confidence::Medium,
                    Content::Harmless => continue,
                };
                let evidence = Evidence {
                    span: source.span_of(0..source.text.len()),
                    secret: "",
                    what: format!("{} {}", kind.name(), source.text),
                    confidence,
                    severity: None,
                    label: Some((site.instruction.keyword_span, "this layer keeps the file".to_owned())),
                    name: &source.text,
                };
                site.report(self.rule(), evidence, cx);
            }
        }
    }
}

/// The sources of a `COPY` or `ADD` that lie in the build context.
pub fn local_sources<'s>(site: &'s Site<'_>) -> impl Iterator<Item = &'s Word<'s>> {
    let words = site.instruction.words();
    let sources = match (words.split_last(), site.instruction.flag("from")) {
        (Some((_, sources)), None) => sources,
        _ => &[],
    };
    sources.iter().filter(|word| !word.text.starts_with("<<") && !word.text.contains("://"))
}

/// What the file says that the source names, in the Dockerfile's folder or at the root of the scan.
fn content(site: &Site<'_>, kind: Kind, source: &str, cx: &mut Context<'_>) -> Content {
    let path = site.doc.place.path.as_str();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let source = clean(source);
    let beside = if folder.is_empty() { source.clone() } else { format!("{folder}/{source}") };
    let neighbours = cx.neighbours;
    match neighbours.read(&beside).or_else(|| neighbours.read(&source)) {
        Some(bytes) => secret_file::by_content(kind, &source, &bytes, site.doc, cx),
        None => Content::Unknown,
    }
}
