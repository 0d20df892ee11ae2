//! From what the user asks for (all refs, ranges, branches) to the objects to start from and those to leave out.

use std::collections::HashSet;
use std::path::Path;

use git2::{ErrorClass, ErrorCode, Object, ObjectType, Oid, Reference};

use super::HistoryOptions;
use crate::source::git::{GitError, Repository, Unread};

/// What the full names of branches begin with.
const HEADS: &str = "refs/heads/";

/// What the full names of all refs begin with, by their kind.
const KINDS: [&str; 4] = [HEADS, "refs/tags/", "refs/remotes/", "refs/"];

/// A tag object, whose message is scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// The tag object.
    pub id: Oid,
    /// The ref it was reached from.
    pub name: String,
}

/// Where a scan starts.
#[derive(Debug, Default)]
pub struct Starts {
    /// Commits whose history is scanned.
    pub tips: Vec<Oid>,
    /// Commits whose history is left out.
    pub hidden: Vec<Oid>,
    /// Trees and blobs that a ref names without a commit, with that ref's name.
    pub objects: Vec<(Oid, ObjectType, String)>,
    /// Tag objects on the way.
    pub tags: Vec<Tag>,
    /// Refs that lead nowhere: the name, and why.
    pub failed: Vec<(String, String)>,
}

/// Finds the starting points.
///
/// # Errors
/// A revision or branch that does not exist, with the nearest name; refs that can't be listed.
pub fn starts(repository: &Repository, options: &HistoryOptions) -> Result<Starts, GitError> {
    let mut starts = Starts::default();
    for range in &options.ranges {
        starts.range(repository, range)?;
    }
    if starts.tips.is_empty() && starts.objects.is_empty() && !starts.hidden.is_empty() {
        let said = "only what to leave out was named; say what to scan, too: `A..B`, or `^A B`";
        return Err(GitError::Other(said.to_owned()));
    }
    for branch in &options.branches {
        starts.tips.push(find_branch(repository, branch)?);
    }
    if options.ranges.is_empty() && options.branches.is_empty() {
        starts.all(repository)?;
    }
    if let Some(since) = options.since {
        starts.tags.retain(|tag| date(repository, tag.id).is_none_or(|date| date >= since));
    }
    Ok(starts)
}

impl Starts {
    /// Every ref, the heads of all working trees, and the stashes behind the last one.
    fn all(&mut self, repository: &Repository) -> Result<(), GitError> {
        let mut names = HashSet::new();
        for reference in repository.references()? {
            match reference {
                Ok(reference) => {
                    names.insert(String::from_utf8_lossy(reference.name_bytes()).into_owned());
                    self.reference(repository, &reference);
                }
                Err(error) => self.failed.push(("refs".to_owned(), error.message().to_owned())),
            }
        }
        self.broken(&repository.commondir().join("refs"), "refs", &names);
        match repository.head() {
            Ok(head) => self.reference(repository, &head),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => {}
            Err(error) => self.failed.push(("HEAD".to_owned(), error.message().to_owned())),
        }
        self.other_heads(repository);
        if let Ok(stashes) = repository.reflog("refs/stash") {
            let ids = stashes.iter().map(|entry| entry.id_new());
            self.tips.extend(ids.filter(|id| !is_gone(repository, *id)));
        }
        Ok(())
    }

    /// Files of refs that hold none, as a crash leaves them: libgit2 passes them over without a word, and what they led to
    /// is not scanned. `names` are the refs that were read.
    fn broken(&mut self, folder: &Path, name: &str, names: &HashSet<String>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let last = entry.file_name().to_string_lossy().into_owned();
            let name = format!("{name}/{last}");
            match entry.file_type() {
                // git allows no such names; they are its locks, or somebody else's.
                _ if last.starts_with('.') || last.ends_with(".lock") => {}
                Ok(kind) if kind.is_dir() => self.broken(&entry.path(), &name, names),
                _ if names.contains(&name) => {}
                _ => self.failed.push((name, "the ref is broken: what it led to is not known".to_owned())),
            }
        }
    }

    /// Linked working trees may stand on a commit that no ref names.
    fn other_heads(&mut self, repository: &Repository) {
        for folder in std::fs::read_dir(repository.commondir().join("worktrees")).into_iter().flatten().flatten() {
            let head = std::fs::read_to_string(folder.path().join("HEAD")).unwrap_or_default();
            let commit = Oid::from_str(head.trim()).ok().filter(|id| !is_gone(repository, *id));
            self.tips.extend(commit);
        }
    }

    fn reference(&mut self, repository: &Repository, reference: &Reference<'_>) {
        let name = String::from_utf8_lossy(reference.name_bytes()).into_owned();
        let Ok(resolved) = reference.resolve() else {
            // A symbolic ref to a branch without commits (a fresh clone's origin/HEAD) leads to nothing that is missing.
            return;
        };
        match resolved.target() {
            Some(id) => self.object(repository, id, &name),
            None => self.failed.push((name, "names no object".to_owned())),
        }
    }

    /// Follows tags to what they name.
    fn object(&mut self, repository: &Repository, mut id: Oid, name: &str) {
        loop {
            let object = match repository.find_object(id) {
                Ok(object) => object,
                Err(error) => {
                    return self.failed.push((name.to_owned(), Unread::new("object", id, &error).message));
                }
            };
            match object.kind() {
                Some(ObjectType::Tag) => {
                    let tag = Tag { id, name: name.to_owned() };
                    if !self.tags.iter().any(|known| known.id == id) {
                        self.tags.push(tag);
                    }
                    match object.as_tag().map(git2::Tag::target_id) {
                        Some(target) => id = target,
                        None => return,
                    }
                }
                Some(ObjectType::Commit) => return self.tips.push(id),
                Some(kind) => return self.objects.push((id, kind, name.to_owned())),
                None => return,
            }
        }
    }

    /// `A..B`, `A...B`, `^A`, `A^!`, `A^-`, `A^@`, or a single revision.
    fn range(&mut self, repository: &Repository, range: &str) -> Result<(), GitError> {
        let or_head = |name: &str| if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() };
        if let Some((left, right)) = range.split_once("...") {
            let (left, right) = (commit(repository, &or_head(left))?, commit(repository, &or_head(right))?);
            self.tips.extend([left, right]);
            if let Ok(bases) = repository.merge_bases(left, right) {
                self.hidden.extend(bases);
            }
        } else if let Some((from, to)) = range.split_once("..") {
            self.hidden.push(commit(repository, &or_head(from))?);
            self.tip(repository, &or_head(to))?;
        } else if let Some(hidden) = range.strip_prefix('^') {
            self.hidden.push(commit(repository, hidden)?);
        } else if let Some(only) = range.strip_suffix("^!") {
            let only = commit(repository, only)?;
            self.hidden.extend(repository.find_commit(only)?.parent_ids());
            self.tips.push(only);
        } else if let Some(of) = range.strip_suffix("^@") {
            self.tips.extend(parents(repository, of)?);
        } else if let Some((only, number)) = without_parent(range) {
            // `A^0` is A itself, and nothing would be left.
            if number.bytes().all(|digit| digit == b'0') {
                return Err(GitError::Other(format!("`{range}`: a commit's parents count from 1")));
            }
            self.hidden.push(commit(repository, &format!("{only}^{number}"))?);
            self.tip(repository, only)?;
        } else {
            self.tip(repository, range)?;
        }
        Ok(())
    }

    /// A revision to start from: whatever it names counts, the messages of tags on the way too.
    fn tip(&mut self, repository: &Repository, revision: &str) -> Result<(), GitError> {
        self.object(repository, find(repository, revision)?.id(), revision);
        Ok(())
    }
}

/// When a tag was made, in seconds since the epoch: not before the commit that it names, whatever its clock said. `None`
/// where it does not say, or nobody can read it.
fn date(repository: &Repository, tag: Oid) -> Option<i64> {
    let tag = repository.find_tag(tag).ok()?;
    let named =
        repository.peeled(tag.target_id()).and_then(|commit| Ok(repository.find_commit(commit)?.time().seconds()));
    // libgit2 gives the epoch for a date that it can't read.
    let seconds = Some(tag.tagger()?.when().seconds()).filter(|seconds| *seconds != 0)?;
    Some(named.map_or(seconds, |named| seconds.max(named)))
}

/// Whether the repository has no such commit. One that can't be read is no less to be scanned, which will be said.
fn is_gone(repository: &Repository, commit: Oid) -> bool {
    repository.find_commit(commit).is_err_and(|error| error.code() == ErrorCode::NotFound)
}

/// `A^-2`: what led to A and not to its second parent; without a number, the first.
fn without_parent(range: &str) -> Option<(&str, &str)> {
    let (only, number) = range.rsplit_once("^-")?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some((only, if number.is_empty() { "1" } else { number }))
}

/// The parents of what `revision` names. Without any there is nothing to start from, which is not to be taken for clean.
fn parents(repository: &Repository, revision: &str) -> Result<Vec<Oid>, GitError> {
    let parents: Vec<Oid> = repository.find_commit(commit(repository, revision)?)?.parent_ids().collect();
    if parents.is_empty() {
        return Err(GitError::Other(format!("`{revision}` has no parents{}", reach(repository))));
    }
    Ok(parents)
}

fn find<'r>(repository: &'r Repository, revision: &str) -> Result<Object<'r>, GitError> {
    repository.revparse_single(revision).map_err(|error| unknown(repository, revision, &error))
}

fn commit(repository: &Repository, revision: &str) -> Result<Oid, GitError> {
    match repository.peeled(find(repository, revision)?.id()) {
        Ok(commit) => Ok(commit),
        Err(error) if error.class() == ErrorClass::Zlib => Err(unknown(repository, revision, &error)),
        Err(_) => Err(GitError::Other(format!("`{revision}` names no commit"))),
    }
}

fn find_branch(repository: &Repository, name: &str) -> Result<Oid, GitError> {
    let candidates = [name.to_owned(), format!("refs/heads/{name}"), format!("refs/remotes/{name}")];
    let exact = candidates.iter().skip(usize::from(!name.starts_with("refs/")));
    let found =
        exact.filter_map(|name| repository.find_reference(name).ok()).find_map(|r| repository.commit_of(&r).ok());
    found.ok_or_else(|| GitError::UnknownRevision { name: name.to_owned(), hint: suggestion(repository, name) })
}

fn unknown(repository: &Repository, revision: &str, error: &git2::Error) -> GitError {
    match error.code() {
        code if matches!(code, ErrorCode::NotFound | ErrorCode::InvalidSpec) || is_too_short(error) => {
            GitError::UnknownRevision { name: revision.to_owned(), hint: suggestion(repository, revision) }
        }
        _ => GitError::Other(format!("`{revision}`: {}", error.message())),
    }
}

/// Whether libgit2 took a name that no ref has for an id's first digits, and found too few of them to look it up.
fn is_too_short(error: &git2::Error) -> bool {
    error.code() == ErrorCode::Ambiguous && error.message().contains("too short")
}

/// `; did you mean …?`, if a ref has a similar name, and whether it may be no more than out of reach.
fn suggestion(repository: &Repository, wanted: &str) -> String {
    // Of `main~9` the name may be right, and the history shorter.
    let start = wanted.split(['~', '^', '@', ':']).next().unwrap_or_default();
    let is_head = start == "HEAD" || (start.is_empty() && wanted.starts_with('@'));
    if let Some(branch) = unborn(repository) {
        let short = branch.strip_prefix(HEADS).unwrap_or(&branch);
        if is_head || start == short || start == branch {
            return format!("; the branch that is checked out, `{short}`, has no commit yet");
        }
    }
    if Path::new(wanted).symlink_metadata().is_ok() {
        return "; it is a path here, and no path is taken: commits are scanned whole".to_owned();
    }
    similar(repository, start) + reach(repository)
}

/// The branch that HEAD names, if that has no commit yet.
fn unborn(repository: &Repository) -> Option<String> {
    let is_unborn = repository.head().is_err_and(|error| error.code() == ErrorCode::UnbornBranch);
    let branch = is_unborn.then(|| repository.find_reference("HEAD").ok())??;
    branch.symbolic_target().ok().flatten().map(str::to_owned)
}

/// Where a commit may be missing only here: what brings it.
fn reach(repository: &Repository) -> &'static str {
    match repository.is_shallow() {
        true => "; the clone is shallow, and `git fetch --unshallow` brings the rest",
        false => "",
    }
}

/// `; did you mean …?`, if a ref's name is like `wanted` but for its case.
fn similar(repository: &Repository, wanted: &str) -> String {
    if repository.revparse_single(wanted).is_ok() {
        return String::new();
    }
    // A full name is compared without what all of its kind begin with.
    let short = KINDS.iter().find_map(|kind| wanted.strip_prefix(kind));
    let plain = short.unwrap_or(wanted).to_lowercase();
    let references = repository.references().into_iter().flatten().flatten();
    let names = references.filter_map(|reference| {
        let full = reference.name().ok()?.to_owned();
        let name = reference.shorthand().ok()?.to_owned();
        Some((strsim::jaro_winkler(&name.to_lowercase(), &plain), if short.is_some() { full } else { name }))
    });
    let head = repository.head().is_ok().then(|| (strsim::jaro_winkler("head", &plain), "HEAD".to_owned()));
    let nearest = names.chain(head).filter(|(score, name)| *score > 0.7 && name != wanted);
    let nearest = nearest.max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, name)| format!("; did you mean `{name}`?")).unwrap_or_default()
}
