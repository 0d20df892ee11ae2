//! Grafana's API keys of old: base64 of a JSON object with the key, its name and the organization's number.

use serde_json::Value;

use super::super::super::credential;
use super::Verdict;
use crate::encoding;

/// `eyJrIjoi…`: `{"k":"…","n":"…","id":1}`. Other texts begin like it, such as Power BI's links of embedded reports.
pub fn key(secret: &str, _: &str) -> Verdict {
    let decoded = encoding::base64(secret).and_then(|(json, _)| serde_json::from_slice::<Value>(&json).ok());
    let Some(object) = decoded else { return Verdict::Unknown };
    match object["k"].as_str() {
        Some(key) if credential::is_placeholder(key) => Verdict::Drop,
        Some(_) if object["n"].is_string() => Verdict::sure("Grafana API key"),
        _ => Verdict::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(json: &str) -> Verdict {
        key(&data_encoding::BASE64.encode(json.as_bytes()), "")
    }

    #[test]
    fn a_key_is_looked_into() {
        assert_eq!(
            judged(r#"{"k":"Tq7LmZ29xVbKd40RnWs8cJfYh31gPaEu","n":"ci","id":1}"#),
            Verdict::sure("Grafana API key")
        );
        assert_eq!(judged(r#"{"k":"EXAMPLEKEYEXAMPLEKEY","n":"ci","id":1}"#), Verdict::Drop);
        assert_eq!(judged("{}"), Verdict::Unknown);
        assert_eq!(key("eyJrIjoi", ""), Verdict::Unknown);
    }
}
