//! Tokens that end in a checksum of themselves.
//!
//! GitHub and npm: six base 62 digits of the CRC-32 of the thirty characters behind the prefix
//! (<https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>). Grafana's
//! service accounts: eight hexadecimal digits, the lowest byte first, of the CRC-32 of all that stands before them.

use flate2::Crc;

use super::Verdict;

/// `ghp_`, `gho_`, `ghu_`, `ghs_` and `ghr_` tokens of the classic length.
pub fn github(secret: &str, _: &str) -> Verdict {
    // Longer refresh tokens have another form.
    if secret.len() != 40 { Verdict::Unknown } else { base62(secret, "GitHub token") }
}

/// `npm_` tokens.
pub fn npm(secret: &str, _: &str) -> Verdict {
    base62(secret, "npm token")
}

/// `glsa_` tokens.
pub fn grafana(secret: &str, _: &str) -> Verdict {
    let Some((body, sum)) = secret.rsplit_once('_') else { return Verdict::Unknown };
    let right = u32::from_str_radix(sum, 16).is_ok_and(|sum| sum.swap_bytes() == crc32(body));
    judged(right, body, "Grafana service account token")
}

fn base62(secret: &str, what: &str) -> Verdict {
    let parts = secret.split_once('_').and_then(|(_, rest)| rest.split_at_checked(rest.len().saturating_sub(6)));
    let Some((body, sum)) = parts else { return Verdict::Unknown };
    judged(number(sum) == Some(u64::from(crc32(body))), body, what)
}

fn judged(right: bool, body: &str, what: &str) -> Verdict {
    match right {
        _ if says_it_is_none(body) => Verdict::Drop,
        true => Verdict::sure(format!("{what}, its checksum is right")),
        false => Verdict::doubtful(format!("{what}, its checksum is wrong")),
    }
}

/// Whether a word that no generator draws by chance says that the token is made up.
fn says_it_is_none(body: &str) -> bool {
    let lower = body.to_ascii_lowercase();
    ["invalid", "example", "notreal", "placeholder", "dummytoken", "faketoken"].iter().any(|word| lower.contains(word))
}

/// A number in base 62: digits, capitals, small letters.
fn number(text: &str) -> Option<u64> {
    text.bytes().try_fold(0_u64, |number, byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            b'a'..=b'z' => byte - b'a' + 36,
            _ => return None,
        };
        number.checked_mul(62)?.checked_add(u64::from(digit))
    })
}

fn crc32(text: &str) -> u32 {
    let mut crc = Crc::new();
    crc.update(text.as_bytes());
    crc.sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Confidence;

    fn confidence(verdict: Verdict) -> Option<Confidence> {
        if let Verdict::Known(facts) = verdict { facts.confidence } else { None }
    }

    #[test]
    fn a_checksum_decides_how_sure_a_token_is() {
        // Made for this test: thirty invented characters and their checksum.
        let body = "tidewaiterTidewaiterTidewaiter";
        let mut sum = String::new();
        let mut left = crc32(body);
        for _ in 0..6 {
            let digit = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"[left as usize % 62];
            sum.insert(0, char::from(digit));
            left /= 62;
        }
        assert_eq!(confidence(github(&format!("ghp_{body}{sum}"), "")), Some(Confidence::High));
        assert_eq!(confidence(npm(&format!("npm_{body}{sum}"), "")), Some(Confidence::High));
        assert_eq!(confidence(github(&format!("ghp_{body}Zz9x8y"), "")), Some(Confidence::Medium));
        assert_eq!(github("ghr_short", ""), Verdict::Unknown);
    }

    #[test]
    fn grafana_writes_the_lowest_byte_first() {
        let body = "glsa_tidewaiterTidewaiterTidewaiter12";
        let sum = format!("{:08x}", crc32(body).swap_bytes());
        assert_eq!(confidence(grafana(&format!("{body}_{sum}"), "")), Some(Confidence::High));
        assert_eq!(confidence(grafana(&format!("{body}_00000000"), "")), Some(Confidence::Medium));
        assert_eq!(grafana("glsa_tidewaiterInvalidTidewaiterInval_00000000", ""), Verdict::Drop);
    }
}
