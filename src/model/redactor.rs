//! Masks secrets in everything that leaves the program: source lines, and text that was taken from the scanned file.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use data_encoding::{BASE64, BASE64_NOPAD};

use super::{Finding, Label, Run, Secret, Source, Span};

/// A secret this long is masked wherever it stands, as is one of letters with digits; another may be part of a word, and is
/// masked as a whole word.
const LONG: usize = 12;
/// Shorter texts are not looked for beside the finding itself: they stand in every other word.
const SHORT: usize = 4;
/// Bytes behind a text in which a mark is looked for that makes it a name.
const BEHIND: usize = 64;

/// Finds the secrets of some findings in other texts.
///
/// It knows hashes of them alone: of how each begins, and of each whole. A report of a large file may have more secrets than
/// an automaton can be built of in time linear in their number; and two texts of the same hash mean only that more is masked.
#[derive(Default)]
pub struct Redactor {
    hasher: RandomState,
    /// By the hash of their first bytes ([`SHORT`], or [`LONG`] of those that have as many): how long secrets are.
    lengths: HashMap<u64, Vec<usize>>,
    whole: HashSet<u64>,
    longest: usize,
}

impl Redactor {
    /// Looks for the secrets of these findings, as they are and in base64; with `show`, for none.
    pub fn new<'f>(findings: impl Iterator<Item = &'f Finding>, show: bool) -> Self {
        let mut redactor = Self::default();
        findings.filter(|_| !show).for_each(|finding| redactor.add_secret(finding.secret.expose()));
        redactor
    }

    /// Looks for the secrets of all findings of a run, and for whatever else was found: what is not reported may stand a
    /// second time beside what is. Of this, what may be a word of any text is looked for
    /// [in its own file](Redactor::of_file) alone. With `show`, for none.
    pub fn of(run: &Run, show: bool) -> Self {
        let mut redactor = Self::new(run.findings.iter(), show);
        let unchanged = run.unchanged.iter().map(|finding| &finding.secret);
        let secrets = unchanged.chain(&run.unreported).map(|secret| Cow::Borrowed(secret.expose()));
        let found = run.sources.iter().flat_map(texts).chain(secrets).filter(|_| !show);
        for text in found.filter(|text| !is_word_like(text)) {
            // Most of what was found is reported.
            if !redactor.whole.contains(&redactor.hasher.hash_one(text.as_bytes())) {
                redactor.add_secret(&text);
            }
        }
        redactor
    }

    /// Looks for what was found in a file and may be a word of any text.
    pub fn of_file(source: &Source) -> Self {
        let mut redactor = Self::default();
        texts(source).filter(|text| is_word_like(text)).for_each(|text| redactor.add_secret(&text));
        redactor
    }

    /// Adds a secret as it is, line by line, and in base64.
    fn add_secret(&mut self, secret: &str) {
        secret.lines().for_each(|line| self.add(line.trim().as_bytes()));
        for encoding in [BASE64, BASE64_NOPAD] {
            self.add(encoding.encode(secret.as_bytes()).as_bytes());
        }
    }

    fn add(&mut self, text: &[u8]) {
        let begins = if text.len() < LONG { text.get(..SHORT) } else { text.get(..LONG) };
        let Some(begins) = begins else { return };
        if self.whole.insert(self.hasher.hash_one(text)) {
            self.longest = self.longest.max(text.len());
            let lengths = self.lengths.entry(self.hasher.hash_one(begins)).or_default();
            if !lengths.contains(&text.len()) {
                lengths.push(text.len());
            }
        }
    }

    /// Bytes on both sides of a byte beyond which nothing tells whether it is masked; nor does anything beyond its line.
    pub fn reach(&self) -> usize {
        self.longest + BEHIND
    }

    /// The stretches of `text` that secrets cover, sorted and apart. Secrets may overlap each other: each one is
    /// looked for by itself, so that no match hides the rest of another.
    fn matches(&self, text: &[u8]) -> Vec<Span> {
        let mut found = Vec::new();
        if self.whole.is_empty() {
            return found;
        }
        for at in 0..text.len().saturating_sub(SHORT - 1) {
            for begins in [SHORT, LONG].into_iter().filter_map(|length| text.get(at..at + length)) {
                let Some(lengths) = self.lengths.get(&self.hasher.hash_one(begins)) else { continue };
                let spans = lengths.iter().map(|length| Span::new(at, at + length));
                found.extend(spans.filter(|span| self.is_secret(text, *span)));
            }
        }
        found.sort_unstable_by_key(|span| span.start);
        apart(&mut found);
        found
    }

    /// Whether the span is a secret's and stands where it would tell one.
    fn is_secret(&self, text: &[u8], span: Span) -> bool {
        text.get(span.start..span.end).is_some_and(|part| {
            self.whole.contains(&self.hasher.hash_one(part))
                && (span.len() >= LONG || is_telling(part) || is_word(text, span))
                && (is_telling(part) || !is_name(text, span))
        })
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

    /// Masks the secrets in `bytes` byte for byte.
    pub fn mask(&self, bytes: &mut [u8]) {
        for span in self.matches(bytes) {
            mask(bytes, span);
        }
    }
}

/// The texts of all that was found in a file: its bytes, as a finding that is not reported is known by them alone, and what
/// these are in base64.
fn texts(source: &Source) -> impl Iterator<Item = Cow<'_, str>> {
    let found = source.secrets.iter().filter_map(|span| source.bytes.get(span.start..span.end));
    found.filter_map(|bytes| std::str::from_utf8(bytes).ok()).flat_map(|text| {
        let decoded = BASE64.decode(text.as_bytes()).or_else(|_| BASE64_NOPAD.decode(text.as_bytes()));
        let decoded = decoded.ok().and_then(|bytes| String::from_utf8(bytes).ok());
        [Some(Cow::Borrowed(text)), decoded.map(Cow::Owned)].into_iter().flatten()
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
    use super::Redactor;

    fn redactor(secrets: &[&str]) -> Redactor {
        let mut redactor = Redactor::default();
        secrets.iter().for_each(|secret| redactor.add(secret.as_bytes()));
        redactor
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
        let mut bytes = b"a abcdef123456ghijkl b".to_vec();
        redactor(&["abcdef123456", "123456ghijkl"]).mask(&mut bytes);
        assert_eq!(bytes, b"a ****************** b");
    }
}
