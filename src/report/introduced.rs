//! Who brought a secret into the history, and when: in a sentence, and in a few words.

use super::printable::printable;
use crate::model::{Finding, Origin, Redactor, date};

/// The sentence, for findings of a history.
pub fn sentence(finding: &Finding, redactor: &Redactor) -> Option<String> {
    let short = short(&finding.origin)?;
    let by = match finding.origin.made() {
        // A ref may name a file without a commit, and nobody signed that.
        None | Some(("", _)) => format!("held by object {short}"),
        Some((author, time)) => {
            let day = date::day(time).map(|day| format!(" on {day}")).unwrap_or_default();
            format!("introduced by {}{day} in {short}", redactor.path(&printable(author)))
        }
    };
    let now = match finding.in_head {
        Some(true) => "; HEAD still has it",
        Some(false) => "; not in HEAD, but whoever has the history has it: revoke it",
        None => "",
    };
    Some(by + now)
}

/// What a report says in few words of a finding of a history.
pub struct Introduced {
    /// The words before: whether something brought it, or merely holds it.
    pub verb: &'static str,
    /// The commit, the day and the author, and whether HEAD still has it.
    pub by: String,
}

/// The words, for findings of a history.
pub fn words(finding: &Finding, redactor: &Redactor) -> Option<Introduced> {
    let short = short(&finding.origin)?;
    let (verb, by) = match finding.origin.made() {
        None => ("held by", format!("object {short}")),
        Some((author, time)) => {
            ("introduced by", format!("{short} {} {author}", date::day(time).unwrap_or_default()).trim().to_owned())
        }
    };
    let now = match finding.in_head {
        Some(true) => ", still in HEAD",
        Some(false) => ", not in HEAD",
        None => "",
    };
    Some(Introduced { verb, by: redactor.path(&printable(&by)) + now })
}

/// The first characters of the id of a commit, or of what holds a finding of a history without one.
fn short(origin: &Origin) -> Option<&str> {
    let Origin::Commit { commit, .. } = origin else { return None };
    Some(commit.get(..12).unwrap_or(commit))
}
