//! A team's own token rules, looked for beside the built-in ones.
//!
//! They follow the built-in rules' ways, but are known only at run time: their keywords are one automaton, their patterns
//! are compiled when they first run. A rule without keywords runs on the whole text.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::accept::accept;
use super::pattern::{Pattern, SIZE_LIMIT};
use super::{BEFORE, Window, join, near};
use crate::check::{Context, Found};
use crate::model::{Document, Rule, TokenRule};

/// Compiles a pattern of a user's.
///
/// # Errors
/// Why it can't be used: it is no regular expression, too large, or matches where nothing stands.
pub fn compile(pattern: &str) -> Result<Pattern, String> {
    let hir = crate::pattern::parse(pattern).map_err(|error| {
        let said = match &*error {
            regex_syntax::Error::Parse(error) => error.kind().to_string(),
            regex_syntax::Error::Translate(error) => error.kind().to_string(),
            _ => "unknown".to_owned(),
        };
        format!("this is no regular expression: {said}")
    })?;
    if hir.properties().minimum_len().is_none_or(|least| least == 0) {
        return Err("the pattern matches the empty string, or nothing at all".to_owned());
    }
    Pattern::new(&hir).ok_or_else(|| format!("the pattern is too large: it compiles to more than {SIZE_LIMIT} bytes"))
}

/// Whether the rule, whose pattern this is, finds a secret in the text.
pub fn finds(rule: &Rule, pattern: &Pattern, text: &str) -> bool {
    let Some(token) = &rule.token else { return false };
    let lower = text.to_ascii_lowercase();
    let near = token.keywords.is_empty() || token.keywords.iter().any(|keyword| lower.contains(&**keyword));
    near && secrets(rule, token, pattern, (text, text.len()), 0).next().is_some()
}

/// A team's rules, ready to run.
#[derive(Default)]
pub struct Own {
    rules: Vec<OwnRule>,
    /// The keywords of all rules, and which rule each is of.
    keywords: Option<AhoCorasick>,
    owners: Vec<usize>,
}

struct OwnRule {
    rule: &'static Rule,
    /// Found in the paths that it looks at, if it does not look at all.
    path: Option<Pattern>,
    pattern: OnceLock<Option<Pattern>>,
}

/// Reports what a team's own rules find in `doc`.
pub fn scan(doc: &Document<'_>, cx: &mut Context<'_>) {
    let Some(own) = cx.own else { return };
    for Window { rule, start, end } in own.windows(doc.text.as_bytes()) {
        let own = &own.rules[rule];
        let looks = own.looks_at(&doc.place.path);
        let (Some(token), true) = (own.token(), looks && cx.settings.runs(own.rule)) else { continue };
        let Some(pattern) = own.pattern.get_or_init(|| compile(&token.pattern).ok()) else { continue };
        for found in secrets(own.rule, token, pattern, (doc.text, end), start) {
            cx.report(own.rule, doc, found);
        }
    }
}

impl Own {
    /// The rules, without their patterns yet.
    pub fn new(rules: &[&'static Rule]) -> Self {
        let mut owners = Vec::new();
        let mut keywords: Vec<&str> = Vec::new();
        for (at, token) in rules.iter().enumerate().filter_map(|(at, rule)| Some((at, rule.token.as_ref()?))) {
            keywords.extend(token.keywords.iter().map(|keyword| &**keyword));
            owners.resize(keywords.len(), at);
        }
        let automaton = || AhoCorasick::builder().ascii_case_insensitive(true).build(&keywords).ok();
        let keywords = if keywords.is_empty() { None } else { automaton() };
        let own = |rule: &&'static Rule| {
            let path = rule.token.as_ref().filter(|token| !token.path.is_empty());
            OwnRule { rule, path: path.and_then(|token| compile(&token.path).ok()), pattern: OnceLock::new() }
        };
        Self { rules: rules.iter().map(own).collect(), keywords, owners }
    }

    /// Which of the rules look at a path.
    pub fn looks_at(&self, path: &str) -> Vec<bool> {
        self.rules.iter().map(|own| own.looks_at(path)).collect()
    }

    /// Whether a rule could find something in the bytes.
    pub fn may_find(&self, bytes: &[u8]) -> bool {
        self.keywords.as_ref().is_some_and(|keywords| keywords.is_match(bytes))
            || self.rules.iter().any(|own| own.token().is_some_and(|token| token.keywords.is_empty()))
    }

    /// Where which rules run: near their keywords, each stretch once.
    fn windows(&self, bytes: &[u8]) -> Vec<Window> {
        let everywhere = |own: &OwnRule| own.token().is_some_and(|token| token.keywords.is_empty());
        let mut windows: Vec<Window> = (0..)
            .zip(&self.rules)
            .filter(|(_, own)| everywhere(own))
            .map(|(rule, _)| Window { rule, start: 0, end: bytes.len() })
            .collect();
        for hit in self.keywords.iter().flat_map(|keywords| keywords.find_overlapping_iter(bytes)) {
            let owner = self.owners[hit.pattern().as_usize()];
            let window = self.rules[owner].token().map_or(0, |token| token.window as usize);
            let start = hit.start().saturating_sub(BEFORE.max(window));
            let end = near::end_of_run(bytes, hit.end().saturating_add(window));
            windows.push(Window { rule: owner, start, end });
        }
        join(windows)
    }
}

impl OwnRule {
    fn looks_at(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|pattern| pattern.is_match(path.as_bytes()))
    }

    fn token(&self) -> Option<&'static TokenRule> {
        self.rule.token.as_ref()
    }
}

/// What a rule finds in the text up to `end`, from `start` on.
fn secrets<'t>(
    rule: &'t Rule,
    token: &'t TokenRule,
    pattern: &'t Pattern,
    (text, end): (&'t str, usize),
    start: usize,
) -> impl Iterator<Item = Found> + 't {
    pattern
        .matches(&text.as_bytes()[..end], start)
        .filter_map(move |(secret, whole)| accept(rule, token, text, secret, whole))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::rules;

    #[test]
    fn patterns_that_can_not_be_used_are_refused() {
        for (pattern, why) in [
            ("(", "unclosed group"),
            ("a*", "empty string"),
            (r"\b", "empty string"),
            (r"(?:[a-z]{500}){500}", "too large"),
            (r"\p{L}", "Unicode"),
        ] {
            assert!(compile(pattern).unwrap_err().contains(why), "{pattern}: {}", compile(pattern).unwrap_err());
        }
    }

    #[test]
    fn every_built_in_pattern_could_be_a_users() {
        let wrong: Vec<_> =
            rules::TOKENS.iter().filter(|rule| compile(&rule.token.as_ref().unwrap().pattern).is_err()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn secrets_in_a_row_are_all_found() {
        let pattern = compile(r"(?:^|,)(?P<secret>k[0-9]{4})(?:,|$)").unwrap();
        let found: Vec<_> = pattern.matches(b"k1234,k5678,k9012", 0).collect();
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn windows_of_a_rule_that_touch_are_one() {
        let own = Own::new(&[&rules::TOKENS[0], &rules::TOKENS[1]]);
        let keyword = &*rules::TOKENS[0].token.as_ref().unwrap().keywords[0];
        let text = format!("{keyword} {keyword} {} {keyword}", " ".repeat(20_000));
        let windows = own.windows(text.as_bytes());
        assert_eq!(windows.iter().filter(|window| window.rule == 0).count(), 2);
    }
}
