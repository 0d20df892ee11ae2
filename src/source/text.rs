//! From bytes to text: byte order marks, UTF-16, invalid UTF-8, and whether a blob is text at all.

use std::borrow::Cow;

use crate::model::{Span, SpanMap};

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

/// Whether the bytes start with the byte order mark of UTF-16, so that a search for ASCII literals can't work.
pub fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

/// Whether the bytes are binary: a NUL stands in their first 64 KiB and they are no UTF-16.
pub fn is_binary(bytes: &[u8]) -> bool {
    !is_utf16(bytes) && memchr::memchr(0, &bytes[..bytes.len().min(PROBE)]).is_some()
}

/// Decodes a blob. Never fails: what is no text is replaced byte for byte, and said.
pub fn decode(bytes: &[u8]) -> Text<'_> {
    match bytes {
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, 3),
        _ => utf8(bytes, 0),
    }
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

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'static> {
    let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
    let mut text = String::with_capacity(bytes.len() / 2);
    let mut map = SpanMap::builder();
    let (mut outer, mut replaced) = (2, 0);
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
