//! The document stage: bytes in, documents (trees, Dockerfiles, flat entries, plain text) with spans out.

pub mod dockerfile;
pub mod flat;
pub mod json;
mod nested;
pub mod recognise;
pub mod template;
pub mod yaml;

use std::sync::Arc;

pub use nested::nested;
use recognise::Format;

use crate::model::{Body, Document, Place, Problem, ProblemKind, Role, Span, SpanMap, behind_last};

/// Nodes of a JSON value from which on it is read in windows: 10 MB.
const LARGE: usize = 1 << 19;

/// Recognises the format of `text` and gives each of its documents to `sink`. What does not parse is read in a lesser
/// way, and said in `problems`.
pub fn read(text: &str, map: SpanMap, place: Place, problems: &mut Vec<Problem>, sink: &mut dyn FnMut(&Document<'_>)) {
    read_unknown(text, map, place, &|_| false, problems, sink);
}

/// Like [`read`], but leaves out the documents of a YAML stream that the caller knows, by their span in `text`.
pub fn read_unknown(
    text: &str,
    map: SpanMap,
    place: Place,
    is_known: &dyn Fn(Span) -> bool,
    problems: &mut Vec<Problem>,
    sink: &mut dyn FnMut(&Document<'_>),
) {
    let role = recognise::role_by_name(&place);
    // Versions and digests: nothing in them is worth a tree.
    let format = if role == Role::LockFile { Format::Text } else { recognise::format(text, &place) };
    let mut reading = Reading { text, map: Arc::new(map), place, role, problems, sink };
    match format {
        Format::Json => reading.json(),
        Format::Yaml => reading.yaml(is_known),
        Format::Dockerfile => reading.dockerfile(),
        Format::Flat(family) => {
            let templates = template::mask(text).templates;
            let mut entries = flat::read(family, text);
            entries.retain(|entry| !stands_in(&templates, entry.name));
            reading.give(text, 0, Body::Entries(entries), templates);
        }
        Format::Shell => {
            reading.role = Role::ShellScript;
            reading.give(text, 0, Body::Text, Vec::new());
        }
        Format::Text => reading.give(text, 0, Body::Text, Vec::new()),
    }
}

/// Whether the span stands inside one of the templates, which are sorted.
fn stands_in(templates: &[Span], span: Span) -> bool {
    let first = templates.partition_point(|template| template.end <= span.start);
    templates.get(first).is_some_and(|template| template.start <= span.start && span.end <= template.end)
}

/// A text that is being read.
struct Reading<'r, 's> {
    text: &'r str,
    map: Arc<SpanMap>,
    place: Place,
    role: Role,
    problems: &'r mut Vec<Problem>,
    sink: &'s mut dyn FnMut(&Document<'_>),
}

impl<'r> Reading<'r, '_> {
    /// Gives the document `text`, which starts at byte `offset` of the whole.
    fn give(&mut self, text: &'r str, offset: usize, body: Body<'r>, templates: Vec<Span>) {
        let role = self.role_of(text, &body);
        self.give_as(role, text, offset, body, templates);
    }

    fn role_of(&self, text: &str, body: &Body<'_>) -> Role {
        match body {
            Body::Tree(tree) => recognise::role(tree, &self.role),
            Body::Entries(_) => recognise::role_of_lines(text, &self.role),
            _ => self.role.clone(),
        }
    }

    fn give_as(&mut self, role: Role, text: &'r str, offset: usize, body: Body<'r>, templates: Vec<Span>) {
        let map = if offset == 0 && text.len() == self.text.len() {
            Arc::clone(&self.map)
        } else {
            Arc::new(SpanMap::at(offset).within(&self.map))
        };
        (self.sink)(&Document { text, map, place: self.place.clone(), role, body, templates });
    }

    /// Several values one after another are several documents; what is no JSON may still be YAML.
    fn json(&mut self) {
        let mut from = 0;
        let mut any = false;
        // Of a nested text, the whole is searched beside its tree, and that only once.
        let most = if self.place.depth == 0 { LARGE } else { usize::MAX };
        while !self.text[from..].trim_start().is_empty() {
            // The first window of a large value shows what the whole is for.
            let mut known = None;
            let parsed = json::parse(&self.text[from..], most, &mut |tree| {
                let (text, body) = (tree.text(), Body::Tree(tree));
                let role = known.get_or_insert_with(|| self.role_of(text, &body)).clone();
                self.give_as(role, text, from, body, Vec::new());
            });
            match parsed {
                Ok(len) => {
                    any = true;
                    from += len;
                }
                Err(json::Broken::Syntax(_)) if !any => return self.yaml(&|_| false),
                Err(broken) => {
                    let at = if let json::Broken::Syntax(at) = broken { from + at } else { from };
                    let why = match broken {
                        json::Broken::Deep => format!("nests deeper than {} levels", json::MAX_DEPTH),
                        json::Broken::Syntax(_) => "is no JSON".to_owned(),
                    };
                    let line = line_of(self.text, at);
                    let rest = &self.text[from..];
                    self.lesser(rest, from, &format!("from line {line} on {why}"));
                    return self.give_deep(rest, from, broken == json::Broken::Deep);
                }
            }
        }
    }

    fn yaml(&mut self, is_known: &dyn Fn(Span) -> bool) {
        let (mut first, mut counted) = (1, 0);
        for span in yaml::documents(self.text) {
            let text = span.of(self.text);
            first += line_ends(&self.text[counted..span.start]);
            counted = span.start;
            if is_known(span) {
                continue;
            }
            let masked = template::mask(text);
            match yaml::parse(text, &masked.text) {
                Ok(tree) => self.give(text, span.start, Body::Tree(tree), masked.templates),
                Err(broken) => {
                    let why = match broken {
                        yaml::Broken::Syntax(line) => format!("is no YAML at line {}", first + line.saturating_sub(1)),
                        yaml::Broken::Deep => format!("nests deeper than {} levels", yaml::MAX_DEPTH),
                    };
                    self.lesser(text, span.start, &format!("the document at line {first} {why}"));
                    self.give_deep(text, span.start, broken == yaml::Broken::Deep);
                }
            }
        }
    }

    /// Reads line by line what does not parse.
    fn lesser(&mut self, text: &'r str, offset: usize, why: &str) {
        let entries = flat::yaml_lines(text);
        self.problem(format!("{why}, so it was read line by line"));
        let templates = template::mask(text).templates;
        self.give(text, offset, Body::Entries(entries), templates);
    }

    /// What nests too deep for a tree may stand on one line, where only the search in plain text finds anything.
    fn give_deep(&mut self, text: &'r str, offset: usize, is_deep: bool) {
        if is_deep {
            self.give(text, offset, Body::Text, Vec::new());
        }
    }

    fn dockerfile(&mut self) {
        let dockerfile = dockerfile::parse(self.text);
        for why in &dockerfile.problems {
            self.problem(why.clone());
        }
        self.give(self.text, 0, Body::Dockerfile(dockerfile), Vec::new());
    }

    fn problem(&mut self, message: String) {
        // A nested text that does not parse is no document that anybody meant to be one.
        if self.place.depth == 0 {
            self.problems.push(Problem::new(self.place.path.clone(), ProblemKind::Degraded, message));
        }
    }
}

/// The line (counted from 1) of the byte at `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    line_ends(text.get(..offset).unwrap_or(text)) + 1
}

fn line_ends(text: &str) -> usize {
    memchr::memchr_iter(b'\n', text.as_bytes()).count()
}

/// Whether the path names a format that people write as text, so that a NUL in it is a mistake and not a sign of a
/// binary file.
pub fn is_structured_name(path: &str) -> bool {
    let name = behind_last(path, b'/');
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "yaml" | "yml" | "json" | "env" | "properties" | "ini" | "toml" | "tfvars" | "dockerfile")
        || name.starts_with("Dockerfile")
        || name.starts_with("Containerfile")
        || name.starts_with(".env")
}

/// What a path tells of the text under it. One text under paths of different kinds may mean different things.
#[derive(Debug, PartialEq, Eq)]
pub struct NameKind {
    role: Role,
    format: Option<recognise::Format>,
    /// The extension, or the whole name where it has none (`Dockerfile`), in lower case.
    name: String,
    is_dockerfile: bool,
}

impl NameKind {
    /// The kind of a path.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        let name = name.rsplit_once('.').map_or(name, |(_, extension)| extension).to_ascii_lowercase();
        let place = Place { path: path.to_owned(), ..Place::default() };
        let (role, format) = (recognise::role_by_name(&place), recognise::format_by_path(&place));
        Self { role, format, name, is_dockerfile: may_be_dockerfile(path, b"") }
    }
}

/// Whether the blob may be a Dockerfile, by its name or by a line that begins a stage.
pub fn may_be_dockerfile(path: &str, bytes: &[u8]) -> bool {
    let name = behind_last(path, b'/');
    let named = |part: &str| name.len() >= part.len() && name.to_ascii_lowercase().contains(part);
    let begins =
        bytes.len() < 1 << 20 && (bytes.starts_with(b"FROM ") || memchr::memmem::find(bytes, b"\nFROM ").is_some());
    named("dockerfile") || named("containerfile") || begins
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_json_value_of_a_file_is_a_document_of_its_own() {
        let text = "{\"a\": \"x\"}\n{\"a\": \"yé\"}\n{\"a\" 1}\n";
        let place = Place { path: "log.json".into(), ..Place::default() };
        let (mut problems, mut seen) = (Vec::new(), Vec::new());
        read(text, SpanMap::at(0), place, &mut problems, &mut |doc| {
            let value = doc.tree().and_then(|tree| tree.get(tree.root()?, "a").map(|id| tree.span(id)));
            seen.extend(value.map(|span| doc.map.to_file(span).of(text).to_owned()));
        });
        assert_eq!(seen, ["x", "yé"]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.starts_with("from line 3 on is no JSON"), "{}", problems[0].message);
    }
}
