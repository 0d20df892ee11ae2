//! Words of a logical line: split as BuildKit splits them, quotes and escapes taken off, substitutions noted.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Joined, Reference, Span, SpanMap, Word};

/// How a line is cut into words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Quotes {
    /// White space inside quotes does not separate (`ENV`, `LABEL`, `ARG`).
    Respected,
    /// White space always separates (`COPY`, `FROM`).
    Ignored,
}

/// The ranges of the words in `text[from..]`.
pub fn split(text: &str, from: usize, escape: char, quotes: Quotes) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = from;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + (rest.len() - rest.trim_start().len());
        if start >= text.len() {
            return None;
        }
        at = match quotes {
            Quotes::Ignored => text[start..].find(char::is_whitespace).map_or(text.len(), |n| start + n),
            Quotes::Respected => end_of_word(text, start, escape),
        };
        Some(start..at)
    })
}

/// Where the word that starts at `start` ends; an open quote reaches to the end of the line.
fn end_of_word(text: &str, start: usize, escape: char) -> usize {
    let mut quote = None;
    let mut chars = text[start..].char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            _ if c == escape && quote != Some('\'') => {
                chars.next();
            }
            Some(open) if c == open => quote = None,
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c.is_whitespace() => return start + at,
            _ => {}
        }
    }
    text.len()
}

/// The word at `range` of `line`, quotes and escapes taken off.
pub fn unquote<'a>(line: &Joined<'a>, range: Range<usize>, escape: char) -> Word<'a> {
    let raw = &line.text[range.clone()];
    let span = line.span(range.clone());
    if !raw.contains(['"', '\'', '$', escape]) {
        return plain(line, range);
    }
    let mut unquoter = Unquoter { raw, escape, out: String::new(), map: SpanMap::builder(), references: Vec::new() };
    unquoter.run();
    // The pieces were pushed with offsets in the word; lead them on to the file.
    let outer = Arc::new(shifted(line, range.start));
    Word { span, text: Cow::Owned(unquoter.out), map: unquoter.map.within(&outer), references: unquoter.references }
}

/// A word that is taken as it stands.
pub fn plain<'a>(line: &Joined<'a>, range: Range<usize>) -> Word<'a> {
    let span = line.span(range.clone());
    let text = match &line.text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[range.clone()]),
        Cow::Owned(text) => Cow::Owned(text[range.clone()].to_owned()),
    };
    let map = if span.len() == range.len() { SpanMap::at(span.start) } else { shifted(line, range.start) };
    Word { span, text, map, references: Vec::new() }
}

/// The JSON string at `range` of `line`, its quotes included; `None` if it is none.
pub fn json_string<'a>(line: &Joined<'a>, range: Range<usize>) -> Option<Word<'a>> {
    let inner = range.start + 1..range.end - 1;
    let raw = &line.text[inner.clone()];
    let span = line.span(range);
    if !raw.contains('\\') {
        return Some(Word { span, ..plain(line, inner) });
    }
    let mut text = String::new();
    let mut map = SpanMap::builder();
    let mut at = 0;
    while at < raw.len() {
        let end = escape_end(raw, at)?;
        let decoded: String = serde_json::from_str(&format!("\"{}\"", &raw[at..end])).ok()?;
        map.push(decoded.len(), Span::new(at, end));
        text.push_str(&decoded);
        at = end;
    }
    let outer = Arc::new(shifted(line, inner.start));
    Some(Word { span, text: Cow::Owned(text), map: map.within(&outer), references: Vec::new() })
}

/// Where the escape at `at`, or else the stretch without escapes, ends; a surrogate pair is one escape.
fn escape_end(raw: &str, at: usize) -> Option<usize> {
    let rest = &raw[at..];
    if !rest.starts_with('\\') {
        return Some(rest.find('\\').map_or(raw.len(), |n| at + n));
    }
    let len = match rest.as_bytes().get(1)? {
        b'u' if rest.as_bytes().get(6..8) == Some(b"\\u") && rest[2..].starts_with(['d', 'D']) => 12,
        b'u' => 6,
        _ => 2,
    };
    raw.is_char_boundary(at + len).then_some(at + len).filter(|&end| end <= raw.len())
}

/// The line's map for a text that starts at byte `from` of it.
fn shifted(line: &Joined<'_>, from: usize) -> SpanMap {
    SpanMap::at(from).within(&line.map)
}

struct Unquoter<'t> {
    raw: &'t str,
    escape: char,
    out: String,
    map: SpanMap,
    references: Vec<Reference>,
}

impl Unquoter<'_> {
    fn run(&mut self) {
        let mut at = 0;
        let mut double = false;
        while let Some(c) = self.raw[at..].chars().next() {
            let next = at + c.len_utf8();
            at = match c {
                '"' => {
                    double = !double;
                    next
                }
                '\'' if !double => self.single(next),
                '$' => self.substitution(at),
                _ if c == self.escape => self.escaped(at, next, double),
                _ => self.keep(at..self.stretch(next)),
            };
        }
    }

    /// Where the stretch of ordinary characters around `at` ends.
    fn stretch(&self, at: usize) -> usize {
        let special = ['"', '\'', '$', self.escape];
        self.raw[at..].find(special).map_or(self.raw.len(), |n| at + n)
    }

    fn keep(&mut self, range: Range<usize>) -> usize {
        self.out.push_str(&self.raw[range.clone()]);
        self.map.push(range.len(), Span::new(range.start, range.end));
        range.end
    }

    fn single(&mut self, from: usize) -> usize {
        let end = self.raw[from..].find('\'').map_or(self.raw.len(), |n| from + n);
        self.keep(from..end);
        (end + 1).min(self.raw.len())
    }

    /// Inside double quotes only a quote, a dollar and the escape character itself can be escaped.
    fn escaped(&mut self, at: usize, next: usize, double: bool) -> usize {
        let Some(c) = self.raw[next..].chars().next() else { return self.keep(at..next) };
        if double && c != '"' && c != '$' && c != self.escape {
            return self.keep(at..next);
        }
        self.keep(next..next + c.len_utf8())
    }

    fn substitution(&mut self, at: usize) -> usize {
        let Some((end, name, default)) = substitution(&self.raw[at..]) else { return self.keep(at..at + 1) };
        let start = self.out.len();
        let moved = |range: Range<usize>| range.start + start..range.end + start;
        self.references.push(Reference { range: moved(0..end), name: moved(name), default: default.map(moved) });
        self.keep(at..at + end)
    }
}

/// The length of the substitution at the start of `text`, its variable's name and its default, if one stands there.
fn substitution(text: &str) -> Option<(usize, Range<usize>, Option<Range<usize>>)> {
    let name_at = |from: usize| {
        let len = text[from..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len() - from);
        from..from + len
    };
    if !text.starts_with("${") {
        let name = name_at(1);
        let starts_well = !name.is_empty() && !text[1..].starts_with(|c: char| c.is_ascii_digit());
        return starts_well.then_some((name.end, name, None));
    }
    let name = name_at(2);
    let end = closing_brace(text)?;
    let modifier = text.get(name.end..end)?;
    let default = [":-", ":+", "-", "+"].iter().find(|m| modifier.starts_with(**m));
    Some((end + 1, name.clone(), default.map(|m| name.end + m.len()..end)))
}

/// How long a `${…}` may be: an unclosed one must not cost a search to the end of the line each time.
const MAX_SUBSTITUTION: usize = 256;

/// Where the brace that closes the `${` at the start of `text` stands.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().take(MAX_SUBSTITUTION) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word<'_> {
        let line = Joined { text: Cow::Borrowed(text), map: Arc::new(SpanMap::at(0)) };
        unquote(&line, 0..text.len(), '\\')
    }

    #[test]
    fn quotes_and_escapes_go() {
        assert_eq!(word(r#""a b"'c d'\ e"#).text, "a bc d e");
        assert_eq!(word(r#""a\"\n\\""#).text, r#"a"\n\"#);
    }

    #[test]
    fn spans_lie_inside_the_quotes() {
        let word = word(r#"x="ab cd""#);
        assert_eq!(word.text, "x=ab cd");
        assert_eq!(word.span_of(2..7), Span::new(3, 8));
    }

    #[test]
    fn substitutions_are_noted_unless_quoted_away() {
        let word_ = word("${A:-x}");
        let only = word_.only_reference().cloned();
        assert_eq!(only.map(|r| (r.name, r.default)), Some((2..3, Some(5..6))));
        assert!(word("'$A'").references.is_empty());
        assert!(word(r"\$A").references.is_empty());
        assert_eq!(word("a$B.c").references.len(), 1);
    }

    #[test]
    fn words_split_outside_quotes() {
        let text = r#"a="b c" d\ e 'f"#;
        let words: Vec<_> = split(text, 0, '\\', Quotes::Respected).map(|r| &text[r]).collect();
        assert_eq!(words, [r#"a="b c""#, r"d\ e", "'f"]);
    }
}
