//! Offline validation of what a token rule matched: checksums, structure, expiry. Nothing is asked of any network.
//!
//! A rule names its validator in `validate:`; [`VALIDATORS`] is the table. Whatever the rule, a value that a provider
//! publishes as an example is dropped.

mod aws;
mod azure;
mod checksum;
mod der;
mod gcp;
mod grafana;
pub mod jwt;
mod pem;
pub mod private_key;
mod slack;
mod stripe;

use super::super::credential;
use crate::model::{Confidence, Severity};

/// What a validator makes of a match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing can be said: the rule's own severity and confidence stand.
    Unknown,
    /// It is no secret: a published example, a public key, a placeholder in a secret's shape.
    Drop,
    /// It was looked into.
    Known(Facts),
}

/// What is known of a secret. What is `None` stays as the rule has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it is, in words that hold nothing of the secret: `RSA private key, encrypted`.
    pub what: Option<String>,
    /// What it costs.
    pub severity: Option<Severity>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

impl Verdict {
    /// It is what it looks like.
    fn sure(what: impl Into<String>) -> Self {
        Self::Known(Facts { what: Some(what.into()), severity: None, confidence: Some(Confidence::High) })
    }

    /// It has the shape, but not what lies behind it: a wrong checksum, a body that can't be read. Such values are mostly
    /// made up, but a reviewer wants to see them: medium confidence, not dropped.
    fn doubtful(what: impl Into<String>) -> Self {
        Self::Known(Facts { what: Some(what.into()), severity: None, confidence: Some(Confidence::Medium) })
    }

    /// The same at another severity.
    fn at(self, severity: Severity) -> Self {
        match self {
            Self::Known(facts) => Self::Known(Facts { severity: Some(severity), ..facts }),
            other => other,
        }
    }
}

/// Looks at a secret, and at the text around it in which the rule matched.
type Validator = fn(secret: &str, context: &str) -> Verdict;

/// The validators by the names that rules give in `validate:`.
const VALIDATORS: [(&str, Validator); 12] = [
    ("aws-access-key-id", aws::validate),
    ("azure-connection-string", azure::connection_string),
    ("azure-sas", azure::shared_access_signature),
    ("gcp-service-account", gcp::validate),
    ("github-checksum", checksum::github),
    ("grafana-checksum", checksum::grafana),
    ("grafana-key", grafana::key),
    ("jwt", jwt::validate),
    ("npm-checksum", checksum::npm),
    ("private-key", private_key::validate),
    ("slack-webhook", slack::validate),
    ("stripe-mode", stripe::validate),
];

/// Whether there is a validator of this name; the empty name means none.
pub fn is_known(name: &str) -> bool {
    name.is_empty() || VALIDATORS.iter().any(|(known, _)| *known == name)
}

/// Validates a match of a rule whose `validate:` is `name`; the empty name only drops published examples.
///
/// `context` is text around the match that holds at least all that the rule's pattern matched. `what` of the verdict
/// holds nothing of the secret.
pub fn validate(name: &str, secret: &str, context: &str) -> Verdict {
    if credential::is_published_example(secret) {
        return Verdict::Drop;
    }
    let validator = VALIDATORS.iter().find(|(known, _)| *known == name).map(|(_, validator)| validator);
    validator.map_or(Verdict::Unknown, |validator| validator(secret, context))
}

/// Whether a text in a random value's place is filling: hardly any different characters, mostly one, or the alphabet.
pub fn is_filler(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    let different = seen.iter().filter(|seen| **seen).count();
    let repeated = longest_run(bytes, |a, b| a == b);
    let mostly_one = repeated >= 10 && repeated > bytes.len() / 2;
    // Of six characters one may well come twice.
    let few = different < 6.min(bytes.len() / 2 + 1);
    few || mostly_one || longest_run(bytes, |a, b| b == a.wrapping_add(1)) >= 10
}

/// Whether zeros, or another digit over and over, make up more than half of a long text: `abc_0000000000000000`.
pub fn is_blank(text: &str) -> bool {
    let repeated = longest_run(text.as_bytes(), |a, b| a == b && a.is_ascii_digit());
    repeated >= 16 && repeated > text.len() / 2
}

/// The most bytes in a row of which each goes on from the one before.
fn longest_run(bytes: &[u8], goes_on: impl Fn(u8, u8) -> bool) -> usize {
    let mut run = 1;
    bytes.windows(2).fold(1, |longest, pair| {
        run = if goes_on(pair[0], pair[1]) { run + 1 } else { 1 };
        longest.max(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn every_validator_that_a_rule_names_exists() {
        for rule in rules::TOKENS {
            let name = rule.token.as_ref().map_or("", |token| &*token.validate);
            assert!(is_known(name), "{}: no validator {name}", rule.id);
        }
    }

    #[test]
    fn published_examples_are_dropped_whatever_the_rule() {
        assert_eq!(validate("", "AKIAIOSFODNN7EXAMPLE", ""), Verdict::Drop);
        assert_eq!(validate("", "kestrel-Harbour-71", ""), Verdict::Unknown);
    }

    #[test]
    fn filling_is_told_from_random_text() {
        for filling in
            ["XXXXXXXXXXXXXXXXXXXXXXXX", "abcdefghijklmnopqrstuvwx", "0000111100001111", "key_1111111111111="]
        {
            assert!(is_filler(filling), "{filling}");
        }
        for random in ["kQ7vR2tY8uI4oP6aS1dF3gHj", "b7Zt1", "n4vy4k", "0f8a6c1d9b2e4f73"] {
            assert!(!is_filler(random), "{random}");
        }
        assert!(is_blank("abc_0000000000000000000000") && !is_blank("kQ7vR2tY8uI4oP6aS1dF3gHj"));
    }
}
