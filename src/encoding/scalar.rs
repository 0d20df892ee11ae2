//! The decoded value of a YAML or JSON scalar, with the way back to its bytes.

use super::escape::escape;
use super::{Decoded, unescape};
use crate::model::{NodeId, Span, SpanMap, Style, Tree};

/// The map from a scalar's decoded value to the text of its document.
///
/// Where the value can't be derived again from the bytes (an odd indentation indicator), its whole maps onto the whole.
pub fn scalar_map(tree: &Tree<'_>, node: NodeId) -> SpanMap {
    let span = tree.span(node);
    let value = tree.str(node).unwrap_or_default();
    if !tree.is_decoded(node) {
        return SpanMap::at(span.start);
    }
    let (decoded, map) = decode(tree.text(), tree.style(node), span);
    // Trailing line ends are kept or not by the block's header, which lies outside the span.
    if value.starts_with(&*decoded) && value[decoded.len()..].bytes().all(|b| b == b'\n') {
        let mut map = map;
        map.push(value.len() - decoded.len(), Span::new(span.end, span.end));
        return map;
    }
    SpanMap::whole(value.len(), span)
}

/// Decodes the content `span` of a scalar of `text`; line ends behind the last text line of a block are left out.
pub fn decode(text: &str, style: Style, span: Span) -> (String, SpanMap) {
    let raw = span.of(text);
    let out = match style {
        Style::Plain => folded_flow(raw, span.start, verbatim),
        Style::SingleQuoted => folded_flow(raw, span.start, single_quoted),
        Style::DoubleQuoted if memchr::memchr(b'\n', raw.as_bytes()).is_none() => unescape(raw, span.start),
        Style::DoubleQuoted => double_quoted(raw, span.start),
        Style::Literal => literal(text, span),
        Style::Folded => folded(text, span),
    };
    (out.text, out.map)
}

fn verbatim(out: &mut Decoded, line: &str, base: usize) {
    out.push(line, Span::new(base, base + line.len()));
}

fn single_quoted(out: &mut Decoded, line: &str, base: usize) {
    let mut rest = 0;
    while let Some(found) = line[rest..].find("''") {
        let at = rest + found;
        out.push(&line[rest..=at], Span::new(base + rest, base + at + 1));
        rest = at + 2;
    }
    verbatim(out, &line[rest..], base + rest);
}

/// Flow scalars over several lines: white space round a line end folds to one space, each empty line to a line end.
fn folded_flow(raw: &str, base: usize, line_text: impl Fn(&mut Decoded, &str, usize)) -> Decoded {
    let mut out = Decoded::default();
    let lines: Vec<Span> = lines(raw);
    let mut empty = 0;
    for (at, line) in lines.iter().enumerate() {
        let (first, last) = (at == 0, at + 1 == lines.len());
        let trimmed = trim(raw, *line, !first, !last);
        if trimmed.is_empty() && !first && !last {
            empty += 1;
            continue;
        }
        if !first {
            let fold = Span::new(base + trimmed.start, base + trimmed.start);
            out.push(&if empty > 0 { "\n".repeat(empty) } else { " ".to_owned() }, fold);
            empty = 0;
        }
        line_text(&mut out, trimmed.of(raw), base + trimmed.start);
    }
    out
}

/// Double-quoted over several lines: folding, and line ends that are escaped away.
fn double_quoted(raw: &str, base: usize) -> Decoded {
    let mut out = Decoded::default();
    let mut at = 0;
    while at < raw.len() {
        let rest = &raw[at..];
        if let Some(end) = rest.strip_prefix('\\').and_then(|r| r.strip_prefix('\n').or(r.strip_prefix("\r\n"))) {
            at = raw.len() - end.trim_start_matches([' ', '\t']).len();
        } else if rest.starts_with('\\') {
            let (c, width) = escape(rest);
            if let Some(c) = c {
                out.push(c.encode_utf8(&mut [0; 4]), Span::new(base + at, base + at + width));
            }
            at += width;
        } else if let Some(fold) = line_fold(rest) {
            let ends = rest[..fold].matches('\n').count();
            let text = if ends > 1 { "\n".repeat(ends - 1) } else { " ".to_owned() };
            out.push(&text, Span::new(base + at, base + at + fold));
            at += fold;
        } else {
            let width = rest.chars().next().map_or(1, char::len_utf8);
            out.push(&rest[..width], Span::new(base + at, base + at + width));
            at += width;
        }
    }
    out
}

/// The length of the white space at the start of `text`, if a line end stands in it.
fn line_fold(text: &str) -> Option<usize> {
    if !text.starts_with([' ', '\t', '\r', '\n']) {
        return None;
    }
    let width = text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len();
    text[..width].contains('\n').then_some(width)
}

fn literal(text: &str, span: Span) -> Decoded {
    let mut out = Decoded::default();
    for (at, line) in block_lines(text, span).into_iter().enumerate() {
        if at > 0 {
            out.push("\n", Span::new(line.start, line.start));
        }
        out.push(line.of(text), line);
    }
    out
}

/// Folded blocks: a line end between two text lines is a space; empty and further indented lines keep theirs.
fn folded(text: &str, span: Span) -> Decoded {
    let mut out = Decoded::default();
    let (mut empty, mut indented) = (0, false);
    for (at, line) in block_lines(text, span).into_iter().enumerate() {
        let content = line.of(text);
        if content.is_empty() {
            empty += 1;
            continue;
        }
        let further = content.starts_with([' ', '\t']);
        if at > 0 {
            let keep = further || indented;
            let joint = match (keep, empty) {
                (true, n) => "\n".repeat(n + 1),
                (false, 0) => " ".to_owned(),
                (false, n) => "\n".repeat(n),
            };
            out.push(&joint, Span::new(line.start, line.start));
        }
        (empty, indented) = (0, further);
        out.push(content, line);
    }
    out
}

/// The lines of a block scalar without their indentation, as offsets in `text`.
fn block_lines(text: &str, span: Span) -> Vec<Span> {
    let line_start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = span.start - line_start;
    let raw = span.of(text);
    let strip = |(at, line): (usize, &Span)| {
        let (start, end) = (span.start + line.start, span.start + line.end);
        if at == 0 {
            return Span::new(start, end);
        }
        let blank = text[start..end].bytes().take(indent).take_while(|b| *b == b' ').count();
        Span::new(start + blank, end)
    };
    lines(raw).iter().enumerate().map(strip).collect()
}

/// The lines of a text without their line ends.
fn lines(text: &str) -> Vec<Span> {
    let mut start = 0;
    let mut found = Vec::new();
    for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
        let line = text[start..end].strip_suffix('\r').unwrap_or(&text[start..end]);
        found.push(Span::new(start, start + line.len()));
        start = end + 1;
    }
    found
}

fn trim(text: &str, span: Span, start: bool, end: bool) -> Span {
    let mut out = span;
    if start {
        out.start += span.of(text).len() - span.of(text).trim_start_matches([' ', '\t']).len();
    }
    if end {
        out.end = out.start + out.of(text).trim_end_matches([' ', '\t']).len();
    }
    out
}
