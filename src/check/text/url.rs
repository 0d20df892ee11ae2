//! URLs with a password in them, anywhere in a text.

use std::ops::Range;

/// Longest URL that is read, in bytes.
const LONGEST: usize = 512;

/// The URL around the mark `://` at `at`.
pub(super) fn around(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let scheme =
        bytes[..at].iter().rev().take(24).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-')).count();
    let ends = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b'\\');
    let length = bytes[at..].iter().take(LONGEST).take_while(|b| !ends(b)).count();
    (scheme > 1 && length < LONGEST && text.get(at - scheme..at + length).is_some()).then(|| at - scheme..at + length)
}

/// Whether the host of a URL is one that nobody else reaches, or that documents use (RFC 2606).
pub(super) fn is_local(url: &str) -> bool {
    let host = url.rsplit('@').next().unwrap_or_default();
    let host = host.split(['/', ':', '?']).next().unwrap_or_default().to_ascii_lowercase();
    ["localhost", "127.0.0.1", "0.0.0.0", "host", "hostname", "server", "domain"].contains(&&*host)
        || ["example.com", "example.org", "example.net", ".test", ".example", ".invalid", ".local", "domain.com"]
            .iter()
            .any(|end| host.ends_with(end))
        || host.is_empty()
        || host.contains(['{', '%', '$', '<', '*'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_cut_out_of_its_line() {
        let text = "see (amqps://a:b@h:1/v), ok";
        assert_eq!(around(text, text.find("://").unwrap_or(0)).map(|range| &text[range]), Some("amqps://a:b@h:1/v"));
        assert_eq!(around("://a:b@h", 0), None);
    }

    #[test]
    fn hosts_of_documents_are_local() {
        assert!(is_local("https://a:b@localhost:80/") && is_local("https://a:b@api.example.com"));
        assert!(!is_local("amqps://admin:3eCa3P@192.168.1.10:5671/vhost"));
    }
}
