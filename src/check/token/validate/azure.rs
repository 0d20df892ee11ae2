//! Azure's shared keys and shared access signatures.
//!
//! A storage account's key is 64 random bytes in base64, a Service Bus or IoT Hub key 32
//! (<https://learn.microsoft.com/en-us/azure/storage/common/storage-account-keys-manage>). A signature is the HMAC-SHA256
//! of the rights that stand beside it in the address: when they end and what they allow
//! (<https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas>).

use super::{Verdict, is_filler};
use crate::encoding;
use crate::model::{Severity, date};

/// `AccountKey=…` or `SharedAccessKey=…`.
pub fn connection_string(secret: &str, _: &str) -> Verdict {
    let bytes = encoding::base64(secret).map_or(0, |(bytes, _)| bytes.len());
    match bytes {
        _ if is_filler(secret) => Verdict::Drop,
        64 => Verdict::sure("Azure account key, 512 bits"),
        32 => Verdict::sure("Azure shared access key, 256 bits"),
        _ => Verdict::doubtful("Azure key, of an unusual length"),
    }
}

/// The `sig` parameter of an address.
pub fn shared_access_signature(secret: &str, context: &str) -> Verdict {
    let bytes = encoding::percent(secret).and_then(|plain| encoding::base64(&plain.text));
    let length = bytes.or_else(|| encoding::base64(secret)).map_or(0, |(bytes, _)| bytes.len());
    if length != 32 {
        return Verdict::doubtful("Azure shared access signature, of an unusual length");
    }
    let query = query_around(secret, context);
    let expiry = parameter(query, "se").filter(|value| date::is_day(value)).map(|value| &value[..10]);
    let today = date::day(date::now()).unwrap_or_default();
    let writes = parameter(query, "sp").is_none_or(|rights| rights.chars().any(|right| !matches!(right, 'r' | 'l')));
    let what = if writes { "Azure shared access signature" } else { "Azure shared access signature, read only" };
    match expiry {
        Some(day) if day < today.as_str() => Verdict::sure(format!("{what}, expired {day}")).at(Severity::Low),
        Some(day) if !writes => Verdict::sure(format!("{what}, until {day}")).at(Severity::Medium),
        Some(day) => Verdict::sure(format!("{what}, until {day}")),
        None => Verdict::sure(what),
    }
}

/// The parameters among which the signature stands.
fn query_around<'c>(secret: &str, context: &'c str) -> &'c str {
    let Some(at) = context.find(secret) else { return "" };
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | '?');
    let start = context[..at].rfind(ends).map_or(0, |at| at + 1);
    let end = context[at..].find(ends).map_or(context.len(), |end| at + end);
    &context[start..end]
}

fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let pairs = query.split(['&', ';']).filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.trim_start_matches("amp;"), value)).find(|(key, _)| *key == name).map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::BASE64;

    #[test]
    fn a_keys_length_tells_its_kind() {
        let key = |length: u8| BASE64.encode(&(0..length).map(|byte| byte.wrapping_mul(157)).collect::<Vec<_>>());
        assert_eq!(connection_string(&key(64), ""), Verdict::sure("Azure account key, 512 bits"));
        assert_eq!(connection_string(&key(32), ""), Verdict::sure("Azure shared access key, 256 bits"));
        assert_eq!(connection_string(&key(40), ""), Verdict::doubtful("Azure key, of an unusual length"));
        assert_eq!(connection_string(&BASE64.encode(&[0; 64]), ""), Verdict::Drop);
    }

    #[test]
    fn a_signature_says_until_when_and_for_what() {
        let signature = "k3ZtR8q1Yw5LmXc0NeHb7JdPs2UgAf9TiVv4oKxQ6Bw%3D";
        let of = |rights: &str| {
            let context = format!(
                "see https://a.example.org/?sv=1 and \"https://b/x?sv=2023-11-03&{rights}&sig={signature}\" sp=zz"
            );
            shared_access_signature(signature, &context)
        };
        let what = "Azure shared access signature";
        assert_eq!(
            of("se=2020-01-10T08%3A00&sp=rw"),
            Verdict::sure(format!("{what}, expired 2020-01-10")).at(Severity::Low)
        );
        assert_eq!(
            of("sp=rl&amp;se=9990-01-10"),
            Verdict::sure(format!("{what}, read only, until 9990-01-10")).at(Severity::Medium)
        );
        assert_eq!(of("sp=racwdl"), Verdict::sure(what));
    }
}
