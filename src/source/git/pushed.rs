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
    /// The ref's full name there; empty where git did not say it.
    pub name: String,
}

/// What of a push is to be scanned.
#[derive(Debug, Default)]
pub struct Pushed {
    /// Ranges of a history; empty where nothing is pushed.
    pub ranges: Vec<String>,
    /// Remotes of which we have refs that the remote itself has not: what these reach was not left out.
    pub stale: Vec<String>,
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
        [_, new, name, old] => Some((*old, *new, *name)),
        _ => None,
    })
}

/// Reads pre-receive's lines. What is deleted is left out.
///
/// # Errors
/// A sentence about a line that is not git's.
pub fn incoming(text: &str) -> Result<Vec<Update>, String> {
    lines(text, |words| match words {
        [old, new, name] => Some((*old, *new, *name)),
        _ => None,
    })
}

/// What the words of a line say: the old id, the new one and the ref's name there.
type Said<'a> = (&'a str, &'a str, &'a str);

fn lines(text: &str, said: impl for<'a> Fn(&[&'a str]) -> Option<Said<'a>>) -> Result<Vec<Update>, String> {
    let mut updates = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_id = |id: &str| id.len() >= 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let found = said(&words).filter(|(old, new, _)| is_id(old) && is_id(new));
        let (old, new, name) =
            found.ok_or_else(|| format!("line {} on standard input is not what git writes", at + 1))?;
        let is_none = |id: &str| id.bytes().all(|byte| byte == b'0');
        if !is_none(new) {
            let old = (!is_none(old)).then(|| old.to_owned());
            updates.push(Update { old, new: new.to_owned(), name: name.to_owned() });
        }
    }
    Ok(updates)
}

/// What of a push is to be scanned.
///
/// # Errors
/// No repository, or refs that can't be read.
pub fn ranges(path: &Path, updates: &[Update], known: Known<'_>) -> Result<Pushed, GitError> {
    let mut pushed = Pushed::default();
    if updates.is_empty() {
        return Ok(pushed);
    }
    let repository = open(path)?;
    let mut hidden = Vec::new();
    match known {
        Known::Refs => add(&repository, repository.references()?, &mut hidden),
        // To an address that no remote has, all that goes there is new.
        Known::Remote(name) => {
            for remote in remotes(&repository, name) {
                if is_stale(&repository, &remote, updates) {
                    pushed.stale.push(remote);
                } else {
                    add(&repository, repository.references_glob(&format!("refs/remotes/{remote}/*"))?, &mut hidden);
                }
            }
        }
    }
    // The remote may have what was never fetched; such an id leads nowhere here.
    let olds = updates.iter().filter_map(|update| update.old.as_deref());
    let commit = |old: &str| repository.peeled(repository.revparse_single(old)?.id());
    hidden.extend(olds.filter_map(|old| commit(old).ok()));
    hidden.sort_unstable();
    hidden.dedup();
    let tips = updates.iter().map(|update| update.new.clone());
    pushed.ranges = tips.chain(hidden.iter().map(|id| format!("^{id}"))).collect();
    Ok(pushed)
}

fn add(repository: &Repository, references: References<'_>, commits: &mut Vec<Oid>) {
    commits.extend(references.flatten().filter_map(|reference| repository.commit_of(&reference).ok()));
}

/// Whether the remote lacks a branch that our refs say it has. It may be another repository by now, and what our refs reach is
/// then not there.
fn is_stale(repository: &Repository, remote: &str, updates: &[Update]) -> bool {
    let new = updates.iter().filter(|update| update.old.is_none());
    let mut branches = new.filter_map(|update| update.name.strip_prefix("refs/heads/"));
    branches.any(|branch| repository.find_reference(&format!("refs/remotes/{remote}/{branch}")).is_ok())
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
        let update = |old: Option<&String>, new: &String, name: &str| Update {
            old: old.cloned(),
            new: new.clone(),
            name: name.to_owned(),
        };
        let text = format!("refs/heads/x {a} refs/heads/x {b}\nrefs/heads/y {b} refs/heads/y {none}\n");
        assert_eq!(outgoing(&text), Ok(vec![update(Some(&b), &a, "refs/heads/x"), update(None, &b, "refs/heads/y")]));
        assert_eq!(outgoing(&format!("(delete) {none} refs/heads/x {a}\n")), Ok(vec![]));
        assert_eq!(incoming(&format!("{a} {b} refs/heads/x\n")), Ok(vec![update(Some(&a), &b, "refs/heads/x")]));
        assert_eq!(incoming(""), Ok(vec![]));
        for wrong in ["x", &format!("{a} {b}"), &format!("{a} --all refs/heads/x"), &format!("{a} {b} c d e")] {
            assert!(incoming(wrong).is_err() && outgoing(wrong).is_err(), "{wrong}");
        }
    }
}
