//! Private keys: which kind, how long, encrypted or not, and whether what is there is one at all.
//!
//! PKCS 1 (RFC 8017), SEC 1 (RFC 5915), PKCS 8 plain and encrypted (RFC 5958), DSA as OpenSSL writes it, OpenSSH's own
//! form (`PROTOCOL.key` of OpenSSH), PuTTY's, and OpenPGP's first packet (RFC 9580).

use super::der::{self, BIT_STRING, INTEGER, OBJECT_ID, OCTET_STRING, SEQUENCE};
use super::pem::Pem;
use super::{Facts, Verdict, is_filler};
use crate::encoding;
use crate::model::{Confidence, Severity};

/// A key in armour, or the private lines of a PuTTY file.
pub fn validate(secret: &str, context: &str) -> Verdict {
    let Some(pem) = Pem::read(secret) else { return putty(secret, context) };
    let label = pem.label;
    if label.contains("PUBLIC KEY") || label.contains("CERTIFICATE") || pem.is_placeholder() {
        return Verdict::Drop;
    }
    let what = labelled(label);
    if pem.is_encrypted || label.starts_with("SSH2 ENCRYPTED") {
        return encrypted(what);
    }
    // An OpenPGP body ends in a checksum of its own.
    let body =
        if label.starts_with("PGP") { pem.body.rsplit_once('=').map_or("", |(body, _)| body) } else { &pem.body };
    match encoding::base64(body.trim_end_matches('=')) {
        Some((bytes, _)) if label.starts_with("PGP") => pgp(&bytes),
        Some((bytes, _)) => binary(&bytes).unwrap_or_else(|| Verdict::doubtful(format!("{what}, unreadable"))),
        None => Verdict::doubtful(format!("{what}, unreadable")),
    }
}

/// The keys that stand in a text, among certificates or other words: the first that is one.
pub fn in_text(text: &str) -> Verdict {
    let decoded = encoding::base64(text).and_then(|(bytes, _)| String::from_utf8(bytes).ok());
    let text = decoded.as_deref().unwrap_or(text);
    if text.trim_start().starts_with("PuTTY-User-Key-File") {
        let private = text.split_once("Private-Lines:").and_then(|(_, rest)| rest.split("Private-MAC").next());
        return private.map_or(Verdict::Unknown, |lines| putty(lines, text));
    }
    let blocks = text.match_indices("-----BEGIN ").filter(|(at, mark)| {
        text[at + mark.len()..].split("-----").next().is_some_and(|label| label.contains("PRIVATE KEY"))
    });
    let mut verdicts = blocks.map(|(at, _)| validate(&text[at..], text));
    let first = verdicts.next().unwrap_or(Verdict::Unknown);
    if first == Verdict::Drop { verdicts.find(|other| *other != Verdict::Drop).unwrap_or(first) } else { first }
}

/// Whether a private key's armour holds much more than nothing, be it only the beginning of a key.
pub fn has_body(text: &str) -> bool {
    let pem = Pem::read(text).filter(|pem| pem.label.ends_with("PRIVATE KEY"));
    pem.is_some_and(|pem| !pem.is_placeholder() && pem.body.len() >= LEAST_BODY)
}

/// Characters of base64 that a key has at the least: those of an Ed25519 key, which is the shortest.
const LEAST_BODY: usize = 60;

/// A key's kind by its first line.
fn labelled(label: &str) -> &'static str {
    match label {
        "RSA PRIVATE KEY" => "RSA private key",
        "EC PRIVATE KEY" => "EC private key",
        "DSA PRIVATE KEY" => "DSA private key",
        "OPENSSH PRIVATE KEY" => "OpenSSH private key",
        "PGP PRIVATE KEY BLOCK" => "PGP private key",
        _ => "private key",
    }
}

/// Worth what its passphrase is worth.
fn encrypted(what: &str) -> Verdict {
    Verdict::sure(format!("{what}, encrypted")).at(Severity::Medium)
}

/// A key that a binary file is: none where there is any doubt.
pub fn in_der(bytes: &[u8]) -> Option<Facts> {
    let outer = der::values(bytes).next()?;
    let known = |verdict: Verdict| if let Verdict::Known(facts) = verdict { Some(facts) } else { None };
    let is_one = outer.is_whole() && has_known_version(&outer);
    binary(bytes).filter(|_| is_one).and_then(known).filter(|facts| facts.confidence == Some(Confidence::High))
}

/// Whether the value begins as a key's: with a small version, or an algorithm of password-based encryption.
fn has_known_version(outer: &der::Value<'_>) -> bool {
    let password_based = |id: &[u8]| {
        id.starts_with(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05])
            || id.starts_with(&[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x0C, 0x01])
    };
    match outer.values().next() {
        Some(first) if first.tag == INTEGER => matches!(first.content, [0 | 1]),
        Some(first) => first.values().next().is_some_and(|id| id.tag == OBJECT_ID && password_based(id.content)),
        None => false,
    }
}

/// A key without its armour. `None`: no known structure.
fn binary(bytes: &[u8]) -> Option<Verdict> {
    if let Some(rest) = bytes.strip_prefix(b"openssh-key-v1\0") {
        return open_ssh(rest);
    }
    let outer = der::values(bytes).next().filter(|value| value.tag == SEQUENCE)?;
    let mut values = outer.values();
    let (first, second) = (values.next()?, values.next());
    match (first.tag, second.map(|value| value.tag)) {
        (INTEGER, Some(SEQUENCE)) => pkcs8(&second?, values.next()),
        // A shorter one is something else's: SNMP's messages begin like this.
        (INTEGER, Some(OCTET_STRING)) if second?.length >= 16 => Some(ending(&second?, "EC private key".to_owned())),
        (INTEGER, Some(INTEGER)) => numbers(&outer),
        (SEQUENCE, Some(OCTET_STRING)) => Some(encrypted("private key")),
        // A public key or a certificate under the wrong name.
        (SEQUENCE, Some(BIT_STRING | SEQUENCE)) => Some(Verdict::Drop),
        // The part that is there says only how the key was made.
        (INTEGER, None) if !outer.is_whole() && values.is_done() => Some(Verdict::Drop),
        _ => None,
    }
}

/// The verdict on a key whose secret part is `secret`: a text that breaks off before half of it gives nothing away.
fn ending(secret: &der::Value<'_>, what: String) -> Verdict {
    match secret.content.len() {
        _ if secret.is_whole() => Verdict::sure(what),
        there if there * 2 < secret.length => Verdict::Drop,
        _ => Verdict::doubtful(format!("{what}, cut off")),
    }
}

/// Keys that are a row of numbers: `0, n, e, d, …` is RSA's, `0, p, q, g, y, x` DSA's; `n, e` alone is public.
fn numbers(outer: &der::Value<'_>) -> Option<Verdict> {
    let numbers: Vec<_> = outer.values().take(10).take_while(|value| value.tag == INTEGER).collect();
    let modulus = numbers.get(1)?;
    if numbers.len() == 2 && outer.is_whole() {
        return Some(Verdict::Drop);
    }
    // A public exponent is small.
    let is_rsa = numbers.get(2).is_none_or(|exponent| exponent.length <= 8);
    let (secret, what) = if is_rsa { (numbers.get(3), "RSA") } else { (numbers.get(5), "DSA") };
    // What follows is there and can't be read: a key that was made up, not one that breaks off.
    let read: usize = numbers.iter().map(|number| number.content.len() + 4).sum();
    if secret.is_none() && outer.content.len() > read + modulus.length / 2 {
        return None;
    }
    let what = format!("{what} private key, {} bits", modulus.bits());
    Some(secret.map_or(Verdict::Drop, |secret| ending(secret, what)))
}

/// PKCS 8: the algorithm, then the key in the algorithm's own form.
fn pkcs8(algorithm: &der::Value<'_>, key: Option<der::Value<'_>>) -> Option<Verdict> {
    let id = algorithm.values().next().filter(|value| value.tag == OBJECT_ID)?;
    let Some(key) = key.filter(|key| key.tag == OCTET_STRING) else { return Some(Verdict::Drop) };
    let what = match id.content {
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, ..] => {
            return der::values(key.content).next().as_ref().and_then(numbers);
        }
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01] => "EC private key",
        [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01] => "DSA private key",
        [0x2B, 0x65, 0x6E] => "X25519 private key",
        [0x2B, 0x65, 0x6F] => "X448 private key",
        [0x2B, 0x65, 0x70] => "Ed25519 private key",
        [0x2B, 0x65, 0x71] => "Ed448 private key",
        _ => "private key",
    };
    Some(ending(&key, what.to_owned()))
}

/// OpenSSH: cipher, key derivation and its options, the number of keys, the public key, then the private one.
fn open_ssh(bytes: &[u8]) -> Option<Verdict> {
    let mut rest = bytes;
    let (cipher, _) = ssh_string(&mut rest)?;
    ssh_string(&mut rest)?;
    ssh_string(&mut rest)?;
    rest = rest.get(4..)?;
    let (public, _) = ssh_string(&mut rest)?;
    let kind = match public.get(4..).unwrap_or_default() {
        name if name.starts_with(b"ssh-ed25519") => "Ed25519 private key",
        name if name.starts_with(b"ssh-rsa") => "RSA private key",
        name if name.starts_with(b"ssh-dss") => "DSA private key",
        name if name.starts_with(b"ecdsa-") => "EC private key",
        // The key itself stays in the device.
        name if name.starts_with(b"sk-") => "handle of a hardware key",
        _ => "OpenSSH private key",
    };
    let Some((content, length)) = ssh_string(&mut rest) else { return Some(Verdict::Drop) };
    match cipher {
        b"none" if kind.starts_with("handle") => Some(Verdict::sure(kind).at(Severity::Low)),
        b"none" => Some(ending(&der::Value { tag: OCTET_STRING, content, length }, kind.to_owned())),
        _ => Some(encrypted(kind)),
    }
}

/// Takes a string (RFC 4251) from the front: as much of its bytes as is there, and the length it says it has.
fn ssh_string<'b>(rest: &mut &'b [u8]) -> Option<(&'b [u8], usize)> {
    let (length, behind) = rest.split_first_chunk::<4>()?;
    let length = u32::from_be_bytes(*length) as usize;
    let (text, behind) = behind.split_at(length.min(behind.len()));
    *rest = behind;
    Some((text, length))
}

/// PuTTY's private lines; the file says above them whether they are encrypted.
fn putty(secret: &str, context: &str) -> Verdict {
    let Some(head) = context.find(secret).map(|at| &context[..at]) else { return Verdict::Unknown };
    let Some((_, head)) = head.rsplit_once("PuTTY-User-Key-File") else { return Verdict::Unknown };
    match head.split_once("Encryption:").map(|(_, rest)| rest.trim_start()) {
        _ if is_filler(secret) => Verdict::Drop,
        Some(cipher) if !cipher.starts_with("none") => encrypted("PuTTY private key"),
        _ => Verdict::sure("PuTTY private key"),
    }
}

/// OpenPGP: the first packet's tag says whether secrets follow.
fn pgp(bytes: &[u8]) -> Verdict {
    let tag = match bytes.first() {
        Some(byte) if byte & 0xC0 == 0xC0 => byte & 0x3F,
        Some(byte) if byte & 0x80 == 0x80 => byte >> 2 & 0x0F,
        _ => return Verdict::doubtful("PGP private key, unreadable"),
    };
    match tag {
        5 | 7 => Verdict::sure("PGP private key"),
        6 | 14 => Verdict::Drop,
        _ => Verdict::doubtful("PGP private key, unreadable"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use data_encoding::BASE64;

    use super::*;
    use crate::rules;

    fn armoured(label: &str, bytes: &[u8]) -> String {
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----", BASE64.encode(bytes))
    }

    /// A value in DER.
    fn value(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82, length[0], length[1]], content].concat()
    }

    /// A row of numbers of these lengths; the bytes are no key's.
    fn row(lengths: &[usize]) -> Vec<u8> {
        let filled = |length: &usize| (0..*length).map(|at| (at * 157 % 119 + 1) as u8).collect::<Vec<_>>();
        let numbers: Vec<u8> = lengths.iter().flat_map(|length| value(INTEGER, &filled(length))).collect();
        value(SEQUENCE, &numbers)
    }

    #[test]
    fn every_real_key_among_the_rules_examples_is_read() {
        let example = |id: &str, number: usize| {
            let rule = rules::TOKENS.iter().find(|rule| rule.id == id).unwrap();
            validate(&rule.token.as_ref().unwrap().examples[number], "")
        };
        let verdict = |id: &str| example(id, 0);
        assert_eq!(verdict("private-key-rsa"), Verdict::sure("RSA private key, 1024 bits"));
        assert_eq!(example("private-key-rsa", 1), encrypted("RSA private key"));
        assert_eq!(verdict("private-key-ec"), Verdict::sure("EC private key"));
        assert_eq!(verdict("private-key-pkcs8"), Verdict::sure("Ed25519 private key"));
        assert_eq!(verdict("private-key-pkcs8-encrypted"), encrypted("private key"));
        assert_eq!(verdict("private-key-openssh"), Verdict::sure("Ed25519 private key"));
        assert_eq!(verdict("private-key-dsa"), Verdict::sure("DSA private key, 1024 bits"));
    }

    #[test]
    fn numbers_tell_the_algorithm() {
        let of = |label: &str, lengths: &[usize]| validate(&armoured(label, &row(lengths)), "");
        let rsa = [1, 256, 3, 256, 128, 128, 128, 128, 128];
        assert_eq!(of("RSA PRIVATE KEY", &rsa), Verdict::sure("RSA private key, 2048 bits"));
        assert_eq!(of("DSA PRIVATE KEY", &[1, 128, 20, 128, 128, 20]), Verdict::sure("DSA private key, 1024 bits"));
        assert_eq!(of("RSA PRIVATE KEY", &[256, 3]), Verdict::Drop);
    }

    #[test]
    fn a_key_that_breaks_off_before_its_secret_part_is_none() {
        let key = row(&[1, 256, 3, 256, 128, 128]);
        let cut = |end: usize| validate(&armoured("RSA PRIVATE KEY", &key[..end]), "");
        assert_eq!(cut(200), Verdict::Drop);
        assert_eq!(cut(340), Verdict::Drop);
        assert_eq!(cut(480), Verdict::doubtful("RSA private key, 2048 bits, cut off"));
        assert_eq!(cut(600), Verdict::sure("RSA private key, 2048 bits"));
    }

    #[test]
    fn what_is_public_or_a_placeholder_is_dropped() {
        let public = value(SEQUENCE, &[value(SEQUENCE, &[6, 1, 1]), value(BIT_STRING, &[7; 64])].concat());
        let noisy: Vec<u8> =
            public.iter().enumerate().map(|(at, b)| if at > 20 { (at * 89) as u8 } else { *b }).collect();
        assert_eq!(validate(&armoured("PRIVATE KEY", &noisy), ""), Verdict::Drop);
        assert_eq!(validate("-----BEGIN PRIVATE KEY-----\nMIIEow...\n-----END PRIVATE KEY-----", ""), Verdict::Drop);
        assert_eq!(validate(&armoured("RSA PUBLIC KEY", &row(&[256, 3])), ""), Verdict::Drop);
    }

    #[test]
    fn an_encrypted_key_is_worth_less() {
        let text = armoured("RSA PRIVATE KEY", &row(&[200])).replacen(
            "-----\n",
            "-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-EDE3-CBC,0\n\n",
            1,
        );
        assert_eq!(validate(&text, ""), encrypted("RSA private key"));
        let file = "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: aes256-cbc\nPrivate-Lines: 1\nuM3uSkXAT2NA7pK\n";
        assert_eq!(validate("uM3uSkXAT2NA7pK", file), encrypted("PuTTY private key"));
    }

    #[test]
    fn a_key_is_found_among_certificates() {
        let key = armoured("RSA PRIVATE KEY", &row(&[1, 256, 3, 256, 128]));
        let certificate = armoured("CERTIFICATE", &row(&[99, 45]));
        let cut = "-----BEGIN PRIVATE KEY-----\nMIIEow...\n-----END PRIVATE KEY-----";
        let rsa = Verdict::sure("RSA private key, 2048 bits");
        for text in [format!("{certificate}\n{key}\n"), format!("{cut}\n{key}"), BASE64.encode(key.as_bytes())] {
            assert_eq!(in_text(&text), rsa);
        }
        assert_eq!(in_text(cut), Verdict::Drop);
        assert_eq!(in_text(&certificate), Verdict::Unknown);
    }

    #[test]
    fn any_bytes_are_survived() {
        for length in 0..200 {
            let bytes: Vec<u8> = (0..length).map(|at| (at * 31 % 256) as u8).collect();
            for prefix in [&b""[..], b"openssh-key-v1\0", &[SEQUENCE, 0x82], &[SEQUENCE, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]]
            {
                validate(&armoured("PRIVATE KEY", &[prefix, &bytes].concat()), "");
                validate(&armoured("PGP PRIVATE KEY BLOCK", &[prefix, &bytes].concat()), "");
            }
        }
    }
}
