//! Stripe keys: live or test mode, secret or restricted (<https://docs.stripe.com/keys>).

use super::Verdict;
use crate::model::Severity;

/// `sk_` and `rk_` keys.
pub fn validate(secret: &str, _: &str) -> Verdict {
    let mut parts = secret.splitn(3, '_');
    let kind = match parts.next() {
        Some("sk") => "Stripe secret key",
        Some("rk") => "Stripe restricted key",
        _ => return Verdict::Unknown,
    };
    match parts.next() {
        Some("live") if kind.contains("restricted") => Verdict::sure(format!("{kind}, live mode")).at(Severity::High),
        Some("live") => Verdict::sure(format!("{kind}, live mode")).at(Severity::Critical),
        Some("test") => Verdict::sure(format!("{kind}, test mode")).at(Severity::Medium),
        _ => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_decides_what_a_key_costs() {
        for (key, what, severity) in [
            ("sk_live_x", "Stripe secret key, live mode", Severity::Critical),
            ("rk_live_x", "Stripe restricted key, live mode", Severity::High),
            ("rk_test_x", "Stripe restricted key, test mode", Severity::Medium),
        ] {
            assert_eq!(validate(key, ""), Verdict::sure(what).at(severity));
        }
        assert_eq!(validate("sk_other", ""), Verdict::Unknown);
    }
}
