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
    if memchr::memmem::find(text.as_bytes(), b"{{").is_none() && memchr::memmem::find(text.as_bytes(), b"{%").is_none()
    {
        return Masked { text: Cow::Borrowed(text), templates: Vec::new() };
    }
    let templates = find(text);
    let mut bytes = text.as_bytes().to_vec();
    for (at, span) in templates.iter().enumerate() {
        let fill = if is_blank(text, &templates, at) { b' ' } else { b'x' };
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
    let mut fill = fill;
    for byte in &mut bytes[span.start..span.end] {
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
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(brace) = memchr::memchr(b'{', &bytes[at..]) {
        let start = at + brace;
        let end = match bytes.get(start + 1) {
            Some(b'{') => action_end(bytes, start + 2),
            Some(b'%') => close(bytes, start + 2, b"%}"),
            Some(b'#') => jinja_comment(bytes, start),
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

/// Longest template looked for, in bytes: an opening brace that is never closed must not cost a search to the end of
/// the file each time.
const LONGEST: usize = 16 << 10;

fn close(bytes: &[u8], from: usize, mark: &[u8]) -> Option<usize> {
    let window = &bytes[from..bytes.len().min(from + LONGEST)];
    memchr::memmem::find(window, mark).map(|at| from + at + mark.len())
}

fn jinja_comment(bytes: &[u8], start: usize) -> Option<usize> {
    // `{#` also opens a flow mapping that begins with a comment, which nobody writes; `#}` on the same line decides.
    let end = close(bytes, start + 2, b"#}")?;
    memchr::memchr(b'\n', &bytes[start..end]).is_none().then_some(end)
}

/// Where the action whose inside starts at `from` ends: strings and comments in it may hold `}}`.
fn action_end(bytes: &[u8], from: usize) -> Option<usize> {
    let inside = &bytes[from..bytes.len().min(from + LONGEST)];
    let trimmed = inside.strip_prefix(b"-").unwrap_or(inside).trim_ascii_start();
    if trimmed.starts_with(b"/*") {
        let end = close(bytes, from, b"*/")?;
        return close(bytes, end, b"}}");
    }
    let mut at = 0;
    while at < inside.len() {
        match inside[at] {
            b'}' if inside.get(at + 1) == Some(&b'}') => {
                // Of `}}}` the last two close: `{{ {a: b} }}}`… the first brace belongs to the inside.
                let third = inside.get(at + 2) == Some(&b'}') && inside.get(at + 3) != Some(&b'}');
                return Some(from + at + 2 + usize::from(third && from >= 3 && bytes[from - 3] == b'{'));
            }
            quote @ (b'"' | b'`') => at = string_end(inside, at, quote).unwrap_or(at + 1),
            _ => at += 1,
        }
    }
    None
}

/// Behind the string that opens at `at`; `None` where it does not end on its line (a raw string may span lines).
fn string_end(bytes: &[u8], at: usize, quote: u8) -> Option<usize> {
    let mut next = at + 1;
    while next < bytes.len() {
        match bytes[next] {
            b'\\' if quote == b'"' => next += 2,
            b'\n' if quote == b'"' => return None,
            byte if byte == quote => return Some(next + 1),
            _ => next += 1,
        }
    }
    None
}

/// Words that start an action which steers and makes no text.
const STEERING: [&str; 9] = ["if", "else", "end", "range", "with", "define", "block", "break", "continue"];

fn is_blank(text: &str, templates: &[Span], at: usize) -> bool {
    let whole = templates[at].of(text);
    if !whole.starts_with("{{") {
        return true;
    }
    let inside = whole.trim_start_matches(['{', '-', '~']).trim_start();
    let word: &str = inside.split(|c: char| !c.is_alphanumeric() && c != '$' && c != '/').next().unwrap_or_default();
    let starts_line = text[..templates[at].start].rsplit('\n').next().unwrap_or_default().trim().is_empty();
    let steers = STEERING.contains(&word) || word.starts_with('/') || inside.starts_with("/*");
    let assigns = word.starts_with('$') && (inside.contains(":=") || assigns(inside));
    let brings_lines = inside.contains("indent") || inside.contains("toYaml") || inside.contains("toYAML");
    (steers || assigns || brings_lines) && !(starts_line && shares_line(text, templates, at))
        || stands_alone(text, templates, at)
}

fn assigns(inside: &str) -> bool {
    let name = inside.trim_start_matches(|c: char| c == '$' || c.is_alphanumeric() || c == '_').trim_start();
    name.starts_with("= ")
}

/// Whether text that is no template stands behind the template on its line: blanks before it would indent that text.
fn shares_line(text: &str, templates: &[Span], at: usize) -> bool {
    !rest_of_line(text, templates, at).trim().is_empty()
}

/// What stands behind the template up to the line end, further templates left out.
fn rest_of_line(text: &str, templates: &[Span], at: usize) -> String {
    let mut rest = String::new();
    let mut from = templates[at].end;
    let end = memchr::memchr(b'\n', &text.as_bytes()[from..]).map_or(text.len(), |found| from + found);
    for next in templates[at + 1..].iter().take_while(|next| next.start < end) {
        rest.push_str(text.get(from..next.start).unwrap_or_default());
        from = next.end.min(end).max(from);
    }
    rest.push_str(text.get(from..end).unwrap_or_default());
    rest
}

/// Whether nothing but templates stands on the template's line.
fn stands_alone(text: &str, templates: &[Span], at: usize) -> bool {
    let line_start = text[..templates[at].start].rfind('\n').map_or(0, |found| found + 1);
    let mut from = line_start;
    let first = templates[..at].partition_point(|t| t.end <= line_start);
    for before in &templates[first..at] {
        if !text.get(from.min(before.start)..before.start).unwrap_or_default().trim().is_empty() {
            return false;
        }
        from = before.end;
    }
    text.get(from..templates[at].start).unwrap_or_default().trim().is_empty() && !shares_line(text, templates, at)
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
