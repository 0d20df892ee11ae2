//! Cuts a YAML stream into its documents without parsing it: `---` and `...` at the start of a line end a document
//! wherever they stand, even inside a quoted or block scalar.

use memchr::memmem;

use crate::model::Span;

/// The documents of a stream, in order; empty ones are left out.
pub fn documents(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    for at in marks(text) {
        if at < start {
            continue;
        }
        let ends = text.as_bytes()[at] == b'.';
        // Directives and comments before `---` belong to the document that it opens.
        if !ends && is_prologue(&text[start..at]) {
            continue;
        }
        push(&mut found, text, start, at);
        start = if ends { line_end(text, at) } else { at };
    }
    push(&mut found, text, start, text.len());
    found
}

fn push(found: &mut Vec<Span>, text: &str, start: usize, end: usize) {
    let body = text[start..end].trim_start_matches("---");
    if !body.trim().is_empty() {
        found.push(Span::new(start, end));
    }
}

/// Offsets of the lines that are a document mark.
fn marks(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let is_mark = |at: usize| {
        let behind = bytes.get(at + 3);
        behind.is_none_or(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
    };
    let mut found: Vec<usize> = [&b"---"[..], b"..."].iter().filter(|m| bytes.starts_with(m)).map(|_| 0).collect();
    found.extend(memmem::find_iter(bytes, b"\n---").map(|at| at + 1));
    found.extend(memmem::find_iter(bytes, b"\n...").map(|at| at + 1));
    found.retain(|&at| is_mark(at));
    found.sort_unstable();
    found
}

fn is_prologue(text: &str) -> bool {
    text.len() < 64 << 10 && text.lines().all(|line| line.trim().is_empty() || line.starts_with(['%', '#']))
}

fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |end| at + end + 1)
}
