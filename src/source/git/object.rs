//! The text of git objects: what a tree lists and what a commit says. Both readers of objects (libgit2's and the one for
//! whole packs) come here, so that they can't differ. Facts: `gitformat-index(5)`, `git-cat-file(1)` and the objects
//! themselves.

use std::borrow::Cow;

use git2::Oid;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A folder.
    Tree,
    /// A file, or the target of a symbolic link.
    Blob,
    /// A commit of another repository.
    Submodule,
}

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// What it is, by its mode.
    pub kind: EntryKind,
    /// The name's bytes, in no certain encoding.
    pub name: &'a [u8],
    /// The object's id, 20 bytes.
    id: &'a [u8],
}

impl<'a> Entry<'a> {
    /// The entry at the start of a tree's bytes, and what follows it. `None` if there is none.
    pub fn split(tree: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let space = memchr::memchr(b' ', tree.get(..tree.len().min(8))?)?;
        let kind = match &tree[..space] {
            b"40000" | b"040000" => EntryKind::Tree,
            b"160000" => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        let rest = &tree[space + 1..];
        let end = memchr::memchr(0, rest)?;
        let id = rest.get(end + 1..end + 21)?;
        Some((Self { kind, name: &rest[..end], id }, &rest[end + 21..]))
    }

    /// The object's id.
    pub fn id(&self) -> Oid {
        // Twenty bytes are always an id.
        Oid::from_bytes(self.id).unwrap_or(Oid::ZERO_SHA1)
    }
}

/// Calls `sink` with each entry of a tree's bytes. `None` if the bytes are no tree; entries before the broken one were
/// given.
pub fn entries<'a>(mut tree: &'a [u8], mut sink: impl FnMut(Entry<'a>)) -> Option<()> {
    while !tree.is_empty() {
        let (entry, rest) = Entry::split(tree)?;
        sink(entry);
        tree = rest;
    }
    Some(())
}

/// The header of a merge that holds a signed tag, whole.
const MERGED_TAG: &[u8] = b"mergetag ";

/// What begins the signature of a tag, or a key in its message: what follows is not compared.
const SIGNATURE: &[u8] = b"\n-----BEGIN ";

/// What a commit says.
#[derive(Clone, Debug)]
pub struct CommitText<'a> {
    /// Its tree.
    pub tree: Oid,
    /// The `parent` lines.
    parents: &'a [u8],
    /// Author name and address, as `Name <address>`.
    pub author: &'a [u8],
    /// Author date, seconds since the epoch.
    pub author_time: i64,
    /// Committer date, seconds since the epoch.
    pub time: i64,
    /// Everything behind the headers; then the messages of the signed tags that a merge keeps among them.
    pub message: Cow<'a, [u8]>,
}

impl<'a> CommitText<'a> {
    /// Reads a commit's bytes; `None` if they are no commit.
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        let (tree, mut rest) = header(bytes, b"tree ")?;
        let tree = id(tree)?;
        let parents = rest;
        while let Some((parent, after)) = header(rest, b"parent ") {
            id(parent)?;
            rest = after;
        }
        let parents = &parents[..parents.len() - rest.len()];
        let (author, rest) = header(rest, b"author ")?;
        let (committer, rest) = header(rest, b"committer ")?;
        let (author, author_time) = signature(author);
        let message = rest.strip_prefix(b"\n").map_or_else(|| behind_headers(rest), Cow::Borrowed);
        Some(Self { tree, parents, author, author_time, time: signature(committer).1, message })
    }

    /// The ids of the parents, in order.
    pub fn parents(&self) -> impl Iterator<Item = Oid> + 'a {
        self.parents.split(|byte| *byte == b'\n').filter_map(|line| id(line.strip_prefix(b"parent ")?))
    }
}

fn header<'a>(bytes: &'a [u8], name: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let rest = bytes.strip_prefix(name)?;
    let end = memchr::memchr(b'\n', rest)?;
    Some((&rest[..end], &rest[end + 1..]))
}

/// The message behind headers of other kinds, and that of each `mergetag` among them, unless it is there already: `git merge`
/// takes a tag's message into the commit's. Lines of a header behind its first one begin with a blank.
fn behind_headers(rest: &[u8]) -> Cow<'_, [u8]> {
    let end = memchr::memmem::find(rest, b"\n\n");
    let (headers, message) = end.map_or((rest, &[][..]), |at| rest.split_at(at + 2));
    if memchr::memmem::find(headers, MERGED_TAG).is_none() {
        return Cow::Borrowed(message);
    }
    let mut tags: Vec<Vec<u8>> = Vec::new();
    let (mut is_tag, mut is_message) = (false, false);
    for line in headers.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_prefix(b" ") else {
            is_tag = line.starts_with(MERGED_TAG);
            is_message = false;
            continue;
        };
        if is_tag && is_message {
            tags.last_mut().into_iter().for_each(|tag| tag.extend_from_slice(line));
        } else if is_tag && line == b"\n" {
            is_message = true;
            tags.push(line.to_vec());
        }
    }
    let mut whole = message.to_vec();
    for tag in tags {
        let (text, signature) = tag.split_at(memchr::memmem::find(&tag, SIGNATURE).map_or(tag.len(), |at| at + 1));
        let is_there = memchr::memmem::find(message, text.trim_ascii()).is_some();
        whole.extend_from_slice(if is_there { signature } else { &tag });
    }
    Cow::Owned(whole)
}

/// An id of 40 hexadecimal digits.
fn id(text: &[u8]) -> Option<Oid> {
    if text.len() != 40 {
        return None;
    }
    Oid::from_str(std::str::from_utf8(text).ok()?).ok()
}

/// `Name <address> seconds zone`: the person, and the seconds. Old tools wrote broken dates; those count as the epoch.
fn signature(line: &[u8]) -> (&[u8], i64) {
    let Some(end) = memchr::memrchr(b'>', line) else { return (line, 0) };
    let (person, date) = line.split_at(end + 1);
    let seconds = date.split(|byte| *byte == b' ').find(|part| !part.is_empty());
    let seconds = seconds.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
    (person, seconds.unwrap_or(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_merge_commit_with_a_signature_is_read() {
        let text = format!(
            "tree {ID}\nparent {ID}\nparent {ID}\nauthor A <a@b> 12 +0200\ncommitter C <c@d> 34 +0000\n\
             gpgsig -----BEGIN\n x\n -----END\n\nsubject\n\nbody\n"
        );
        let commit = CommitText::read(text.as_bytes()).unwrap();
        assert_eq!(commit.parents().count(), 2);
        assert_eq!((commit.author, commit.author_time, commit.time), (&b"A <a@b>"[..], 12, 34));
        assert!(matches!(commit.message, Cow::Borrowed(b"subject\n\nbody\n")));
    }

    #[test]
    fn the_messages_of_merged_tags_follow_a_commits_own() {
        let tag = |name: &str| {
            format!("mergetag object {ID}\n type commit\n tag {name}\n tagger A <a@b> 1 +0000\n \n {name}:\n \n  x\n")
        };
        let text = format!(
            "tree {ID}\nparent {ID}\nauthor A <a@b> 12 +0200\ncommitter C <c@d> 34 +0000\nencoding latin1\n{}{}\
             gpgsig mergetag \n \n not this\n\nsubject\n",
            tag("one"),
            tag("two")
        );
        let commit = CommitText::read(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&commit.message), "subject\n\none:\n\n x\n\ntwo:\n\n x\n");
        let merged = text.replace("\n\nsubject\n", "\n\nsubject\n\none:\n\n x\n");
        let commit = CommitText::read(merged.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&commit.message), "subject\n\none:\n\n x\n\ntwo:\n\n x\n");
        let text = text.replace("gpgsig mergetag \n \n not this\n", "");
        let commit = CommitText::read(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8_lossy(&commit.message), "subject\n\none:\n\n x\n\ntwo:\n\n x\n");
    }

    #[test]
    fn a_commit_without_message_or_with_a_broken_date_is_read() {
        let text = format!("tree {ID}\nauthor A <a@b> later\ncommitter C <c@d> -5 +0000\n");
        let commit = CommitText::read(text.as_bytes()).unwrap();
        assert_eq!((commit.author_time, commit.time, &*commit.message), (0, -5, &b""[..]));
        assert!(CommitText::read(b"tree nonsense\n").is_none());
    }

    #[test]
    fn a_tree_cut_short_gives_what_stands_before() {
        let mut tree = b"100644 a\0".to_vec();
        tree.extend([1; 20]);
        tree.extend(b"40000 b\0short");
        let mut names = Vec::new();
        assert!(entries(&tree, |entry| names.push(entry.name.to_vec())).is_none());
        assert_eq!(names, [b"a".to_vec()]);
        assert!(entries(b"", |_| ()).is_some());
    }
}
