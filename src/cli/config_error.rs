//! An error in a configuration as the user sees it. What someone named as one may be any file, and a real one names secrets,
//! in whatever style YAML and TOML have for that: of its text only the known keys are shown, the rest byte for byte masked.

use crate::config::{ConfigError, is_key};
use crate::engine::Engine;
use crate::model::{Confidence, Redactor, Settings, Span, mask};

const QUOTES: [char; 2] = ['"', '\''];
const BLANKS: [char; 2] = [' ', '\t'];

/// The diagnostic as text, without the text of a secret.
pub fn masked(error: &ConfigError) -> String {
    let (path, text) = error.source();
    let settings = Settings { min_confidence: Confidence::Low, ..Settings::default() };
    let run = Engine::new(settings, 1).scan_bytes(path, text.as_bytes());
    let redactor = Redactor::of(&run, false);
    let mut bytes = keys_alone(text);
    // What the sentence names may be seen where it stands.
    let named = error.span();
    if redactor.text(&error.to_string()).contains(&format!("`{}`", named.of(text).trim_matches(QUOTES))) {
        show(&mut bytes, text, named);
    }
    redactor.matches(&bytes).into_iter().for_each(|span| mask(&mut bytes, span));
    let text = String::from_utf8(bytes).unwrap_or_default();
    error.masked(&text, |sentence| redactor.text(sentence)).render()
}

/// The text with everything masked but the known keys.
fn keys_alone(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    let mut from = 0;
    for line in text.split_inclusive('\n') {
        let lead = line.len() - line.trim_start_matches(BLANKS).len();
        mask(&mut bytes, Span::new(from + lead, from + line.trim_end().len()));
        for key in keys(line) {
            show(&mut bytes, text, Span::new(from + key.start, from + key.end));
        }
        from += line.len();
    }
    bytes
}

/// The known keys of a line, each with the signs that open and end it.
fn keys(line: &str) -> impl Iterator<Item = Span> + '_ {
    let mut end = 0;
    let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).map(move |word| {
        let start = end;
        end += word.len();
        // The sign that ends the word.
        end += line[end..].chars().next().map_or(0, char::len_utf8);
        (start, word)
    });
    words.filter(|(_, word)| is_key(word)).filter_map(move |(start, word)| {
        let before = line[..start].trim_end_matches(QUOTES).trim_end_matches(BLANKS);
        let rest = &line[start + word.len()..];
        let behind = rest.trim_start_matches(QUOTES).trim_start_matches(BLANKS).strip_prefix([':', '='])?;
        let opens = before.is_empty() || before.ends_with(['{', '[', ',', '-', '?']);
        let first = before.trim_end_matches(['{', '[', '-', '?', ' ']).len();
        let last = line.len() - behind.trim_start_matches(BLANKS).len();
        opens.then_some(Span::new(first, last))
    })
}

/// Puts the text at the span back.
fn show(bytes: &mut [u8], text: &str, span: Span) {
    if let Some(part) = bytes.get_mut(span.start..span.end) {
        part.copy_from_slice(span.of(text).as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::keys_alone;

    #[test]
    fn only_known_keys_are_shown_and_every_byte_keeps_its_place() {
        for (text, shown) in [
            ("allowlist:\n  - path: a/**\n", "allowlist:\n  - path: ****\n"),
            ("a: [{\"value\" : \"é, path x\", reason: y}]", "** [{\"value\" : ************* reason: ***"),
            ("value: >-\r\n    two words\r\n", "value: **\r\n    *********\r\n"),
            ("SecretGroup = 2 # x\nregexes = [\n \"value\", ]", "SecretGroup = *****\nregexes = *\n **********"),
            ("xvalue: a value-b: c", "********************"),
        ] {
            assert_eq!(String::from_utf8_lossy(&keys_alone(text)), shown);
        }
    }
}
