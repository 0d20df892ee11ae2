//! Text of scanned files and their names, made fit for a terminal or a page.

use std::io::{self, Write};

/// Text from a scanned file or its name, fit for a terminal and for the log of a CI system: control characters, and where a
/// command would begin, are shown as escapes.
pub fn printable(text: &str) -> String {
    let begins = |at: usize, c: char| matches!(c, '#' | ':') && begins_command(text, at);
    if !text.char_indices().any(|(at, c)| is_hidden(c) || begins(at, c)) {
        return text.to_owned();
    }
    let mut shown = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else if begins(at, c) {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same of a text of several lines.
pub fn paragraph(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// Whether the character at `at` begins what a CI system takes for a command: `::` first on a line, after white space too,
/// or the second character of `##[` and `##vso[`, wherever these stand.
fn begins_command(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let is_first = || before.chars().all(char::is_whitespace);
    (rest.starts_with("::") && is_first())
        || (before.ends_with('#') && ["#[", "#vso["].iter().any(|word| rest.starts_with(word)))
}

/// Lines of which none begins a command, though words of a text may have come to its start when it was folded.
pub fn folded(text: &str) -> String {
    let line = |line: &str| match line.trim_start().starts_with("::") {
        true => line.replacen("::", "\\u{3a}:", 1),
        false => line.to_owned(),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
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

/// A stream of JSON in which such characters, and one of two `#`, stand as escapes: somebody will print it on a terminal or
/// into a log. Outside of its strings JSON has none of them but line ends.
pub struct EscapedJson<'w>(pub &'w mut dyn Write);

impl Write for EscapedJson<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let is_plain = bytes.iter().all(|byte| (b' '..=b'~').contains(byte));
        if is_plain && memchr::memmem::find(bytes, b"##").is_none() {
            return self.0.write(bytes);
        }
        for chunk in bytes.utf8_chunks() {
            let mut rest = chunk.valid();
            while let Some((at, hidden)) = escaped(rest) {
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

/// The first character to be escaped.
fn escaped(text: &str) -> Option<(usize, char)> {
    let mut before = ' ';
    text.char_indices().find(|(_, c)| {
        let is_second = std::mem::replace(&mut before, *c) == '#' && *c == '#';
        is_second || (is_hidden(*c) && !matches!(c, '\n' | '\r'))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn json_stays_the_same_and_can_be_shown() {
        let value = serde_json::json!({"a\u{9b}b": ["\u{202e}x\u{1b}[m\u{7f}", "ü €", "\u{e0041}", "line\nend\u{2028}", "###[error] ##vso["]});
        let mut text = Vec::new();
        serde_json::to_writer_pretty(EscapedJson(&mut text), &value).unwrap();
        assert_eq!(serde_json::from_slice::<serde_json::Value>(&text).unwrap(), value);
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("ü €") && text.contains("\\u202e") && text.contains("\\udb40\\udc41"), "{text}");
        assert!(!text.replace('\n', "").chars().any(is_hidden) && !text.contains("##"), "{text:?}");
    }

    #[test]
    fn no_text_begins_a_command() {
        for (text, shown) in [
            ("::error::x", r"\u{3a}:error::x"),
            ("  ::add-mask::x", r"  \u{3a}:add-mask::x"),
            ("a::b", "a::b"),
            ("x ##[error]y ##vso[z] # ## [", r"x #\u{23}[error]y #\u{23}vso[z] # ## ["),
        ] {
            assert_eq!(printable(text), shown);
            assert_eq!(printable(shown), shown);
        }
        assert_eq!(folded("a\n   ::b::\n"), "a\n   \\u{3a}:b::\n");
    }
}
