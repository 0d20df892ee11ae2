//! Encoded stretches of a text: base64, hexadecimal and percent-encoding, each looked into, to a bounded depth.
//!
//! A token inside one shows no keyword. A stretch is decoded only where its first bytes turn out to be text or gzip data, so
//! that identifiers, digests, pictures and paths cost a look at sixteen characters.

use std::ops::Range;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use crate::check::prefilter::Hits;
use crate::check::{Context, MAX_DEPTH};
use crate::encoding;
use crate::model::{Body, Document, Problem, ProblemKind, Role, Span, SpanMap};

/// Least length of an encoded stretch that may hold a token, in bytes.
const LEAST: usize = 32;

/// Most bytes that gzip data is inflated to: some ten times what a Helm release takes.
const INFLATED: usize = 16 << 20;

/// Most bytes that all gzip data in a blob is inflated to, and so many more for each byte of the blob. Little data may
/// inflate to much, in which there may be more such data.
const INFLATED_IN_ALL: usize = 32 << 20;
const INFLATED_PER_BYTE: usize = 8;

/// What has been inflated in a blob.
#[derive(Debug, Default)]
struct Inflated {
    bytes: usize,
    is_over: bool,
}

impl Inflated {
    /// The text that gzip data holds, or its beginning, where a blob of `length` bytes may not inflate to more.
    fn text(&mut self, packed: &[u8], length: usize) -> Option<String> {
        let all = INFLATED_IN_ALL.saturating_add(length.saturating_mul(INFLATED_PER_BYTE));
        let limit = INFLATED.min(all.saturating_sub(self.bytes));
        let mut bytes = encoding::gunzip(packed, limit + 1)?;
        let is_cut = bytes.len() > limit;
        bytes.truncate(limit);
        self.bytes += bytes.len();
        match String::from_utf8(bytes) {
            Ok(text) => {
                self.is_over |= is_cut;
                Some(text)
            }
            // The cut may lie in the midst of a character; whatever else is no text was none before.
            Err(error) if is_cut && error.utf8_error().error_len().is_none() => {
                self.is_over = true;
                let whole = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                bytes.truncate(whole);
                String::from_utf8(bytes).ok()
            }
            Err(_) => None,
        }
    }
}

/// How a stretch is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Base64,
    Hex,
    Percent,
}

/// Whether an encoded stretch that is worth decoding stands in the text.
pub fn is_in(bytes: &[u8]) -> bool {
    next(bytes, 0).is_some()
}

/// Whether one stands at the bytes of `range`, or touches them. Ranges come in order: up to `known`, the end of a run, it was
/// asked already, and none stood there.
pub fn is_near(bytes: &[u8], range: Range<usize>, known: &mut Option<usize>) -> bool {
    if known.is_some_and(|known| range.end <= known) {
        return false;
    }
    let before = bytes[..range.start].iter().rev().take_while(|b| is_symbol(**b)).count();
    let behind = bytes[range.end..].iter().take_while(|b| is_symbol(**b)).count();
    *known = Some(range.end + behind);
    before + range.len() + behind >= LEAST && is_in(&bytes[range.start - before..range.end + behind])
}

/// Reports what the token rules find in the encoded stretches of the blob's text, and tells whether there are any.
pub fn scan(doc: &Document<'_>, cx: &mut Context<'_>) -> bool {
    let mut inflated = Inflated::default();
    let any = scan_within(doc, (doc.text.len(), &mut inflated), cx);
    if inflated.is_over {
        let message = "its packed data inflates to more than is looked into";
        cx.problems.push(Problem::new(&doc.place.path, ProblemKind::Incomplete, message));
    }
    any
}

/// The same for the text of a blob of `length` bytes, or one that stands in it encoded.
fn scan_within(doc: &Document<'_>, (length, inflated): (usize, &mut Inflated), cx: &mut Context<'_>) -> bool {
    if doc.place.depth >= MAX_DEPTH {
        return false;
    }
    let (mut at, mut any) = (0, false);
    while let Some((range, encoding)) = next(doc.text.as_bytes(), at) {
        (at, any) = (range.end.max(at + 1), true);
        let Some(text) = doc.text.get(range.clone()) else { continue };
        if let Some((decoded, map)) = decode(text, encoding, (length, inflated)) {
            look_into(doc, &decoded, map.within(&Arc::new(SpanMap::at(range.start))), (length, inflated), cx);
        }
    }
    any
}

fn look_into(doc: &Document<'_>, text: &str, map: SpanMap, within: (usize, &mut Inflated), cx: &mut Context<'_>) {
    let mut place = doc.place.clone();
    place.depth += 1;
    let map = Arc::new(map.within(&doc.map));
    let inner = Document { text, map, place, role: Role::default(), body: Body::Text, templates: Vec::new() };
    super::scan(&inner, &Hits::of(text.as_bytes()).tokens, cx);
    scan_within(&inner, within, cx);
}

/// The text that a stretch holds, with the way back to the stretch. What gzip data holds stands for all of it.
fn decode(text: &str, encoding: Encoding, (length, inflated): (usize, &mut Inflated)) -> Option<(String, SpanMap)> {
    let (bytes, map) = match encoding {
        Encoding::Base64 => encoding::base64(text)?,
        Encoding::Hex => encoding::hex(text)?,
        Encoding::Percent => return encoding::percent(text).map(|decoded| (decoded.text, decoded.map)),
    };
    if is_gzip(&bytes) {
        let inflated = inflated.text(&bytes, length)?;
        let map = SpanMap::whole(inflated.len(), Span::new(0, text.len()));
        return Some((inflated, map));
    }
    Some((String::from_utf8(bytes).ok()?, map))
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B, 0x08])
}

/// The bytes that encoded stretches are made of.
static SYMBOLS: [bool; 256] = {
    let mut symbols = [false; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        symbols[at] = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'%' | b'.' | b'~');
        at += 1;
    }
    symbols
};

fn is_symbol(byte: u8) -> bool {
    SYMBOLS[usize::from(byte)]
}

/// The next stretch from `from` on that is worth decoding.
///
/// Every [`LEAST`]th byte is looked at: a stretch that is long enough covers one.
fn next(bytes: &[u8], from: usize) -> Option<(Range<usize>, Encoding)> {
    let mut at = from + LEAST - 1;
    while at < bytes.len() {
        if !is_symbol(bytes[at]) {
            at += LEAST;
            continue;
        }
        let floor = from.max(at.saturating_sub(LEAST));
        let start = (floor..at).rev().take_while(|&i| is_symbol(bytes[i])).last().unwrap_or(at);
        let end = at + bytes[at..].iter().take_while(|b| is_symbol(**b)).count();
        if end - start >= LEAST
            && let Some(found) = worth_decoding(bytes, start..end)
        {
            return Some(found);
        }
        at = end + LEAST - 1;
    }
    None
}

/// What the run of symbols is, if decoding it gives text.
fn worth_decoding(bytes: &[u8], run: Range<usize>) -> Option<(Range<usize>, Encoding)> {
    let symbols = &bytes[run.clone()];
    if symbols.contains(&b'%') {
        let escapes = symbols.windows(3).filter(|w| w[0] == b'%' && w[1..].iter().all(u8::is_ascii_hexdigit));
        return (escapes.take(2).count() == 2).then_some((run, Encoding::Percent));
    }
    let mut first: [u8; 16] = symbols.first_chunk().copied()?;
    let is_text = |bytes: &[u8]| bytes.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
    if symbols.iter().all(u8::is_ascii_hexdigit) {
        let mut head = [0; 8];
        HEXLOWER_PERMISSIVE.decode_mut(&first, &mut head).ok()?;
        return (symbols.len().is_multiple_of(2) && is_text(&head)).then_some((run, Encoding::Hex));
    }
    for byte in &mut first {
        match byte {
            b'-' => *byte = b'+',
            b'_' => *byte = b'/',
            _ => {}
        }
    }
    let mut head = [0; 12];
    BASE64.decode_mut(&first, &mut head).ok()?;
    (is_text(&head) || is_gzip(&head)).then(|| (run.start..end_of_base64(bytes, run.end), Encoding::Base64))
}

/// Where a base64 stretch ends whose first run ends at `end`: behind its padding, and behind the lines that go on with it.
fn end_of_base64(bytes: &[u8], mut end: usize) -> usize {
    loop {
        end += bytes[end..].iter().take(2).take_while(|b| **b == b'=').count();
        let blank = bytes[end..].iter().take(64).take_while(|b| b.is_ascii_whitespace()).count();
        let breaks = bytes[end..end + blank].contains(&b'\n') && bytes[end - 1] != b'=';
        let more = bytes[end + blank..].iter().take_while(|b| is_symbol(**b)).count();
        let whole =
            more >= 16 && bytes[end + blank..end + blank + more].iter().all(|b| !matches!(b, b'%' | b'.' | b'~'));
        if !breaks || !whole {
            return end;
        }
        end += blank + more;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
    use proptest::prelude::*;

    const TEXT: &str = "the token of the nightly build is kept in here, it is long enough";

    fn decoded(text: &str) -> Option<String> {
        let (range, encoding) = next(text.as_bytes(), 0)?;
        decode(&text[range], encoding, (text.len(), &mut Inflated::default())).map(|(text, _)| text)
    }

    #[test]
    fn encoded_text_is_found_and_decoded() {
        let base64 = BASE64.encode(TEXT.as_bytes());
        let lines = format!("x: |\n  {}\n  {}\n", &base64[..48], &base64[48..]);
        let gzip = {
            use std::io::Write;
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            writer.write_all(TEXT.as_bytes()).unwrap();
            BASE64.encode(&writer.finish().unwrap())
        };
        for text in [
            format!("key = \"{base64}\";"),
            BASE64URL_NOPAD.encode(TEXT.as_bytes()),
            format!("0:{}", HEXLOWER.encode(TEXT.as_bytes())),
            lines,
            gzip,
        ] {
            assert_eq!(decoded(&text).as_deref(), Some(TEXT), "{text}");
        }
        assert_eq!(
            decoded("u=postgres%3A%2F%2Fshop%3Atern-77%40db7%3A5432").as_deref(),
            Some("postgres://shop:tern-77@db7:5432")
        );
    }

    #[test]
    fn names_paths_and_digests_are_passed_over() {
        for text in [
            "src/check/kubernetes/secret_data/and/some/more/folders/below",
            "an_identifier_that_is_as_long_as_a_token_would_be",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ] {
            assert_eq!(next(text.as_bytes(), 0), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_to_its_end(text in "[a-zA-Z0-9+/=%._\n é-]{0,200}") {
            let mut at = 0;
            while let Some((range, encoding)) = next(text.as_bytes(), at) {
                prop_assert!(range.start >= at && range.end <= text.len());
                let _ = text.get(range.clone()).and_then(|part| decode(part, encoding, (text.len(), &mut Inflated::default())));
                at = range.end.max(at + 1);
            }
        }
    }
}
