//! Writes the little YAML that an import needs.

/// A file of YAML in the making.
pub struct Writer {
    /// The text so far.
    pub text: String,
}

impl Writer {
    /// A file that begins with a comment.
    pub fn new(comment: &str) -> Self {
        let mut writer = Self { text: String::new() };
        writer.comment(comment);
        writer
    }

    /// A line of comment.
    pub fn comment(&mut self, text: &str) {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        self.text.push_str(&format!("# {text}\n"));
    }

    /// What stands above the rules of a file.
    pub fn head(&mut self) {
        for (key, value) in [
            ("provider", "imported"),
            ("why", "The configuration of gitleaks that this rule comes from calls it a secret."),
            (
                "mend",
                "Revoke it, issue a new one, and let the program read that from its environment or a secret store.",
            ),
        ] {
            self.text.push_str(&format!("{key}: {}\n", quoted(value)));
        }
        self.key("rules");
    }

    /// A key whose value stands below it.
    pub fn key(&mut self, key: &str) {
        self.text.push_str(&format!("{key}:\n"));
    }

    /// The first field of an item of a list.
    pub fn item(&mut self, key: &str, value: &str) {
        self.text.push_str(&format!("  - {key}: {}\n", quoted(value)));
    }

    /// A further field of an item.
    pub fn field(&mut self, key: &str, value: &str) {
        self.raw(key, &quoted(value));
    }

    /// A further field of an item whose value needs no quotes.
    pub fn raw(&mut self, key: &str, value: &str) {
        self.text.push_str(&format!("    {key}: {value}\n"));
    }

    /// A field that holds a list.
    pub fn list(&mut self, key: &str, values: &[String]) {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        self.raw(key, &format!("[{}]", values.join(", ")));
    }
}

/// A scalar, in quotes: single ones, or double ones with escapes where a character can't stand in single ones.
pub fn quoted(text: &str) -> String {
    if text.chars().all(|c| !c.is_control() && c != '\u{FEFF}') {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() || c == '\u{FEFF}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::quoted;

    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["", "plain", "it's", "a: b # c", "line\nbreak\t\"x\"\\", "\u{feff}é{[*&!|>%@`"] {
            assert_eq!(serde_yaml::from_str::<String>(&quoted(text)).unwrap(), text);
        }
    }
}
