//! From bytes to text: byte order marks, UTF-16, invalid UTF-8, and whether a blob is text at all.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::{Position, Span, SpanMap};

/// Bytes looked at to tell binary from text, as much as ripgrep's first buffer.
const PROBE: usize = 64 << 10;

/// A blob's text, with the way back to its bytes.
pub struct Text<'a> {
    /// The text, without a byte order mark.
    pub text: Cow<'a, str>,
    /// From the text to the blob's bytes.
    pub map: SpanMap,
    /// What had to be replaced to make it text, as a sentence without a full stop.
    pub note: Option<String>,
}

/// Whether the bytes are UTF-16, so that a search for ASCII literals can't work.
pub fn is_utf16(bytes: &[u8]) -> bool {
    wide(bytes).is_some()
}

/// Whether the bytes are UTF-32, of which nothing is read: the first characters are some, with a byte order mark before them,
/// or else so many that they can't be numbers, and ASCII all but a few.
pub fn is_utf32(bytes: &[u8]) -> bool {
    type Unit = fn([u8; 4]) -> u32;
    let (marked, unit): (_, Unit) = match bytes {
        [0xFF, 0xFE, 0, 0, ..] => (true, u32::from_le_bytes),
        [0, 0, 0xFE, 0xFF, ..] => (true, u32::from_be_bytes),
        [_, _, _, 0, _, _, _, 0, ..] => (false, u32::from_le_bytes),
        [0, _, _, _, 0, _, _, _, ..] => (false, u32::from_be_bytes),
        _ => return false,
    };
    let start = if marked { 4 } else { 0 };
    let (first, _) = bytes[start..bytes.len().min(start + 4 * FIRST_UNITS)].as_chunks::<4>();
    let characters = || first.iter().map(|bytes| char::from_u32(unit(*bytes)).filter(|c| *c != '\0'));
    let plain = characters().flatten().filter(|c| u8::try_from(*c).is_ok_and(is_plain)).count();
    let is_enough = if marked { !first.is_empty() } else { first.len() >= 8 && 8 * plain >= 7 * first.len() };
    is_enough && characters().all(|c| c.is_some())
}

/// Whether text in ASCII has such a byte.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

/// How the 16 bits of a unit stand in two bytes.
type Unit = fn([u8; 2]) -> u16;

/// Units that are looked at where no byte order mark says that there are any.
const FIRST_UNITS: usize = 32;

/// Where the units of UTF-16 begin, and how to read one. Some programs leave the byte order mark out: then the first
/// characters are ASCII, all but a few, each with a NUL on the same side.
fn wide(bytes: &[u8]) -> Option<(usize, Unit)> {
    let (first, _) = bytes[..bytes.len().min(2 * FIRST_UNITS)].as_chunks::<2>();
    let mostly =
        |fits: &dyn Fn([u8; 2]) -> bool| 8 * first.iter().filter(|unit| fits(**unit)).count() >= 7 * first.len();
    match bytes {
        [0xFF, 0xFE, ..] => Some((2, u16::from_le_bytes)),
        [0xFE, 0xFF, ..] => Some((2, u16::from_be_bytes)),
        [_, 0, _, 0, ..] => mostly(&|[c, nul]| nul == 0 && is_plain(c)).then_some((0, u16::from_le_bytes)),
        [0, _, 0, _, ..] => mostly(&|[nul, c]| nul == 0 && is_plain(c)).then_some((0, u16::from_be_bytes)),
        _ => None,
    }
}

/// Whether the bytes are binary: a NUL stands in their first 64 KiB and they are no UTF-16.
pub fn is_binary(bytes: &[u8]) -> bool {
    !is_utf16(bytes) && memchr::memchr(0, &bytes[..bytes.len().min(PROBE)]).is_some()
}

/// Decodes a blob. Never fails: what is no text is replaced byte for byte, and said.
pub fn decode(bytes: &[u8]) -> Text<'_> {
    match (wide(bytes), bytes) {
        (Some((start, unit)), _) => utf16(&bytes[start..], start, unit),
        (None, [0xEF, 0xBB, 0xBF, rest @ ..]) => utf8(rest, 3),
        _ => utf8(bytes, 0),
    }
}

/// Where in UTF-16 the spans stand, as lines and columns in characters; `None` of bytes that are no UTF-16.
pub fn wide_positions(bytes: &[u8], mut spans: Vec<Span>) -> Option<Vec<(Span, Position)>> {
    let (start, unit) = wide(bytes)?;
    spans.sort_unstable();
    spans.dedup();
    let mut offsets: Vec<usize> = spans.iter().flat_map(|span| [span.start, span.end]).collect();
    offsets.sort_unstable();
    let (mut at, mut place) = (start, (1, 1));
    let mut units = bytes[start..].as_chunks::<2>().0.iter().map(|pair| unit(*pair)).peekable();
    let mut places = HashMap::new();
    for offset in offsets {
        while at < offset
            && let Some(unit) = units.next()
        {
            at += 2;
            // The second half of a character is none of its own.
            let is_half = matches!(unit, 0xDC00..=0xDFFF);
            place =
                if unit == u16::from(b'\n') { (place.0 + 1, 1) } else { (place.0, place.1 + usize::from(!is_half)) };
        }
        places.insert(offset, place);
    }
    let of = |offset| places.get(&offset).copied().unwrap_or_default();
    let position = |span: Span| {
        let ((line, column), (end_line, end_column)) = (of(span.start), of(span.end));
        Position { line, column, end_line, end_column }
    };
    Some(spans.into_iter().map(|span| (span, position(span))).collect())
}

fn utf8(bytes: &[u8], offset: usize) -> Text<'_> {
    let map = SpanMap::at(offset);
    match std::str::from_utf8(bytes) {
        Ok(text) if memchr::memchr(0, bytes).is_none() => Text { text: Cow::Borrowed(text), map, note: None },
        _ => {
            let (text, nul, invalid) = replaced(bytes);
            let note = match (nul, invalid) {
                (0, n) => format!("{n} bytes are no valid UTF-8 and were read as '?'"),
                (n, 0) => format!("{n} NUL bytes were read as '?'"),
                (a, b) => format!("{a} NUL bytes and {b} bytes that are no valid UTF-8 were read as '?'"),
            };
            Text { text: Cow::Owned(text), map, note: Some(note) }
        }
    }
}

/// The bytes as text of the same length, each NUL and each byte of an invalid sequence replaced by `?`; with the
/// counts of both.
fn replaced(bytes: &[u8]) -> (String, usize, usize) {
    let mut text = String::with_capacity(bytes.len());
    let mut invalid = 0;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        invalid += chunk.invalid().len();
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    let nul = text.matches('\0').count();
    if nul > 0 {
        text = text.replace('\0', "?");
    }
    (text, nul, invalid)
}

/// The units in `bytes`, which begin at `start` of the blob.
fn utf16(bytes: &[u8], start: usize, unit: Unit) -> Text<'static> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut map = SpanMap::builder();
    let (mut outer, mut replaced) = (start, 0);
    // A run of characters of equal width maps in proportion, exactly.
    let mut run = Run::default();
    for decoded in char::decode_utf16(units) {
        let (c, wide) = match decoded {
            Ok(c) => (c, c.len_utf16() * 2),
            Err(_) => {
                replaced += 1;
                ('?', 2)
            }
        };
        if run.width != (c.len_utf8(), wide) {
            run.flush(&mut map, &mut outer);
            run.width = (c.len_utf8(), wide);
        }
        run.count += 1;
        text.push(c);
    }
    run.flush(&mut map, &mut outer);
    let odd = bytes.len() % 2 == 1;
    let note = (replaced > 0 || odd).then(|| "UTF-16 with broken units, which were read as '?'".to_owned());
    Text { text: Cow::Owned(text), map, note }
}

/// Characters of equal width in UTF-8 and UTF-16.
#[derive(Default)]
struct Run {
    width: (usize, usize),
    count: usize,
}

impl Run {
    fn flush(&mut self, map: &mut SpanMap, outer: &mut usize) {
        if self.count > 0 {
            let end = *outer + self.count * self.width.1;
            map.push(self.count * self.width.0, Span::new(*outer, end));
            *outer = end;
            self.count = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    }

    #[test]
    fn utf16_spans_lead_back_to_the_bytes() {
        let bytes = wide("a: é𝄞\nb: c");
        let text = decode(&bytes);
        let at = text.text.find("c").unwrap_or_default();
        let span = text.map.to_file(Span::new(at, at + 1));
        assert_eq!(&bytes[span.start..span.end], b"c\0");
        let at = text.text.find('𝄞').unwrap_or_default();
        assert_eq!(text.map.to_file(Span::new(at, at + 4)).len(), 4);
    }

    #[test]
    fn utf16_needs_no_byte_order_mark() {
        let with = wide("kind: Secret\nmetadata: é𝄞");
        for bytes in [with[2..].to_vec(), with[2..].chunks(2).flat_map(|pair| [pair[1], pair[0]]).collect()] {
            let text = decode(&bytes);
            assert_eq!(text.text, "kind: Secret\nmetadata: é𝄞");
            assert_eq!(text.map.to_file(Span::new(0, 4)), Span::new(0, 8));
        }
        assert!(!is_utf16(b"M\0Z\0\x90\0\x03\0") && !is_utf16(b"a\0") && is_utf16(b"a\0b\0"));
    }

    #[test]
    fn utf32_is_told_from_utf16_and_from_numbers() {
        let four = |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<_>>();
        assert!(is_utf32(&four("\u{FEFF}é")) && is_utf32(&four("é: Secret\nb")) && is_utf32(&four("\u{FEFF}𝄞: é\nb")));
        // UTF-16 may begin with a NUL, and numbers of four bytes are most often no characters.
        assert!(!is_utf32(b"\xFF\xFE\0\0a\0b\0") && !is_utf32(b"\xFF\xFE\0\0") && !is_utf32(&[0; 64]));
        assert!(!is_utf32(&four("abc")) && !is_utf32(&four("\u{1}\u{2}\u{3}\u{4}abcdefgh")));
        assert!(!is_utf32(b"kind: Secret") && !is_utf32(&wide("kind: Secret")));
    }

    #[test]
    fn lines_and_columns_of_utf16_count_characters() {
        // Another character than a line end has its byte.
        let bytes = wide("Ċ𝄞x\n\u{A0A}yz");
        let end = bytes.len();
        let places = wide_positions(&bytes, vec![Span::new(end - 2, end), Span::new(8, 10)]);
        let place = |line, column| Position { line, column, end_line: line, end_column: column + 1 };
        assert_eq!(places, Some(vec![(Span::new(8, 10), place(1, 3)), (Span::new(end - 2, end), place(2, 3))]));
        assert_eq!(wide_positions(b"abc", Vec::new()), None);
    }

    #[test]
    fn a_byte_order_mark_is_left_out_and_counted() {
        let text = decode(b"\xEF\xBB\xBFkind: x");
        assert_eq!(text.text, "kind: x");
        assert_eq!(text.map.to_file(Span::new(0, 4)), Span::new(3, 7));
    }

    #[test]
    fn invalid_bytes_keep_their_places() {
        let text = decode(b"a\xFFb\0c");
        assert_eq!(text.text, "a?b?c");
        assert!(text.note.is_some_and(|note| note.contains("1 NUL")));
    }

    #[test]
    fn binary_is_told_by_content() {
        assert!(is_binary(b"\x7fELF\0\0"));
        assert!(!is_binary(&wide("kind: Secret")));
        assert!(!is_binary(b"plain"));
    }
}
