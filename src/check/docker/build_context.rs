//! `COPY . .` where a file with credentials lies in the build context and `.dockerignore` does not keep it out.
//!
//! The context is taken to be the Dockerfile's folder.

use std::collections::HashMap;

use super::copy_secret::local_sources;
use super::ignore_file::{self, IgnoreFile};
use super::secret_file::{self, Content};
use super::{Evidence, Site, sites};
use crate::check::{Check, Context};
use crate::model::{Confidence, Document, Keyword, Rule};
use crate::rules;

/// How many files of a build context are looked at by name.
const MAX_FILES: usize = 20_000;
/// How many of them are read.
const MAX_READ: usize = 100;

/// The rule `docker-build-context`.
pub struct BuildContext;

impl Check for BuildContext {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_BUILD_CONTEXT
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc) && doc.place.depth == 0
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let broad = |site: &Site<'_>| local_sources(site).any(|source| secret_file::by_name(&source.text).is_none());
        let copies: Vec<Site<'_>> = sites(doc, &[Keyword::Copy, Keyword::Add]).filter(broad).collect();
        if copies.is_empty() {
            return;
        }
        let secrets = secrets(doc, cx);
        for site in copies.iter().filter(|_| !secrets.is_empty()) {
            report(self.rule(), site, &secrets, cx);
        }
    }
}

/// A file of the context that holds, or by its name may hold, a credential.
struct SecretFile {
    /// Relative to the context's root.
    path: String,
    content: Content,
}

/// The secret files that the builder gets.
fn secrets(doc: &Document<'_>, cx: &mut Context<'_>) -> Vec<SecretFile> {
    let path = doc.place.path.as_str();
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let root = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let neighbours = cx.neighbours;
    let named: Vec<(String, secret_file::Kind)> = neighbours
        .files_below(folder, MAX_FILES)
        .into_iter()
        .filter_map(|file| {
            let inner = file.strip_prefix(&root)?;
            let skipped = inner.split('/').any(|part| matches!(part, ".git" | "node_modules"));
            let kind = secret_file::by_name(inner).filter(|_| !skipped)?;
            Some((inner.to_owned(), kind))
        })
        .collect();
    if named.is_empty() {
        return Vec::new();
    }
    let own = neighbours.read(&format!("{path}.dockerignore"));
    let ignored = own.or_else(|| neighbours.read(&format!("{root}.dockerignore"))).unwrap_or_default();
    let ignored = IgnoreFile::parse(&String::from_utf8_lossy(&ignored));
    let mut secrets = Vec::new();
    for (path, kind) in named.into_iter().filter(|(path, _)| !ignored.excludes(path)).take(MAX_READ) {
        let content = match neighbours.read(&format!("{root}{path}")) {
            Some(bytes) => secret_file::by_content(kind, &path, &bytes, doc, cx),
            None => Content::Unknown,
        };
        if content != Content::Harmless {
            secrets.push(SecretFile { path, content });
        }
    }
    secrets
}

/// One finding for each source that takes secret files along.
fn report(rule: &'static Rule, site: &Site<'_>, secrets: &[SecretFile], cx: &mut Context<'_>) {
    let excluded: Vec<_> = site.instruction.flags.iter().filter(|flag| flag.name == "exclude").collect();
    let excluded: String =
        excluded.iter().filter_map(|flag| Some(format!("{}\n", flag.value.as_ref()?.text))).collect();
    let excluded = IgnoreFile::parse(&excluded);
    let mut seen: HashMap<&str, ()> = HashMap::new();
    for source in local_sources(site) {
        // A source that names a secret file is the matter of `docker-copy-secret`.
        if secret_file::by_name(&source.text).is_some() || seen.insert(&source.text, ()).is_some() {
            continue;
        }
        let Some(covers) = covers(&source.text) else { continue };
        let taken: Vec<&SecretFile> =
            secrets.iter().filter(|file| covers(&file.path) && !excluded.excludes(&file.path)).collect();
        if taken.is_empty() {
            continue;
        }
        let sure = taken.iter().any(|file| file.content == Content::Secret);
        let evidence = Evidence {
            span: source.span_of(0..source.text.len()),
            secret: "",
            what: list(&taken),
            confidence: if sure { Confidence::High } else { Confidence::Medium },
            severity: None,
            label: Some((site.instruction.keyword_span, "takes secret files of the build context along".to_owned())),
            name: &source.text,
        };
        site.report(rule, evidence, cx);
    }
}

/// Says of a path in the context whether the source takes it along; `None` for a source that can't be known.
fn covers(source: &str) -> Option<Box<dyn Fn(&str) -> bool>> {
    if source.contains('$') {
        return None;
    }
    let source = ignore_file::clean(source);
    if source.is_empty() {
        return Some(Box::new(|_| true));
    }
    let depth = source.split('/').count();
    let glob = ignore_file::glob(&source)?;
    Some(Box::new(move |path| {
        let end = path.match_indices('/').nth(depth - 1).map_or(path.len(), |(at, _)| at);
        glob.is_match(&path[..end])
    }))
}

/// `.env, keys/id_rsa and 3 more`.
fn list(files: &[&SecretFile]) -> String {
    let shown: Vec<&str> = files.iter().take(3).map(|file| file.path.as_str()).collect();
    let more = files.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("secret files in the build context: {}{more}", shown.join(", "))
}
