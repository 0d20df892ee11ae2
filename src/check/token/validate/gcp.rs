//! Google Cloud's service account keys: a JSON object around a private key.

use super::{Facts, Verdict, private_key};

/// The `private_key` of a service account's JSON.
pub fn validate(secret: &str, context: &str) -> Verdict {
    match private_key::validate(secret, context) {
        Verdict::Known(facts) => {
            let what = match field(context, "project_id") {
                Some(project) => format!("Google Cloud service account key of project {project}"),
                None => "Google Cloud service account key".to_owned(),
            };
            Verdict::Known(Facts { what: Some(what), ..facts })
        }
        other => other,
    }
}

/// The value of a field of the object, if it has the form of a project's id: small letters, digits, hyphens, at most
/// thirty characters, so that nothing else of the object is ever shown.
fn field<'c>(context: &'c str, name: &str) -> Option<&'c str> {
    let (_, behind) = context.split_once(&format!("\"{name}\""))?;
    let value = behind.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    let value = &value[..value.find('"')?];
    let is_id = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    ((6..=30).contains(&value.len()) && value.bytes().all(is_id)).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_project_id_is_shown() {
        assert_eq!(field(r#"{"project_id" : "acme-shop", "x": 1}"#, "project_id"), Some("acme-shop"));
        assert_eq!(field(r#"{"project_id": "Not An Id"}"#, "project_id"), None);
        assert_eq!(field(r#"{"project_id": 7}"#, "project_id"), None);
    }
}
