//! The textual form of keys (RFC 7468, RFC 1421), as it stands in files, in strings of programs and in JSON.

use std::borrow::Cow;

/// An armoured text.
#[derive(Debug)]
pub struct Pem<'t> {
    /// What the first line calls it: `RSA PRIVATE KEY`.
    pub label: &'t str,
    /// Whether a header says that the body is encrypted (`Proc-Type: 4,ENCRYPTED`).
    pub is_encrypted: bool,
    /// The body without line breaks, quotes and comment marks.
    pub body: String,
}

impl<'t> Pem<'t> {
    /// Reads the text from its `-----BEGIN` to its `-----END`, or to the text's end.
    pub fn read(text: &'t str) -> Option<Self> {
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let inner = rest.split("-----END").next().unwrap_or_default();
        let mut pem = Pem { label: label.trim(), is_encrypted: false, body: String::with_capacity(inner.len()) };
        for line in inner.lines() {
            for part in with_line_breaks(unquoted(line.trim())).lines() {
                pem.line(part.trim());
            }
        }
        Some(pem)
    }

    fn line(&mut self, line: &str) {
        match line.split_once(": ") {
            Some((name, value)) if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') => {
                self.is_encrypted |= value.contains("ENCRYPTED");
            }
            _ => self.body.push_str(line),
        }
    }

    /// Whether the body only stands for one: an omission, a template, words, or hardly any different characters.
    pub fn is_placeholder(&self) -> bool {
        let body = self.body.as_str();
        // A bracket: code between the two lines that it looks for.
        let marks = ["...", "…", "{{", "${", "<", "***", "[", "(", "xxxx", "XXXX", "REDACTED", "redacted"];
        let mut seen = [false; 256];
        body.bytes().for_each(|byte| seen[usize::from(byte)] = true);
        let words = body.split_ascii_whitespace().count();
        marks.iter().any(|mark| body.contains(mark))
            || seen.iter().filter(|seen| **seen).count() < 12
            // Lines that were joined are 64 characters long, words are not.
            || words > 1 && body.len() / words < 16
    }
}

/// `\n` and `\r\n` of strings as line breaks, whatever the number of backslashes.
fn with_line_breaks(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (at, piece) in text.split('\\').enumerate() {
        match piece.strip_prefix(['n', 'r']).filter(|_| at > 0) {
            Some(rest) => {
                out.push('\n');
                out.push_str(rest);
            }
            None => out.push_str(piece),
        }
    }
    Cow::Owned(out)
}

/// A line of a string in a program (`"MIIE…" +`), of a comment or of a quotation, without what is around it.
fn unquoted(line: &str) -> &str {
    let quote = |c: char| matches!(c, '"' | '\'' | '`');
    let line = match (line.find(quote), line.rfind(quote)) {
        (Some(first), Some(last)) if first < last => &line[first + 1..last],
        (Some(0), _) => &line[1..],
        (Some(only), _) => &line[..only],
        _ => line,
    };
    line.trim_start_matches(['#', '*', '>', '|', ';', ' ', '\t']).trim_start_matches("// ").trim()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const BODY: &str = "MC4CAQAwBQYDK2VwBCIEINpbEoLFR6zDfdCEGIX+39U36ngqUNYxgeHHSoZBs0K5";

    #[test]
    fn a_body_is_read_in_all_its_dresses() {
        let (a, b) = BODY.split_at(32);
        for inner in [
            format!("\n{a}\n{b}\n"),
            format!("\\n{a}\\n{b}\\n"),
            format!("\\\\n{a}\\\\n{b}\\\\n"),
            format!("\n    {a}\n    {b}\n"),
            format!("\n# {a}\r\n# {b}\n"),
            format!("\\n\" +\n  \"{a}\\n\" +\n  \"{b}\\n\" +\n\""),
        ] {
            let text = format!("-----BEGIN PRIVATE KEY-----{inner}-----END PRIVATE KEY-----");
            let pem = Pem::read(&text).unwrap();
            assert_eq!((pem.label, pem.body.as_str()), ("PRIVATE KEY", BODY), "{inner}");
            assert!(!pem.is_placeholder());
        }
    }

    #[test]
    fn headers_are_no_body() {
        let text = format!(
            "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0F\n\n{BODY}\n-----END"
        );
        let pem = Pem::read(&text).unwrap();
        assert_eq!((pem.is_encrypted, pem.body.as_str()), (true, BODY));
    }

    #[test]
    fn omissions_and_words_are_placeholders() {
        for body in [
            "MIIEpAIBAAKCAQEA...",
            "<your key>",
            "{{ .Values.key }}",
            "put the text of your own private key in here",
            "\");\n  assert.Contains(t, text, \"",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            let text = format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----");
            assert!(Pem::read(&text).unwrap().is_placeholder(), "{body}");
        }
    }
}
