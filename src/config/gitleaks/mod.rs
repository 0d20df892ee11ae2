//! Converts gitleaks' configuration: its own rules into a file of rules, its exceptions into an allowlist. What has no
//! counterpart is said, line by line.

mod exceptions;
mod form;
mod pattern;
mod yaml;

use std::collections::HashMap;

use super::file::{File, without_values};
use super::{ConfigError, own_rules};
use crate::check::token::own;
use crate::check::token::pattern::SECRETS;
use crate::model::Span;
use form::{Form, Others};
use pattern::Secret;
use yaml::Writer;

pub(super) use form::KEYS;

/// What became of a configuration.
#[derive(Debug, Default)]
pub struct Imported {
    /// A file of rules, as `rule-files` names one; empty if there are no rules of its own.
    pub rules: String,
    /// A `.tidewaiter.yaml`.
    pub config: String,
    /// What could not be carried over, in sentences without a full stop.
    pub lost: Vec<String>,
    /// What was carried over under another name, in sentences without a full stop.
    pub notes: Vec<String>,
}

/// Converts the file. `rules_path` is where the rules will lie, as the configuration is to name it.
///
/// # Errors
/// The file is no TOML, or no configuration of gitleaks.
pub fn import(file: &File, rules_path: &str) -> Result<Imported, ConfigError> {
    let broken = |error: toml::de::Error| {
        let at = error.span().map_or(Span::default(), |span| Span::new(span.start, span.end.max(span.start + 1)));
        file.error(at, &without_values(error.message()), None)
    };
    let value: toml::Table = file.text.parse().map_err(broken)?;
    // The form is read from the table with keys in small letters, which knows no places any more.
    let form: Form = form::lowered(toml::Value::Table(value))
        .try_into()
        .map_err(|error: toml::de::Error| file.whole(&without_values(error.message())))?;
    let mut import = Import::default();
    import.others("the file", &form.others);
    import.others("`extend`", &form.extend.others);
    let mut rules = Writer::new(&format!("Made from {} by `tidewaiter rules import`.", file.path));
    rules.head();
    for rule in &form.rules {
        import.rule(rule, &mut rules);
    }
    let config = import.config(file, &form, rules_path);
    let rules = if import.names.is_empty() { String::new() } else { rules.text };
    Ok(Imported { rules, config, lost: import.lost, notes: import.notes })
}

#[derive(Default)]
struct Import {
    /// Our names of the rules that were carried over, by gitleaks'.
    names: HashMap<String, String>,
    lost: Vec<String>,
    notes: Vec<String>,
}

/// Bytes round a keyword on which an imported pattern runs: gitleaks wants the keyword anywhere in the file.
const WINDOW: u32 = 1 << 20;
/// The same where the pattern itself holds the keyword.
const NEAR: u32 = 4096;

impl Import {
    fn lose(&mut self, what: impl Into<String>) {
        self.lost.push(what.into());
    }

    fn note(&mut self, what: String) {
        self.notes.push(what);
    }

    fn others(&mut self, place: &str, others: &Others) {
        for key in others.keys() {
            self.lose(format!("{place}: `{key}` has no counterpart"));
        }
    }

    fn rule(&mut self, rule: &form::Rule, out: &mut Writer) {
        let place = format!("rule `{}`", rule.id);
        if rule.regex.is_empty() {
            return self.lose(format!(
                "{place}: rules without a `regex`, which find files by their path, have no counterpart"
            ));
        }
        let groups = pattern::groups(&rule.regex);
        let secret = if rule.secretgroup > 0 { Secret::Group(rule.secretgroup) } else { Secret::FirstFilled };
        let regex = pattern::translate(&rule.regex, secret);
        if let Err(why) = own::compile(&regex) {
            return self.lose(format!("{place}: {why}"));
        }
        let id = self.name(&rule.id);
        if id != rule.id {
            self.note(format!("{place}: is called `{id}` here"));
        }
        if groups > SECRETS.len() && rule.secretgroup == 0 {
            self.lose(format!("{place}: only the first {} of its {groups} groups can be the secret", SECRETS.len()));
        }
        if !rule.tags.is_empty() {
            self.lose(format!("{place}: `tags` have no counterpart"));
        }
        self.others(&place, &rule.others);
        out.item("id", &id);
        let title = rule.description.trim().trim_end_matches('.');
        out.field("title", if title.is_empty() { &rule.id } else { title });
        self.keywords(rule, &place, out);
        out.field("pattern", &regex);
        let path = pattern::translate(&rule.path, Secret::Whole);
        match own::compile(&path) {
            _ if path.is_empty() => {}
            Ok(_) => out.field("path", &path),
            Err(why) => self.lose(format!("{place}: the rule runs on all files, as of its `path` {why}")),
        }
        if rule.entropy > 0.0 {
            out.raw("min_entropy", &rule.entropy.to_string());
        }
    }

    fn keywords(&mut self, rule: &form::Rule, place: &str, out: &mut Writer) {
        let keywords: Vec<String> = rule.keywords.iter().map(|keyword| keyword.to_lowercase()).collect();
        if keywords.iter().any(|keyword| keyword.len() < 3) {
            self.lose(format!("{place}: keywords of less than three letters are left out; it runs on all text"));
            return out.list("keywords", &[]);
        }
        let pattern = rule.regex.to_lowercase();
        let inside = keywords.iter().all(|keyword| pattern.contains(keyword.as_str()));
        out.list("keywords", &keywords);
        if !keywords.is_empty() {
            out.raw("window", &if inside { NEAR } else { WINDOW }.to_string());
        }
    }

    /// A name for a rule that no other one has.
    fn name(&mut self, id: &str) -> String {
        let sign = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' };
        let plain: String = id.chars().map(sign).collect();
        let taken = own_rules::taken(&[]);
        let is_free = |name: &String| {
            !name.is_empty() && !taken.contains(name) && !self.names.values().any(|known| known == name)
        };
        let numbered = (2..).map(|number| format!("{plain}-gitleaks-{number}"));
        let mut names = [plain.clone(), format!("{plain}-gitleaks")].into_iter().chain(numbered);
        let name = names.find(is_free).unwrap_or_default();
        self.names.insert(id.to_owned(), name.clone());
        name
    }
}
