//! Passwords inside longer values: URLs with userinfo, connection strings, JDBC parameters.

use std::ops::Range;

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
        let Some(colon) = authority[..at].find(':') else { continue };
        let scheme_is_plain = text[..start - 3].ends_with(|c: char| c.is_ascii_alphanumeric());
        if scheme_is_plain && colon + 1 < at {
            return Some(start + colon + 1..start + at);
        }
    }
    None
}

/// The credential's bytes in the value of an `Authorization` header: `Basic …`, `Bearer …`.
pub fn authorization(text: &str) -> Option<Range<usize>> {
    let lead = text.len() - text.trim_start().len();
    let (scheme, rest) = text[lead..].split_once(' ')?;
    let known = ["basic", "bearer", "token", "apikey"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let credential = rest.trim();
    let whole = credential.len() >= 12 && !credential.contains(char::is_whitespace);
    let start = lead + scheme.len() + 1 + (rest.len() - rest.trim_start().len());
    let telling = credential.bytes().any(|b| b.is_ascii_digit() || b == b'=') && credential.is_ascii();
    (known && whole && telling).then_some(start..start + credential.len())
}

/// Parameters of connection strings that hold a credential.
const PARAMETERS: [&str; 12] = [
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
];

/// The value's bytes of the first credential parameter in a connection string: `…;Password=x;…`, `…&password=x`,
/// `host=h password=x`.
pub fn parameter(text: &str) -> Option<Range<usize>> {
    if !text.contains('=') || text.len() > 8192 {
        return None;
    }
    let is_joint = |c: char| matches!(c, ';' | '&' | '?' | ' ' | ',');
    let joints = text.matches(is_joint).count();
    if joints == 0 || text.matches('=').count() < 2 {
        return None;
    }
    let mut start = 0;
    for part in text.split_inclusive(is_joint) {
        let body = part.trim_end_matches(is_joint);
        if let Some((name, value)) = body.split_once('=') {
            let plain = name.trim().trim_matches(['"', '\'']);
            if PARAMETERS.iter().any(|known| plain.eq_ignore_ascii_case(known)) && !value.trim().is_empty() {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Option<&str> {
        userinfo(text).or_else(|| parameter(text)).map(|range| &text[range])
    }

    #[test]
    fn passwords_in_urls_and_connection_strings() {
        assert_eq!(secret("mysql://root:whalehello@db:3306/mysql"), Some("whalehello"));
        assert_eq!(secret("redis://:Vq8sLw2pTz@cache:6379/0"), Some("Vq8sLw2pTz"));
        assert_eq!(secret("amqp://u:p@ss@h/"), Some("p@ss"));
        assert_eq!(secret("Server=db;User Id=sa;Password=Tin-93x;"), Some("Tin-93x"));
        assert_eq!(secret("jdbc:mysql://h/db?user=u&password=nR7q"), Some("nR7q"));
        assert_eq!(secret("host=h user=u password=nR7q"), Some("nR7q"));
        assert_eq!(secret("https://example.com/a:b@c"), None);
        assert_eq!(secret("https://user@example.com/"), None);
        assert_eq!(secret("http://+:8000"), None);
        assert_eq!(secret("password=x"), None);
        assert_eq!(authorization("Basic cm9ib3Q6blI3LXF1YXJyZWw="), Some(6..30));
        assert_eq!(authorization("Bearer token"), None);
    }
}
