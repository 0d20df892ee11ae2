//! `COPY`/`ADD` of a file that holds credentials: it stays in the layer, whatever a later layer removes.

use super::ignore_file::{self, clean};
use super::onward::Onward;
use super::secret_file::{self, Content, Kind};
use super::{Evidence, Site, sites};
use crate::check::{Check, Context};
use crate::model::{Body, Confidence, Document, Keyword, Rule, Word, behind_last};
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
        let Body::Dockerfile(file) = &doc.body else { return };
        let onward = Onward::new(file);
        let mut walks = MAX_WALKS;
        for site in sites(doc, &[Keyword::Copy, Keyword::Add]) {
            for source in local_sources(&site) {
                let Some(kind) = secret_file::by_name(&source.text).or_else(|| becomes(&site, source)) else {
                    continue;
                };
                let confidence = match content(&site, kind, &source.text, &mut walks, cx) {
                    Content::Secret => Confidence::High,
                    Content::Unknown => Confidence::Medium,
                    Content::Harmless => continue,
                };
                let evidence = Evidence {
                    span: source.span_of(0..source.text.len()),
                    secret: "",
                    what: format!("{} {}", kind.name(), source.text).into(),
                    confidence,
                    severity: None,
                    label: Some((site.instruction.keyword_span, "this layer keeps the file")),
                    name: &source.text,
                };
                let name = behind_last(&source.text, b'/');
                Site { reach: onward.reach(&site, name), ..site }.report(self.rule(), evidence, cx);
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

/// What a source becomes that is renamed on the way: `COPY npmrc /root/.npmrc`.
fn becomes(site: &Site<'_>, source: &Word<'_>) -> Option<Kind> {
    let [.., _, target] = site.instruction.words() else { return None };
    let renamed = local_sources(site).count() == 1 && !target.text.ends_with('/');
    let kind = secret_file::by_name(&target.text).filter(|kind| *kind == Kind::Login)?;
    (renamed && !secret_file::is_model(&source.text)).then_some(kind)
}

/// What the file says that the source names: the nearest one, in the Dockerfile's folder or in one around it.
fn content(site: &Site<'_>, kind: Kind, source: &str, walks: &mut usize, cx: &mut Context<'_>) -> Content {
    if site.instruction.onbuild {
        return Content::Unknown;
    }
    let source = clean(source);
    let neighbours = cx.neighbours;
    if source.contains(['*', '?', '[']) {
        let Some(left) = walks.checked_sub(1) else { return Content::Unknown };
        *walks = left;
        return content_of_all(site, kind, &source, cx);
    }
    let file = folders_around(&site.doc.place.path).find_map(|folder| neighbours.read(&format!("{folder}{source}")));
    match file {
        Some(bytes) => secret_file::by_content(kind, &source, &bytes, site.doc, cx),
        None => Content::Unknown,
    }
}

/// How many wild cards of a Dockerfile are looked up among the files.
const MAX_WALKS: usize = 16;

/// How many files that a wild card takes are read, and below how many files of a folder they are looked for.
const MAX_TAKEN: usize = 20;
const MAX_FILES: usize = 2_000;

/// What the files say that a wild card takes: certificates alone, perhaps.
fn content_of_all(site: &Site<'_>, kind: Kind, source: &str, cx: &mut Context<'_>) -> Content {
    let Some(glob) = ignore_file::glob(source) else { return Content::Unknown };
    let plain = source.split('/').take_while(|part| !part.contains(['*', '?', '[', '\\']));
    let below = plain.collect::<Vec<_>>().join("/");
    let neighbours = cx.neighbours;
    let taken = |folder: &str| {
        let files = neighbours.files_below(format!("{folder}{below}").trim_end_matches('/'), MAX_FILES);
        let taken = files.into_iter().filter(|file| file.strip_prefix(folder).is_some_and(|path| glob.is_match(path)));
        taken.collect::<Vec<_>>()
    };
    let files = folders_around(&site.doc.place.path).map(taken).find(|files| !files.is_empty()).unwrap_or_default();
    if files.is_empty() || files.len() > MAX_TAKEN {
        return Content::Unknown;
    }
    let mut all = Content::Harmless;
    for file in &files {
        match neighbours.read(file).map(|bytes| secret_file::by_content(kind, file, &bytes, site.doc, cx)) {
            Some(Content::Secret) => return Content::Secret,
            Some(Content::Harmless) => {}
            Some(Content::Unknown) | None => all = Content::Unknown,
        }
    }
    all
}

/// How many folders around a Dockerfile may be the build context.
const MAX_UP: usize = 8;

/// The folders that may be the build context of the Dockerfile at `path`, its own first; each with a slash behind it,
/// the root of the scan as the empty text.
pub fn folders_around(path: &str) -> impl Iterator<Item = &str> {
    path.rmatch_indices('/').map(|(at, _)| &path[..=at]).chain([""]).take(MAX_UP)
}
