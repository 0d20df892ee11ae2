//! The document stage: bytes in, documents (trees, Dockerfiles, flat entries, plain text) with spans out.

pub mod dockerfile;
pub mod flat;
mod nested;
pub mod recognise;

use std::sync::Arc;

pub use nested::nested;
use recognise::Format;

use crate::model::{Body, Dockerfile, Document, Place, Problem, ProblemKind, Role, SpanMap};

/// Recognises the format of `text` and gives each of its documents to `sink`.
pub fn read(text: &str, map: SpanMap, place: Place, problems: &mut Vec<Problem>, sink: &mut dyn FnMut(&Document<'_>)) {
    let role = recognise::role_by_name(&place);
    // Versions and digests: nothing in them is worth a tree.
    let format = if role == Role::LockFile { Format::Text } else { recognise::format(text, &place) };
    let (body, role) = match format {
        Format::Json | Format::Yaml => (Body::Entries(flat::yaml_lines(text)), role),
        Format::Dockerfile => (Body::Dockerfile(parse_dockerfile(text, &place, problems)), role),
        Format::Flat(family) => (Body::Entries(flat::read(family, text)), role),
        Format::Shell => (Body::Text, Role::ShellScript),
        Format::Text => (Body::Text, role),
    };
    sink(&Document { text, map: Arc::new(map), place, role, body, templates: Vec::new() });
}

/// Parses a Dockerfile; what is wrong with it is said once for each reason.
fn parse_dockerfile<'a>(text: &'a str, place: &Place, problems: &mut Vec<Problem>) -> Dockerfile<'a> {
    let file = dockerfile::parse(text);
    let problem =
        |message: &String| Problem { path: place.path.clone(), kind: ProblemKind::Degraded, message: message.clone() };
    problems.extend(file.problems.iter().map(problem));
    file
}

/// Whether the path names a format that people write as text, so that a NUL in it is a mistake and not a sign of a
/// binary file.
pub fn is_structured_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "yaml" | "yml" | "json" | "env" | "properties" | "ini" | "toml" | "tfvars" | "dockerfile")
        || name.starts_with("Dockerfile")
        || name.starts_with("Containerfile")
        || name.starts_with(".env")
}
