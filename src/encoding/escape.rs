//! Percent-encoding and the backslash escapes of strings.

use std::borrow::Cow;

use super::Decoded;
use crate::model::Span;

/// Decodes `%41`; what is no escape stays as it is. `None` where nothing is escaped, or the result is no UTF-8.
pub fn percent(text: &str) -> Option<Decoded> {
    memchr::memchr(b'%', text.as_bytes())?;
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut places = Vec::with_capacity(text.len());
    let raw = text.as_bytes();
    let mut at = 0;
    while at < raw.len() {
        let is_escape = |hex: &&str| raw[at] == b'%' && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code = text.get(at + 1..at + 3).filter(is_escape).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let width = if code.is_some() { 3 } else { 1 };
        bytes.push(code.unwrap_or(raw[at]));
        places.push((at, width));
        at += width;
    }
    if bytes.len() == raw.len() {
        return None;
    }
    let decoded = String::from_utf8(bytes).ok()?;
    let mut out = Decoded::default();
    for (at, c) in decoded.char_indices() {
        let (first, last) = (places[at], places[at + c.len_utf8() - 1]);
        out.push(c.encode_utf8(&mut [0; 4]), Span::new(first.0, last.0 + last.1));
    }
    Some(out)
}

/// Decodes the backslash escapes that JSON, YAML and most languages share; offsets of the result lie `base` further.
/// An escape that is none of these keeps its character.
pub fn unescape(text: &str, base: usize) -> Decoded {
    let mut out = Decoded::default();
    let mut rest = 0;
    while let Some(found) = memchr::memchr(b'\\', &text.as_bytes()[rest..]) {
        let at = rest + found;
        out.push(&text[rest..at], Span::new(base + rest, base + at));
        let (c, width) = escape(&text[at..]);
        let outer = Span::new(base + at, base + at + width);
        if let Some(c) = c {
            out.push(c.encode_utf8(&mut [0; 4]), outer);
        }
        rest = at + width;
    }
    out.push(&text[rest..], Span::new(base + rest, base + text.len()));
    out
}

/// The character that the escape at the start of `text` stands for, if it stands for one, and its width in bytes.
pub(super) fn escape(text: &str) -> (Option<char>, usize) {
    let Some(c) = text[1..].chars().next() else { return (Some('\\'), 1) };
    let plain = |c| (Some(c), 2);
    match c {
        'n' => plain('\n'),
        't' | '\t' => plain('\t'),
        'r' => plain('\r'),
        'b' => plain('\u{8}'),
        'f' => plain('\u{C}'),
        '0' => plain('\0'),
        'a' => plain('\u{7}'),
        'v' => plain('\u{B}'),
        'e' => plain('\u{1B}'),
        'N' => plain('\u{85}'),
        '_' => plain('\u{A0}'),
        'L' => plain('\u{2028}'),
        'P' => plain('\u{2029}'),
        'x' => code(text, 2),
        'u' => match surrogates(text) {
            Some(c) => (Some(c), 12),
            None => code(text, 4),
        },
        'U' => code(text, 8),
        other => (Some(other), 1 + other.len_utf8()),
    }
}

fn digits(text: &str, from: usize, count: usize) -> Option<u32> {
    let hex = text.get(from..from + count)?;
    hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(hex, 16).ok())?
}

fn code(text: &str, count: usize) -> (Option<char>, usize) {
    match digits(text, 2, count) {
        Some(code) => (Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)), 2 + count),
        None => (text[1..].chars().next(), 2),
    }
}

/// A character beyond the basic plane, written as two `\u` escapes.
fn surrogates(text: &str) -> Option<char> {
    let high = digits(text, 2, 4)?;
    let low = text.get(6..8).filter(|mark| *mark == "\\u").and_then(|_| digits(text, 8, 4))?;
    let pair = (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    pair.then(|| char::from_u32(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)))?
}

/// A value without the backslashes at its lines' ends and the blanks that its next lines begin with, as properties and
/// shells go on with a value.
pub fn without_continuations(value: &str) -> Cow<'_, str> {
    if !value.contains("\\\n") && !value.contains("\\\r\n") {
        return Cow::Borrowed(value);
    }
    let mut lines = value.lines();
    let mut out = String::with_capacity(value.len());
    let mut goes_on = true;
    for line in lines.by_ref() {
        let text = if out.is_empty() { line } else { line.trim_start() };
        match text.strip_suffix('\\') {
            Some(text) => out.push_str(text),
            None => {
                goes_on = false;
                out.push_str(text);
                break;
            }
        }
    }
    // More lines behind the last backslash: a text of its own.
    if goes_on || lines.next().is_some() { Cow::Borrowed(value) } else { Cow::Owned(out) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_escapes_keep_their_places() {
        let decoded = percent("p%40ss%C3%A9").unwrap_or_default();
        assert_eq!(decoded.text, "p@ssé");
        assert_eq!(decoded.map.to_file(Span::new(1, 2)), Span::new(1, 4));
        assert_eq!(decoded.map.to_file(Span::new(4, 6)), Span::new(6, 12));
        assert!(percent("100% sure").is_none());
    }

    #[test]
    fn string_escapes_keep_their_places() {
        let decoded = unescape(r#"a\"b\u0041\ud834\udd1e\q"#, 10);
        assert_eq!(decoded.text, "a\"bA𝄞q");
        assert_eq!(decoded.map.to_file(Span::new(3, 4)), Span::new(14, 20));
    }
}
