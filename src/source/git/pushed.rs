//! What a push brings: the commits that the other side has not, as ranges of a history.
//!
//! git tells hooks about a push in lines (`githooks(5)`): pre-push gets `<local ref> <local id> <remote ref> <remote id>`,
//! pre-receive `<old id> <new id> <ref>`; an id of zeros stands for nothing.

use std::path::Path;

use git2::{Oid, References};

use super::{GitError, Repository, open};

/// One ref that is pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// What the ref was there, if it existed.
    pub old: Option<String>,
    /// What it becomes: an id, or a name.
    pub new: String,
}

/// Which commits the other side is known to have.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// Those that our own refs of this remote reach.
    Remote(&'a str),
    /// Those that any ref reaches: the receiving repository has its refs still as they were.
    Refs,
}

/// Reads pre-push's lines. What is deleted is left out.
///
/// # Errors
/// A sentence about a line that is not git's.
pub fn outgoing(text: &str) -> Result<Vec<Update>, String> {
    lines(text, |words| match words {
        [_, new, _, old] => Some((*old, *new)),
        _ => None,
    })
}

/// Reads pre-receive's lines. What is deleted is left out.
///
/// # Errors
/// A sentence about a line that is not git's.
pub fn incoming(text: &str) -> Result<Vec<Update>, String> {
    lines(text, |words| match words {
        [old, new, _] => Some((*old, *new)),
        _ => None,
    })
}

fn lines(text: &str, ids: impl for<'a> Fn(&[&'a str]) -> Option<(&'a str, &'a str)>) -> Result<Vec<Update>, String> {
    let mut updates = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_id = |id: &str| id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = ids(&words).filter(|(old, new)| is_id(old) && is_id(new));
        let (old, new) = found.ok_or_else(|| format!("line {} on standard input is not what git writes", at + 1))?;
        let is_none = |id: &str| id.bytes().all(|byte| byte == b'0');
        if !is_none(new) {
            updates.push(Update { old: (!is_none(old)).then(|| old.to_owned()), new: new.to_owned() });
        }
    }
    Ok(updates)
}

/// The ranges to scan; empty where nothing is pushed.
///
/// # Errors
/// No repository, or refs that can't be read.
pub fn ranges(path: &Path, updates: &[Update], known: Known<'_>) -> Result<Vec<String>, GitError> {
    if updates.is_empty() {
        return Ok(Vec::new());
    }
    let repository = open(path)?;
    let mut hidden = known_commits(&repository, known)?;
    // The remote may have what was never fetched; such an id leads nowhere here.
    let olds = updates.iter().filter_map(|update| update.old.as_deref());
    let commit = |old: &str| repository.peeled(repository.revparse_single(old)?.id());
    hidden.extend(olds.filter_map(|old| commit(old).ok()));
    hidden.sort_unstable();
    hidden.dedup();
    let tips = updates.iter().map(|update| update.new.clone());
    Ok(tips.chain(hidden.iter().map(|id| format!("^{id}"))).collect())
}

fn known_commits(repository: &Repository, known: Known<'_>) -> Result<Vec<Oid>, GitError> {
    let mut commits = Vec::new();
    let mut add = |references: References<'_>| {
        commits.extend(references.flatten().filter_map(|reference| repository.commit_of(&reference).ok()));
    };
    match known {
        Known::Refs => add(repository.references()?),
        // To an address that no remote has, all that goes there is new.
        Known::Remote(name) => {
            for remote in remotes(repository, name) {
                add(repository.references_glob(&format!("refs/remotes/{remote}/*"))?);
            }
        }
    }
    Ok(commits)
}

/// The remotes of this name, or at this address: git names to the hook what stood on its command line.
fn remotes(repository: &Repository, name: &str) -> Vec<String> {
    let names = repository.remotes().map(|names| names.iter().flatten().flatten().map(str::to_owned).collect());
    let mut names: Vec<String> = names.unwrap_or_default();
    let is_name = names.iter().any(|known| known == name);
    names.retain(|known| {
        let remote = repository.find_remote(known).ok();
        let is_there = |remote: git2::Remote<'_>| {
            let push = remote.pushurl().ok().flatten().map(str::to_owned);
            push.or_else(|| remote.url().ok().map(str::to_owned)).as_deref() == Some(name)
        };
        if is_name { known == name } else { remote.is_some_and(is_there) }
    });
    names.retain(|known| !known.contains(['*', '?', '[']));
    names
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_git_are_read_and_others_refused() {
        let (a, b, none) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let update = |old: Option<&String>, new: &String| Update { old: old.cloned(), new: new.clone() };
        let text = format!("refs/heads/x {a} refs/heads/x {b}\nrefs/heads/y {b} refs/heads/y {none}\n");
        assert_eq!(outgoing(&text), Ok(vec![update(Some(&b), &a), update(None, &b)]));
        assert_eq!(outgoing(&format!("(delete) {none} refs/heads/x {a}\n")), Ok(vec![]));
        assert_eq!(incoming(&format!("{a} {b} refs/heads/x\n")), Ok(vec![update(Some(&a), &b)]));
        assert_eq!(incoming(""), Ok(vec![]));
        for wrong in ["x", &format!("{a} {b}"), &format!("{a} --all refs/heads/x"), &format!("{a} {b} c d e")] {
            assert!(incoming(wrong).is_err() && outgoing(wrong).is_err(), "{wrong}");
        }
    }
}
