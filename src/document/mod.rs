//! The document stage: bytes in, documents (trees, Dockerfiles, flat entries, plain text) with spans out.

pub mod dockerfile;
pub mod flat;
pub mod recognise;

use std::sync::Arc;

use crate::model::{Body, Document, Nested, Place, Problem, Role, SpanMap};

/// Recognises the format of `text` and gives each of its documents to `sink`.
pub fn read(text: &str, map: SpanMap, place: Place, problems: &mut Vec<Problem>, sink: &mut dyn FnMut(&Document<'_>)) {
    let _ = problems;
    sink(&Document { text, map: Arc::new(map), place, role: Role::Other, body: Body::Text, templates: Vec::new() });
}

/// The texts nested in `doc` that are worth parsing.
pub fn nested(doc: &Document<'_>) -> Vec<Nested> {
    let _ = doc;
    Vec::new()
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
