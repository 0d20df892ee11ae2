//! A team's own token rules: files in the form of `rules/providers/*.yaml`, checked rule by rule, so that each error
//! points at the line that is wrong.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::ConfigError;
use super::file::{File, without_values};
use super::read::{nearest, parse};
use crate::check::token::{own, validate};
use crate::model::{NodeId, Rule, Span, TokenRule, Tree};
use crate::pattern::Run;
use crate::rule_file::{ProviderFile, TokenEntry};
use crate::rules;

/// The family of the rules that are no built-in ones.
pub const FAMILY: &str = "custom";
/// The keys of a file of rules.
pub(super) const KEYS: [&str; 19] = [
    "provider",
    "why",
    "mend",
    "references",
    "rules",
    "id",
    "title",
    "severity",
    "confidence",
    "keywords",
    "pattern",
    "names",
    "value",
    "path",
    "window",
    "min_entropy",
    "validate",
    "examples",
    "counterexamples",
];
/// Files that a folder of rules may hold.
const MAX_FILES: usize = 1_000;
/// Rules that a file may hold.
const MAX_RULES: usize = 5_000;
/// Errors of a file that are kept: each holds the file's text, and to show it takes a scan for what is to be masked.
const MAX_ERRORS: usize = 20;

/// The rule files that `path` names: itself, or the YAML files of a folder, by name.
///
/// # Errors
/// What is wrong with the path, as a sentence without a full stop.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, String> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path).map_err(|_| "there is no such file or folder".to_owned())?;
    let is_yaml = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml");
    let mut files: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(is_yaml).take(MAX_FILES + 1).collect();
    files.sort();
    match files.len() {
        0 => Err("this folder holds no YAML file".to_owned()),
        1..=MAX_FILES => Ok(files),
        _ => Err(format!("more than {MAX_FILES} files of rules")),
    }
}

/// Reads the rules of files that a configuration in `folder` names into `rules`, where they stay for the life of the
/// process.
///
/// # Errors
/// The first thing that is wrong in a file.
pub fn add(files: &[PathBuf], folder: &Path, rules: &mut Vec<&'static Rule>) -> Result<(), ConfigError> {
    if files.is_empty() {
        return Ok(());
    }
    let mut known = taken(rules);
    for path in files {
        let read = read(&File::load_named(path, folder, &["provider", "rules"])?, &mut known);
        if let Some(first) = read.errors.into_iter().next() {
            return Err(first);
        }
        rules.extend(read.rules.into_iter().map(|rule| &*Box::leak(Box::new(rule))));
    }
    Ok(())
}

/// The ids that no rule of a user's may have: those of the built-in rules and of the rules read already.
pub fn taken(own: &[&Rule]) -> HashSet<String> {
    let built_in = rules::all().map(|rule| rule.id.to_string());
    built_in.chain(own.iter().map(|rule| rule.id.to_string())).collect()
}

/// What a file of rules holds.
#[derive(Default)]
pub struct Read {
    /// The rules that are right.
    pub rules: Vec<Rule>,
    /// What is wrong, the first of it.
    pub errors: Vec<ConfigError>,
    /// How much more is wrong.
    pub more: usize,
}

impl Read {
    fn error(error: ConfigError) -> Self {
        Self { errors: vec![error], ..Self::default() }
    }
}

/// The rules of a file that are right, and what is wrong in it. `known` holds the ids that are taken, and then
/// this file's, too.
pub fn read(file: &File, known: &mut HashSet<String>) -> Read {
    let tree = match parse(file) {
        Ok(tree) => tree,
        Err(error) => return Read::error(error),
    };
    let parsed: ProviderFile = match serde_yaml::from_str(&file.text) {
        Ok(parsed) => parsed,
        Err(error) => return Read::error(wrong_form(file, &error)),
    };
    if parsed.rules.len() > MAX_RULES {
        return Read::error(file.whole(&format!("more than {MAX_RULES} rules in a file")));
    }
    let mut source = RuleSource { file, tree: &tree, errors: Vec::new(), more: 0 };
    let rules = (0..).zip(&parsed.rules).filter_map(|(at, entry)| source.rule(at, &parsed, entry, known)).collect();
    Read { rules, errors: source.errors, more: source.more }
}

/// What serde has to say of a file that is no rule file, at the line where it says so.
fn wrong_form(file: &File, error: &serde_yaml::Error) -> ConfigError {
    let said = error.to_string();
    let message = &without_values(said.split(" at line ").next().unwrap_or(&said));
    // What serde says may quote the file.
    let message = if file.is_hidden { "this is no file of rules" } else { message };
    let line = error.location().map_or(1, |place| place.line());
    let start: usize = file.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let line = file.text[start..].lines().next().unwrap_or_default();
    // The name that serde quotes, if it stands on that line; else the line.
    let quoted = message.split('`').nth(1).and_then(|name| Some((line.find(name)?, name.len())));
    let lead = line.len() - line.trim_start().len();
    let (from, length) = quoted.unwrap_or((lead, line.trim().len()));
    let help = unknown_key(message);
    file.error(Span::new(start + from, start + from + length), message, help)
}

/// What an unknown key may have been meant to be: serde lists the known ones.
fn unknown_key(message: &str) -> Option<String> {
    let (_, list) = message.split_once("unknown field")?;
    let mut names = list.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    nearest(unknown, names)
}

/// A file whose rules are checked.
struct RuleSource<'f> {
    file: &'f File,
    tree: &'f Tree<'f>,
    errors: Vec<ConfigError>,
    more: usize,
}

impl RuleSource<'_> {
    /// The rule at this place of the file's list, unless something is wrong with it.
    fn rule(
        &mut self,
        at: usize,
        file: &ProviderFile,
        entry: &TokenEntry,
        known: &mut HashSet<String>,
    ) -> Option<Rule> {
        let before = self.wrong_so_far();
        let is_id = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if entry.id.is_empty() || !entry.id.chars().all(is_id) {
            self.wrong(at, "id", 0, "an id is made of letters, digits, `-`, `_` and `.`");
        } else if !known.insert(entry.id.clone()) {
            self.wrong(at, "id", 0, &format!("there is a rule `{}` already", entry.id));
        }
        let severity = entry.severity.parse().map_err(|why: String| self.wrong(at, "severity", 0, &why));
        let confidence = entry.confidence.parse().map_err(|why: String| self.wrong(at, "confidence", 0, &why));
        for (number, keyword) in entry.keywords.iter().enumerate().filter(|(_, keyword)| keyword.len() < 3) {
            self.wrong(
                at,
                "keywords",
                number,
                &format!("`{keyword}` is too short for a keyword: three letters at least"),
            );
        }
        if !validate::is_known(&entry.validate) {
            self.wrong(at, "validate", 0, "there is no such validator");
        }
        let token = TokenRule {
            keywords: texts(entry.keywords.iter().map(|keyword| keyword.to_ascii_lowercase())),
            pattern: entry.pattern.clone().into(),
            run: Run::default(),
            literals: &[],
            path: entry.path.clone().into(),
            window: entry.window,
            min_entropy: entry.min_entropy,
            validate: entry.validate.clone().into(),
            examples: texts(entry.examples.iter().cloned()),
            counterexamples: texts(entry.counterexamples.iter().cloned()),
        };
        if let Some(Err(why)) = (!token.path.is_empty()).then(|| own::compile(&token.path)) {
            self.wrong(at, "path", 0, &why);
        }
        let regex = own::compile(&token.pattern).map_err(|why| self.wrong(at, "pattern", 0, &why));
        let (Ok(severity), Ok(confidence), Ok(regex)) = (severity, confidence, regex) else { return None };
        let or = |own: &str, shared: &str| Cow::Owned(if own.is_empty() { shared } else { own }.trim().to_owned());
        let rule = Rule {
            id: entry.id.clone().into(),
            family: FAMILY.into(),
            title: entry.title.clone().into(),
            severity,
            confidence,
            why: or(&entry.why, &file.why),
            mend: or(&entry.mend, &file.mend),
            references: texts(file.references.iter().chain(&entry.references).cloned()),
            token: Some(token),
        };
        self.examples(at, entry, |text| own::finds(&rule, &regex, text));
        (self.wrong_so_far() == before).then_some(rule)
    }

    /// Checks that the rule does what its examples say.
    fn examples(&mut self, at: usize, entry: &TokenEntry, finds: impl Fn(&str) -> bool) {
        for (number, example) in entry.examples.iter().enumerate() {
            if !finds(example) {
                self.wrong(at, "examples", number, "the rule does not find this example");
            }
        }
        for (number, example) in entry.counterexamples.iter().enumerate() {
            if finds(example) {
                self.wrong(at, "counterexamples", number, "the rule finds this counterexample");
            }
        }
    }

    fn wrong_so_far(&self) -> usize {
        self.errors.len() + self.more
    }

    /// Notes an error at the value of a rule's key, or at one of its items.
    fn wrong(&mut self, rule: usize, key: &str, item: usize, message: &str) {
        if self.errors.len() == MAX_ERRORS {
            self.more += 1;
            return;
        }
        let span = self.place(rule, key, item).unwrap_or_default();
        self.errors.push(self.file.error(span, message, None));
    }

    fn place(&self, rule: usize, key: &str, item: usize) -> Option<Span> {
        let rules = self.tree.get(self.tree.root()?, "rules")?;
        let rule: NodeId = self.tree.items(rules).nth(rule)?;
        let value = self.tree.get(rule, key).unwrap_or(rule);
        let node = if self.tree.is_sequence(value) { self.tree.items(value).nth(item)? } else { value };
        Some(self.tree.span(node))
    }
}

fn texts(list: impl Iterator<Item = String>) -> crate::model::Texts {
    list.map(Cow::Owned).collect()
}
