//! Masks secrets in everything that leaves the program: source lines, and text that was taken from the scanned file.

use std::borrow::Cow;
use std::collections::HashSet;

use data_encoding::{BASE64, BASE64_NOPAD};

use super::known::{Known, LONG};
use super::{Finding, Label, Run, Secret, Source, Span};

/// Bytes behind a text in which a mark is looked for that makes it a name.
const BEHIND: usize = 64;

/// Finds the secrets of some findings in other texts. One of letters with digits, or [long](LONG), is masked wherever it
/// stands; another may be part of a word, and is masked as a whole word.
#[derive(Default)]
pub struct Redactor {
    known: Known,
}

impl Redactor {
    /// Looks for the secrets of these findings, as they are and in base64; with `show`, for none.
    pub fn new<'f>(findings: impl Iterator<Item = &'f Finding>, show: bool) -> Self {
        Self::for_secrets(findings.filter(|_| !show).map(|finding| Cow::Borrowed(finding.secret.expose())))
    }

    /// Looks for the secrets of all findings of a run, and for whatever else was found: what is not reported may stand a
    /// second time beside what is. Of this, what may be a word of any text is looked for
    /// [in its own file](Redactor::of_file) alone. With `show`, for none.
    pub fn of(run: &Run, show: bool) -> Self {
        let reported = run.findings.iter().map(|finding| Cow::Borrowed(finding.secret.expose()));
        let unchanged = run.unchanged.iter().map(|finding| &finding.secret);
        let secrets = unchanged.chain(&run.unreported).map(|secret| Cow::Borrowed(secret.expose()));
        let found = run.sources.iter().flat_map(texts).chain(secrets).filter(|text| !is_word_like(text));
        Self::for_secrets(reported.chain(found).filter(|_| !show))
    }

    /// Looks for what was found in a file and may be a word of any text.
    pub fn of_file(source: &Source) -> Self {
        Self::for_secrets(texts(source).filter(|text| is_word_like(text)))
    }

    /// Looks for secrets as they are, line by line, and in base64.
    fn for_secrets<'s>(secrets: impl Iterator<Item = Cow<'s, str>>) -> Self {
        let secrets: HashSet<Cow<'s, str>> = secrets.collect();
        let known = Known::new(|add| {
            for secret in &secrets {
                secret.lines().for_each(|line| add(line.trim().as_bytes()));
                // As a path has it.
                if secret.contains('?') {
                    add(secret.replace('?', "\u{FFFD}").as_bytes());
                }
                for encoding in [BASE64, BASE64_NOPAD] {
                    add(encoding.encode(secret.as_bytes()).as_bytes());
                }
            }
        });
        Self { known }
    }

    /// Bytes on both sides of a byte beyond which nothing tells whether it is masked; nor does anything beyond its line.
    pub fn reach(&self) -> usize {
        self.known.longest() + BEHIND
    }

    /// The stretches of `text` that secrets cover, sorted and apart. Secrets may overlap each other: each one is
    /// looked for by itself, so that no match hides the rest of another.
    pub fn matches(&self, text: &[u8]) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        if self.known.is_empty() {
            return found;
        }
        let text = &*shown(text);
        let mut places = self.known.places(text.as_bytes()).peekable();
        if places.peek().is_none() {
            return found;
        }
        let sums = self.known.sums(text.as_bytes());
        let mut covered = 0;
        for at in places {
            let spans = self.known.at(&sums, at).map(|length| Span::new(at, at + length));
            let longest = spans.take_while(|span| span.end > covered).find(|span| is_secret(text.as_bytes(), *span));
            if let Some(span) = longest {
                covered = span.end;
                found.push(span);
            }
        }
        apart(&mut found);
        found
    }

    /// The text with each secret replaced.
    pub fn text(&self, text: &str) -> String {
        replaced(text, self.matches(text.as_bytes()))
    }

    /// The words of a label. The program's own stay as they are: a mask in them would tell that the word is a secret.
    pub fn label(&self, label: &Label) -> String {
        match &label.text {
            Cow::Borrowed(own) => (*own).to_owned(),
            Cow::Owned(quoted) => self.text(quoted),
        }
    }

    /// A path (of a file, or a structural one), or words around one, with each secret in it replaced that could be
    /// nothing but one. A weak password is often the name of its service, and so of a folder: a path that can't be opened
    /// would help nobody.
    pub fn path(&self, path: &str) -> String {
        let mut spans = self.matches(path.as_bytes());
        spans.retain(|span| {
            let text = span.of(path).as_bytes();
            is_telling(text) && !is_like_name(text) && (span.len() >= LONG || is_word(path.as_bytes(), *span))
        });
        replaced(path, spans)
    }
}

/// Bytes as a text of the same length, in which a `?` stands for each that is none, and for a NUL: so the text of a secret has
/// it, too.
fn shown(bytes: &[u8]) -> Cow<'_, str> {
    if let (Ok(text), None) = (std::str::from_utf8(bytes), memchr::memchr(0, bytes)) {
        return Cow::Borrowed(text);
    }
    let chunks = bytes.utf8_chunks();
    chunks.map(|chunk| chunk.valid().replace('\0', "?") + &"?".repeat(chunk.invalid().len())).collect()
}

/// Whether the span, whose text is known, stands where it would tell a secret.
fn is_secret(text: &[u8], span: Span) -> bool {
    let part = &text[span.start..span.end];
    (span.len() >= LONG || is_telling(part) || is_word(text, span)) && (is_telling(part) || !is_name(text, span))
}

/// The texts of all that was found in a file: its bytes, as a finding that is not reported is known by them alone, and what
/// these are in base64.
fn texts(source: &Source) -> impl Iterator<Item = Cow<'_, str>> {
    let found = source.secrets.iter().filter_map(|span| source.bytes.get(span.start..span.end));
    found.map(shown).flat_map(|text| {
        let decoded = BASE64.decode(text.as_bytes()).or_else(|_| BASE64_NOPAD.decode(text.as_bytes()));
        let decoded = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        [Some(text), decoded.map(Cow::Owned)].into_iter().flatten()
    })
}

/// Makes one of spans that overlap; they are sorted by their starts.
pub fn apart(spans: &mut Vec<Span>) {
    spans.dedup_by(|next, kept| {
        let overlaps = next.start < kept.end;
        if overlaps {
            kept.end = kept.end.max(next.end);
        }
        overlaps
    });
}

/// The text with a mask in place of each of the spans, which are sorted and apart.
fn replaced(text: &str, spans: Vec<Span>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for span in spans {
        if let Some(before) = text.get(from..span.start) {
            out.push_str(before);
            out.push_str(Secret::MASK);
            from = span.end;
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Whether a text is of small letters and changes between them and digits as rarely as names of programs and folders do:
/// `k8ssandra`, `redis123`.
fn is_like_name(text: &[u8]) -> bool {
    let mut kinds = text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::is_ascii_digit);
    let mut last = kinds.next();
    let changes = kinds.filter(|kind| last.replace(*kind) != Some(*kind)).count();
    text.len() < 20 && changes <= 2 && !text.iter().any(u8::is_ascii_uppercase)
}

/// Whether a text could be nothing but a secret: letters with digits.
fn is_telling(text: &[u8]) -> bool {
    text.len() >= 8 && text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic)
}

/// Whether a text may stand anywhere without being a secret: `true`, `Bearer`.
fn is_word_like(text: &str) -> bool {
    text.len() < LONG && !is_telling(text.as_bytes())
}

/// Whether what stands at the span names what follows: `password: …`.
fn is_name(text: &[u8], span: Span) -> bool {
    let behind = text[span.end..].iter().take(BEHIND).find(|b| !matches!(b, b'"' | b'\'' | b' '));
    behind.is_some_and(|b| matches!(b, b':' | b'='))
}

/// Whether the span is a word of its own.
fn is_word(text: &[u8], span: Span) -> bool {
    let part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let before = span.start.checked_sub(1).and_then(|at| text.get(at));
    let behind = text.get(span.end);
    !before.is_some_and(part) && !behind.is_some_and(part)
}

/// Replaces the bytes of the span by asterisks, line ends left where they are.
pub fn mask(bytes: &mut [u8], span: Span) {
    let end = span.end.min(bytes.len());
    for byte in &mut bytes[span.start.min(end)..end] {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b'*';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        Redactor { known: Known::new(|add| secrets.iter().for_each(|secret| add(secret.as_bytes()))) }
    }

    #[test]
    fn a_secret_is_masked_although_another_one_reaches_into_it() {
        // The short one is no word of its own here, and must not hide the long one behind it.
        assert_eq!(redactor(&["1q-Zt9x", "Zt9x-Y93gWNIp-ZM"]).text("x1q-Zt9x-Y93gWNIp-ZM"), "x1q-********");
        assert_eq!(redactor(&["abcdef123456", "123456ghijkl"]).text("abcdef123456ghijkl"), "********");
        assert_eq!(redactor(&["abcdef123456", "def1"]).text("abcdef123456"), "********");
        // The half of a longer one tells as much.
        assert_eq!(redactor(&["abcdef123"]).text("abcdef1234"), "********4");
    }

    #[test]
    fn a_path_that_only_contains_a_weak_password_can_still_be_opened() {
        let redactor = redactor(&["redis123", "k8ssandra", "test", "r3d1s9x7", "q7RmZt9xY93g"]);
        for path in ["redis12345/app.env", "keys/redis123/app.env", "k8ssandra-operator/test/k8ssandra.yaml"] {
            assert_eq!(redactor.path(path), path);
        }
        assert_eq!(redactor.path("test/r3d1s9x7/app.env"), "test/********/app.env");
        assert_eq!(redactor.path("keys/xq7RmZt9xY93gy.pem"), "keys/x********y.pem");
    }

    #[test]
    fn masked_bytes_keep_their_number() {
        let bytes = b"a abcdef123456ghijkl b";
        assert_eq!(redactor(&["abcdef123456", "123456ghijkl"]).matches(bytes), [Span::new(2, bytes.len() - 2)]);
    }

    #[test]
    fn a_secret_is_known_by_the_bytes_that_are_no_text() {
        assert_eq!(redactor(&["kestr?l-31q"]).matches(b"\xe4 kestr\xe4l-31q \xe4"), [Span::new(2, 13)]);
    }

    #[test]
    fn a_secret_is_known_in_a_path_that_is_no_text() {
        let redactor = Redactor::for_secrets([Cow::Borrowed("kestr?l-Harbour-31q")].into_iter());
        assert_eq!(redactor.path("a/kestr\u{FFFD}l-Harbour-31q/b"), "a/********/b");
    }

    #[test]
    fn many_secrets_that_begin_alike_are_found_in_time() {
        let part = "aB3SxK9!mQ2z";
        let secrets: Vec<String> = (1..=600).map(|count| part.repeat(count)).collect();
        let redactor = redactor(&secrets.iter().map(String::as_str).collect::<Vec<_>>());
        let text = format!("{}X", part.repeat(500)).repeat(100);
        let start = std::time::Instant::now();
        assert_eq!(redactor.matches(text.as_bytes()).len(), 100);
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}
