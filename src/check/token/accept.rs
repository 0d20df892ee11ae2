//! Is a match a secret? What follows a pattern's match: entropy, placeholders, identifiers, offline validation.

use super::validate::{Facts, Verdict, is_blank, validate};
use crate::check::{Found, credential};
use crate::model::{Rule, Secret, Span, TokenRule};

/// The finding for a match that covers `whole` and whose secret stands at `span`, unless it is none.
pub(super) fn accept(rule: &Rule, token: &TokenRule, text: &str, span: Span, whole: Span) -> Option<Found> {
    let secret = text.get(span.start..span.end)?;
    if secret.is_empty() || entropy(secret.as_bytes()) < token.min_entropy {
        return None;
    }
    let name = keyword_before(token, text, Span::new(whole.start, span.start));
    if name.is_some() && is_in_template(text, span) || stands_for_one(&text[..span.start], secret) {
        return None;
    }
    if credential::is_placeholder(secret)
        || is_blank(secret)
        || name.is_some() && (is_identifier(secret) || is_generated(rule) && is_word(secret))
        || is_digest(text, span)
    {
        return None;
    }
    if is_line_of_armor(text, span) || name.is_some() && is_registry_id(text, span) {
        return None;
    }
    let facts = match validate(&token.validate, secret, whole.of(text)) {
        Verdict::Drop => return None,
        Verdict::Known(facts) => facts,
        Verdict::Unknown => Facts::default(),
    };
    let characters = secret.chars().count();
    Some(Found {
        span,
        secret: Secret::new(secret),
        what: facts.what.unwrap_or_else(|| format!("{}, {characters} characters", rule.title)).into(),
        confidence: facts.confidence.unwrap_or(rule.confidence),
        severity: facts.severity,
        labels: name.map(|name| (name, "this says whose it is")).into_iter().collect(),
        structural_path: String::new(),
    })
}

/// Where a keyword of the rule stands before the secret.
fn keyword_before(token: &TokenRule, text: &str, before: Span) -> Option<Span> {
    let lower = text.get(before.start..before.end)?.to_ascii_lowercase();
    let found = |keyword: &str| lower.rfind(keyword).map(|at| Span::new(at, at + keyword.len()).shift(before.start));
    token.keywords.iter().find_map(|keyword| found(keyword))
}

/// Words joined by dashes, underscores, dots or humps, with one number at most: a name, not a key.
fn is_identifier(secret: &str) -> bool {
    let humps =
        || secret.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    let letters = || secret.bytes().all(|b| b.is_ascii_alphabetic());
    let named = secret.contains(['-', '_', '.']) && !secret.bytes().any(|b| b.is_ascii_digit())
        || (letters() || holds_one_number(secret)) && humps().nth(1).is_some();
    named && !credential::looks_random(secret)
}

/// Whether one number of an algorithm's stands in a name of letters: `customerKeySHA256Value`.
fn holds_one_number(secret: &str) -> bool {
    let Some(start) = secret.find(|c: char| c.is_ascii_digit()) else { return false };
    let rest = secret[start..].trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = secret.len() - start - rest.len();
    digits < 4 && rest.bytes().chain(secret[..start].bytes()).all(|b| b.is_ascii_alphabetic())
}

/// Whether the rule is for what a provider generates, which is no word.
fn is_generated(rule: &Rule) -> bool {
    rule.id.ends_with("-key") || rule.id.ends_with("-token")
}

/// Letters alone that are spelt as words are: of a function, of a place.
fn is_word(secret: &str) -> bool {
    secret.bytes().all(|b| b.is_ascii_alphabetic()) && !credential::looks_random(secret)
}

/// What stands in a password's place where a form is explained: `mysql://user:password@host/db`. Where one of them is a
/// real one, a structural check says so.
const STANDS_FOR_ONE: [&str; 8] = ["password", "PASSWORD", "pass", "PASS", "passwd", "pwd", "secret", "token"];

/// Words for anything at all, which a login in an explanation or a test is made of: `foo:bar`, `test:test`.
const WORDS_FOR_ANYTHING: [&str; 5] = ["foo", "bar", "baz", "qux", "test"];

/// Whether the secret explains a form: `user:password`, the same with its optional parts in brackets
/// (`[user[:password]@]host`), or words for anything in both places.
fn stands_for_one(before: &str, secret: &str) -> bool {
    let of_nobody =
        || WORDS_FOR_ANYTHING.iter().any(|word| before.strip_suffix(':').is_some_and(|user| user.ends_with(word)));
    STANDS_FOR_ONE.contains(&secret.trim_end_matches(']')) || WORDS_FOR_ANYTHING.contains(&secret) && of_nobody()
}

/// Bytes before a secret in which a template may begin.
const TEMPLATE: usize = 512;

/// Bytes before a window that may be looked at: nothing looks farther back from a secret than for a template, and nothing
/// behind the window's end.
pub(super) const CONTEXT: usize = TEMPLATE;

/// Whether the secret stands inside a template, `{{ … }}`: a name there is a reference.
fn is_in_template(text: &str, span: Span) -> bool {
    let before = &text.as_bytes()[span.start.saturating_sub(TEMPLATE)..span.start];
    let before = memchr::memrchr(b'\n', before).map_or(before, |at| &before[at..]);
    let last = |mark: &[u8]| memchr::memmem::rfind(before, mark);
    last(b"{{").is_some_and(|open| last(b"}}").is_none_or(|close| close < open))
}

/// Whether the secret is the id of a class or a project, as Windows writes it, in capitals: `{FAE04EC0-…}`.
fn is_registry_id(text: &str, span: Span) -> bool {
    let id = span.of(text);
    id.len() == 36
        && text[..span.start].ends_with('{')
        && id.matches('-').count() == 4
        && !id.bytes().any(|b| b.is_ascii_lowercase())
}

/// Whether the secret is a whole line of a PEM text: lines as long stand before it, back to where such a text begins or as
/// far as is looked. Tokens one a line begin alike.
fn is_line_of_armor(text: &str, span: Span) -> bool {
    let (secret, from) = (span.of(text).as_bytes(), span.start.saturating_sub(CONTEXT));
    let before = &text.as_bytes()[from..span.start];
    let Some((b'\n', before)) = before.split_last().filter(|_| secret.len() >= 64) else { return false };
    let is_armor = |line: &[u8]| line.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='));
    let is_line = |line: &[u8]| line.len() == secret.len() && is_armor(line) && line[..4] != secret[..4];
    let mut equal = 0;
    let mut rest = before;
    while let Some(end) = memchr::memrchr(b'\n', rest) {
        let line = &rest[end + 1..];
        if !is_line(line.strip_suffix(b"\r").unwrap_or(line)) {
            return equal > 0 && line.starts_with(b"-----BEGIN");
        }
        equal += 1;
        rest = &rest[..end];
    }
    equal > 0 && (rest.starts_with(b"-----BEGIN") || from > 0 && is_armor(rest.strip_suffix(b"\r").unwrap_or(rest)))
}

/// Whether the text before says that this is a digest of something public: `sha256:…`, `integrity="sha512-…`.
fn is_digest(text: &str, span: Span) -> bool {
    let from = span.start.saturating_sub(12);
    let Some(before) = text.as_bytes().get(from..span.start) else { return false };
    let before = before.to_ascii_lowercase();
    ["sha1:", "sha256:", "sha384:", "sha512:", "md5:", "sha1-", "sha256-", "sha384-", "sha512-", "@sha256"]
        .iter()
        .any(|mark| before.ends_with(mark.as_bytes()))
}

/// Shannon's entropy in bits a byte.
fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    bytes.iter().for_each(|b| counts[usize::from(*b)] += 1);
    let total = bytes.len() as f32;
    counts.iter().filter(|count| **count > 0).map(|count| *count as f32 / total).map(|p| -p * p.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_in_bits_a_byte() {
        assert!(entropy(b"aaaa") < 0.01);
        assert!((entropy(b"abcd") - 2.0).abs() < 0.01);
    }

    #[test]
    fn a_login_that_explains_a_form_is_told_from_a_weak_one() {
        for (before, secret) in [("//user:", "pass"), ("//[user[:", "password]"), ("//foo:", "bar"), ("test:", "test")]
        {
            assert!(stands_for_one(before, secret), "{before}{secret}");
        }
        for (before, secret) in [("//root:", "test"), ("//root:", "bar"), ("//foo:", "root"), ("foo", "bar")] {
            assert!(!stands_for_one(before, secret), "{before}{secret}");
        }
    }

    #[test]
    fn joined_words_are_an_identifier() {
        assert!(is_identifier("repositories-workspace-slug") && is_identifier("collectAPIRequestMetric"));
        assert!(is_identifier("ledgerKeySHA256Value") && !is_identifier("ledgerKey7Value1"));
        assert!(!is_identifier("wq-xkzpf-vvtq-zzrk") && !is_identifier("a1b2-c3"));
    }

    #[test]
    fn a_line_of_a_certificate_is_no_token() {
        let line = "BszCCAVmgAwIBAgIUQwLq9ZkT3x7vYn2pRb8sDf5gHj1wCgYIKoZIzj0EAwIw";
        let lines = |from: u16, to: u16| (from..to).map(|at| format!("{at:03}{line}\n")).collect::<String>();
        let armor = |text: &str| is_line_of_armor(text, Span::new(text.len() - 65, text.len() - 1));
        assert!(armor(&format!("-----BEGIN CERTIFICATE-----\n{}", lines(10, 15))) && armor(&lines(100, 112)));
        assert!(!armor(&format!("keys\n{}", lines(0, 2))) && !armor(&lines(0, 2)) && !armor(&lines(0, 1)));
        assert!(!armor(&lines(0, 1).repeat(12)), "tokens begin alike");
    }

    #[test]
    fn an_id_of_windows_is_in_capitals() {
        let id = |text: &str| is_registry_id(text, Span::new(1, text.len() - 1));
        assert!(id("{0F8A6C1D-9B2E-4F73-85A1-C6D0E9B7F342}") && !id("{0f8a6c1d-9b2e-4f73-85a1-c6d0e9b7f342}"));
    }

    #[test]
    fn a_digest_says_so() {
        let text = "image: a@sha256:00ff";
        assert!(is_digest(text, Span::new(16, 20)) && !is_digest("key: 00ff", Span::new(5, 9)));
    }
}
