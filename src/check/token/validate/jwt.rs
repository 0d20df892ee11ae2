//! JSON Web Tokens: header and claims, read without a look at who signed them (RFC 7519).

use serde_json::Value;

use super::Verdict;
use crate::encoding;
use crate::model::{Confidence, Severity, date};

/// `header.claims.signature` in base64url. No claim's text is shown: issuer and subject may be private.
pub fn validate(secret: &str, _: &str) -> Verdict {
    let mut parts = secret.split('.');
    let header = parts.next().and_then(object);
    let claims = parts.next().and_then(object);
    match (header, claims) {
        (None, None) => match Verdict::doubtful("JSON Web Token, unreadable") {
            // Three random words between dots that begin with `ey`.
            Verdict::Known(facts) => Verdict::Known(super::Facts { confidence: Some(Confidence::Low), ..facts }),
            other => other,
        },
        (Some(header), Some(claims)) => readable(&header, &claims),
        _ => Verdict::doubtful("JSON Web Token, unreadable in part"),
    }
}

fn readable(header: &Value, claims: &Value) -> Verdict {
    let what = kind(claims);
    if header["alg"].as_str().is_some_and(|algorithm| algorithm.eq_ignore_ascii_case("none")) {
        return Verdict::sure(format!("{what}, unsigned")).at(Severity::Low);
    }
    match expiry(claims) {
        Some(seconds) if seconds < date::now() => {
            let day = date::day(seconds).map(|day| format!(" {day}")).unwrap_or_default();
            Verdict::sure(format!("{what}, expired{day}")).at(Severity::Low)
        }
        _ if what == SUPABASE_ANONYMOUS => Verdict::sure(what).at(Severity::Low),
        _ if what == SUPABASE_SERVICE => Verdict::sure(what).at(Severity::Critical),
        Some(seconds) => match date::day(seconds) {
            Some(day) => Verdict::sure(format!("{what}, until {day}")),
            None => Verdict::sure(what),
        },
        None => Verdict::sure(what),
    }
}

/// Meant for browsers: row level security guards the data.
const SUPABASE_ANONYMOUS: &str = "Supabase key of the anonymous role";
/// Passes by all row level security.
const SUPABASE_SERVICE: &str = "Supabase key of the service role";

/// What issues tokens of this form, told by the few issuers that are public knowledge.
fn kind(claims: &Value) -> &'static str {
    let is = |claim: &str, value: &str| claims[claim].as_str() == Some(value);
    match () {
        () if is("iss", "supabase") && is("role", "anon") => SUPABASE_ANONYMOUS,
        () if is("iss", "supabase") && is("role", "service_role") => SUPABASE_SERVICE,
        () if is("iss", "kubernetes/serviceaccount") || claims.get("kubernetes.io").is_some() => {
            "Kubernetes service account token"
        }
        () => "JSON Web Token",
    }
}

/// When the token expires, in seconds since 1970.
fn expiry(claims: &Value) -> Option<i64> {
    let number = claims["exp"].as_f64().filter(|number| number.is_finite() && *number > 0.0)?;
    // Some write milliseconds.
    Some(if number > 1e11 { (number / 1000.0) as i64 } else { number as i64 })
}

fn object(part: &str) -> Option<Value> {
    let (bytes, _) = encoding::base64(part)?;
    serde_json::from_slice::<Value>(&bytes).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64URL_NOPAD;

    fn token(header: &str, claims: &str) -> String {
        let part = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
        format!("{}.{}.{}", part(header), part(claims), "mkhrTcZTs-Mj8KJ-uMETV6eHFNKZ-3mewdcFY4uD6NU")
    }

    fn of(claims: &str) -> Verdict {
        validate(&token(r#"{"alg":"HS256"}"#, claims), "")
    }

    #[test]
    fn claims_say_how_grave_a_token_is() {
        assert_eq!(of(r#"{"sub":"x"}"#), Verdict::sure("JSON Web Token"));
        assert_eq!(of(r#"{"exp":1614816000}"#), Verdict::sure("JSON Web Token, expired 2021-03-04").at(Severity::Low));
        assert_eq!(
            of(r#"{"exp":1614816000000}"#),
            Verdict::sure("JSON Web Token, expired 2021-03-04").at(Severity::Low)
        );
        assert_eq!(of(r#"{"exp":4107542400}"#), Verdict::sure("JSON Web Token, until 2100-03-01"));
        assert_eq!(of(r#"{"iss":"supabase","role":"anon"}"#), Verdict::sure(SUPABASE_ANONYMOUS).at(Severity::Low));
        assert_eq!(of(r#"{"iss":"kubernetes/serviceaccount"}"#), Verdict::sure("Kubernetes service account token"));
        let unsigned = validate(&token(r#"{"alg":"none"}"#, r#"{"sub":"x"}"#), "");
        assert_eq!(unsigned, Verdict::sure("JSON Web Token, unsigned").at(Severity::Low));
    }

    #[test]
    fn what_is_no_json_is_doubted() {
        assert_eq!(of("no json"), Verdict::doubtful("JSON Web Token, unreadable in part"));
        let Verdict::Known(facts) = validate("eyF6Gc7qTW0ygzQF.ey6VTREk1e0SzxH.lK5VBP2hUgQEeYLUjGfRh35", "") else {
            panic!("known")
        };
        assert_eq!(facts.confidence, Some(Confidence::Low));
        let hostile = r#"{"exp":1e400,"iss":["supabase"]}"#;
        assert!(matches!(of(hostile), Verdict::Known(_)));
    }
}
