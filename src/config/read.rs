//! The keys of the configuration: which there are, and what each may hold.

use globset::{GlobBuilder, GlobMatcher};
use regex::Regex;

use super::file::File;
use super::{Config, ConfigError};
use crate::document::yaml;
use crate::model::{NodeId, Severity, Span, Tree};
use crate::rules;
use crate::suppress::{Exception, Structure, allowlist};

/// The keys of the file.
pub(super) const KEYS: [&str; 8] =
    ["extends", "rule-files", "rules", "allowlist", "baseline", "credential-names", "thresholds", "max-file-size"];

/// The keys of `thresholds`.
pub(super) const THRESHOLDS: [&str; 3] = ["min-severity", "min-confidence", "fail-on"];

/// The keys of an exception.
pub(super) const EXCEPTION: [&str; 6] = ["path", "path-pattern", "rule", "value", "structure", "reason"];

/// The files that this one names under `key`, with where it says so.
pub fn files(file: &File, key: &str) -> Result<Vec<(String, Span)>, ConfigError> {
    let tree = parse(file)?;
    let Some(node) = tree.root().and_then(|root| tree.get(root, key)) else { return Ok(Vec::new()) };
    // `rules` holds levels if it is a mapping.
    if tree.is_mapping(node) && key == "rules" {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for item in list(&tree, node) {
        let text = text(file, &tree, item)?;
        if text.contains("://") {
            return Err(file.error(tree.span(item), "a configuration names files, not addresses", None));
        }
        out.push((text.to_owned(), tree.span(item)));
    }
    Ok(out)
}

/// Puts what the file says into `config`.
pub fn apply(file: &File, config: &mut Config) -> Result<(), ConfigError> {
    let tree = parse(file)?;
    let Some(root) = tree.root() else { return Ok(()) };
    for (key, value) in entries(file, &tree, root, &KEYS)? {
        match key {
            "rules" => levels(file, &tree, value, config)?,
            "allowlist" => exceptions(file, &tree, value, config)?,
            "baseline" => _ = text(file, &tree, value)?,
            "credential-names" => {
                for item in list(&tree, value) {
                    config.settings.credential_names.push(text(file, &tree, item)?.to_owned());
                }
            }
            "thresholds" => thresholds(file, &tree, value, config)?,
            "max-file-size" => {
                let size = crate::model::parse_size(text(file, &tree, value)?);
                config.settings.max_file_size = size.map_err(|why| file.error(tree.span(value), &why, None))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// The span tree of a file.
pub(super) fn parse(file: &File) -> Result<Tree<'_>, ConfigError> {
    let mut documents = yaml::documents(&file.text).into_iter().filter(|span| has_content(span.of(&file.text)));
    if let Some(second) = documents.nth(1) {
        let mark = Span::new(second.start, second.start + 3);
        return Err(file.error(mark, "a second document, which nobody would read", None));
    }
    yaml::parse(&file.text, &file.text).map_err(|broken| {
        let line = if let yaml::Broken::Syntax(line) = broken { line } else { 1 };
        let start: usize = file.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
        let length = file.text[start.min(file.text.len())..].lines().next().unwrap_or_default().len();
        file.error(Span::new(start.min(file.text.len()), start + length), "this is no YAML", None)
    })
}

/// Whether a document holds anything but comments and marks.
fn has_content(document: &str) -> bool {
    let rests = document.lines().map(|line| line.strip_prefix("---").unwrap_or(line).trim());
    rests.filter(|rest| *rest != "...").any(|rest| !rest.is_empty() && !rest.starts_with('#'))
}

/// The entries of a mapping whose keys are all among `known`, each once.
fn entries<'t>(
    file: &File,
    tree: &'t Tree<'_>,
    node: NodeId,
    known: &[&str],
) -> Result<Vec<(&'t str, NodeId)>, ConfigError> {
    if !tree.is_mapping(node) {
        return Err(file.error(tree.span(node), &format!("expected keys: {}", known.join(", ")), None));
    }
    let mut out: Vec<(&str, NodeId)> = Vec::new();
    for (key, value) in tree.entries(node) {
        let name = tree.str(key).unwrap_or_default();
        if !known.contains(&name) {
            return Err(unknown_key(file, tree.span(key), name, known));
        }
        if out.iter().any(|(earlier, _)| *earlier == name) {
            return Err(file.error(tree.span(key), &format!("the key `{name}` stands twice"), None));
        }
        out.push((name, value));
    }
    Ok(out)
}

/// An error about a key that is not `known`. It names the key only if that looks like one of them: where a space or an indent
/// is missing, a value stands as the key.
fn unknown_key(file: &File, span: Span, name: &str, known: &[&str]) -> ConfigError {
    let is_word = name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | '_'));
    match nearest(name, known.iter().copied()).filter(|_| is_word) {
        Some(help) => file.error(span, &format!("unknown key `{name}`"), Some(help)),
        None => file.error(span, "unknown key", Some(format!("expected keys: {}", known.join(", ")))),
    }
}

fn levels(file: &File, tree: &Tree<'_>, node: NodeId, config: &mut Config) -> Result<(), ConfigError> {
    if !tree.is_mapping(node) {
        // Files of rules, which are read already.
        return Ok(());
    }
    for (key, value) in tree.entries(node) {
        let id = text(file, tree, key)?;
        check_rule(file, id, tree.span(key), config)?;
        match text(file, tree, value)? {
            "off" | "false" => config.settings.excluded_rules.push(id.to_owned()),
            level => {
                let names = ["off", "info", "low", "medium", "high", "critical"];
                let severity: Severity = level.parse().map_err(|_| {
                    file.error(
                        tree.span(value),
                        &format!("expected one of: {}", names.join(", ")),
                        nearest(level, names.into_iter()),
                    )
                })?;
                config.settings.rule_levels.push((id.to_owned(), severity));
            }
        }
    }
    Ok(())
}

fn thresholds(file: &File, tree: &Tree<'_>, node: NodeId, config: &mut Config) -> Result<(), ConfigError> {
    for (key, value) in entries(file, tree, node, &THRESHOLDS)? {
        let level = text(file, tree, value)?;
        let names = ["info", "low", "medium", "high", "critical", "none"];
        let known = match key {
            "min-confidence" => &names[1..4],
            "min-severity" => &names[..5],
            _ => &names[..],
        };
        let wrong = |why: String| file.error(tree.span(value), &why, nearest(level, known.iter().copied()));
        match key {
            "min-severity" => config.settings.min_severity = level.parse().map_err(wrong)?,
            "min-confidence" => config.settings.min_confidence = level.parse().map_err(wrong)?,
            _ => config.settings.fail_on = level.parse().map_err(wrong)?,
        }
    }
    Ok(())
}

fn exceptions(file: &File, tree: &Tree<'_>, node: NodeId, config: &mut Config) -> Result<(), ConfigError> {
    if !tree.is_sequence(node) {
        return Err(file.error(tree.span(node), "expected a list of exceptions", None));
    }
    for item in tree.items(node) {
        let exception = exception(file, tree, item, config)?;
        config.allowlist.entries.push(exception);
    }
    Ok(())
}

fn exception(file: &File, tree: &Tree<'_>, node: NodeId, config: &Config) -> Result<Exception, ConfigError> {
    let start = tree.span(node).start;
    let place = format!("{}:{}", file.path, file.line(start));
    let mut exception = Exception::at(place);
    for (key, value) in entries(file, tree, node, &EXCEPTION)? {
        let text = text(file, tree, value)?;
        match key {
            "path" => exception.path = Some(glob(file, tree, value, text)?),
            "structure" => {
                exception.structure = Some(Structure { text: text.to_owned(), glob: glob(file, tree, value, text)? })
            }
            "rule" => {
                check_rule(file, text, tree.span(value), config)?;
                exception.rule = Some(text.to_owned());
            }
            "path-pattern" => exception.path_pattern = Some(regex(file, tree, value, text)?),
            "value" => {
                regex(file, tree, value, text)?;
                exception.value = Some(text.to_owned());
            }
            _ => exception.reason = text.trim().to_owned(),
        }
    }
    let here = Span::new(start, start + 1);
    if exception.reason.is_empty() {
        return Err(file.error(here, "an exception needs a `reason`", None));
    }
    let any = exception.path.is_some()
        || exception.path_pattern.is_some()
        || exception.rule.is_some()
        || exception.value.is_some()
        || exception.structure.is_some();
    if !any {
        return Err(file.error(
            here,
            "an exception needs a condition: path, path-pattern, rule, value or structure",
            None,
        ));
    }
    Ok(exception)
}

fn regex(file: &File, tree: &Tree<'_>, node: NodeId, text: &str) -> Result<Regex, ConfigError> {
    if text.is_empty() {
        return Err(file.error(tree.span(node), "this expression matches everything", None));
    }
    let wrong = "this is no regular expression, or one that is too large";
    allowlist::compile(text).map_err(|_| file.error(tree.span(node), wrong, None))
}

fn glob(file: &File, tree: &Tree<'_>, node: NodeId, text: &str) -> Result<GlobMatcher, ConfigError> {
    let glob = GlobBuilder::new(text).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher()).map_err(|_| file.error(tree.span(node), "this is no glob", None))
}

fn check_rule(file: &File, id: &str, span: Span, config: &Config) -> Result<(), ConfigError> {
    let own = &config.settings.own_rules;
    if rules::is_known(id, own) {
        return Ok(());
    }
    let meant = rules::nearest(id, own).map(did_you_mean);
    Err(file.error(span, &format!("there is no rule `{id}`"), meant))
}

/// What may have been meant by a name that is not known.
pub(super) fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<String> {
    rules::closest(name, known).map(did_you_mean)
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

fn text<'t>(file: &File, tree: &'t Tree<'_>, node: NodeId) -> Result<&'t str, ConfigError> {
    tree.str(node).ok_or_else(|| file.error(tree.span(node), "expected a text", None))
}

/// The items of a list, or the one value that stands in its place.
fn list(tree: &Tree<'_>, node: NodeId) -> Vec<NodeId> {
    if tree.is_sequence(node) { tree.items(node).collect() } else { vec![node] }
}
