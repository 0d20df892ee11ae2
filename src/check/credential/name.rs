//! Is this name a credential's?

use std::cell::RefCell;

use super::remembered::Remembered;
use super::words::{
    ABOUT_BEGINNINGS, ABOUT_ENDINGS, CREDENTIAL, CREDENTIAL_ENDINGS, CREDENTIAL_PAIRS, IDENTITY, LOCATION, List, MAYBE,
    NEUTRAL_ENDINGS, ONE_FORM, PLAIN_KEYS, PLAIN_TOKEN_LISTS, PLAIN_TOKENS, Words, contains, contains_pair,
};
use crate::model::behind_last;

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// It is a password: even a number or a common word is one there.
    Password,
    /// It is a credential.
    Credential,
    /// It may be one (`key`, `auth`, `password_something`): the value has to look like one, too.
    Maybe,
    /// It is the place where a credential lies (`password_file`, `token_url`).
    Location,
    /// It is about a credential (`password_length`, `existingSecret`).
    About,
    /// It is an account or a person.
    Identity,
    /// It says nothing.
    Neutral,
}

impl NameKind {
    /// Whether a literal under such a name is a credential by the name alone.
    pub fn is_credential(self) -> bool {
        matches!(self, NameKind::Password | NameKind::Credential)
    }
}

/// What a name says of its value.
pub fn name_kind(name: &str) -> NameKind {
    thread_local! {
        static KNOWN: RefCell<Remembered<NameKind>> = const { RefCell::new(Remembered::room(2048, 64)) };
    }
    KNOWN.with_borrow_mut(|known| {
        known.get(name).unwrap_or_else(|| {
            let kind = classify(name);
            known.put(name, kind);
            kind
        })
    })
}

fn classify(name: &str) -> NameKind {
    // `en_PW` is English as spoken in Palau, the one locale that ends as a password's name does.
    if name.len() > 128 || name.len() < 2 || matches!(name, "PWD" | "OLDPWD" | "pwd" | "en_PW" | "en-PW") {
        return NameKind::Neutral;
    }
    // `jsx-a11y/no-access-key`: a domain or a plugin goes before.
    let name = behind_last(name, b'/');
    // Before the last dot stand the sections: `auth.existingSecret` is about a Secret as `existingSecret` is. What lies
    // behind the dot decides unless it needs the sections to mean anything (`token.ttl`, `secret.key`).
    if let Some((section, last)) = name.rsplit_once('.') {
        let kind = kind_of_words(last);
        if kind.is_credential() || matches!(kind, NameKind::About | NameKind::Location) {
            return kind;
        }
        // `auth.existingSecret.key`: what belongs to a Secret's name is about it, too.
        if kind_of_words(section.rsplit('.').next().unwrap_or_default()) == NameKind::About {
            return NameKind::About;
        }
    }
    kind_of_words(name)
}

fn kind_of_words(name: &str) -> NameKind {
    let cut = Words::of(name);
    let words = cut.as_slice();
    let Some((at, kind)) = credential_word(words) else {
        return if is_identity(words) { NameKind::Identity } else { NameKind::Neutral };
    };
    // The id that Vault's server gives its root token is the token.
    if let [.., root, token, id] = words
        && [(root, "root"), (token, "token"), (id, "id")].iter().all(|(word, known)| word.eq_ignore_ascii_case(known))
    {
        return NameKind::Credential;
    }
    // The id of a pair of keys may be a word that somebody chose.
    if is_id_of_pair(words) {
        return NameKind::Maybe;
    }
    // `storePassword` is that of a key store, not an order to store one; `readOnlyToken` says what the token may do.
    let describes = at > 0 && (is_pair(words[0], words[1]) || is_access(words[0], words[1]));
    // `nextToken` leads to a page; Next.js calls its variables `NEXT_AUTH_SECRET`.
    let is_framework = words[0].eq_ignore_ascii_case("next") && !words[at].eq_ignore_ascii_case("token");
    if at > 0 && contains(ABOUT_BEGINNINGS, words[0]) && !describes && !is_framework {
        return NameKind::About;
    }
    behind(&words[at + 1..], kind)
}

/// Whether the name is a credential's and ends with `key` behind it: `passKey`, `tokenKey1`.
pub(super) fn is_key_of(name: &str) -> bool {
    let cut = Words::of(name);
    let [.., credential, key] = cut.as_slice() else { return false };
    key.trim_end_matches(|c: char| c.is_ascii_digit()).eq_ignore_ascii_case("key") && contains(CREDENTIAL, credential)
}

/// Whether the name is that of a key that opens nothing: `baseKey`, `routing_key`.
pub(super) fn is_plain_key(name: &str) -> bool {
    let cut = Words::of(name);
    let [.., kind, key] = cut.as_slice() else { return false };
    key.eq_ignore_ascii_case("key") && contains(PLAIN_KEYS, kind)
}

/// Whether the name says that the password in it is encrypted, which hashes are called, too: `encrypted_password`.
pub(super) fn is_encrypted(name: &str) -> bool {
    Words::of(name).as_slice().first().is_some_and(|word| word.eq_ignore_ascii_case("encrypted"))
}

/// Whether the name is that of the first half of a pair of keys: `AWS_ACCESS_KEY_ID`.
pub(super) fn is_key_pairs_id(name: &str) -> bool {
    is_id_of_pair(Words::of(name).as_slice())
}

fn is_id_of_pair(words: &[&str]) -> bool {
    ends_with_words(words, &["access", "key", "id"])
}

fn ends_with_words(words: &[&str], known: &[&str]) -> bool {
    let start = words.len().checked_sub(known.len());
    start.is_some_and(|start| words[start..].iter().zip(known).all(|(word, known)| word.eq_ignore_ascii_case(known)))
}

/// Whether the name is that of a provider's token which has one documented form, known to the provider's rule.
pub(super) fn has_one_form(name: &str) -> bool {
    let cut = Words::of(name);
    let [before @ .., last] = cut.as_slice() else { return false };
    // `telegram_bot_token`; what is called otherwise besides is another thing: `telegram_webhook_secret_token`.
    let is_joint = |word: &&&str| ["api", "bot", "dashboard"].iter().any(|joint| word.eq_ignore_ascii_case(joint));
    let provider = before.iter().rev().find(|word| !is_joint(word));
    provider.is_some_and(|word| contains_pair(ONE_FORM, word, last))
}

/// What the words behind the credential word make of it.
fn behind(rest: &[&str], kind: NameKind) -> NameKind {
    let Some(last) = rest.last() else { return kind };
    // `auth.username`, `password_user_in`: behind it stands who it belongs to.
    if kind == NameKind::Maybe && is_identity(rest) {
        return NameKind::Identity;
    }
    // Kafka's clients call a login so: `basic.auth.user.info`.
    if let [user, info] = rest
        && user.eq_ignore_ascii_case("user")
        && info.eq_ignore_ascii_case("info")
    {
        return kind;
    }
    let any = |list: &List| rest.iter().any(|word| contains(list, word));
    if any(LOCATION) {
        return NameKind::Location;
    }
    // `CREDS_KEY=f34b…` is a key where it looks like one.
    if rest.len() == 1 && last.eq_ignore_ascii_case("key") {
        return NameKind::Maybe;
    }
    if any(ABOUT_ENDINGS)
        || last.eq_ignore_ascii_case("key")
        || contains(IDENTITY, last) && rest.len() == 1 && !contains(NEUTRAL_ENDINGS, last)
    {
        return NameKind::About;
    }
    let neutral = |word: &&str| contains(NEUTRAL_ENDINGS, word) || word.bytes().all(|b| b.is_ascii_digit());
    if rest.iter().all(neutral) { kind } else { NameKind::Maybe }
}

/// Whether the two words say what may be done with a credential: `read-only`, `readWrite`.
fn is_access(first: &str, second: &str) -> bool {
    first.eq_ignore_ascii_case("read") && ["only", "write"].iter().any(|word| second.eq_ignore_ascii_case(word))
}

/// Whether the last word that says anything is an account's or a person's, with a number perhaps.
fn is_identity(words: &[&str]) -> bool {
    let telling = |word: &&str| contains(IDENTITY, word) || !word.is_empty() && !contains(NEUTRAL_ENDINGS, word);
    words
        .iter()
        .rev()
        .map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()))
        .find(telling)
        .is_some_and(|word| contains(IDENTITY, word) || ends_with(word, "username") || ends_with(word, "accountname"))
}

/// The last word (or the second of a pair) that speaks of a credential, and how.
fn credential_word(words: &[&str]) -> Option<(usize, NameKind)> {
    for (at, word) in words.iter().enumerate().rev() {
        if at > 0 && is_pair(words[at - 1], word) {
            // `passwordSecretKey` names the key of a Secret that holds the password; `ACCESS_TOKEN_SECRET_KEY` may sign tokens.
            let names_a_key = words[at - 1].eq_ignore_ascii_case("secret") && is_kept(&words[..at - 1]);
            let kind = if is_password(word) { NameKind::Password } else { NameKind::Credential };
            return Some((at, if names_a_key { NameKind::Maybe } else { kind }));
        }
        if is_of_registry(&words[..at], word) {
            return Some((at, NameKind::About));
        }
        if word.eq_ignore_ascii_case("token") && is_plain_token(&words[..at]) {
            return None;
        }
        if at > 0 && word.eq_ignore_ascii_case("tokens") && contains(PLAIN_TOKEN_LISTS, words[at - 1]) {
            return None;
        }
        if word.eq_ignore_ascii_case("pass") && at > 0 && is_handed_on(words[at - 1]) {
            return None;
        }
        if word.eq_ignore_ascii_case("secret") && holds_login(&words[..at]) {
            return Some((at, NameKind::Maybe));
        }
        if contains(CREDENTIAL, word) || CREDENTIAL_ENDINGS.iter().any(|end| ends_with(word, end)) {
            return Some((at, if is_password(word) { NameKind::Password } else { NameKind::Credential }));
        }
        let number_behind = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if number_behind.len() < word.len() && contains(CREDENTIAL, number_behind) {
            return Some((at, NameKind::Credential));
        }
        if contains(MAYBE, word) {
            // `passwordKey` names a key; the password before it decides, through what stands behind.
            let plain = at > 0 && contains(PLAIN_KEYS, words[at - 1]) && word.eq_ignore_ascii_case("key");
            let of_credential = at > 0 && contains(CREDENTIAL, words[at - 1]);
            if of_credential {
                continue;
            }
            return (!plain).then_some((at, NameKind::Maybe));
        }
    }
    None
}

/// Whether what the words say is kept under a key of a Secret, whose name ends with `secret key`: a credential
/// (`subscriptionKeySecretKey`), an address or a user (`ENDPOINT_SECRET_KEY`).
fn is_kept(before: &[&str]) -> bool {
    const PLACES: [&str; 9] = ["address", "endpoint", "host", "hostname", "port", "uri", "url", "user", "username"];
    match before {
        [.., first, second] if is_pair(first, second) => true,
        [.., word] => contains(CREDENTIAL, word) || PLACES.iter().any(|place| word.eq_ignore_ascii_case(place)),
        [] => false,
    }
}

/// Whether the name takes that of a Secret with which images are pulled: `imagePullSecret`, `IMAGE_PULLSECRET`.
fn is_of_registry(before: &[&str], word: &str) -> bool {
    let pulls = before.last().is_some_and(|last| last.eq_ignore_ascii_case("pull"));
    pulls && ["secret", "secrets"].iter().any(|known| word.eq_ignore_ascii_case(known))
        || word.eq_ignore_ascii_case("pullsecret")
        || ends_with(word, "pullsecret")
}

/// Whether the words before `token` say that it is none to keep secret.
fn is_plain_token(before: &[&str]) -> bool {
    match before {
        [.., first, second] if contains_pair(PLAIN_TOKENS, first, second) => true,
        [.., word] => contains(PLAIN_TOKENS, word),
        [] => false,
    }
}

/// Whether `pass` behind the word is nginx's verb, which hands a request on: `uwsgi_pass`.
fn is_handed_on(before: &str) -> bool {
    ["fastcgi", "scgi", "uwsgi"].iter().any(|protocol| before.eq_ignore_ascii_case(protocol))
}

/// Whether words before `secret` say what a Secret of Kubernetes holds (`basicAuthSecret`, `passwordSecret`): such a name
/// mostly takes the Secret's name. `tokenSecret` is no such name, it is OAuth's.
fn holds_login(before: &[&str]) -> bool {
    let is = |word: &str, known: &str| word.eq_ignore_ascii_case(known);
    match before {
        // Graylog's pepper.
        [.., product, password] if is(product, "graylog") && is(password, "password") => false,
        [.., first, second] if first.eq_ignore_ascii_case("basic") && second.eq_ignore_ascii_case("auth") => true,
        [.., last] => {
            let both = ["credentials", "creds"].iter().any(|word| last.eq_ignore_ascii_case(word));
            contains(CREDENTIAL, last) && (is_password(last) || both)
        }
        [] => false,
    }
}

fn is_pair(first: &str, second: &str) -> bool {
    contains_pair(CREDENTIAL_PAIRS, first, second)
}

fn ends_with(word: &str, end: &str) -> bool {
    word.len() > end.len() + 1
        && word.is_char_boundary(word.len() - end.len())
        && word[word.len() - end.len()..].eq_ignore_ascii_case(end)
}

fn is_password(word: &str) -> bool {
    let other = ["token", "tokens", "secret", "secrets", "key", "credential", "credentials", "creds", "bearer"];
    !other.iter().any(|end| word.eq_ignore_ascii_case(end) || ends_with(word, end))
}
