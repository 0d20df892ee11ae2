//! Templates in manifests: Helm's `{{ … }}` and Jinja's `{% … %}` are replaced by as many neutral bytes, so that the rest
//! parses as YAML and every span still holds.

use std::borrow::Cow;

use crate::model::Span;

/// A text as the YAML parser is to see it.
pub struct Masked<'a> {
    /// The text with templates replaced, of the same length.
    pub text: Cow<'a, str>,
    /// Where the templates stand, sorted.
    pub templates: Vec<Span>,
}

/// Replaces the templates of `text`.
///
/// An action that makes text becomes neutral letters; one that only steers (`if`, `end`, a comment, an assignment), that
/// brings whole lines (`toYaml`, `nindent`), or that stands alone on its line becomes blank.
pub fn mask(text: &str) -> Masked<'_> {
    let mut templates = Vec::new();
    // A comment alone (`{# … #}`) makes no template of a text.
    if memchr::memchr_iter(b'{', text.as_bytes()).any(|at| matches!(text.as_bytes().get(at + 1), Some(b'{' | b'%'))) {
        templates = find(text);
    }
    if templates.is_empty() {
        return Masked { text: Cow::Borrowed(text), templates };
    }
    let mut bytes = text.as_bytes().to_vec();
    for (span, around) in templates.iter().zip(surroundings(text, &templates)) {
        let fill = if is_blank(span.of(text), around) { b' ' } else { b'x' };
        fill_in(&mut bytes, *span, fill);
    }
    // Filling keeps line ends and replaces whole characters, so that this is always UTF-8.
    match String::from_utf8(bytes) {
        Ok(masked) => Masked { text: Cow::Owned(masked), templates },
        Err(_) => Masked { text: Cow::Borrowed(text), templates },
    }
}

/// Fills the first line of the span; further lines become blank, as a scalar ends with its line.
fn fill_in(bytes: &mut [u8], span: Span, fill: u8) {
    let (mut fill, bytes) = (fill, &mut bytes[span.start..span.end]);
    if memchr::memchr2(b'\n', b'\r', bytes).is_none() {
        return bytes.fill(fill);
    }
    for byte in bytes {
        match *byte {
            b'\n' => fill = b' ',
            b'\r' => {}
            _ => *byte = fill,
        }
    }
}

/// The templates of a text, each from its opening to its closing braces.
fn find(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut marks = Marks { bytes, known: [None; 5] };
    let mut found = Vec::new();
    let (mut at, mut literally_until) = (0, 0);
    while let Some(brace) = memchr::memchr(b'{', &bytes[at..]) {
        let start = at + brace;
        let end = match bytes.get(start + 1) {
            Some(b'{') => marks.action_end(start, &mut literally_until),
            Some(b'%') => marks.close(start + 2, Marks::STATEMENT),
            // `{#` also opens a flow mapping that begins with a comment; a close on the same line decides.
            Some(b'#') => {
                let end = marks.close(start + 2, Marks::JINJA_COMMENT);
                end.filter(|&end| marks.next(start, Marks::LINE).is_none_or(|line| line >= end))
            }
            _ => None,
        };
        match end {
            Some(end) => {
                found.push(Span::new(start, end));
                at = end;
            }
            None => at = start + 1,
        }
    }
    found
}

/// Longest template looked for, in bytes.
const LONGEST: usize = 16 << 10;

/// Finds closing marks; what was found is remembered, so that many opening marks without one cost one search.
struct Marks<'t> {
    bytes: &'t [u8],
    /// For each mark, where it was last looked for and found (or the text's length).
    known: [Option<(usize, usize)>; 5],
}

impl Marks<'_> {
    const TEXTS: [&'static [u8]; 5] = [b"}}", b"%}", b"#}", b"*/", b"\n"];
    const ACTION: usize = 0;
    const STATEMENT: usize = 1;
    const JINJA_COMMENT: usize = 2;
    const COMMENT: usize = 3;
    const LINE: usize = 4;

    /// Where the next `mark` from `from` on starts.
    fn next(&mut self, from: usize, mark: usize) -> Option<usize> {
        let len = self.bytes.len();
        let found = match self.known[mark] {
            Some((asked, found)) if asked <= from && from <= found => found,
            _ => {
                let rest = self.bytes.get(from..).unwrap_or_default();
                let found = find_mark(rest, Self::TEXTS[mark]).map_or(len, |at| from + at);
                self.known[mark] = Some((from, found));
                found
            }
        };
        (found < len).then_some(found)
    }

    /// Behind the next `mark`, unless that is too far.
    fn close(&mut self, from: usize, mark: usize) -> Option<usize> {
        let at = self.next(from, mark).filter(|at| at - from <= LONGEST)?;
        Some(at + Self::TEXTS[mark].len())
    }

    /// Where the action that opens at `start` ends. Where its strings hide every close, as an unpaired quote does, the
    /// next one is taken, for all actions up to `literally_until`.
    fn action_end(&mut self, start: usize, literally_until: &mut usize) -> Option<usize> {
        let from = start + 2;
        let first = self.close(from, Self::ACTION)?;
        let inside = &self.bytes[from..self.bytes.len().min(from + LONGEST)];
        let trimmed = inside.strip_prefix(b"-").unwrap_or(inside).trim_ascii_start();
        if trimmed.starts_with(b"/*") {
            let end = self.close(from, Self::COMMENT)?;
            return self.close(end, Self::ACTION);
        }
        // Nearly all have no string in them that could hide the close.
        let inside = &self.bytes[from..first - Self::TEXTS[Self::ACTION].len()];
        let is_plain = memchr::memchr2(b'"', b'`', inside).is_none() && self.bytes.get(first) != Some(&b'}');
        if start < *literally_until || is_plain {
            return Some(first);
        }
        action_end(self.bytes, from).or_else(|| {
            *literally_until = from + LONGEST;
            Some(first)
        })
    }
}

/// Where a mark of one byte or two stands: they are looked for so often that preparing a search would cost more.
fn find_mark(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    memchr::memchr_iter(*mark.first()?, bytes).find(|at| bytes[*at..].starts_with(mark))
}

/// Where the action whose inside starts at `from` ends: strings in it may hold `}}`.
fn action_end(bytes: &[u8], from: usize) -> Option<usize> {
    let inside = &bytes[from..bytes.len().min(from + LONGEST)];
    let mut strings = true;
    let mut at = 0;
    while let Some(next) = memchr::memchr3(b'}', b'"', b'`', inside.get(at..)?) {
        at += next;
        match inside[at] {
            b'}' if inside.get(at + 1) == Some(&b'}') => {
                // Of `}}}` the last two close: `{{ {a: b} }}}`… the first brace belongs to the inside.
                let third = inside.get(at + 2) == Some(&b'}') && inside.get(at + 3) != Some(&b'}');
                return Some(from + at + 2 + usize::from(third && from >= 3 && bytes[from - 3] == b'{'));
            }
            quote @ (b'"' | b'`') if strings => match string_end(inside, at, quote) {
                Some(end) => at = end,
                None => (strings, at) = (false, at + 1),
            },
            _ => at += 1,
        }
    }
    None
}

/// Behind the string that opens at `at`; `None` where it does not end on its line (a raw string may span lines).
fn string_end(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut next = at + 1;
    if quote == b'`' {
        return memchr::memchr(quote, &bytes[next..]).map(|end| next + end + 1);
    }
    while let Some(end) = memchr::memchr3(quote, b'\\', b'\n', bytes.get(next..)?) {
        next += end;
        match bytes[next] {
            b'\\' => next += 2,
            b'\n' => return None,
            _ => return Some(next + 1),
        }
    }
    None
}

/// Words that start an action which steers and makes no text.
const STEERING: [&str; 9] = ["if", "else", "end", "range", "with", "define", "block", "break", "continue"];

fn is_blank(whole: &str, around: Around) -> bool {
    if !whole.starts_with("{{") || !around.text_before && !around.text_behind {
        return true;
    }
    let inside = whole.trim_start_matches(['{', '-', '~']).trim_start();
    // Blanks at the start of a line would indent the text behind them.
    !(around.starts_line && around.text_behind) && (steers(inside) || brings_lines(inside))
}

fn steers(inside: &str) -> bool {
    let word = inside.split(|c: char| !c.is_alphanumeric() && c != '$' && c != '/').next().unwrap_or_default();
    match word.bytes().next() {
        Some(b'$') => inside.contains(":=") || assigns(inside),
        Some(b'/') => true,
        _ => STEERING.contains(&word),
    }
}

fn brings_lines(inside: &str) -> bool {
    let bytes = inside.as_bytes();
    let words: [&[u8]; 3] = [b"indent", b"toYaml", b"toYAML"];
    // The third letter of these is rarer than the first.
    let mut starts = memchr::memchr2_iter(b'd', b'Y', bytes).filter_map(|at| at.checked_sub(2));
    starts.any(|at| words.iter().any(|word| bytes[at..].starts_with(word)))
}

fn assigns(inside: &str) -> bool {
    let name = inside.trim_start_matches(|c: char| c == '$' || c.is_alphanumeric() || c == '_').trim_start();
    name.starts_with("= ")
}

/// What stands on a template's line.
#[derive(Clone, Copy)]
struct Around {
    /// Nothing stands before it, no template either.
    starts_line: bool,
    /// Text that is no template stands before it.
    text_before: bool,
    /// Text that is no template stands behind it.
    text_behind: bool,
}

/// What stands around each template, from one look at each gap between them.
fn surroundings(text: &str, templates: &[Span]) -> Vec<Around> {
    let mut found: Vec<Around> = Vec::with_capacity(templates.len());
    let mut from = 0;
    for template in templates {
        let gap = text.get(from..template.start).unwrap_or_default();
        let (line, text_before) = match memchr::memrchr(b'\n', gap.as_bytes()) {
            Some(end) => (&gap[end..], false),
            None => (gap, found.last().is_some_and(|last| last.text_before)),
        };
        let blank = line.trim_start().is_empty();
        let starts_line = blank && (from == 0 || line.len() < gap.len() || gap.starts_with('\n'));
        found.push(Around { starts_line, text_before: text_before || !blank, text_behind: false });
        from = template.end;
    }
    let mut next: Option<(usize, bool)> = None;
    for (template, around) in templates.iter().zip(&mut found).rev() {
        let gap = text.get(template.end..next.map_or(text.len(), |(start, _)| start)).unwrap_or_default();
        around.text_behind = match gap.trim_start_matches([' ', '\t', '\r']).chars().next() {
            Some(c) => c != '\n',
            None => next.is_some_and(|(_, behind)| behind),
        };
        next = Some((template.start, around.text_behind));
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(text: &str) -> String {
        mask(text).text.into_owned()
    }

    #[test]
    fn values_become_letters_and_lines_become_blank() {
        assert_eq!(
            masked("a: {{ .x }}\n{{- if .y }}\nb: 1\n{{ end }}\n"),
            "a: xxxxxxxx\n            \nb: 1\n         \n"
        );
        assert_eq!(masked("a: \"{{ printf \"}}\" }}\"\n"), format!("a: \"{}\"\n", "x".repeat(17)));
        assert_eq!(masked("a: {{ toYaml .x | nindent 2 }}\n"), format!("a: {}\n", " ".repeat(27)));
        assert_eq!(masked("- {{ .x }}\n"), "- xxxxxxxx\n");
        assert_eq!(masked("{{ .key }}: v\n"), "xxxxxxxxxx: v\n");
    }

    #[test]
    fn comments_and_long_actions_keep_their_lines() {
        assert_eq!(masked("{{- /* a }}\n b */ -}}\nc: 1\n"), format!("{}\n{}\nc: 1\n", " ".repeat(11), " ".repeat(9)));
        assert_eq!(masked("a: {{ .x\n  | quote }}\n"), format!("a: xxxxx\n{}\n", " ".repeat(12)));
        assert_eq!(masked("{% if a %}\nb: 1\n"), format!("{}\nb: 1\n", " ".repeat(10)));
    }

    #[test]
    fn an_open_brace_is_no_template() {
        assert_eq!(masked("a: {{ b\n"), "a: {{ b\n");
        assert_eq!(masked("a: {b: {c: d}}\n"), "a: {b: {c: d}}\n");
    }

    #[test]
    fn a_long_line_of_marks_costs_one_look() {
        let many = 300_000;
        for part in ["{{", "{%", "{#", "{{/*", "{{ a }} ", "{{ \"}}\" ", "{{ \"\\\"\\\"", "{{`}}", "{#\n"] {
            let text = part.repeat(many);
            assert_eq!(mask(&text).text.len(), text.len(), "{part}");
        }
    }

    proptest! {
        #[test]
        fn masking_keeps_length_and_lines(text in "([a-c é:\n\"`]|\\{\\{|\\}\\}|\\{%|%\\}|/\\*|\\*/| if | end ){0,40}") {
            let out = mask(&text);
            prop_assert_eq!(out.text.len(), text.len());
            prop_assert_eq!(out.text.matches('\n').count(), text.matches('\n').count());
            prop_assert!(out.templates.windows(2).all(|pair| pair[0].end <= pair[1].start));
        }
    }
}
