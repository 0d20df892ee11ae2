//! The keyword prefilter: one pass over a blob's bytes that tells whether parsing it can find anything.
//!
//! The keywords are the classifier's own words, so that what the pass leaves out has no name and no value that the
//! classifier would take for a credential's.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::credential::words::{CREDENTIAL, CREDENTIAL_ENDINGS, MAYBE};

/// What marks a value that is a secret whatever its name: keys, tokens, headers.
const VALUES: [&str; 8] = ["-----begin", "ls0tls1crudj", "putty-user-key", "eyj", "basic ", "$2b$", "$6$", "jdbc:"];

/// How a name that ends with `key` goes on; the bare word stands in every other sentence.
const KEY_ENDINGS: [&str; 12] =
    ["key:", "key\"", "key'", "key=", "key\n", "key\r", "keys:", "keys\"", "key =", "key_", "key,", "key}"];

/// Words of the list of possible names that are looked for; shorter ones stand in other words.
const LEAST: usize = 4;

fn automaton() -> Option<&'static AhoCorasick> {
    static AUTOMATON: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let build = || {
        let names = CREDENTIAL.iter().chain(CREDENTIAL_ENDINGS).copied();
        let maybe = MAYBE.iter().copied().filter(|word| word.len() >= LEAST && *word != "keys");
        let words = names.chain(maybe).chain([
            "dsn",
            "community",
            "connection string",
            "connectionstring",
            "connection_string",
            // What a ConfigMap holds in base64 shows no other word.
            "binarydata",
            "curl",
        ]);
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words.chain(VALUES).chain(KEY_ENDINGS))
            .ok()
    };
    AUTOMATON.get_or_init(build).as_ref()
}

/// Whether a check could find something in a blob with these bytes. Dockerfiles are no part of this: an instruction that
/// copies a folder needs no keyword.
pub fn may_hold_secret(bytes: &[u8]) -> bool {
    automaton().is_none_or(|automaton| automaton.is_match(bytes)) || has_userinfo(bytes)
}

/// Whether a URL with userinfo may stand in the bytes.
fn has_userinfo(bytes: &[u8]) -> bool {
    memchr::memmem::find_iter(bytes, b"://").any(|at| {
        let authority = &bytes[at + 3..bytes.len().min(at + 300)];
        let end =
            authority.iter().position(|b| matches!(b, b'/' | b' ' | b'\n' | b'"' | b'\'')).unwrap_or(authority.len());
        memchr::memchr(b'@', &authority[..end]).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_classifier_takes_for_a_credential_passes() {
        for text in [
            "DB_PASSWD=x",
            "spring.datasource.password: x",
            "- name: API_KEY\n  value: x",
            "kind: Secret",
            "apiKey\": \"x",
            "postgres://u:p@h/d",
            "-----BEGIN RSA PRIVATE KEY-----",
            "AUTH: x",
            "пароль: x",
            "encryption_key = x",
        ] {
            assert!(may_hold_secret(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_speaks_of_no_secret_does_not() {
        for text in ["replicas: 3\nimage: nginx\n", "see https://example.com/a@b", "monkey business in a keyboard"] {
            assert!(!may_hold_secret(text.as_bytes()), "{text}");
        }
    }
}
