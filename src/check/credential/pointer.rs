//! Does this value only name what holds the secret: a key, a resource, a field of another place?

use super::name::is_key_of;
use super::words::{BOASTING_WORDS, CREDENTIAL, IDENTITY, NEUTRAL_ENDINGS, Words, contains, ends_with};
use super::{NameKind, Setting, looks_random, name_kind};

/// Whether the value is the name of a key or of a Secret rather than a secret: `db-password` under `passwordKey`, or a
/// resource's name under a bare `secret`.
pub(super) fn names_a_key(name: &str, text: &str, setting: Setting) -> bool {
    let label = setting == Setting::Text && says_the_name(name, text);
    let part = name_kind(name) != NameKind::Password && is_part_of_path(text);
    if is_field_of(name, text) || label || is_member(name, text) || part || is_field_of_secret(name, text) {
        return true;
    }
    if setting == Setting::Environment && !text.contains('.') && !text.contains('/') {
        return is_tls_secret(name, text)
            || names_a_secret(name, text)
            || names_its_secret(name, text)
            || names_a_file(name, text)
            || names_a_service(name, text)
            || lists_names(name, text);
    }
    let cut = Words::of(text);
    let words = cut.as_slice();
    let name_cut = Words::of(name);
    let name_words = name_cut.as_slice();
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'));
    let upper = text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') || is_variable(text);
    let random = looks_random(text);
    let about = |w: &&str| {
        contains(CREDENTIAL, w)
            || upper && name_kind(w).is_credential()
            || ["key", "keys", "tls", "cert", "auth", "config"].iter().any(|k| w.eq_ignore_ascii_case(k))
    };
    // `my_root_password`: what a password's name gives with underscores is its value; keys and Secrets have dashes.
    let joined =
        name_kind(name) == NameKind::Password && setting == Setting::Configuration && plain && text.contains('_');
    let spelled = setting == Setting::Configuration && plain && is_password_in_words(name, name_words, words);
    // `secure-password-123`: no key is named so.
    if (plain || upper)
        && words.len() > 1
        && words.iter().any(about)
        && !random
        && !is_numbered(words)
        && !boasts(words)
        && !joined
        && !spelled
    {
        return true;
    }
    // `tokens="LITERAL_ASSERT"` chooses from a list of names.
    if upper && is_plural(name) {
        return true;
    }
    if name_kind(name) == NameKind::Password {
        // In code a bare word of one's own name is a variable or a form's field.
        return setting == Setting::Text
            && (text.eq_ignore_ascii_case(name) || words.len() == 1 && contains(CREDENTIAL, text));
    }
    // `secretKey: postgresPassword`, too: a key is no password.
    let of_password = || words.len() > 1 && words.last().is_some_and(|word| word.eq_ignore_ascii_case("password"));
    if is_key_of(name)
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_alphabetic())
        && of_password()
        && !boasts(words)
    {
        return true;
    }
    // `secretKey: password`: which key of a Secret.
    if name_words.last().is_some_and(|w| w.eq_ignore_ascii_case("key"))
        && plain
        && words.iter().all(|word| about(word) || contains(IDENTITY, word))
    {
        return true;
    }
    // `clientSecretKey: clientSecret`, `tlsSecret: myTlsSecret`: the value only says the name again.
    let again = |w: &&str| w.eq_ignore_ascii_case("my") || name_words.iter().any(|n| n.eq_ignore_ascii_case(w));
    if words.iter().all(again) {
        return true;
    }
    if setting == Setting::Configuration && is_name_with_more(name_words, text, words) {
        return true;
    }
    let last = name_words.last().copied().unwrap_or_default();
    let bare =
        ["secret", "secrets", "credentials", "creds", "token", "key"].iter().any(|w| last.eq_ignore_ascii_case(w));
    let collective = ["credentials", "creds", "credential"].iter().any(|w| last.eq_ignore_ascii_case(w));
    // `secret: default/ca-secret` is one of another namespace, `secret/data/web/db` lies in a vault; `secrets: a-tls,b-tls`.
    let resource = text.contains(['/', ',']) && text.split(['/', ',']).all(|part| is_resource_name(part.trim()));
    bare && (plain || resource) && (text.contains('-') || text.matches('/').count() > 1) && !random
        || collective && plain && !random
}

/// Whether words with dashes are a password's own rather than the name of a key or of a Secret: `shop-reader-pass`, or
/// what a plain `password` has that ends so. `adminPassword: db-password` names a key, with few words or with those of its name
/// alone.
fn is_password_in_words(name: &str, of_name: &[&str], words: &[&str]) -> bool {
    let (Some(last), NameKind::Password) = (words.last(), name_kind(name)) else { return false };
    // LDAP's attribute holds nothing else.
    if name == "userPassword" || last.to_ascii_lowercase().ends_with("pass") {
        return true;
    }
    let of_other = |word: &&str| !contains(CREDENTIAL, word) && !of_name.iter().any(|n| n.eq_ignore_ascii_case(word));
    // `password: admin-password`: charts call the keys of their Secrets so.
    let is_role = contains(NEUTRAL_ENDINGS, words[0]) || contains(IDENTITY, words[0]);
    // `some-password` stands for one.
    if words[0].eq_ignore_ascii_case("some") {
        return false;
    }
    let own = of_name.len() == 1 && (words.len() > 2 || !is_role) || words.len() > 2 && words.iter().any(of_other);
    own && ["password", "passwd", "pwd"].iter().any(|known| last.eq_ignore_ascii_case(known))
}

/// Whether a value in humps is the name of a Secret that says the field's name with more: `serverTlsSecret` under
/// `serverSecret`.
fn is_name_with_more(of_name: &[&str], text: &str, words: &[&str]) -> bool {
    let again = |name: &&str| words.iter().any(|word| word.eq_ignore_ascii_case(name));
    of_name.len() > 1
        && words.last().is_some_and(|word| *word == "Secret")
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_alphabetic())
        && of_name.iter().all(again)
        && !boasts(words)
}

/// Whether a word boasts or warns of a password: `unsecure_jwt_secret`.
fn boasts(words: &[&str]) -> bool {
    words.iter().any(|word| contains(BOASTING_WORDS, word))
}

/// Whether the last word is a number of its own: `secure-password-123`.
fn is_numbered(words: &[&str]) -> bool {
    words.last().is_some_and(|word| word.len() > 1 && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the value reads as a form's label or as a variable's name, which a weak secret does, too: hardly sure.
pub(super) fn reads_as_a_name(name: &str, text: &str, setting: Setting) -> bool {
    // `password: Password` is what a form says; `RootPassword` is no label, and no variable of a container holds one.
    let label = || {
        setting == Setting::Configuration && (text.contains(' ') || Words::of(text).as_slice().len() == 1)
            || name_kind(name) != NameKind::Password
    };
    let variable = setting == Setting::Environment && is_variable(text);
    let numbered = setting != Setting::Environment && is_numbered_token(name, text);
    says_the_name(name, text) && label() || variable || is_outcome(name, text) || numbered
}

/// Whether the value is the word `token` with a number, as tests count theirs.
fn is_numbered_token(name: &str, text: &str) -> bool {
    ends_with(name, &["token"]) && text.trim_end_matches(|c: char| c.is_ascii_digit()).eq_ignore_ascii_case("token")
}

/// Whether a constant says what follows when a check passes, as filters of mail have it beside `fail`: `pass = R_SPF_ALLOW`.
fn is_outcome(name: &str, text: &str) -> bool {
    let constant = |text: &str| text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    // nginx Unit hands requests on so: `"pass": "routes/main"`.
    let step = ["routes/", "applications/", "upstreams/"].iter().any(|begin| text.starts_with(begin));
    name == "pass" && (step || constant(text) && !boasts(Words::of(text).as_slice()))
}

/// Whether the value is a Secret of another namespace: `--secret=monitoring/creds`.
pub(super) fn names_a_resource(name: &str, text: &str) -> bool {
    // `--password_env=APP_PASSWORD` takes it from the environment.
    if ends_with(name, &["env"]) && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
        return true;
    }
    // `--creds=admin/changeme1` is a login.
    ends_with(name, &["secret", "secrets"])
        && (text.split_once('/').is_some_and(|(space, name)| is_resource_name(space) && is_resource_name(name))
            || words_say_secret(name) && text.ends_with("-secret") && is_resource_name(text))
        && !looks_random(text)
}

/// Whether a flag takes a Secret by its name and nothing else: `--secret`.
fn words_say_secret(name: &str) -> bool {
    name.trim_start_matches('-').eq_ignore_ascii_case("secret")
}

/// Whether the value only says the name again, or its last words, as one who describes a form does: `OIDC CLIENT SECRET`
/// or `ClientSecret` under `OIDC_CLIENT_SECRET`. In small letters it may be a weak one: `root_password`.
pub(super) fn says_the_name(name: &str, text: &str) -> bool {
    let letters = |text: &'_ str| text.bytes().filter(u8::is_ascii_alphanumeric).count();
    let described = text.starts_with(|c: char| c.is_ascii_uppercase()) || text.contains(' ');
    let text = ["A ", "An ", "The ", "My "].iter().find_map(|article| text.strip_prefix(article)).unwrap_or(text);
    let cut = Words::of(text);
    let whole = letters(name) == letters(text);
    let mut of_name = name.bytes().rev().filter(u8::is_ascii_alphanumeric);
    let again = || text.bytes().rev().filter(u8::is_ascii_alphanumeric);
    described
        && text.is_ascii()
        && letters(text) > 0
        && (whole || cut.as_slice().len() > 1)
        && again().all(|b| of_name.next().is_some_and(|known| known.eq_ignore_ascii_case(&b)))
}

/// Whether the value is a capitalised text of letters that ends with the last word of the name, as a form calls its field:
/// `One-time token` under `token`.
pub(super) fn is_label(name: &str, text: &str) -> bool {
    let last = text.rsplit(' ').next().unwrap_or_default();
    text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b' ' | b'-'))
        && ends_with(name, &[last])
}

/// Whether the value is a field of an object by the same name (`url.accessToken` under `accessToken`), or the way to a
/// credential's field (`spec.global.credentials.apiKey`).
fn is_member(name: &str, text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(object, field)| {
        let plain = !object.is_empty() && object.bytes().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'_'));
        plain
            && (field.trim_end_matches([',', ';']).eq_ignore_ascii_case(name)
                || object.contains('.') && name_kind(field).is_credential() && !looks_random(field))
    })
}

/// Whether the text is the name of a constant: of capitals, numbers and underscores between them.
pub fn is_constant(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether the text is the name of a variable with a credential: `DB_PASSWORD`. What boasts or counts is a weak secret:
/// `VERY_SECRET_KEY`, `APP_PASSWORD_123`.
pub(super) fn is_variable(text: &str) -> bool {
    let cut = Words::of(text);
    is_constant(text) && name_kind(text).is_credential() && !is_numbered(cut.as_slice()) && !boasts(cut.as_slice())
}

/// Whether the value is a path and a part of what lies there: `owner/home#assets/crates-credentials`.
fn is_part_of_path(text: &str) -> bool {
    let is_path = |path: &str| !path.is_empty() && path.split('/').all(is_resource_name);
    text.split_once('#').is_some_and(|(path, part)| path.contains('/') && is_path(path) && is_path(part))
        && !looks_random(text)
}

/// Whether the name is that of a field in a Secret of Kubernetes and the value the way there: `db/login/password` under
/// `k8s_secret_password`.
fn is_field_of_secret(name: &str, text: &str) -> bool {
    let cut = Words::of(name);
    let of_secret = |pair: &[&str]| {
        ["k8s", "kubernetes"].iter().any(|known| pair[0].eq_ignore_ascii_case(known))
            && pair[1].eq_ignore_ascii_case("secret")
    };
    text.contains('/') && cut.as_slice().windows(2).any(of_secret) && text.split('/').all(is_resource_name)
}

/// Whether the text may be the name of a resource or of a namespace.
fn is_resource_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'))
}

/// Whether a variable names a Secret with a certificate: `cert_secret=web-tls-certs`.
fn is_tls_secret(name: &str, text: &str) -> bool {
    ends_with(name, &["secret"])
        && ends_with(text, &["tls", "cert", "certs"])
        && is_resource_name(text)
        && text.contains('-')
}

/// Whether a script's own variable holds the name of a Secret: `backup_secret=backup-s3-secret`.
fn names_a_secret(name: &str, text: &str) -> bool {
    // A client's secret is its own: `client_secret=shop-secret`.
    let own = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
        && name.ends_with("_secret")
        && !name.ends_with("client_secret");
    let named = ["-secret", "-secrets", "-creds", "-credentials"].iter().any(|end| text.ends_with(end));
    own && named && is_resource_name(text)
}

/// Whether a variable of Kafka's image names the file with the credentials: `KAFKA_SSL_KEY_CREDENTIALS=broker_key_creds`.
fn names_a_file(name: &str, text: &str) -> bool {
    name.ends_with("_CREDENTIALS")
        && ["_creds", "-creds", "_credentials", "-credentials"].iter().any(|end| text.ends_with(end))
}

/// Whether a variable says by which name a service is known: `SEARCH_SERVICE_KEY: search-service`.
fn names_a_service(name: &str, text: &str) -> bool {
    let of_name = Words::of(name);
    let of_service =
        |[.., first, last]: &[&str; 2]| first.eq_ignore_ascii_case("service") && last.eq_ignore_ascii_case("key");
    let cut = Words::of(text);
    let says_service = |word: &&str| ["service", "svc", "server", "api"].contains(word);
    of_name.as_slice().last_chunk::<2>().is_some_and(of_service)
        && text.contains('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
        && cut.as_slice().iter().any(says_service)
}

/// Whether the value names the Secret that holds what the name says: `GITHUB_TOKEN_SECRET: github-token`.
fn names_its_secret(name: &str, text: &str) -> bool {
    let of_name = Words::of(name);
    let cut = Words::of(text);
    let again = |word: &&str| of_name.as_slice().iter().any(|known| known.eq_ignore_ascii_case(word));
    matches!(of_name.as_slice(), [.., credential, last] if last.eq_ignore_ascii_case("secret") && contains(CREDENTIAL, credential))
        && text.contains('-')
        && is_resource_name(text)
        && cut.as_slice().iter().all(again)
}

/// Whether the value is a place and a field of it that is named as the variable is: `ci-signing-key:passphrase` under
/// `GPG_PASSPHRASE`, or the whole assignment of such a variable in a list of them.
fn is_field_of(name: &str, text: &str) -> bool {
    let constant = |name: &str| name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let assigned = text.split_once('=').filter(|(variable, _)| constant(variable));
    let is_assigned = assigned.is_some();
    let (name, text) = assigned.unwrap_or((name, text));
    let Some((place, field)) = text.rsplit_once(':') else { return false };
    // Of a list of variables each item says the place and the field: `API_KEY=kiln:api-key`.
    if is_assigned && name_kind(field).is_credential() && is_resource_name(place) {
        return true;
    }
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'/' | b'.');
    let cut = Words::of(field);
    let of_name = Words::of(name);
    let again = |word: &&str| of_name.as_slice().iter().any(|known| known.eq_ignore_ascii_case(word));
    place.contains(['-', '/'])
        && place.bytes().chain(field.bytes()).all(plain)
        && !cut.as_slice().is_empty()
        && cut.as_slice().iter().all(again)
}

/// Whether the value lists which secrets or tokens there are, or who has them: `KNOWN_SECRETS: db[shop-api],message-bus`.
fn lists_names(name: &str, text: &str) -> bool {
    let several = is_plural(name) || ends_with(name, &["secrets"]);
    let is_name = |item: &str| {
        let whose = item.strip_suffix(']').and_then(|item| item.split_once('['));
        let (item, of) = whose.unwrap_or((item, "all"));
        let letters = |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
        !item.is_empty() && letters(item) && !of.is_empty() && letters(of)
    };
    // `lantern,quarry` may be tokens themselves.
    several && text.contains(',') && text.contains(['-', '[']) && text.split(',').map(str::trim).all(is_name)
}

/// Whether the name is that of several tokens or passwords: of a list, or of their number.
pub(super) fn is_plural(name: &str) -> bool {
    ends_with(name, &["tokens", "passwords"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_with_a_certificate_is_named_by_a_variable() {
        assert!(names_a_key("cert_secret", "web-tls-certs", Setting::Environment));
        assert!(!names_a_key("MONITOR_SECRET", "mon-secret", Setting::Environment));
        assert!(names_a_key("backup_secret", "backup-s3-secret", Setting::Environment));
    }

    #[test]
    fn names_of_what_holds_a_secret_are_told_from_secrets() {
        for (name, value) in [
            ("GPG_PASSPHRASE", "ci-signing-key:passphrase"),
            ("repo_secrets", "PUBLIC_KEY=ci-signing-key:public_key"),
            ("adminPassword", "db-password"),
            ("tokens", "LITERAL_ASSERT"),
            ("password", "SCHEDULER_DBPASSWORD"),
            ("secret", "default/web-ca"),
            ("credentials", "owner/home#assets/loom-credentials"),
            ("secret", "secret/data/ledger/db"),
            ("kubernetes-config.secrets", "ledger-login,queue-login"),
            ("datadog.apiKey", "spec.global.credentials.apiKey"),
        ] {
            assert!(names_a_key(name, value, Setting::Configuration), "{name}: {value}");
        }
        for (name, value) in [
            ("pass", "R_CHECK_ALLOW"),
            ("pass", "routes/shop"),
            ("id_token", "IDTOKEN"),
            ("doorPassword", "A door password"),
        ] {
            assert!(reads_as_a_name(name, value, Setting::Configuration), "{name}: {value}");
        }
        for (name, value) in [("pass", "SUPER_SECRET"), ("pass", "QUARTZLOOM"), ("secret", "R_CHECK_ALLOW")] {
            assert!(!reads_as_a_name(name, value, Setting::Configuration), "{name}: {value}");
        }
        for (name, value) in [
            ("GPG_PASSPHRASE", "kiln:marrow"),
            ("HTTP_PASSWORD", "admin:password"),
            ("password", "secure-password-48"),
            ("token", "QUARTZ_LOOM"),
            ("jwt_secret", "unsecure_jwt_secret"),
            ("pass", "QUARTZLOOM"),
        ] {
            assert!(!names_a_key(name, value, Setting::Configuration), "{name}: {value}");
        }
    }
}
