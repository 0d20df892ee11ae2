//! The texts inside a document: the files in a ConfigMap, JSON in an annotation, values in a string.
//!
//! Every scalar is looked at, so the first look is at its style, its length and its first byte; only what passes is
//! recognised, and only what is recognised is copied. The values of a Secret are left to the check that decodes them.

use std::collections::HashSet;
use std::sync::Arc;

use super::recognise::{self, Format};
use crate::encoding;
use crate::model::{Body, Document, Entry, Kind, Nested, NodeId, Place, Role, Span, SpanMap, Style, Tree};

/// The texts nested in `doc` that are worth parsing, in document order, but for those that the caller knows by the span of
/// the value with its key. Together they are no longer than its scalars.
pub fn nested(doc: &Document<'_>, is_known: &dyn Fn(Span) -> bool) -> Vec<Nested> {
    if matches!(doc.role, Role::Schema | Role::LockFile) {
        return Vec::new();
    }
    match &doc.body {
        Body::Tree(tree) => in_tree(tree, is_known),
        Body::Entries(entries) => entries.iter().filter_map(|entry| in_entry(doc.text, entry)).collect(),
        Body::Dockerfile(_) | Body::Text => Vec::new(),
    }
}

/// Shorter texts hold no document.
const MIN_LEN: usize = 8;

/// Keys whose text is a script or prose: others read the scripts.
const NOT_DOCUMENTS: [&str; 14] = [
    "run",
    "script",
    "before_script",
    "after_script",
    "command",
    "args",
    "entrypoint",
    "bash",
    "pwsh",
    "powershell",
    "inlineScript",
    "description",
    "message",
    "notes",
];

fn in_tree(tree: &Tree<'_>, is_known: &dyn Fn(Span) -> bool) -> Vec<Nested> {
    let mut out = Vec::new();
    let mut secret_data = HashSet::new();
    for at in 0..tree.len() {
        let id = NodeId(at as u32);
        match tree.kind(id) {
            Kind::Mapping if secret_data.contains(&id) => {}
            Kind::Mapping => {
                // The values of a Secret come behind this mapping.
                let (mut is_secret, mut values) = (false, Vec::new());
                for (key, value) in tree.entries(id) {
                    match tree.bytes(key).unwrap_or_default() {
                        b"kind" => is_secret |= tree.bytes(value) == Some(b"Secret"),
                        b"data" | b"stringData" => values.push(tree.resolve(value)),
                        _ => {}
                    }
                    out.extend(in_value(tree, key, value, is_known));
                }
                secret_data.extend(values.into_iter().filter(|_| is_secret));
            }
            Kind::Sequence => {
                out.extend(tree.items(id).filter_map(|item| in_scalar(tree, item, "", &|| is_known(tree.span(item)))))
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }
    out
}

fn in_value(tree: &Tree<'_>, key: NodeId, value: NodeId, is_known: &dyn Fn(Span) -> bool) -> Option<Nested> {
    let name = tree.bytes(key).unwrap_or_default();
    if tree.kind(value) != Kind::Scalar || !name.is_empty() && !may_be_candidate(tree, value, name) {
        return None;
    }
    let is_known = || is_known(Span::new(tree.span(key).start.min(tree.span(value).start), tree.span(value).end));
    in_scalar(tree, value, tree.str(key).unwrap_or_default(), &is_known)
}

fn in_scalar(tree: &Tree<'_>, node: NodeId, name: &str, is_known: &dyn Fn() -> bool) -> Option<Nested> {
    // What an alias stands for is looked at in its own place.
    if tree.kind(node) != Kind::Scalar {
        return None;
    }
    let text = tree.str(node)?;
    if name.is_empty()
        && let Some(at) =
            memchr::memchr_iter(b'=', text.as_bytes()).find(|at| text.as_bytes().get(at + 1) == Some(&b'{'))
    {
        return in_assignment(tree, node, text, at);
    }
    if text.len() < MIN_LEN || NOT_DOCUMENTS.contains(&name) || is_known() {
        return None;
    }
    let known = || is_document(text, name) || recognise::is_code_name(name) || holds_code(name);
    let is_known = is_candidate(tree, node, name, text) && known();
    if !is_known && !recognise::is_sql(text) {
        return None;
    }
    // A file's name by which checks know the language.
    let name = if is_known { name.to_owned() } else { format!("{name}.sql") };
    Some(Nested { text: text.to_owned(), map: encoding::scalar_map(tree, node), name, node })
}

/// JSON as the value of a variable in a list: `- SETTINGS={"password": …}`, whose `=` stands at `at`.
fn in_assignment(tree: &Tree<'_>, node: NodeId, text: &str, at: usize) -> Option<Nested> {
    let (name, value) = (&text[..at], &text[at + 1..]);
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.'));
    if !plain || !is_json(value) {
        return None;
    }
    let map = SpanMap::at(at + 1).within(&Arc::new(encoding::scalar_map(tree, node)));
    Some(Nested { text: value.to_owned(), map, name: name.to_owned(), node })
}

/// Whether a scalar may be a candidate: by its length, its style, its first byte and its name.
fn may_be_candidate(tree: &Tree<'_>, node: NodeId, name: &[u8]) -> bool {
    let bytes = tree.bytes(node).unwrap_or_default();
    bytes.len() >= MIN_LEN
        && (!matches!(tree.style(node), Style::Plain | Style::SingleQuoted)
            || tree.is_decoded(node)
            || bytes.trim_ascii_start().first().is_some_and(|first| match first {
                b'{' | b'[' => true,
                // A statement of SQL.
                _ => recognise::may_begin_statement(*first) && bytes.contains(&b' '),
            })
            || name.contains(&b'.'))
}

/// Whether a scalar may hold a document, at the cost of a look at its ends.
fn is_candidate(tree: &Tree<'_>, node: NodeId, name: &str, text: &str) -> bool {
    if is_json(text) {
        return true;
    }
    let lines = match tree.style(node) {
        Style::Literal => true,
        Style::Folded | Style::DoubleQuoted => tree.is_decoded(node) && text.contains('\n'),
        Style::Plain | Style::SingleQuoted => false,
    };
    // An item of a list is an argument; only a whole manifest is more than that.
    if name.is_empty() { lines && text.contains("apiVersion:") } else { lines || names_a_file(name) }
}

fn is_json(text: &str) -> bool {
    let text = text.trim_ascii();
    let is_closed = matches!(text.as_bytes(), [b'{', .., b'}'] | [b'[', .., b']']);
    is_closed && text.len() >= MIN_LEN && text.contains('"') && !text.starts_with("{{")
}

/// Whether a key's text is code of another program: a proxy's snippet, a script of Lua.
fn holds_code(name: &str) -> bool {
    // Logstash's `logstash.conf`, `GITLAB_OMNIBUS_CONFIG` and the like, which are in no format that a parser reads.
    let is_conf = name.ends_with(".conf");
    let name = name.rsplit(['/', '_', '-', '.']).next().unwrap_or_default();
    is_conf
        || ["snippet", "snippets", "code", "lua", "vcl", "config"].iter().any(|known| name.eq_ignore_ascii_case(known))
        || ["Snippet", "Snippets", "Code"].iter().any(|end| name.ends_with(end))
}

fn names_a_file(name: &str) -> bool {
    name.contains('.') && !name.contains('/') && recognise::is_format_name(name)
}

fn is_document(text: &str, name: &str) -> bool {
    let place = Place { name: if name.is_empty() { "-".to_owned() } else { name.to_owned() }, ..Place::default() };
    recognise::format(text, &place) != Format::Text
}

/// JSON as the value of a line: `CREDENTIALS={"type": …}`, or a document of several lines: Terraform's `values = <<EOT`.
fn in_entry(text: &str, entry: &Entry) -> Option<Nested> {
    let (name, value) = (entry.name.of(text), entry.value.of(text));
    let starts = value.starts_with('{') || value.starts_with("[{");
    let json = starts && !value.contains("\\\"") && is_json(value);
    let lines = value.len() >= MIN_LEN && value.contains('\n') && is_document(value, name);
    if !(json || lines) || NOT_DOCUMENTS.contains(&name) {
        return None;
    }
    let map = SpanMap::at(entry.value.start);
    Some(Nested { text: value.to_owned(), map, name: name.to_owned(), node: NodeId(0) })
}

#[cfg(test)]
mod tests {
    use super::super::recognise::tree_of;
    use super::*;

    fn names(yaml: &str) -> Vec<String> {
        in_tree(&tree_of(yaml), &|_| false).into_iter().map(|nested| nested.name).collect()
    }

    #[test]
    fn files_in_a_config_map_are_documents() {
        let yaml = "kind: ConfigMap\ndata:\n  app.yml: |\n    a: b\n    c: d\n  .npmrc: '//r.io/:_authToken=abc'\n  \
                    x.properties: a=b\n  level: debug information\n  settings: |\n    A=b\n    C=d\n  logo.svg: <svg/>\n";
        assert_eq!(names(yaml), ["app.yml", ".npmrc", "settings"]);
    }

    #[test]
    fn json_is_a_document_wherever_it_stands() {
        let yaml = "metadata:\n  annotations:\n    x/last-applied-configuration: '{\"kind\": \"Secret\"}'\nlist:\n- '[{\"a\": 1}]'\n- 'X={\"a\": 1}'\n- '--x={\"a\": 1}'\n";
        assert_eq!(names(yaml), ["x/last-applied-configuration", "", "X"]);
    }

    #[test]
    fn values_of_secrets_scripts_and_prose_are_not() {
        let yaml = "items:\n- kind: Secret\n  stringData:\n    app.yml: |\n      a: b\n      c: d\n- run: |\n    A=b\n    B=c\n  \
                    text: |\n    This is prose, about\n    nothing: at all.\n  t: '{{ .Values.x | quote }}'\n";
        assert_eq!(names(yaml), [""; 0]);
    }

    #[test]
    fn lines_under_a_name_are_a_document() {
        let read = |text: &str| {
            let value = text.find("<<X\n").map_or(0, |at| at + 4);
            let entry = Entry {
                section: String::new(),
                name: Span::new(0, 6),
                value: Span::new(value, text.len()),
                quoted: true,
            };
            in_entry(text, &entry).is_some()
        };
        assert!(read("values = <<X\n  db:\n    user: a\n  log: b\n"));
        assert!(read("start_ = <<X\n  #!/bin/sh\n  ls\n") && !read("values = <<X\n  some text,\n  no more\n"));
    }

    #[test]
    fn json_on_a_line_is_a_document() {
        let text = "CREDS={\"type\": \"x\"}";
        let entry =
            Entry { section: String::new(), name: Span::new(0, 5), value: Span::new(6, text.len()), quoted: false };
        let found = in_entry(text, &entry).map(|nested| (nested.text, nested.map.to_file(Span::new(1, 7))));
        assert_eq!(found, Some(("{\"type\": \"x\"}".to_owned(), Span::new(7, 13))));
    }

    /// Reads a YAML text and gives its nested texts, each with the bytes of the file that hold its line `wanted`.
    fn places(yaml: &str, wanted: &str) -> Vec<(String, String)> {
        let mut out = Vec::new();
        let mut problems = Vec::new();
        crate::document::read(yaml, SpanMap::at(0), Place::default(), &mut problems, &mut |doc| {
            for nested in nested(doc, &|_| false) {
                let at = nested.text.find(wanted).unwrap_or_default();
                let span = nested.map.within(&doc.map).to_file(Span::new(at, at + wanted.len()));
                out.push((nested.name, span.of(yaml).to_owned()));
            }
        });
        out
    }

    #[test]
    fn what_is_found_inside_stands_in_the_file() {
        let yaml = "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.ini: |\n    [x]\n    k=abc\n  b.json: \"{\\\"k\\\": \\\"abc\\\"}\"\n  \
                    c.env: >-\n    k=abc\n\n    l=d\n";
        let expected = ["a.ini", "b.json", "c.env"].map(|name| (name.to_owned(), "abc".to_owned()));
        assert_eq!(places(yaml, "abc"), expected);
    }
}
