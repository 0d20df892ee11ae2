//! Passwords inside longer values: URLs with userinfo, connection strings, JDBC parameters.

use std::ops::Range;

use super::name::{NameKind, name_kind};
use super::pointer::names_a_resource;
use super::randomness::looks_random;
use super::value::literal_default;
use super::words::{KEYWORD_VALUES, contains};

/// The password's bytes in `scheme://user:password@host…`, wherever in `text` the first such URL stands.
pub fn userinfo(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let start = from + found + 3;
        from = start;
        let rest = &text[start..];
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '`' | '<' | '>' | '?' | '#' | '|'))
            .unwrap_or(rest.len());
        // A password may hold a slash that nobody escaped: then the `@` stands behind it.
        let authority = &rest[..end];
        let Some(at) = authority.rfind('@') else { continue };
        // `postgres://user[:password]@host` says what may be left out.
        let Some(colon) = authority[..at].find(':').filter(|&colon| !authority[..colon].ends_with('[')) else {
            continue;
        };
        let scheme_is_plain = text[..start - 3].ends_with(|c: char| c.is_ascii_alphanumeric());
        if scheme_is_plain && colon + 1 < at {
            return Some(start + colon + 1..start + at);
        }
    }
    None
}

/// The literal that stands for the password of a URL where no other is given: `x` in `postgres://u:${PASS:-x}@host`.
pub fn default_password(text: &str) -> Option<Range<usize>> {
    let scheme = text.find("://")?;
    let end = scheme + text[scheme..].find("}@")? + 1;
    let start = scheme + text[scheme..end].rfind(":${")? + 1;
    let default = literal_default(&text[start..end])?;
    Some(start + default.start..start + default.end)
}

/// The password's bytes in Oracle's `jdbc:oracle:thin:user/password@host…`.
pub fn oracle(text: &str) -> Option<Range<usize>> {
    let mark = "jdbc:oracle:";
    let from = text.find(mark)? + mark.len();
    let user = from + text[from..].find(':')? + 1;
    let end = user + text[user..].find('@')?;
    let start = user + text[user..end].find('/')? + 1;
    (start < end && !text[user..end].contains(char::is_whitespace)).then_some(start..end)
}

/// What stands before the credential of an `Authorization` header, in lower case: the registered schemes, and those that
/// providers document for their own (Aiven, GC Notify, Opsgenie, Okta, GoDaddy, Klaviyo, DeepL, Dynatrace).
const SCHEMES: [&str; 12] = [
    "basic",
    "bearer",
    "token",
    "apikey",
    "aivenv1",
    "apikey-v1",
    "geniekey",
    "ssws",
    "sso-key",
    "klaviyo-api-key",
    "deepl-auth-key",
    "api-token",
];

/// Whether a word is the scheme of an `Authorization` header.
pub fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// The credential's bytes in the value of an `Authorization` header: `Basic …`, `Bearer …`.
pub fn authorization(text: &str) -> Option<Range<usize>> {
    let lead = text.len() - text.trim_start().len();
    let (scheme, rest) = text[lead..].split_once(' ')?;
    let credential = rest.trim();
    let whole = credential.len() >= 12 && !credential.contains(char::is_whitespace);
    let start = lead + scheme.len() + 1 + (rest.len() - rest.trim_start().len());
    let telling = credential.bytes().any(|b| b.is_ascii_digit() || b == b'=') && credential.is_ascii();
    (is_scheme(scheme) && whole && telling).then_some(start..start + credential.len())
}

/// The password's bytes in `user:password`, if the user is a plain name and no word, number or group can be meant by what
/// follows it: letters with digits or marks.
pub fn password_of_login(text: &str) -> Option<Range<usize>> {
    let lead = text.len() - text.trim_start().len();
    let (user, password) = text.trim().split_once(':')?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@');
    let mark = |b: u8| matches!(b, b'!' | b'@' | b'#' | b'^' | b'&' | b'*' | b'?' | b'+' | b'~' | b'=' | b'%');
    let inside = &password.as_bytes()[..password.len().saturating_sub(1)];
    let telling = looks_random(password)
        || inside.iter().copied().any(mark)
        || password.bytes().any(|b| b.is_ascii_digit()) && password.bytes().any(|b| b.is_ascii_alphabetic());
    let start = lead + user.len() + 1;
    let whole = password.len() >= 8 && !password.contains([' ', '/', ':', '$', '{', '\n']);
    (!user.is_empty() && user.bytes().all(plain) && whole && telling).then_some(start..start + password.len())
}

/// Whether the text is a user and a password of plain words, `relay:kestrel`: no port, and neither of them short.
pub fn is_plain_login(text: &str) -> bool {
    let word =
        |part: &str| part.len() > 3 && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    text.split_once(':').is_some_and(|(user, password)| {
        !contains(KEYWORD_VALUES, user)
            && word(user)
            && word(password)
            && password.bytes().any(|b| b.is_ascii_alphabetic())
    })
}

/// The password's bytes in the name of a data source as Go's drivers take it: `user:password@tcp(host:3306)/db`.
pub fn data_source(text: &str) -> Option<Range<usize>> {
    let named = ["@tcp(", "@unix(", "@udp("].iter().find_map(|mark| text.find(mark));
    // The driver takes an address without the name of its network for one of TCP.
    let end = named.or_else(|| text.find("@(").filter(|at| text[*at..].contains(")/")))?;
    let start = text[..end]
        .char_indices()
        .rfind(|(_, c)| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '/' | '='))
        .map_or(0, |(at, c)| at + c.len_utf8());
    let colon = start + text[start..end].find(':')? + 1;
    (colon < end).then_some(colon..end)
}

/// The password's bytes in a line of PostgreSQL's password file: `host:port:database:user:password`.
pub fn password_file(text: &str) -> Option<Range<usize>> {
    let mut parts = text.trim_end().splitn(5, ':');
    let (host, port) = (parts.next()?, parts.next()?);
    let (Some(_), Some(_), Some(password)) = (parts.next(), parts.next(), parts.next()) else { return None };
    let is_port = port == "*" || !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    let plain = !host.contains(char::is_whitespace) && !password.is_empty() && !password.contains([':', '\n']);
    let end = text.trim_end().len();
    (is_port && plain).then_some(end - password.len()..end)
}

/// Parameters of connection strings that hold a credential.
const PARAMETERS: [&str; 14] = [
    "password",
    "pwd",
    "passwd",
    "accountkey",
    "sharedaccesskey",
    "sharedaccesssignature",
    "secret",
    "apikey",
    "accesskey",
    "sharedsecretvalue",
    "sslpassword",
    "user_password",
    "clientsecret",
    "client_secret",
];

/// The value's bytes of the first credential parameter in a connection string or a list of options: `…;Password=x;…`,
/// `…&password=x`, `host=h password=x`, `-Ddb.password=x`. Alone it needs a value that looks generated
/// (`api-key=8f2a6c97be34d05e`): `password=x` may be anything.
pub fn parameter(text: &str) -> Option<Range<usize>> {
    if !text.contains('=') || text.len() > 8192 {
        return None;
    }
    let is_joint = |c: char| matches!(c, ';' | '&' | '?' | ' ' | ',' | '\n' | '\t');
    // `It must not contain password=abc`: a sentence.
    let explains = || text.matches('=').count() == 1 && is_sentence(text);
    let alone = !text.contains(is_joint) || explains();
    // NocoDB's `pg://host:5432?u=user&p=password&d=database`.
    let short = text.contains("://") && ["?u=", "&u="].iter().any(|mark| text.contains(mark));
    let mut start = 0;
    for part in text.split_inclusive(is_joint) {
        let body = part.trim_end_matches(is_joint);
        if let Some((name, value)) = body.split_once('=') {
            let plain = name.trim().trim_matches(['"', '\'']);
            let value = quoted(&text[start + name.len() + 1..]).unwrap_or(value);
            if short && plain == "p" || holds_credential(plain, value, alone) {
                let lead = value.len() - value.trim_start_matches(['"', '\'']).len();
                let from = start + name.len() + 1 + lead;
                let trimmed = value[lead..].trim_end_matches(['"', '\'']);
                return (!trimmed.is_empty()).then_some(from..from + trimmed.len());
            }
        }
        start += part.len();
    }
    None
}

/// A text in quotes that stands first, on one line and not long, with its quotes.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.bytes().next().filter(|b| matches!(b, b'"' | b'\''))?;
    let line = text.as_bytes().iter().take(256).skip(1);
    let close = line.take_while(|b| **b != b'\n').position(|b| *b == quote)? + 1;
    text.get(..=close)
}

/// Whether four words of letters stand in a row.
fn is_sentence(text: &str) -> bool {
    let plain = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphabetic());
    let mut row = 0;
    text.split(' ').any(|word| {
        row = if plain(word) { row + 1 } else { 0 };
        row > 3
    })
}

/// Whether a parameter of this name and value holds a credential. A property of Java (`-Dname=value`) says by its name what
/// it is; other names are those of connection strings, or need a value that looks generated.
fn holds_credential(name: &str, value: &str, alone: bool) -> bool {
    let value = value.trim();
    if value.is_empty() || names_a_resource(name, value) {
        return false;
    }
    if alone {
        return name_kind(name).is_credential() && looks_random(value);
    }
    PARAMETERS.iter().any(|known| name.eq_ignore_ascii_case(known))
        || name.strip_prefix("-D").is_some_and(|name| name_kind(name) == NameKind::Password)
        || looks_random(value) && name_kind(name).is_credential()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;

    fn secret(text: &str) -> Option<&str> {
        userinfo(text)
            .or_else(|| oracle(text))
            .or_else(|| data_source(text))
            .or_else(|| parameter(text))
            .map(|range| &text[range])
    }

    #[test]
    fn passwords_in_urls_and_connection_strings() {
        assert_eq!(secret("mysql://root:whalehello@db:3306/mysql"), Some("whalehello"));
        assert_eq!(secret("redis://:Vq8sLw2pTz@cache:6379/0"), Some("Vq8sLw2pTz"));
        assert_eq!(secret("amqp://u:p@ss@h/"), Some("p@ss"));
        assert_eq!(secret("Server=db;User Id=sa;Password=Tin-93x;"), Some("Tin-93x"));
        assert_eq!(secret("jdbc:mysql://h/db?user=u&password=nR7q"), Some("nR7q"));
        assert_eq!(secret("host=h user=u password=nR7q"), Some("nR7q"));
        assert_eq!(secret("pg://h:5432?u=a&p=nR7q&d=b"), Some("nR7q"));
        assert_eq!(secret("https://h/x?q=a&p=2"), None);
        assert_eq!(secret("u:nR7q@(h:3306)/db"), Some("nR7q"));
        assert_eq!(secret("f: a@(b)"), None);
        assert_eq!(secret("https://example.com/a:b@c"), None);
        assert_eq!(secret("https://user@example.com/"), None);
        assert_eq!(secret("postgres://app[:percent-encoded]@h[:5432]/db"), None);
        assert_eq!(secret("http://+:8000"), None);
        assert_eq!(secret("password=x"), None);
        assert_eq!(secret("Secrets must not contain password=abc123"), None);
        assert_eq!(secret("jdbc:oracle:thin:app/t1ger@db:1521/x"), Some("t1ger"));
        assert_eq!(secret("jdbc:oracle:thin:@db:1521/x"), None);
        assert_eq!(secret("app:Tin-93x@tcp(db:3306)/orders?parseTime=true"), Some("Tin-93x"));
        assert_eq!(secret("app@tcp(db:3306)/orders"), None);
        assert_eq!(secret("-Xmx512m -Ddb.password=nR7q -Da=b"), Some("nR7q"));
        assert_eq!(secret("api-key=8f2a6c97be34d05t0k81"), Some("8f2a6c97be34d05t0k81"));
        assert_eq!(secret("https://h/x?access_token=9xK2mQ7vLp4wTz8bNc3d&a=b"), Some("9xK2mQ7vLp4wTz8bNc3d"));
        assert_eq!(secret("https://h/x?token=next&page_token=CAEQAA"), None);
        assert_eq!(secret("-Dtoken.ttl=30 -Dpassword.min=8"), None);
        assert_eq!(authorization("Basic cm9ib3Q6blI3LXF1YXJyZWw="), Some(6..30));
        assert_eq!(authorization("aivenv1 nR7xQ2vLp4wTz8bNc3d"), Some(8..27));
        assert_eq!(authorization("Bearer token"), None);
        let url = "postgres://${U:-app}:${P:-Tin-93x}@db/${D:-app}";
        assert_eq!(default_password(url).map(|range| &url[range]), Some("Tin-93x"));
        assert_eq!(default_password("postgres://u:${P}@db/d"), None);
    }

    #[test]
    fn wide_blanks_before_a_data_source_are_passed_whole() {
        assert_eq!(secret("\u{3000}app:Tin-93x@tcp(db:3306)/orders"), Some("Tin-93x"));
        assert_eq!(secret("\u{a0}app:Tin-93x@unix(/run/db)/orders"), Some("Tin-93x"));
    }

    proptest! {
        /// Pieces of every form that is read here, with any letters between them.
        #[test]
        fn no_text_is_cut_inside_a_letter(
            parts in vec(
                prop_oneof![
                    "\\PC{0,4}",
                    "[\u{a0}\u{3000}\u{2003}éß日]{1,2}",
                    select(vec![
                        "://", "@", ":", "/", "=", "@tcp(", "@unix(", ":${", ":-", "}@", "jdbc:oracle:", "Bearer ", "password", "-D",
                        ";", "\"", "5432",
                    ]).prop_map(str::to_owned),
                ],
                0..12,
            )
        ) {
            let text = parts.concat();
            let readers = [
                userinfo, default_password, oracle, authorization, password_of_login, data_source, password_file, parameter,
            ];
            for reader in readers {
                if let Some(range) = reader(&text) {
                    prop_assert!(text.get(range).is_some());
                }
            }
        }
    }
}
