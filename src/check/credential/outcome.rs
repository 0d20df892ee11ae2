//! What reports, signatures and tests write under a credential's name: digests, signatures, results of a test, words that
//! stand in for a value.

use data_encoding::{BASE64, BASE64_NOPAD};

use super::name_kind;
use super::words::{CREDENTIAL, FILLING_VALUES, FUNCTION_WORDS, PLACEHOLDER_WORDS, Words, contains, ends_with};
use crate::model::behind_last;

/// Whether a name that ends so is a digest's or a signature's, and the value has the shape of one: as many hexadecimal
/// digits as a digest has, more of them than a key, or the two numbers of a signature by an elliptic curve.
pub(super) fn is_signature(name: &str, text: &str) -> bool {
    let cut = Words::of(name);
    let of_password = cut.as_slice().iter().any(|word| contains(CREDENTIAL, word));
    let digits = text.bytes().all(|b| b.is_ascii_hexdigit());
    ends_with(name, &["hash", "sig", "signature"])
        && !of_password
        && (digits && (matches!(text.len(), 32 | 40 | 56 | 64 | 72 | 96) || text.len() >= 128)
            || ends_with(name, &["hash"]) && is_digest_in_base64(text)
            || is_two_numbers(text))
}

/// Whether the value is the plain digest of a password, as the name says: `ROOT_PASSWORD_SHA2`, `admin_password_hash`.
pub(super) fn is_digest_of_password(name: &str, text: &str) -> bool {
    let cut = Words::of(name);
    let [before @ .., last] = cut.as_slice() else { return false };
    let is_digest =
        ["hash", "md5", "sha1", "sha2", "sha256", "sha512"].iter().any(|known| last.eq_ignore_ascii_case(known));
    let of_password = before.last().is_some_and(|word| name_kind(word) == super::NameKind::Password);
    is_digest
        && of_password
        && matches!(text.len(), 32 | 40 | 64 | 128)
        && text.bytes().all(|b| b.is_ascii_hexdigit())
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether the text is base64 of as many bytes as MD5, SHA-1, SHA-256, SHA-384 or SHA-512 yields.
fn is_digest_in_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    matches!(text.len(), 24 | 28 | 43 | 44 | 64 | 86 | 88)
        && BASE64_NOPAD.decode(digits.as_bytes()).is_ok_and(|bytes| matches!(bytes.len(), 16 | 20 | 32 | 48 | 64))
}

/// Whether the value is a name in humps made of the words of credentials, which says what is to stand there:
/// `secretAccessKey`, `apiTokenSecret`.
pub(super) fn is_name_in_humps(text: &str) -> bool {
    let cut = Words::of(text);
    let words = cut.as_slice();
    let known = |word: &&str| {
        contains(CREDENTIAL, word)
            || ["api", "access", "auth", "client", "account", "id", "key"].iter().any(|w| w.eq_ignore_ascii_case(word))
    };
    words.len() > 1
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_alphabetic())
        && text.bytes().any(|b| b.is_ascii_uppercase())
        && words.iter().all(known)
}

/// Whether the text is what forms have before a field: a word with a colon, `Passwort:`, or under a name with dots its last
/// word with a capital, `login.password=Password`.
pub(super) fn is_caption(name: &str, text: &str) -> bool {
    let word = text.strip_suffix(':').map_or("", str::trim_end);
    let is_word = !word.is_empty() && word.chars().all(char::is_alphabetic);
    let last = name.rsplit_once('.').map_or("", |(_, last)| last);
    let (first, rest) = text.split_at_checked(1).unwrap_or_default();
    is_word
        || last.eq_ignore_ascii_case(text)
            && first.bytes().all(|b| b.is_ascii_uppercase())
            && !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_lowercase())
}

/// Whether the text is a node of a syntax tree with its place, as parsers write them out: `L_CURLY@0..1 "{"`.
pub(super) fn is_syntax_node(text: &str) -> bool {
    let Some((kind, place)) = text.split_once('@') else { return false };
    let Some((start, rest)) = place.split_once("..") else { return false };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let end = rest.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    let is_kind = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    is_kind && is_number(start) && is_number(end)
}

/// Whether a word with a semicolon stands there, as a style sheet's values do: `token: red;`.
pub(super) fn is_style(text: &str) -> bool {
    text.strip_suffix(';').is_some_and(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()))
}

/// Whether the text is base64 of a DER sequence of two integers, as ECDSA's signatures are written.
fn is_two_numbers(text: &str) -> bool {
    if !text.starts_with('M') || !(64..=200).contains(&text.len()) {
        return false;
    }
    let Ok(bytes) = BASE64.decode(text.as_bytes()) else { return false };
    // The length of what is longer than 127 bytes has a byte of its own before it.
    let body = match bytes.as_slice() {
        [0x30, 0x81, length, body @ ..] | [0x30, length, body @ ..] if body.len() == usize::from(*length) => body,
        _ => return false,
    };
    integer(body).and_then(integer).is_some_and(<[u8]>::is_empty)
}

/// What stands behind the DER integer that the bytes begin with.
fn integer(bytes: &[u8]) -> Option<&[u8]> {
    let [0x02, length, rest @ ..] = bytes else { return None };
    rest.get(usize::from(*length)..).filter(|_| *length > 0)
}

/// Whether the value is the id of an OpenPGP key: 8, 16 or 40 hexadecimal digits in capitals under the name of such a key.
pub(super) fn is_pgp_id(name: &str, text: &str) -> bool {
    let cut = Words::of(name);
    let says = |known: &str| cut.as_slice().iter().any(|word| word.eq_ignore_ascii_case(known));
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let id =
        matches!(digits.len(), 8 | 16 | 40) && digits.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    (says("gpg") || says("pgp")) && says("key") && id
}

/// Whether the line is one of a test's report: `PASS: reads what it wrote`.
pub(super) fn is_report(name: &str, text: &str) -> bool {
    name == "PASS" && text.trim().contains(' ')
}

/// Whether the value is the name again in capitals, as one who explains a command writes it: `secret=SECRET`.
pub(super) fn is_name_in_capitals(name: &str, text: &str) -> bool {
    let name = name.trim_start_matches('-');
    name_kind(name).is_credential()
        && name.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_'))
        && text.bytes().all(|b| b.is_ascii_uppercase() || matches!(b, b'-' | b'_'))
        && (name.eq_ignore_ascii_case(text) || goes_on_before(name, text))
}

/// Whether a text of words with dashes ends with all words of the name, which are two or more: `ACME-SSO-CLIENT-SECRET`
/// under `client_secret`.
fn goes_on_before(name: &str, text: &str) -> bool {
    let (of_name, of_text) = (Words::of(name), Words::of(text));
    let (name, words) = (of_name.as_slice(), of_text.as_slice());
    let Some(start) = words.len().checked_sub(name.len()) else { return false };
    name.len() > 1
        && text.contains('-')
        && words[start..].iter().zip(name).all(|(word, known)| word.eq_ignore_ascii_case(known))
}

/// Whether the value is a sentence in capitals, as a test's values are: `MUST_NOT_BE_TOLD`.
pub(super) fn is_sentence_in_capitals(text: &str) -> bool {
    if !text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
        return false;
    }
    let cut = Words::of(text);
    let words = cut.as_slice();
    // `SET_BY_PIPELINE`, `TO_BE_DONE`; not `STAND_BY_ME`.
    let passive = match words {
        [done, "BY", _] => done.ends_with("ED") || matches!(*done, "SET" | "GIVEN" | "MADE" | "PUT" | "WRITTEN"),
        ["TO", "BE", _] => true,
        _ => false,
    };
    passive
        || words.len() > 3
            && words.iter().any(|word| contains(FUNCTION_WORDS, word) || word.eq_ignore_ascii_case("not"))
}

/// Whether it is the first or any three letters in a row, `abc`: too short for what anybody issues or chooses.
pub(super) fn is_three_letters(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 3
        && bytes[0].is_ascii_alphabetic()
        && bytes.windows(2).all(|pair| pair[1] == pair[0].wrapping_add(1) && pair[1].is_ascii_alphabetic())
}

/// What providers issue, by the last words of its names.
const ISSUED: [[&str; 2]; 6] = [
    ["app", "secret"],
    ["api", "key"],
    ["access", "token"],
    ["auth", "token"],
    ["consumer", "secret"],
    ["consumer", "key"],
];

/// Whether a provider issues what the name says, and the value is a short word: `"app_secret": "short"`.
pub(super) fn is_word_for_issued(name: &str, text: &str) -> bool {
    is_issued(name) && text.len() < 6 && text.bytes().all(|b| b.is_ascii_lowercase())
}

/// Whether a provider issues what the name says, and the value only says so: `_authToken=private-reg-token`. A variable's
/// name is in capitals, and somebody chose its value.
pub(super) fn is_issued_in_words(name: &str, text: &str) -> bool {
    let plain = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let (of_name, of_text) = (Words::of(name), Words::of(plain));
    let (Some(last), [_, .., end]) = (of_name.as_slice().last(), of_text.as_slice()) else { return false };
    let words = plain.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    let variable = !name.bytes().any(|b| b.is_ascii_lowercase());
    words && !variable && end.eq_ignore_ascii_case(last) && is_issued(name)
}

fn is_issued(name: &str) -> bool {
    let cut = Words::of(name);
    let [.., first, last] = cut.as_slice() else { return false };
    ISSUED.iter().any(|known| first.eq_ignore_ascii_case(known[0]) && last.eq_ignore_ascii_case(known[1]))
}

/// Whether the login of a page's address is the words for one, as who explains a form or tests a parser writes it:
/// `https://user:pass@host`. That of a database may be its default.
pub(super) fn is_form_of_login(address: &str, user: &str, password: &str) -> bool {
    let page = ["http://", "https://", "ftp://", "ws://", "wss://"].iter().any(|scheme| address.contains(scheme));
    page && matches!(user, "user" | "username") && matches!(password, "pass" | "password" | "passwd")
}

/// Whether a whole address says what belongs where, as its explanation does: `postgres://username:password@host/database`,
/// or leads nowhere, as one that only a build needs: `postgres://user:pass@localhost/dummy`.
pub(super) fn is_form_of_address(user: &str, password: &str, behind: &str) -> bool {
    let user = behind_last(user, b'/');
    let form = ["user", "username", "email", "login"].iter().any(|word| user.eq_ignore_ascii_case(word))
        && ["pass", "password", "passwd", "pwd"].iter().any(|word| password.eq_ignore_ascii_case(word));
    let address = behind.strip_prefix('@').unwrap_or_default();
    let mut parts = address.split(['/', '?']);
    let host = parts.next().unwrap_or_default().split(':').next().unwrap_or_default();
    let path = parts.next().unwrap_or_default();
    let named = ["host", "hostname", "server", "address"].iter().any(|word| host.eq_ignore_ascii_case(word))
        || host.contains('_') && ends_with(host, &["host", "url", "server", "hostname"]);
    form && (named || Words::of(path).as_slice().iter().any(|word| contains(PLACEHOLDER_WORDS, word)))
}

/// Whether the text is the name of a variable that holds a credential: `CLUSTER_PASSWORD`.
pub(super) fn is_name_of_variable(text: &str) -> bool {
    text.contains('_')
        && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
        && Words::of(text).as_slice().last().is_some_and(|word| contains(CREDENTIAL, word))
}

/// Whether a login says what belongs where, as documentation does: `s3://access_key:secret_access_key@region`.
pub(super) fn is_pair_of_names(user: &str, password: &str) -> bool {
    let named = |text: &str| text.contains('_') && name_kind(text).is_credential();
    named(user) && named(password) && password.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Whether a login is made of words that stand for nothing: `https://foo:bar@host`.
pub(super) fn is_filling_login(user: &str, password: &str) -> bool {
    contains(FILLING_VALUES, user) && contains(FILLING_VALUES, password)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_and_digests_are_told_from_keys() {
        // Two numbers of 32 bytes, the first with a leading zero.
        let mut der = vec![0x30, 69, 2, 33, 0];
        der.extend([0xA7; 32]);
        der.extend([2, 32]);
        der.extend([0x5C; 32]);
        let signature = BASE64.encode(&der);
        assert!(is_signature("sig", &signature) && is_signature("signature", &signature));
        assert!(!is_signature("token", &signature));
        der.push(0);
        assert!(!is_signature("sig", &BASE64.encode(&der)));
        assert!(is_signature("hash", &"3f9a".repeat(24)) && is_signature("file_hash", &"3f9a".repeat(8)));
        let digest = BASE64.encode(&[0xB7; 32]);
        assert!(is_signature("sourceCodeHash", &digest) && !is_signature("hash", &digest[4..]));
        assert!(!is_signature("password_hash", &"3f9a".repeat(8)));
        assert!(is_digest_of_password("LOGS_ROOT_PASSWORD_SHA2", &"3f9a".repeat(16)));
        assert!(!is_digest_of_password("IMAGE_SHA2", &"3f9a".repeat(16)));
        assert!(
            !is_digest_of_password("PASSWORD_SHA2", "3f9a") && !is_digest_of_password("PASSWORD", &"3f9a".repeat(8))
        );
        assert!(!is_signature("sig", "kR7vX2mQ9pLw4sTz8bNc") && !is_signature("sig", ""));
        let mut long = vec![0x30, 0x81, 136, 2, 66];
        long.extend([0x11; 66]);
        long.extend([2, 66]);
        long.extend([0x22; 66]);
        assert!(is_signature("sig", &BASE64.encode(&long)));
    }

    #[test]
    fn words_that_stand_in_for_a_value_are_told_from_weak_ones() {
        assert!(is_pgp_id("gpg_signing_key", "348D07C4") && !is_pgp_id("signing_key", "348D07C4"));
        assert!(is_report("PASS", "reads what it wrote") && !is_report("PASS", "kiln-ferret"));
        assert!(is_name_in_capitals("--secret", "SECRET") && !is_name_in_capitals("password", "password"));
        assert!(is_sentence_in_capitals("POPULATED_BY_TEST") && is_sentence_in_capitals("TO_BE_SET"));
        assert!(is_sentence_in_capitals("SET_BY_PIPELINE") && !is_sentence_in_capitals("STAND_BY_ME"));
        assert!(is_sentence_in_capitals("MUST_NOT_BE_TOLD") && !is_sentence_in_capitals("VERY_SECRET_KEY"));
        assert!(is_three_letters("abc") && !is_three_letters("sst") && !is_three_letters("123"));
        assert!(is_word_for_issued("app_secret", "short") && !is_word_for_issued("jwt_secret", "short"));
        assert!(is_issued_in_words("_authToken", "private-loom-token2"));
        assert!(!is_issued_in_words("_authToken", "private-loom-71a") && !is_issued_in_words("jwt_token", "my-token"));
        assert!(is_form_of_login("https://user", "user", "pass") && !is_form_of_login("amqp://user", "user", "pass"));
        assert!(is_form_of_address("username", "password", "@host/database"));
        assert!(is_form_of_address("email", "password", "@smtp_url:587"));
        assert!(is_form_of_address("user", "pass", "@localhost:5432/dummy"));
        assert!(!is_form_of_address("user", "pass", "@db:5432/orders"));
        assert!(!is_form_of_address("user", "kiln", "@host/database"));
        assert!(is_name_of_variable("CLUSTER_PASSWORD") && !is_name_of_variable("KILN_FERRET"));
        assert!(is_name_in_humps("secretAccessKey") && is_name_in_humps("apiTokenSecret"));
        assert!(!is_name_in_humps("secret") && !is_name_in_humps("superSecret") && !is_name_in_humps("loomSecret7"));
        assert!(
            is_syntax_node("L_CURLY@0..1 \"{\" [] []")
                && !is_syntax_node("root@10..20x@b")
                && !is_syntax_node("A@1..x")
        );
        assert!(is_style("red;") && !is_style("kiln71;") && !is_style(";"));
        assert!(is_filling_login("foo", "bar") && !is_filling_login("foo", "kiln"));
    }
}
