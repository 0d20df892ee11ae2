//! Is a match there to show what such a secret looks like? Hashes of passwords in comments and documents, addresses with a
//! weak password in comments, and keys, sessions and logins that a test's code makes up, are told with low confidence.

use crate::check::credential;
use crate::model::{Document, Rule, Span};

/// Whether the match at `secret` is shown rather than used.
pub(super) fn is_shown(rule: &Rule, doc: &Document<'_>, secret: Span) -> bool {
    let is = |families: &[&str]| families.iter().any(|family| rule.id.starts_with(family));
    let hash = is(&["pwhash-"]);
    let name = doc.place.file_name();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let weak = || doc.text.get(secret.start..secret.end).is_some_and(|text| !credential::looks_random(text));
    is(&LOGINS) && is_comment(doc.text, secret.start) && weak()
        || hash && (credential::is_prose_extension(extension) || is_comment(doc.text, secret.start))
        || (hash || is(&["private-key-", "jwt-"])) && credential::is_code_extension(extension) && is_test(name)
}

/// Families whose secret is the password of an address or of a call.
const LOGINS: [&str; 5] = ["postgres-", "mongodb-connection", "odbc-", "go-sql-", "curl-basic"];

/// Whether only a comment's marks stand before the place on its line, as far as the line says.
fn is_comment(text: &str, at: usize) -> bool {
    let from =
        (0..at).rev().take(LINE).find(|&i| text.as_bytes()[i] == b'\n').map_or(at.saturating_sub(LINE), |i| i + 1);
    let line = text.get(from..at).unwrap_or_default().trim_start();
    ["#", "//", "*", ";", "<!--"].iter().any(|mark| line.starts_with(mark))
}

/// Bytes of a line before a match that are looked at.
const LINE: usize = 256;

/// Whether a file of code is a test's by its name: `auth_test.go`, `test_auth.py`, `AuthTest.java`, `keys_test_data.go`.
pub fn is_test(name: &str) -> bool {
    let words = credential::words_of(name);
    words.iter().any(|word| {
        ["test", "tests", "spec", "testing", "testutil"].iter().any(|known| word.eq_ignore_ascii_case(known))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_known_by_their_names() {
        for name in ["auth_test.go", "test_auth.py", "AuthTest.java", "auth.spec.ts", "keys_test_data.go"] {
            assert!(is_test(name), "{name}");
        }
        for name in ["latest.go", "contest.py", "attest.rs", "auth.go"] {
            assert!(!is_test(name), "{name}");
        }
    }

    #[test]
    fn a_comment_is_known_by_its_line() {
        assert!(is_comment("a: b\n  # x: $1$", 11) && is_comment("// u:$", 5));
        assert!(!is_comment("x: '#' $", 7) && !is_comment("# a\nb: c", 7));
    }
}
