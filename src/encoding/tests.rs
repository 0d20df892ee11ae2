//! Properties of all decoders: what was encoded comes back, no input panics, and every decoded byte leads to a place
//! inside of what it was decoded from.

use std::io::Write;

use proptest::prelude::*;

use super::{base64, gunzip, hex, percent, scalar, unescape};
use crate::model::{Span, SpanMap, Style};

/// Whether each of the `length` decoded bytes leads to a stretch of `outer`, and none to one before the last one's.
fn leads_into(map: &SpanMap, length: usize, outer: Span) -> bool {
    let places: Vec<Span> = (0..length).map(|at| map.to_file(Span::new(at, at + 1))).collect();
    places.iter().all(|place| place.start <= place.end && outer.contains(*place))
        && places.is_sorted_by_key(|place| place.start)
}

/// Text that is rich in what the decoders look at.
fn tricky() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[ -~é𝄞\t\r\n]",
        r#"\\[nxuUN0"/eé\n]"#,
        "%[0-9A-Fa-f+]{0,2}",
        r"\\u[dD][89a-fA-F][0-9a-f]{2}",
        "''|\\\\\n  |\n\n|\r\n| +\n"
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn base64_comes_back_with_the_symbols_of_each_stretch(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        width in 1usize..80,
        url_safe in any::<bool>(),
    ) {
        let encoded = data_encoding::BASE64.encode(&bytes);
        let encoded = if url_safe { encoded.replace('+', "-").replace('/', "_") } else { encoded };
        let lines: Vec<&str> =
            encoded.as_bytes().chunks(width).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let text = format!("  {}\n", lines.join("\n    "));
        let (decoded, map) = base64(&text).unwrap_or_default();
        prop_assert_eq!(&decoded, &bytes);
        prop_assert!(leads_into(&map, decoded.len(), Span::new(0, text.len())));
        // Three bytes are four symbols.
        for (at, three) in bytes.chunks_exact(3).enumerate() {
            let symbols = map.to_file(Span::new(3 * at, 3 * at + 3)).of(&text);
            let (again, _) = base64(symbols).unwrap_or_default();
            prop_assert_eq!(&again, &three, "{:?}", symbols);
        }
    }

    #[test]
    fn hex_comes_back_digit_by_digit(bytes in prop::collection::vec(any::<u8>(), 1..100), upper in any::<bool>()) {
        let encoded = data_encoding::HEXLOWER.encode(&bytes);
        let text = if upper { encoded.to_uppercase() } else { encoded };
        let (decoded, map) = hex(&text).unwrap_or_default();
        prop_assert_eq!(&decoded, &bytes);
        for at in 0..bytes.len() {
            prop_assert_eq!(map.to_file(Span::new(at, at + 1)), Span::new(2 * at, 2 * at + 2));
        }
    }

    #[test]
    fn percent_escapes_come_back(text in "[ -~é𝄞]{1,40}") {
        let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let decoded = percent(&escaped).unwrap_or_default();
        prop_assert_eq!(&decoded.text, &text);
        for (at, c) in text.char_indices() {
            let end = at + c.len_utf8();
            prop_assert_eq!(decoded.map.to_file(Span::new(at, end)), Span::new(3 * at, 3 * end));
        }
    }

    #[test]
    fn only_hexadecimal_digits_are_a_percent_escape(a in "[0-9a-gA-G+ %-]", b in "[0-9a-gA-G+ %-]") {
        let is_escape = [&a, &b].iter().all(|c| c.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let kept = percent(&format!("%41%{a}{b}")).is_some_and(|decoded| decoded.text.len() == 4);
        prop_assert_eq!(kept, !is_escape);
    }

    #[test]
    fn strings_of_json_come_back(text in any::<String>()) {
        let quoted = serde_json::to_string(&text).unwrap_or_default();
        let decoded = unescape(&quoted[1..quoted.len() - 1], 1);
        prop_assert_eq!(&decoded.text, &text);
        prop_assert!(leads_into(&decoded.map, text.len(), Span::new(1, quoted.len() - 1)));
    }

    #[test]
    fn gzip_comes_back_up_to_the_limit(
        bytes in prop::collection::vec(any::<u8>(), 1..300),
        limit in 1usize..400,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&bytes)?;
        let packed = encoder.finish()?;
        let unpacked = gunzip(&packed, limit).unwrap_or_default();
        prop_assert_eq!(&unpacked[..], &bytes[..limit.min(bytes.len())]);
        let part = gunzip(&packed[..cut.index(packed.len())], limit).unwrap_or_default();
        prop_assert!(bytes.starts_with(&part));
    }

    #[test]
    fn no_text_panics_and_no_place_lies_outside(text in tricky(), from in any::<prop::sample::Index>()) {
        let all = Span::new(0, text.len());
        for (decoded, map) in base64(&text).into_iter().chain(hex(&text)) {
            prop_assert!(leads_into(&map, decoded.len(), all));
        }
        if let Some(decoded) = percent(&text) {
            prop_assert!(leads_into(&decoded.map, decoded.text.len(), all));
        }
        let decoded = unescape(&text, 0);
        prop_assert!(leads_into(&decoded.map, decoded.text.len(), all));
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let span = Span::new(starts[from.index(starts.len())], text.len());
        for style in [Style::Plain, Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded] {
            let (decoded, map) = scalar::decode(&text, style, span);
            prop_assert!(leads_into(&map, decoded.len(), all), "{:?} {:?} {:?}", style, decoded, map);
        }
    }

    #[test]
    fn single_quotes_come_back(text in "[ -~é']{0,40}") {
        let quoted = text.replace('\'', "''");
        let (decoded, map) = scalar::decode(&quoted, Style::SingleQuoted, Span::new(0, quoted.len()));
        prop_assert_eq!(&decoded, &text);
        prop_assert!(leads_into(&map, text.len(), Span::new(0, quoted.len())));
    }
}
