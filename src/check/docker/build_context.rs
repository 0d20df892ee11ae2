//! `COPY . .` where a file with credentials lies in the build context and `.dockerignore` does not keep it out.
//!
//! Which folder the context is, the Dockerfile does not say: it is taken to be the Dockerfile's own folder, or the
//! nearest one around it in which a source lies that the own folder does not have. An `ONBUILD COPY` copies from the
//! context of another build, of which nothing is known here.

use std::collections::HashMap;

use globset::GlobMatcher;

use super::copy_secret::{folders_around, local_sources};
use super::ignore_file::{self, IgnoreFile, clean};
use super::onward::Onward;
use super::secret_file::{self, Content};
use super::{Evidence, Site, sites};
use crate::check::{Check, Context};
use crate::model::{Confidence, Document, Keyword, Neighbours, Rule, behind_last};
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
        let copies: Vec<Site<'_>> =
            sites(doc, &[Keyword::Copy, Keyword::Add]).filter(|site| !site.instruction.onbuild).collect();
        let Some(first) = copies.first() else { return };
        let mut build = Build::new(&copies, doc, cx);
        let onward = Onward::new(first.file);
        for site in &copies {
            report(self.rule(), site, &mut build, &onward, cx);
        }
    }
}

/// The build context.
struct Build {
    /// Its folder with a slash behind it, or empty.
    root: String,
    ignored: IgnoreFile,
    /// The secret files below the folders that were looked at.
    known: HashMap<String, Vec<SecretFile>>,
    /// How many files may still be read.
    reads: usize,
}

/// A file of the context that holds, or by its name may hold, a credential.
struct SecretFile {
    /// Relative to the context's root.
    path: String,
    content: Content,
}

impl Build {
    fn new(copies: &[Site<'_>], doc: &Document<'_>, cx: &Context<'_>) -> Self {
        let root = root(copies, doc, cx.neighbours);
        let own = cx.neighbours.read(&format!("{}.dockerignore", doc.place.path));
        let ignored = own.or_else(|| cx.neighbours.read(&format!("{root}.dockerignore"))).unwrap_or_default();
        let ignored = IgnoreFile::parse(&String::from_utf8_lossy(&ignored));
        Self { root, ignored, known: HashMap::new(), reads: MAX_READ }
    }

    /// The secret files below `folder` that the builder gets.
    fn secrets(&mut self, folder: &str, doc: &Document<'_>, cx: &mut Context<'_>) -> &[SecretFile] {
        if !self.known.contains_key(folder) {
            let secrets = self.find(folder, doc, cx);
            self.known.insert(folder.to_owned(), secrets);
        }
        self.known.get(folder).map_or(&[], Vec::as_slice)
    }

    fn find(&mut self, folder: &str, doc: &Document<'_>, cx: &mut Context<'_>) -> Vec<SecretFile> {
        let neighbours = cx.neighbours;
        let below = format!("{}{folder}", self.root);
        let mut files = neighbours.files_below(below.trim_end_matches('/'), MAX_FILES);
        files.sort();
        let mut secrets = Vec::new();
        for file in files {
            let Some(path) = file.strip_prefix(&self.root) else { continue };
            let Some(kind) = secret_file::by_name(path) else { continue };
            if self.reads == 0 || is_foreign(path) || self.ignored.excludes(path) {
                continue;
            }
            self.reads -= 1;
            let content = match neighbours.read(&file) {
                Some(bytes) => secret_file::by_content(kind, path, &bytes, doc, cx),
                None => Content::Unknown,
            };
            if content != Content::Harmless {
                secrets.push(SecretFile { path: path.to_owned(), content });
            }
        }
        secrets
    }
}

/// Whether the file belongs to git's own data, to an installed package or to a test's data. `environments/test` is none.
pub fn is_foreign(path: &str) -> bool {
    let (folder, _) = path.rsplit_once('/').unwrap_or_default();
    let foreign = [".git", "node_modules", "testdata", "__tests__", "fixture", "fixtures"];
    folder.split('/').any(|part| foreign.contains(&part))
}

/// The context's folder with a slash behind it, or empty.
fn root(copies: &[Site<'_>], doc: &Document<'_>, neighbours: &dyn Neighbours) -> String {
    let path = doc.place.path.as_str();
    let sources: Vec<String> = copies
        .iter()
        .flat_map(local_sources)
        .filter(|source| !source.text.contains(['*', '?', '[', '$', '\\']))
        .map(|source| clean(&source.text))
        .filter(|source| !source.is_empty())
        .collect();
    let holds = |folder: &&str| sources.iter().any(|s| !neighbours.files_below(&format!("{folder}{s}"), 1).is_empty());
    let own = folders_around(path).next().unwrap_or_default();
    folders_around(path).find(holds).unwrap_or(own).to_owned()
}

/// One finding for each source that takes secret files along.
fn report(rule: &'static Rule, site: &Site<'_>, build: &mut Build, onward: &Onward, cx: &mut Context<'_>) {
    let flags = site.instruction.flags.iter().filter(|flag| flag.name == "exclude");
    let excluded: String = flags.filter_map(|flag| Some(format!("{}\n", flag.value.as_ref()?.text))).collect();
    let excluded = IgnoreFile::parse(&excluded);
    for source in local_sources(site) {
        // A source that names a secret file is the matter of `docker-copy-secret`.
        if secret_file::by_name(&source.text).is_some() {
            continue;
        }
        let Some(pattern) = Source::new(&source.text) else { continue };
        let secrets = build.secrets(&pattern.folder, site.doc, cx);
        let taken: Vec<&SecretFile> =
            secrets.iter().filter(|file| pattern.covers(&file.path) && !excluded.excludes(&file.path)).collect();
        if taken.is_empty() {
            continue;
        }
        let sure = taken.iter().any(|file| file.content == Content::Secret);
        let evidence = Evidence {
            span: source.span_of(0..source.text.len()),
            secret: "",
            what: list(&taken).into(),
            confidence: if sure { Confidence::High } else { Confidence::Medium },
            severity: None,
            label: Some((site.instruction.keyword_span, "takes secret files of the build context along")),
            name: &source.text,
        };
        let reach = taken.iter().map(|file| onward.reach(site, pattern.inner(&file.path)));
        let reach = reach.max().unwrap_or(site.reach);
        Site { reach, ..*site }.report(rule, evidence, cx);
    }
}

/// What a source of `COPY` takes along.
struct Source {
    /// The components before the first wild card.
    folder: String,
    /// The source's components, unless it is the whole context.
    glob: Option<(usize, GlobMatcher)>,
}

impl Source {
    /// `None` for a source that is known only when the image is built.
    fn new(text: &str) -> Option<Self> {
        if text.contains('$') {
            return None;
        }
        let text = clean(text);
        let plain = text.split('/').take_while(|part| !part.contains(['*', '?', '[', '\\']));
        let folder = plain.collect::<Vec<_>>().join("/");
        let glob = if text.is_empty() { None } else { Some((text.split('/').count(), ignore_file::glob(&text)?)) };
        Some(Self { folder, glob })
    }

    /// Whether the file lies at or below what the source names.
    fn covers(&self, path: &str) -> bool {
        let Some((depth, glob)) = &self.glob else { return true };
        let end = path.match_indices('/').nth(depth - 1).map_or(path.len(), |(at, _)| at);
        glob.is_match(&path[..end])
    }

    /// The part of a covered path that the copy keeps: what lies below the source, or the name of a file that it names.
    fn inner<'p>(&self, path: &'p str) -> &'p str {
        let depth = self.glob.as_ref().map_or(0, |(depth, _)| *depth);
        let below =
            depth.checked_sub(1).map_or(Some(path), |n| path.match_indices('/').nth(n).map(|(at, _)| &path[at + 1..]));
        below.unwrap_or_else(|| behind_last(path, b'/'))
    }
}

/// `.env, keys/id_rsa and 3 more`.
fn list(files: &[&SecretFile]) -> String {
    let shown: Vec<&str> = files.iter().take(3).map(|file| file.path.as_str()).collect();
    let more = files.len() - shown.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("secret files in the build context: {}{more}", shown.join(", "))
}
