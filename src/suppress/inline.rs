//! Comments that accept a finding: `tidewaiter:allow [RULE…] [-- reason]`, on the finding's line or alone on the line
//! above it, in any comment syntax.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::model::{Finding, LineIndex, Rule, Span, Suppression};
use crate::rules;

/// What a comment says to accept what stands on its line.
const MARKER: &str = "tidewaiter:allow";

/// Blobs are looked through for it where the keyword pass met it, in any case.
static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(MARKER));

/// What may open a comment. The marker stands right behind one, so that a text about the marker is none.
const OPENERS: [&str; 21] = [
    "#", "//", "--", ";", "/*", "*", "<!--", "%", "{{/*", "{{- /*", "rem", "'", "!", "{-", "<#", "(*", "{#", "<%#",
    "..", "dnl", "::",
];

/// A comment that accepts findings.
struct Allow<'t> {
    /// The line of the comment, counted from 1.
    line: usize,
    /// The line whose findings it accepts.
    target: usize,
    rules: Vec<&'t str>,
    reason: Option<String>,
    /// It stands within quotation marks, as in a program's text or documentation: it still accepts, but is not missed
    /// when it accepts nothing.
    quoted: bool,
    used: bool,
}

/// A comment that accepts nothing, or names a rule that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unused {
    /// The bytes of its line.
    pub line: Span,
    /// What to say of it: `path:line: text`.
    pub message: String,
}

/// Marks the findings of a blob that a comment accepts. Gives the comments that match none, and those that name a rule
/// which is neither built in nor one of the user's `own`.
pub fn apply(path: &str, bytes: &[u8], own: &[&'static Rule], findings: &mut [Finding]) -> Vec<Unused> {
    let index = LineIndex::new(bytes);
    let mut allows: Vec<Allow<'_>> = FINDER.find_iter(bytes).filter_map(|at| allow(bytes, &index, at)).collect();
    for finding in findings {
        let lines = lines(finding, bytes, &index);
        let matching = |allow: &&mut Allow<'_>| {
            let rule = |name: &&str| *name == finding.rule.id || *name == finding.rule.family;
            lines.contains(&allow.target) && (allow.rules.is_empty() || allow.rules.iter().any(rule))
        };
        if let Some(allow) = allows.iter_mut().find(matching) {
            allow.used = true;
            finding.suppressed = Some(Box::new(Suppression::Inline(allow.reason.clone())));
        }
    }
    let said = |allow: &Allow<'_>| {
        let complaint = allow.complaint(own).filter(|_| !allow.quoted)?;
        let message = format!("{path}:{}: this {MARKER} comment {complaint}", allow.line);
        Some(Unused { line: index.line(bytes, allow.line), message })
    };
    allows.iter().filter_map(said).collect()
}

impl Allow<'_> {
    /// What is wrong with it. The name that it gives is not repeated: it is text of the file, and may be the secret.
    fn complaint(&self, own: &[&'static Rule]) -> Option<String> {
        let unknown = self.rules.iter().find(|name| !rules::is_known(name, own));
        let named = unknown.map(|name| match rules::nearest(name, own) {
            Some(id) => format!("names a rule that does not exist; did you mean `{id}`?"),
            None => "names a rule that does not exist (a reason goes behind `-- `)".to_owned(),
        });
        match (self.used, named) {
            (true, named) => named,
            (false, None) => Some("accepts nothing".to_owned()),
            (false, Some(named)) => Some(format!("accepts nothing and {named}")),
        }
    }
}

/// The lines on which a comment accepts the finding: its first, and the one above where its key stands there (a block
/// scalar begins below its key).
fn lines(finding: &Finding, bytes: &[u8], index: &LineIndex) -> [usize; 2] {
    let line = |span: Span| index.position(bytes, span.start).0;
    let first = line(finding.span);
    let key = finding.labels.iter().map(|label| line(label.span)).find(|at| at + 1 == first);
    [first, key.unwrap_or(first)]
}

fn allow<'t>(bytes: &'t [u8], index: &LineIndex, at: usize) -> Option<Allow<'t>> {
    let (line, _) = index.position(bytes, at);
    let span = index.line(bytes, line);
    let before = std::str::from_utf8(&bytes[span.start..at]).ok()?.trim_end();
    let behind = std::str::from_utf8(&bytes[at + MARKER.len()..span.end]).ok()?;
    let opener = OPENERS.iter().filter(|opener| ends_with(before, opener)).max_by_key(|opener| opener.len())?;
    if behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '-' | '_')) {
        return None;
    }
    // `///`, `##` and `;;` open a comment, too.
    let last = opener.chars().next_back()?;
    let alone = before[..before.len() - opener.len()].trim_end_matches(last).trim().is_empty();
    let end = ["*/", "-->", "#}", "-}", "#>", "*)", "%>"]
        .iter()
        .filter_map(|close| behind.find(close))
        .min()
        .unwrap_or(behind.len());
    let (rules, reason) = match behind[..end].split_once("-- ") {
        Some((rules, reason)) => (rules, Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty())),
        None => (&behind[..end], None),
    };
    let is_rule = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let rules = rules.split(|c: char| c.is_whitespace() || c == ',').filter(is_rule).collect();
    let quoted = ['"', '`'].iter().any(|quote| before.matches(*quote).count() % 2 == 1);
    Some(Allow { line, target: if alone { line + 1 } else { line }, rules, reason, quoted, used: false })
}

fn ends_with(text: &str, opener: &str) -> bool {
    let start = text.len().checked_sub(opener.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(opener))
}

#[cfg(test)]
mod tests {
    use super::{FINDER, LineIndex, allow, apply};

    /// The line that the comment in a text is for.
    fn target(text: &str) -> Option<usize> {
        let index = LineIndex::new(text.as_bytes());
        Some(allow(text.as_bytes(), &index, FINDER.find(text.as_bytes())?)?.target)
    }

    #[test]
    fn a_comment_may_have_any_syntax() {
        let alone =
            ["#", "##", "//", "///", "--", ";;", "/*", " *", "<!--", "!", "{-", "<#", "(*", "{#", "..", "dnl", "::"];
        for opener in alone {
            assert_eq!(target(&format!("{opener} tidewaiter:allow\nX=1\n")), Some(2), "{opener}");
            assert_eq!(target(&format!("X=1 {opener} tidewaiter:allow\n")), Some(1), "{opener}");
        }
        assert_eq!(target("write tidewaiter:allow there\n"), None);
    }

    #[test]
    fn unused_comments_are_said_unless_quoted() {
        let unused = |text: &str| apply("a", text.as_bytes(), &[], &mut []).len();
        assert_eq!(unused("X=1 # tidewaiter:allow\n"), 1);
        assert_eq!(unused("X=\"a b\" # tidewaiter:allow\n"), 1);
        assert_eq!(unused("let text = \x22X=1 # tidewaiter:allow\x22;\n"), 0);
        assert_eq!(unused("write `# tidewaiter:allow` above it\n"), 0);
    }

    #[test]
    fn an_unknown_rule_is_said_with_what_may_have_been_meant_and_not_repeated() {
        let said = |text: &str| apply("a", text.as_bytes(), &[], &mut []).remove(0).message;
        let near = said("X=1 # tidewaiter:allow kubernetes-emv\n");
        assert!(near.contains("did you mean `kubernetes-env`?") && !near.contains("emv"), "{near}");
        let far = said("X=1 # tidewaiter:allow zqx7 -- invented\n");
        assert!(far.contains("names a rule that does not exist") && !far.contains("zqx7"), "{far}");
        assert!(!said("X=1 # tidewaiter:allow kubernetes-env kubernetes\n").contains("does not exist"));
    }
}
