//! Exceptions of the configuration: what to accept by path, rule, value and place in the structure.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use globset::GlobMatcher;
use regex::{Regex, RegexBuilder};

use crate::model::{Finding, Suppression};

/// A compiled pattern may take this many bytes.
const PATTERN_SIZE: usize = 1 << 20;

/// An entry of the allowlist. All its conditions hold for what it accepts; it has at least one.
#[derive(Debug, Default)]
pub struct Exception {
    /// Matches the path, relative to the configuration's folder.
    pub path: Option<GlobMatcher>,
    /// A regular expression found in the path, relative to the configuration's folder.
    pub path_pattern: Option<Regex>,
    /// A rule's id or a family.
    pub rule: Option<String>,
    /// A regular expression found in the secret.
    pub value: Option<String>,
    /// Matches the structural path.
    pub structure: Option<Structure>,
    /// Why; shown beside what it accepts.
    pub reason: String,
    /// Where it stands: `.tidewaiter.yaml:12`.
    pub place: String,
    compiled: OnceLock<Option<Regex>>,
    used: AtomicBool,
}

impl Exception {
    /// An entry that stands at `place` and has no condition yet.
    pub fn at(place: String) -> Self {
        Self { place, ..Self::default() }
    }

    fn accepts(&self, path: &str, finding: &Finding) -> bool {
        self.rule.as_ref().is_none_or(|rule| *rule == finding.rule.id || *rule == finding.rule.family)
            && self.looks_at(path)
            && self.structure.as_ref().is_none_or(|structure| structure.accepts(&finding.structural_path))
            && self.value.as_ref().is_none_or(|pattern| self.matches(pattern, finding.secret.expose()))
    }

    fn looks_at(&self, path: &str) -> bool {
        self.path.as_ref().is_none_or(|glob| glob.is_match(path))
            && self.path_pattern.as_ref().is_none_or(|pattern| pattern.is_match(path))
    }

    /// The pattern is compiled when the first finding needs it.
    fn matches(&self, pattern: &str, secret: &str) -> bool {
        let compiled = self.compiled.get_or_init(|| compile(pattern).ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(secret))
    }
}

/// Where in a document an exception holds: a structural path as a report shows it, one that leads there, or a glob.
#[derive(Debug)]
pub struct Structure {
    /// As it is written. Brackets stand for themselves first: `env[0]` is an item before it is a class of a glob.
    pub text: String,
    /// The same as a glob.
    pub glob: GlobMatcher,
}

impl Structure {
    fn accepts(&self, path: &str) -> bool {
        self.leads_to(path) || self.glob.is_match(path)
    }

    /// Whether the text is `path`, or ends where a step of it ends: `Secret/web` holds for all of that Secret and
    /// nothing of `Secret/web-2` or `Secret/web.v2`.
    fn leads_to(&self, path: &str) -> bool {
        let Some(rest) = path.strip_prefix(self.text.as_str()).filter(|_| !self.text.is_empty()) else { return false };
        let is_resource = self.text.contains('/') && !self.text.contains(' ');
        rest.is_empty() || rest.starts_with(' ') || (!is_resource && rest.starts_with(['.', '[']))
    }
}

/// Compiles the pattern of an entry.
///
/// # Errors
/// It is no regular expression, or too large a one.
pub fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).size_limit(PATTERN_SIZE).build()
}

/// The allowlist.
#[derive(Debug, Default)]
pub struct Allowlist {
    /// The entries.
    pub entries: Vec<Exception>,
    /// The way from the configuration's folder to the scanned root, `/`-separated; empty where they are one.
    pub prefix: String,
    /// Whether less is scanned than the entries may be for, so that nothing can be said of those that accept nothing.
    pub is_for_more: bool,
}

impl Allowlist {
    /// Marks the findings that an entry accepts.
    pub fn apply(&self, findings: &mut [Finding]) {
        if self.entries.is_empty() {
            return;
        }
        for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
            let path = self.path_from_configuration(finding.origin.path());
            if let Some(entry) = self.entries.iter().find(|entry| entry.accepts(&path, finding)) {
                entry.used.store(true, Ordering::Relaxed);
                finding.suppressed = Some(Box::new(Suppression::Allowlist(entry.reason.clone())));
            }
        }
    }

    /// Which of the entries that depend on the path may accept something there.
    pub fn looks_at(&self, path: &str) -> Vec<bool> {
        let path = self.path_from_configuration(path);
        let with_path = self.entries.iter().filter(|entry| entry.path.is_some() || entry.path_pattern.is_some());
        with_path.map(|entry| entry.looks_at(&path)).collect()
    }

    fn path_from_configuration(&self, path: &str) -> String {
        match self.prefix.as_str() {
            "" => path.to_owned(),
            prefix => format!("{prefix}/{path}"),
        }
    }

    /// What the entries accept, as a text that another list has only if it accepts the same.
    pub fn description(&self) -> String {
        let entry = |entry: &Exception| {
            let globs =
                (entry.path.as_ref().map(|glob| glob.glob().glob()), entry.structure.as_ref().map(|at| &at.text));
            let pattern = entry.path_pattern.as_ref().map(Regex::as_str);
            format!("{globs:?} {pattern:?} {:?} {:?}", entry.rule, entry.value)
        };
        format!("{:?} {:?}", self.prefix, self.entries.iter().map(entry).collect::<Vec<_>>())
    }

    /// What to say of entries that accepted nothing.
    pub fn unused(&self) -> Vec<String> {
        let unused = self.entries.iter().filter(|entry| !self.is_for_more && !entry.used.load(Ordering::Relaxed));
        unused
            .map(|entry| format!("{}: this allowlist entry accepts nothing ({})", entry.place, entry.reason))
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use globset::Glob;

    use super::Structure;

    #[test]
    fn a_structural_path_holds_for_itself_and_what_lies_below_it() {
        let holds = |text: &str, path: &str| {
            Structure { text: text.to_owned(), glob: Glob::new(text).unwrap().compile_matcher() }.accepts(path)
        };
        assert!(holds("Pod/web spec.containers[0].env[0].value", "Pod/web spec.containers[0].env[0].value"));
        assert!(holds("Pod/web spec.containers[0]", "Pod/web spec.containers[0].env[0].value"));
        assert!(!holds("Pod/web spec.containers[1]", "Pod/web spec.containers[10].env[0].value"));
        assert!(holds("Secret/web", "Secret/web data.password"));
        assert!(!holds("Secret/web", "Secret/web-2 data.password"));
        assert!(!holds("Secret/web", "Secret/web.v2 data.password"));
        assert!(holds("db", "db.password"));
        assert!(!holds("", "db.password"));
    }
}
