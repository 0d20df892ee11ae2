//! Base64 and hexadecimal text, and gzip data.

use std::io::Read;

use data_encoding::{BASE64_NOPAD, Encoding, HEXLOWER_PERMISSIVE};

use crate::model::{Span, SpanMap};

/// Decodes base64, standard or URL-safe, with or without padding, white space and line breaks inside allowed.
///
/// `None` where another character stands in it, or its length is no base64's. The map leads from the decoded bytes to
/// `text`, in proportion.
pub fn base64(text: &str) -> Option<(Vec<u8>, SpanMap)> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let mut symbols = Vec::with_capacity(trimmed.len());
    let mut map = SpanMap::builder();
    let mut pieces = Pieces::default();
    for (at, byte) in trimmed.bytes().enumerate() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => symbols.push(byte),
            b'-' => symbols.push(b'+'),
            b'_' => symbols.push(b'/'),
            b'=' if trimmed.len() - at <= 2 || trimmed[at..].trim_matches(['=', '\n', '\r', ' ']).is_empty() => break,
            b' ' | b'\t' | b'\r' | b'\n' => {
                pieces.gap(symbols.len(), start + at);
                continue;
            }
            _ => return None,
        }
        pieces.symbol(symbols.len(), start + at);
    }
    if symbols.len() % 4 == 1 {
        return None;
    }
    // Hand-made values are often cut in the unused bits; kubectl refuses them, people write them all the same.
    let decoded = decode_lenient(&symbols)?;
    pieces.finish(symbols.len(), start + trimmed.len(), decoded.len(), &mut map);
    Some((decoded, map))
}

fn decode_lenient(symbols: &[u8]) -> Option<Vec<u8>> {
    match BASE64_NOPAD.decode(symbols) {
        Ok(bytes) => Some(bytes),
        Err(_) => {
            let mut specification = BASE64_NOPAD.specification();
            specification.check_trailing_bits = false;
            let encoding: Encoding = specification.encoding().ok()?;
            encoding.decode(symbols).ok()
        }
    }
}

/// The unbroken stretches of encoded text: first symbol and where it stands.
#[derive(Default)]
struct Pieces {
    stretches: Vec<(usize, usize)>,
    broken: bool,
}

impl Pieces {
    fn symbol(&mut self, count: usize, at: usize) {
        if self.stretches.is_empty() || self.broken {
            self.stretches.push((count - 1, at));
            self.broken = false;
        }
    }

    fn gap(&mut self, _count: usize, _at: usize) {
        self.broken = true;
    }

    /// Maps the decoded bytes onto the stretches, three for every four symbols. A group of four that a gap divides, and the
    /// last one with its padding, is a piece of its own, so that the others stay in proportion.
    fn finish(self, symbols: usize, end: usize, decoded: usize, map: &mut SpanMap) {
        for (at, &(first, outer)) in self.stretches.iter().enumerate() {
            let next = self.stretches.get(at + 1).map_or(symbols, |stretch| stretch.0);
            let (group, rest) = (first.div_ceil(4), next / 4);
            if group < rest {
                let place = |group: usize| outer + group * 4 - first;
                map.push((rest - group) * 3, Span::new(place(group), place(rest)));
            }
            if group <= rest && rest * 4 < next {
                let end = if rest * 4 + 4 < symbols { self.end_of(rest * 4 + 3) } else { end };
                map.push((decoded - rest * 3).min(3), Span::new(outer + rest * 4 - first, end));
            }
        }
    }

    /// Where a symbol ends.
    fn end_of(&self, symbol: usize) -> usize {
        let behind = self.stretches.partition_point(|(first, _)| *first <= symbol);
        self.stretches[..behind].last().map_or(0, |(first, outer)| outer + symbol - first + 1)
    }
}

/// Decodes an even number of hexadecimal digits.
pub fn hex(text: &str) -> Option<(Vec<u8>, SpanMap)> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok()?;
    let map = SpanMap::whole(bytes.len(), Span::new(0, text.len()));
    Some((bytes, map))
}

/// Inflates gzip data, at most `limit` bytes of it. `None` where it is no gzip or its start is broken.
pub fn gunzip(bytes: &[u8], limit: usize) -> Option<Vec<u8>> {
    if !bytes.starts_with(&[0x1F, 0x8B]) {
        return None;
    }
    let mut out = Vec::new();
    let result = flate2::read::GzDecoder::new(bytes).take(limit as u64).read_to_end(&mut out);
    (result.is_ok() || !out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_in_all_its_dresses() {
        for text in ["cGFzc3dvcmQ=", "cGFzc3dvcmQ", " cGFz\n c3dv\n cmQ=\n", "cGFzc3dvcmR="] {
            assert_eq!(base64(text).map(|d| d.0).as_deref(), Some(&b"password"[..]), "{text:?}");
        }
        assert_eq!(base64("_-8").map(|d| d.0), Some(vec![0xFF, 0xEF]));
        assert!(base64("not base64!").is_none());
        assert!(base64("abcde").is_none());
    }

    #[test]
    fn a_span_of_decoded_bytes_covers_its_symbols() {
        let text = "  cGFz\n  c3dv\n  cmQ=";
        let (_, map) = base64(text).unwrap_or_default();
        assert_eq!(map.to_file(Span::new(0, 3)).of(text), "cGFz");
        assert_eq!(map.to_file(Span::new(3, 6)).of(text), "c3dv");
        assert_eq!(map.to_file(Span::new(0, 8)).of(text), text.trim_start());
    }
}
