//! Who brought a secret into the history, and when: one sentence for people.

use super::printable::printable;
use crate::model::{Finding, Origin, Redactor, date};

/// The sentence, for findings of a history.
pub fn sentence(finding: &Finding, redactor: &Redactor) -> Option<String> {
    let Origin::Commit { commit, author, time, .. } = &*finding.origin else { return None };
    let short = commit.get(..12).unwrap_or(commit);
    let by = match author.as_str() {
        // A ref may name a file without a commit, and nobody signed that.
        "" => format!("held by object {short}"),
        author => {
            let day = date::day(*time).map(|day| format!(" on {day}")).unwrap_or_default();
            format!("introduced by {}{day} in {short}", redactor.path(&printable(author)))
        }
    };
    let now = match finding.in_head {
        Some(true) => "; HEAD still has it",
        Some(false) => "; gone from HEAD, but whoever has the history has it: revoke it",
        None => "",
    };
    Some(by + now)
}
