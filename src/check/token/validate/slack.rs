//! Slack's incoming webhooks: `…/services/T<workspace>/B<app>/<24 characters>`.

use super::{Verdict, is_filler};

/// The address of an incoming webhook.
pub fn validate(secret: &str, _: &str) -> Verdict {
    let Some((_, path)) = secret.split_once("/services/") else { return Verdict::Unknown };
    let parts: Vec<&str> = path.splitn(4, '/').collect();
    let Some(key) = parts.last() else { return Verdict::Unknown };
    // The documentation's `T00000000/B00000000/XXXX…`, and others like it.
    if is_filler(key) {
        return Verdict::Drop;
    }
    let id = |text: &str, first: char| {
        text.starts_with(first) && text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match parts.as_slice() {
        [workspace, app, key] if id(workspace, 'T') && id(app, 'B') && key.len() == 24 => {
            Verdict::sure("Slack incoming webhook")
        }
        _ => Verdict::doubtful("Slack incoming webhook, of an unusual form"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_has_three_parts_and_a_random_key() {
        let of = |path: &str| validate(&format!("https://hooks.slack.com/services/{path}"), "");
        assert_eq!(of("T3HX0QZ7K/B9WL4MN2P/kQ7vR2tY8uI4oP6aS1dF3gHj"), Verdict::sure("Slack incoming webhook"));
        assert_eq!(of("T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"), Verdict::Drop);
        assert_eq!(of("T3HX0QZ7K/B9WL4MN2P/abcdefghijklmnopqrstuvwx"), Verdict::Drop);
        assert!(matches!(of("x3v3pydscik6xhqf21jrpabor8yzgna4vm2im99kk3ki8m"), Verdict::Known(_)));
    }
}
