//! Text of scanned files and their names, made fit for a terminal or a page.

use std::io::{self, Write};

/// Text from a scanned file or its name, fit for a terminal: control characters shown as escapes.
pub fn printable(text: &str) -> String {
    if !text.chars().any(is_hidden) {
        return text.to_owned();
    }
    text.chars().flat_map(|c| if is_hidden(c) { c.escape_default().collect::<Vec<_>>() } else { vec![c] }).collect()
}

/// Printable text without the end of it that no reader would read: a key of a scanned file may have megabytes. It is to
/// be masked before, as the half of a secret would not be known for one.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 1_000;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", printable(&text[..end])),
        None => printable(text),
    }
}

/// Whether the character could steer a terminal, turn the direction of text, end a line, or is not seen at all.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A stream of JSON in which such characters stand as escapes: somebody will print it on a terminal. Outside of its strings
/// JSON has none of them but line ends.
pub struct EscapedJson<'w>(pub &'w mut dyn Write);

impl Write for EscapedJson<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
            return self.0.write(bytes);
        }
        for chunk in bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| is_hidden(*c) && !matches!(c, '\n' | '\r'))
            {
                self.0.write_all(&rest.as_bytes()[..at])?;
                for unit in hidden.encode_utf16(&mut [0; 2]) {
                    write!(self.0, "\\u{unit:04x}")?;
                }
                rest = &rest[at + hidden.len_utf8()..];
            }
            self.0.write_all(rest.as_bytes())?;
            self.0.write_all(chunk.invalid())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_and_can_be_shown() {
        let value =
            serde_json::json!({"a\u{9b}b": ["\u{202e}x\u{1b}[m\u{7f}", "ü €", "\u{e0041}", "line\nend\u{2028}"]});
        let mut text = Vec::new();
        serde_json::to_writer_pretty(EscapedJson(&mut text), &value).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), value);
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("ü €") && text.contains("\\u202e") && text.contains("\\udb40\\udc41"), "{text}");
        assert!(!text.replace('\n', "").chars().any(is_hidden), "{text:?}");
    }
}
