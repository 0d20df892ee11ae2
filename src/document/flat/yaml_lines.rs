//! YAML that does not parse, read line by line: what is left of a template or a broken document.
//!
//! Knows `key: value` at any indentation and behind `- `, quotes, comments, block scalars by their indentation,
//! `- NAME=value` items, the `name:`/`value:` lines of an environment, and JSON's commas.

use super::line::{self, Lines, quoted, trim, without_comment};
use crate::model::{Entry, Span};

/// Gives the entries of `text`. The section of each is the key that it stands under, by indentation.
pub fn yaml_lines(text: &str) -> Vec<Entry> {
    let mut reader = Reader { text, parents: Vec::new(), name: None, out: Vec::new() };
    let mut lines = Lines::new(text);
    while let Some(line) = lines.next() {
        reader.line(line, &mut lines);
    }
    reader.out
}

struct Reader<'a> {
    text: &'a str,
    /// The keys around the line, outermost first, with their indentation.
    parents: Vec<(usize, Span)>,
    /// The value of a `name:` line and its key's indentation, until its mapping ends.
    name: Option<(usize, Span)>,
    out: Vec<Entry>,
}

/// How many keys around a line are remembered.
const MAX_PARENTS: usize = 64;

impl Reader<'_> {
    fn line(&mut self, line: Span, lines: &mut Lines<'_>) {
        let mut rest = trim(self.text, line);
        let mut item = false;
        while let Some(behind) = rest.of(self.text).strip_prefix("- ") {
            item = true;
            rest = trim(self.text, Span::new(rest.end - behind.len(), rest.end));
        }
        let part = rest.of(self.text);
        if part.is_empty() || part.starts_with('#') || part.starts_with("{{") {
            return;
        }
        let indent = rest.start - line.start;
        self.leave(indent, item);
        match key(self.text, rest) {
            Some((name, value)) => self.pair(indent, name, value, lines),
            None if item => self.assignment(rest),
            None => {}
        }
    }

    /// Forgets the parents and the name that a line at `indent` no longer stands under.
    fn leave(&mut self, indent: usize, item: bool) {
        while self.parents.last().is_some_and(|&(at, _)| at >= indent) {
            self.parents.pop();
        }
        if self.name.is_some_and(|(at, _)| indent < at || (item && indent <= at)) {
            self.name = None;
        }
    }

    fn pair(&mut self, indent: usize, name: Span, value: Span, lines: &mut Lines<'_>) {
        let value = without_comment_outside_quotes(self.text, value);
        let text = value.of(self.text);
        if text.is_empty() || matches!(text, "{" | "[") {
            if self.parents.len() < MAX_PARENTS {
                self.parents.push((indent, name));
            }
            return;
        }
        if text.starts_with(['|', '>']) && text.len() <= 3 {
            let block = block(self.text, indent, lines);
            return self.give(name, block, false);
        }
        let (value, is_quoted) = unquote(self.text, without_properties(self.text, value));
        if !is_quoted && is_alias(value.of(self.text)) {
            return;
        }
        match name.of(self.text) {
            "name" | "key" if !value.is_empty() => self.name = Some((indent, value)),
            "value" => {
                if let Some((at, real)) = self.name
                    && at == indent
                {
                    return self.give(real, value, is_quoted);
                }
            }
            _ => {}
        }
        self.give(name, value, is_quoted);
    }

    fn give(&mut self, name: Span, value: Span, quoted: bool) {
        let section = self.parents.last().map_or_else(String::new, |&(_, key)| line::section(self.text, key));
        self.out.push(Entry { section, name, value, quoted });
    }

    /// `NAME=value` as the item of a sequence.
    fn assignment(&mut self, item: Span) {
        let item = without_comment_outside_quotes(self.text, item);
        let (item, _) = unquote(self.text, item);
        let Some((name, value)) = item.of(self.text).split_once('=') else { return };
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-')) {
            let at = item.start + name.len();
            let (value, is_quoted) = unquote(self.text, Span::new(at + 1, at + 1 + value.len()));
            self.give(Span::new(item.start, at), value, is_quoted);
        }
    }
}

/// The key at the start of `span` and what stands behind its colon.
fn key(text: &str, span: Span) -> Option<(Span, Span)> {
    let (name, colon) = match quoted(text, span) {
        Some(name) => (name, name.end + 1),
        None => {
            let part = span.of(text);
            let at = (0..part.len()).find(|&at| is_colon(part.as_bytes(), at))?;
            (Span::new(span.start, span.start + at), span.start + at)
        }
    };
    let behind = trim(text, Span::new(colon, span.end));
    let value = behind.of(text).strip_prefix(':')?;
    let plain = !name.is_empty() && name.of(text).bytes().all(|b| !b.is_ascii_control() && b != b' ' && b != b'{');
    plain.then(|| (trim(text, name), trim(text, Span::new(behind.end - value.len(), behind.end))))
}

/// Whether the byte is a colon that ends a key: a blank or the line's end stands behind it.
fn is_colon(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b':' && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace)
}

/// Whether the value stands elsewhere: `*name`.
fn is_alias(value: &str) -> bool {
    let name = value.strip_prefix('*').unwrap_or_default();
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
}

/// The value behind an anchor and a tag: `&name value`, `!!str value`.
fn without_properties(text: &str, value: Span) -> Span {
    let mut rest = value;
    while let Some((_, behind)) = rest.of(text).split_once(' ').filter(|(first, _)| first.starts_with(['&', '!'])) {
        rest = trim(text, Span::new(rest.end - behind.len(), rest.end));
    }
    rest
}

fn without_comment_outside_quotes(text: &str, span: Span) -> Span {
    match quoted(text, span) {
        Some(inner) => Span::new(span.start, inner.end + 1),
        None => {
            let span = without_comment(text, span, b"#");
            let comma = span.of(text).ends_with(',');
            Span::new(span.start, span.end - usize::from(comma))
        }
    }
}

fn unquote(text: &str, span: Span) -> (Span, bool) {
    match quoted(text, span) {
        Some(inner) if inner.end + 1 == span.end => (inner, true),
        _ => (span, false),
    }
}

/// The lines of a block scalar: those that follow and are blank or indented deeper than `indent`.
fn block(text: &str, indent: usize, lines: &mut Lines<'_>) -> Span {
    let start = lines.at();
    let (mut first, mut end) = (None, start);
    loop {
        let at = lines.at();
        let Some(line) = lines.next() else { break };
        let content = trim(text, line);
        if content.is_empty() {
            continue;
        }
        if content.start - line.start <= indent {
            lines.skip_to(at);
            break;
        }
        first = first.or(Some(content.start));
        end = content.end;
    }
    Span::new(first.unwrap_or(start), end.max(first.unwrap_or(start)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        yaml_lines(text).iter().map(|e| (e.name.of(text), e.value.of(text))).collect()
    }

    #[test]
    fn reads_keys_at_any_depth() {
        assert_eq!(
            read("a: 1\nb:\n  c: 'x y' # no\n  - d: \"q\\\"z\"\r\n"),
            [("a", "1"), ("c", "x y"), ("d", "q\\\"z")]
        );
    }

    #[test]
    fn joins_the_name_and_value_lines_of_an_environment() {
        let text = "env:\n- name: DB_PASSWORD\n  value: hunter\n- name: X\n  valueFrom: y\n- value: z\n";
        assert_eq!(read(text)[1], ("DB_PASSWORD", "hunter"));
        assert_eq!(read(text).last(), Some(&("value", "z")));
    }

    #[test]
    fn reads_assignments_json_lines_and_blocks() {
        let text = "- A_TOKEN=abc\n\"pass\": \"x\",\nkey: |\n  one\n\n  two\nnext: 1\n";
        assert_eq!(read(text), [("A_TOKEN", "abc"), ("pass", "x"), ("key", "one\n\n  two"), ("next", "1")]);
    }

    #[test]
    fn names_the_key_around() {
        let text = "stringData:\n  password: x\nother: y\n";
        let sections: Vec<_> = yaml_lines(text).into_iter().map(|e| e.section).collect();
        assert_eq!(sections, ["stringData", ""]);
    }

    #[test]
    fn what_an_alias_stands_for_is_elsewhere() {
        assert_eq!(read("a: *shared\nb: '*shared'\nc: *a*b\n"), [("b", "*shared"), ("c", "*a*b")]);
    }

    #[test]
    fn prose_and_urls_are_no_keys() {
        assert_eq!(read("see http://example.com\nthis is a sentence: with a colon\n{{ if .x }}\n"), []);
    }
}
