//! The YAML forms of rule files, shared by `build.rs` (built-in rules) and the configuration (a user's rules).

use serde::{Deserialize, Deserializer};

/// A structural rule: `rules/<family>/<name>.yaml`. Its id is `<family>-<name>`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StructuralFile {
    /// One line, sentence case, no full stop.
    pub title: String,
    /// `info`, `low`, `medium`, `high` or `critical`.
    pub severity: String,
    /// `low`, `medium` or `high`.
    pub confidence: String,
    /// Why it matters.
    pub why: String,
    /// How to mend it.
    pub mend: String,
    /// Addresses of public documentation.
    #[serde(default)]
    pub references: Vec<String>,
}

/// A provider's token rules: `rules/providers/<provider>.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a `provider` and its `rules`")]
pub struct ProviderFile {
    /// The provider's name as it writes it.
    pub provider: String,
    /// Why a leaked token matters, for rules that do not say it themselves.
    #[serde(default)]
    pub why: String,
    /// How to revoke and replace a token, for rules that do not say it themselves.
    #[serde(default)]
    pub mend: String,
    /// Addresses of the provider's documentation of its token formats.
    #[serde(default)]
    pub references: Vec<String>,
    /// The rules.
    pub rules: Vec<TokenEntry>,
}

/// One token rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a rule with `id`, `title`, `keywords` and `pattern`")]
pub struct TokenEntry {
    /// `<provider>-<kind>`.
    pub id: String,
    /// One line, sentence case, no full stop.
    pub title: String,
    /// `info` … `critical`; `high` if left out.
    #[serde(default = "high")]
    pub severity: String,
    /// `low`, `medium` or `high`; `high` if left out.
    #[serde(default = "high")]
    pub confidence: String,
    /// Literals, in lower case, one of which stands in every match or within `window` bytes of it. A space in the file
    /// stands for any one separator or none, as in [`assignment`]'s names.
    #[serde(deserialize_with = "keywords")]
    pub keywords: Vec<String>,
    /// A regular expression (`regex` crate, Unicode off unless `(?u)`), the secret in the group `secret` if it has one.
    /// In the file it may also stand as `{names: […], value: …}`, which is expanded to [`assignment`]'s pattern.
    #[serde(deserialize_with = "pattern")]
    pub pattern: String,
    /// A regular expression found in the paths of the files that the rule looks at; all if left out. Only for rules that are
    /// no built-in ones.
    #[serde(default)]
    pub path: String,
    /// Bytes before and after a keyword on which the pattern runs; 256 if left out.
    #[serde(default = "window")]
    pub window: u32,
    /// The least Shannon entropy of the secret in bits a character; 0 if left out.
    #[serde(default)]
    pub min_entropy: f32,
    /// Name of an offline validator, if one fits.
    #[serde(default)]
    pub validate: String,
    /// Why it matters, where that differs from the provider's text.
    #[serde(default)]
    pub why: String,
    /// How to mend it, where that differs from the provider's text.
    #[serde(default)]
    pub mend: String,
    /// Further references.
    #[serde(default)]
    pub references: Vec<String>,
    /// Texts in which the rule must find its secret. A built-in rule has some.
    #[serde(default)]
    pub examples: Vec<String>,
    /// Texts in which it must find nothing.
    #[serde(default)]
    pub counterexamples: Vec<String>,
}

fn high() -> String {
    "high".to_owned()
}

fn window() -> u32 {
    256
}

fn keywords<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut all = Vec::new();
    for keyword in Vec::<String>::deserialize(deserializer)? {
        if keyword.contains(' ') {
            all.extend(["", "_", "-", " ", "."].map(|separator| keyword.replace(' ', separator)));
        } else {
            all.push(keyword);
        }
    }
    Ok(all)
}

/// The two forms of `pattern:`.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected a regular expression, or `names` and a `value`")]
enum PatternForm {
    Regex(String),
    Assignment(Assignment),
}

/// A value without a shape of its own, known only by the name it is given to.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    names: Vec<String>,
    value: String,
}

fn pattern<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match PatternForm::deserialize(deserializer)? {
        PatternForm::Regex(regex) => regex,
        PatternForm::Assignment(form) => assignment(&form.names, &form.value),
    })
}

/// Words that make the name before them a credential's: `datadog` alone is a name, `datadogApiKey` a credential.
const CREDENTIAL_WORDS: &str =
    "key|token|secret|private|access|auth|api|pass|pwd|cred|client|bearer|webhook|init|pat\\b";

/// Up to this many letters a name must stand as a word of its own: `lob` is not meant in `lobster_key`.
const SHORT_NAME: usize = 5;

/// The pattern of a `value` that is assigned to one of the `names`, or to a credential of theirs, in whatever syntax:
/// `datadog.token=…`, `"datadogToken": "…"`, `DATADOG_KEY := …`, `<datadogKey>…`, `set datadog key …`.
///
/// A space in a name stands for any one separator or none.
pub fn assignment(names: &[String], value: &str) -> String {
    let (short, long): (Vec<&String>, Vec<_>) = names.iter().partition(|name| name.len() <= SHORT_NAME);
    let alternatives = |names: &[&String]| names.iter().map(|name| name_pattern(name)).collect::<Vec<_>>().join("|");
    let mut starts = Vec::new();
    if !short.is_empty() {
        starts.push(format!(r"(?:\b|_)(?:{})(?:(?:[^a-z0-9;][^;]{{0,31}}?)??", alternatives(&short)));
    }
    if !long.is_empty() {
        starts.push(format!(r"(?:{})(?:[^;]{{0,32}}?", alternatives(&long)));
    }
    // After a credential word anything that separates will do; after the bare name only what assigns.
    let credential = format!(r#"(?:{CREDENTIAL_WORDS})[\w.\- "':\[\]]{{0,24}}?[\s"'`\]\[(){{:=>?,.|\-\\]{{1,12}}"#);
    let bare = r#"["'`\])]{0,2}\s{0,4}(?:=>|[:?.|+]{0,3}=|:|,|>|\()[\s("'`\\]{0,8}"#;
    let mut starts: Vec<_> = starts.iter().map(|start| format!("{start}{credential}|{bare})")).collect();
    // Where a line begins with the name, nothing need assign, as in a list of keys: `datadog 0c5f…`.
    let all = alternatives(&names.iter().collect::<Vec<_>>());
    starts.push(format!(r"(?m:^)[ \t]{{0,8}}(?:{all})[ \t]{{1,4}}"));
    format!(r"(?i)(?:{})(?P<secret>(?:{value})={{0,2}})(?:[^\w/+=\-]|$)", starts.join("|"))
}

/// A name as a pattern.
fn name_pattern(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c == ' ' {
                r"[\s_.\-]?".to_owned()
            } else if c == '.' {
                r"\.".to_owned()
            } else {
                c.to_string()
            }
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::assignment;

    fn finds(names: &[&str], value: &str, text: &str) -> bool {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let regex = regex::Regex::new(&assignment(&names, value)).unwrap();
        regex.captures(text).is_some_and(|found| found.name("secret").is_some())
    }

    #[test]
    fn finds_an_assigned_value_in_any_syntax() {
        let value = "0c5f9d7be2a1";
        for text in [
            "acmecorp.token=V",
            "\"acmecorpToken\": \"V\"",
            "'acmecorp' => 'V'",
            "ACMECORP-API-KEY := `V`",
            "<acmecorpKey>\n    V\n</acmecorpKey>",
            "<add key=\"AcmecorpKey\" value=\"V\"/>",
            "String acmecorpToken = \"V\";",
            "var acmecorpToken string = \"V\"",
            "System.setProperty(\"ACMECORP_TOKEN\", \"V\")",
            "set acmecorp secret V",
            "acmecorp:\n  apiKey: V\n",
            "curl https://api.acmecorp.io/v1/devices -H 'Authorization: Bearer V'",
            "acmecorp = V",
            "ACMECORP_PAT: V",
            "keys:\n  acmecorp V\n",
            "{\"config.ini\": \"ACMECORP_TOKEN=V\\nBACKUP=true\"}",
        ] {
            assert!(finds(&["acmecorp"], "[a-f0-9]{12}", &text.replace('V', value)), "{text}");
        }
    }

    #[test]
    fn wants_a_credential_and_the_whole_value() {
        for text in [
            "the acmecorp release 0c5f9d7be2a1",
            "the acmecorp path 0c5f9d7be2a1",
            "acmecorp_token = 0c5f9d7be2a1ff",
            "acmecorp_token = 0c5f9d7be2a1/path",
            "token = 0c5f9d7be2a1",
        ] {
            assert!(!finds(&["acmecorp"], "[a-f0-9]{12}", text), "{text}");
        }
    }

    #[test]
    fn a_short_name_stands_as_a_word() {
        assert!(finds(&["lob"], "[a-f0-9]{12}", "MY_LOB_KEY=0c5f9d7be2a1"));
        assert!(finds(&["lob"], "[a-f0-9]{12}", "lobKey=0c5f9d7be2a1"));
        assert!(!finds(&["lob"], "[a-f0-9]{12}", "lobster_key=0c5f9d7be2a1"));
        assert!(!finds(&["lob"], "[a-f0-9]{12}", "glob_key=0c5f9d7be2a1"));
    }

    #[test]
    fn a_space_in_a_name_stands_for_any_separator() {
        for text in ["new-york-times: 0c5f9d7be2a1", "NewYorkTimesKey=0c5f9d7be2a1", "NEW_YORK_TIMES_KEY=0c5f9d7be2a1"]
        {
            assert!(finds(&["new york times"], "[a-f0-9]{12}", text), "{text}");
        }
    }
}
