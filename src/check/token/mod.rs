//! The pattern engine: which token rules match where in a text.
//!
//! The prefilter's hits come in; a rule's pattern runs only near its keywords, and only where a run of letters and digits
//! is long enough to be its secret. All that is particular to a provider is data under `rules/providers/`.

mod accept;
pub mod again;
pub mod encoded;
mod near;
pub mod own;
pub mod pattern;
mod shown;
pub mod validate;

use super::Context;
use super::prefilter::TokenHit;
use crate::model::{Confidence, Document, Rule, Secret, TokenRule};
use crate::pattern::Run;
use crate::rules;
use near::Runs;

pub use shown::is_test;

/// Bytes before a keyword on which a pattern runs: names go before the provider's (`my_datadog_key`), and some tokens hold
/// their keyword inside.
const BEFORE: usize = 128;

/// A stretch of the text on which a rule's pattern runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    /// The rule, by its place in its list.
    rule: usize,
    start: usize,
    end: usize,
}

/// Reports what the token rules find in `doc`, whose keywords stand at `hits`.
pub fn scan(doc: &Document<'_>, hits: &[TokenHit], cx: &mut Context<'_>) {
    let mut windows = Vec::new();
    let mut runs = Runs::new(doc.text.as_bytes());
    hits.iter().for_each(|hit| windows_of(&mut runs, *hit, &mut |window| windows.push(window)));
    for window in join(windows) {
        search(doc, window, cx);
    }
}

/// The same stretches, those of a rule that touch as one.
fn join(mut windows: Vec<Window>) -> Vec<Window> {
    windows.sort_unstable();
    windows.dedup_by(|later, kept| {
        let joined = later.rule == kept.rule && later.start <= kept.end;
        if joined {
            kept.end = kept.end.max(later.end);
        }
        joined
    });
    windows
}

/// Where which rules are worth running for a keyword; keywords come in the order in which they stand.
fn windows_of(runs: &mut Runs<'_>, hit: TokenHit, found: &mut dyn FnMut(Window)) {
    let start = hit.start.saturating_sub(BEFORE);
    let mut last: Option<(u32, Run, bool)> = None;
    for rule in hit.rules().iter().map(|rule| usize::from(*rule)) {
        let Some(token) = token(rule) else { continue };
        let end = runs.length().min(hit.end() + token.window as usize);
        let may_hold = match last {
            Some((window, run, known)) if (window, run) == (token.window, token.run) => known,
            _ => last.insert((token.window, token.run, runs.may_hold(start, end, token.run))).2,
        };
        if may_hold {
            found(Window { rule, start, end });
        }
    }
}

fn rule(number: usize) -> Option<&'static Rule> {
    rules::TOKENS.get(number)
}

fn token(number: usize) -> Option<&'static TokenRule> {
    rule(number)?.token.as_ref()
}

/// Runs one rule's pattern on one window.
fn search(doc: &Document<'_>, window: Window, cx: &mut Context<'_>) {
    let Some((rule, token)) = rule(window.rule).and_then(|rule| Some((rule, rule.token.as_ref()?))) else { return };
    if !cx.settings.runs(rule) {
        return;
    }
    let bytes = &doc.text.as_bytes()[..near::end_of_run(doc.text.as_bytes(), window.end)];
    if !near::may_match(&bytes[window.start..], token.literals) {
        return;
    }
    let Some(pattern) = pattern::built_in(window.rule) else { return };
    for (secret, whole) in pattern.matches(bytes, window.start) {
        if let Some(mut found) = accept::accept(rule, token, doc.text, secret, whole) {
            if shown::is_shown(rule, doc, secret) {
                found.confidence = Confidence::Low;
            }
            cx.report(rule, doc, found);
        }
    }
}

/// Whether a keyword of the rule stands in the secret itself, so that the token's own shape tells what it is.
pub fn is_distinct(rule: &Rule, secret: &Secret) -> bool {
    let secret = secret.expose().to_ascii_lowercase();
    rule.token.as_ref().is_some_and(|token| token.keywords.iter().any(|keyword| secret.contains(&**keyword)))
}
