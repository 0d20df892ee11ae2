//! Private keys in binary files: Java's key stores, PKCS #12, KeePass databases, keys in DER. What a store holds is told
//! from its structure, so that stores of certificates alone are passed over; no password is tried.

use memchr::memmem;

use crate::check::token::validate::private_key;
use crate::check::{Context, Found};
use crate::model::{Confidence, Document, Secret, Severity, Span};
use crate::rules;

/// A store that holds secrets.
struct Store {
    what: String,
    confidence: Confidence,
    severity: Option<Severity>,
}

impl Store {
    fn holding(what: impl Into<String>) -> Self {
        Self { what: what.into(), confidence: Confidence::High, severity: None }
    }
}

/// Bytes at the front of a file by which its format is known.
const MARK: usize = 4;

/// Reports the file if it is a store with private keys. There is no secret to point at: the span is the format's mark.
pub fn look(bytes: &[u8], doc: &Document<'_>, cx: &mut Context<'_>) {
    let Some(store) = store(bytes) else { return };
    let found = Found {
        span: Span::new(0, MARK),
        secret: Secret::new(""),
        what: store.what.into(),
        confidence: store.confidence,
        severity: store.severity,
        labels: Vec::new(),
        structural_path: String::new(),
    };
    cx.report(&rules::FILES_KEY_STORE, doc, found);
}

fn store(bytes: &[u8]) -> Option<Store> {
    match bytes.first_chunk::<MARK>()? {
        [0xFE, 0xED, 0xFE, 0xED] => java(&bytes[MARK..], "Java key store"),
        [0xCE, 0xCE, 0xCE, 0xCE] => java(&bytes[MARK..], "Java key store (JCEKS)"),
        // The second half of the signature tells KeePass 1 and 2 apart.
        [0x03, 0xD9, 0xA2, 0x9A] if matches!(bytes.get(4..8), Some([0x65 | 0x67, 0xFB, 0x4B, 0xB5])) => {
            Some(Store::holding("KeePass database, encrypted"))
        }
        [0x30, ..] => pkcs12(bytes).or_else(|| key(bytes)),
        _ => None,
    }
}

/// Java's own format: a version, a count, then that many entries, each a private key with its certificates, a certificate
/// that is trusted, or (JCEKS) a secret key.
fn java(bytes: &[u8], what: &str) -> Option<Store> {
    let mut rest = bytes;
    let version = number(&mut rest)?;
    let count = number(&mut rest)?;
    if !matches!(version, 1 | 2) {
        return None;
    }
    let mut keys = 0_usize;
    for _ in 0..count {
        match entry(&mut rest, version) {
            Some(true) => keys += 1,
            Some(false) => {}
            // A secret key is a serialised object that does not say its length, and a cut file says no more: what follows
            // is not told apart. It is a key itself in the first case.
            None => return Some(Store::holding(format!("{what} with keys"))),
        }
    }
    (keys > 0).then(|| Store::holding(format!("{what} with {keys} private key{}", if keys == 1 { "" } else { "s" })))
}

/// Takes an entry from the front: whether it holds a private key. `None` if it is none of the two kinds that say their
/// length.
fn entry(rest: &mut &[u8], version: usize) -> Option<bool> {
    let kind = number(rest)?;
    text(rest)?;
    // When it was made.
    take(rest, 8)?;
    match kind {
        1 => {
            let length = number(rest)?;
            take(rest, length)?;
            for _ in 0..number(rest)? {
                certificate(rest, version)?;
            }
            Some(true)
        }
        2 => certificate(rest, version).map(|()| false),
        _ => None,
    }
}

fn certificate(rest: &mut &[u8], version: usize) -> Option<()> {
    if version == 2 {
        text(rest)?;
    }
    let length = number(rest)?;
    take(rest, length).map(drop)
}

/// A text with its length in two bytes before it.
fn text(rest: &mut &[u8]) -> Option<()> {
    let length = take(rest, 2)?;
    take(rest, usize::from(u16::from_be_bytes([length[0], length[1]]))).map(drop)
}

fn number(rest: &mut &[u8]) -> Option<usize> {
    let (number, behind) = rest.split_first_chunk::<4>()?;
    *rest = behind;
    Some(u32::from_be_bytes(*number) as usize)
}

fn take<'b>(rest: &mut &'b [u8], length: usize) -> Option<&'b [u8]> {
    let (taken, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(taken)
}

/// `pkcs-7 data` and `signed data`, one of which stands near the front of PKCS #12.
const PKCS7: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07];
/// What stands before the kind of each bag of PKCS #12: a key is 1, an encrypted key 2.
const BAG: &[u8] = &[0x06, 0x0B, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x0A, 0x01];
/// PKCS 7 `encrypted data`: bags whose kind is not seen.
const ENCRYPTED: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x06];

/// PKCS #12: a sequence of the version 3 and PKCS 7 content, with lengths or without.
fn pkcs12(bytes: &[u8]) -> Option<Store> {
    let header = 2 + usize::from(bytes[1].saturating_sub(0x80));
    let inside = bytes.get(header..)?;
    let front = &inside[..inside.len().min(32)];
    if !inside.starts_with(&[0x02, 0x01, 0x03, 0x30]) || memmem::find(front, PKCS7).is_none() {
        return None;
    }
    let kinds = memmem::find_iter(bytes, BAG).filter_map(|at| bytes.get(at + BAG.len()));
    let keys = kinds.filter(|kind| matches!(kind, 1 | 2)).count();
    if keys > 0 {
        return Some(Store::holding("PKCS #12 store with a private key"));
    }
    // Mostly certificates that are trusted: a key is commonly kept where its kind is seen.
    let hidden = memmem::find(bytes, ENCRYPTED).is_some();
    hidden.then(|| Store { confidence: Confidence::Low, ..Store::holding("PKCS #12 store, its content encrypted") })
}

/// A private key in DER.
fn key(bytes: &[u8]) -> Option<Store> {
    let facts = private_key::in_der(bytes)?;
    // Only an encrypted one is worth less.
    let severity = facts.severity.or(Some(Severity::Critical));
    Some(Store { severity, ..Store::holding(facts.what.unwrap_or_default()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A store of Java's with entries of these kinds.
    fn java_store(kinds: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0, 0, 0, kinds.len() as u8];
        let certificate = [&[0, 5][..], b"X.509", &[0, 0, 0, 3, 1, 2, 3]].concat();
        for kind in kinds {
            bytes.extend([0, 0, 0, *kind, 0, 1, b'a']);
            bytes.extend([0; 8]);
            if *kind == 1 {
                bytes.extend([0, 0, 0, 2, 9, 9, 0, 0, 0, 1]);
            }
            bytes.extend(&certificate);
        }
        bytes
    }

    fn what(bytes: &[u8]) -> Option<String> {
        store(bytes).map(|store| store.what)
    }

    #[test]
    fn a_store_of_certificates_alone_is_none() {
        assert_eq!(what(&java_store(&[2, 2])), None);
        assert_eq!(what(&java_store(&[2, 1])).as_deref(), Some("Java key store with 1 private key"));
        assert_eq!(what(&java_store(&[1, 2, 1])).as_deref(), Some("Java key store with 2 private keys"));
        assert_eq!(what(&java_store(&[3])).as_deref(), Some("Java key store with keys"));
        // A class file of Java, and other things that begin alike.
        assert_eq!(what(&[0xCA, 0xFE, 0xBA, 0xBE, 0, 0]), None);
        assert_eq!(what(&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 9, 0, 0, 0, 1]), None);
    }

    #[test]
    fn bags_of_pkcs12_tell_what_they_hold() {
        let front = [&[0x30, 0x80, 0x02, 0x01, 0x03, 0x30, 0x80][..], PKCS7, &[0x01]].concat();
        let with = |rest: &[u8]| what(&[&front, rest].concat());
        assert_eq!(with(&[BAG, &[2]].concat()).as_deref(), Some("PKCS #12 store with a private key"));
        assert_eq!(with(&[BAG, &[3]].concat()), None);
        assert_eq!(with(ENCRYPTED).as_deref(), Some("PKCS #12 store, its content encrypted"));
        assert_eq!(what(&[0x30, 0x80, 0x02, 0x01, 0x03]), None);
    }

    #[test]
    fn any_bytes_are_survived() {
        for length in 0..64 {
            let noise: Vec<u8> = (0..length).map(|at| (at * 167 % 256) as u8).collect();
            for mark in
                [&[0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2, 0xFF, 0xFF, 0xFF, 0xFF][..], &[0x30, 0xFF], &[0x30, 0x82]]
            {
                store(&[mark, &noise].concat());
            }
        }
    }
}
