//! AWS access key ids: which account they belong to.
//!
//! Behind the four letters that say the kind stand eighty bits in base 32. Since about 2019 their first bit is set and
//! the next forty are the account's number; `sts:GetAccessKeyInfo` gives the same. Older ids do not tell.

use data_encoding::BASE32_NOPAD;

use super::Verdict;

/// Account numbers have twelve digits.
const ACCOUNTS: u64 = 1_000_000_000_000;

/// Any access key id.
pub fn validate(secret: &str, _: &str) -> Verdict {
    // The provider's documentation marks its examples so.
    if secret.ends_with("EXAMPLE") {
        return Verdict::Drop;
    }
    let Some((kind, id)) = secret.split_at_checked(4) else { return Verdict::Unknown };
    let what = if kind == "ASIA" { "temporary AWS access key id" } else { "AWS access key id" };
    let Ok(bytes) = BASE32_NOPAD.decode(id.as_bytes()) else {
        // Digits alone were typed by somebody.
        let letters = id.bytes().filter(u8::is_ascii_alphabetic).count();
        return if letters < 6 { Verdict::Drop } else { Verdict::doubtful(what) };
    };
    let Some(first) = bytes.first_chunk::<6>() else { return Verdict::doubtful(what) };
    let bits = first.iter().fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    let account = bits >> 7 & ((1 << 40) - 1);
    match (bits >> 47 == 1, account < ACCOUNTS) {
        (true, true) => Verdict::sure(format!("{what} of account {account:012}")),
        (true, false) => Verdict::doubtful(what),
        (false, _) => Verdict::sure(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::token::validate::Facts;

    /// An id whose first bits are these.
    fn id(kind: &str, bits: u64) -> String {
        let mut bytes = [0x5A_u8; 10];
        bytes[..6].copy_from_slice(&bits.to_be_bytes()[2..]);
        format!("{kind}{}", BASE32_NOPAD.encode(&bytes))
    }

    #[test]
    fn the_account_is_read_from_the_id() {
        // An account made up for this test, in the documented place.
        let id = id("ASIA", 1 << 47 | 481_920_576_103 << 7);
        let Verdict::Known(Facts { what: Some(what), .. }) = validate(&id, "") else { panic!("known") };
        assert_eq!(what, "temporary AWS access key id of account 481920576103");
    }

    #[test]
    fn examples_are_dropped_and_old_ids_keep_their_account() {
        assert_eq!(validate("AKIAQWERTYUIOEXAMPLE", ""), Verdict::Drop);
        assert_eq!(validate("AKIA1234567891234567", ""), Verdict::Drop);
        assert_eq!(validate("AKIAGQ8WLN0ZV3TPE91R", ""), Verdict::doubtful("AWS access key id"));
        assert_eq!(validate(&id("AKIA", 481_920_576_103), ""), Verdict::sure("AWS access key id"));
        assert_eq!(validate(&id("AKIA", u64::MAX >> 16), ""), Verdict::doubtful("AWS access key id"));
    }
}
