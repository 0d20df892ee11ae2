//! A repository as libgit2 has it, with each loose object [looked at](super::loose) before libgit2 reads it.
//!
//! What stands here goes before libgit2's own function of that name; everything else is libgit2's. A function of libgit2
//! that reads objects by itself, as `peel_to_commit` does of a reference, is not to be called elsewhere.

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};

use git2::{
    Blob, Commit, Error, ErrorClass, ErrorCode, Object, ObjectType, OdbObject, Oid, Reference, Tag, Tree, TreeEntry,
};

use super::loose::Loose;

/// A repository.
pub struct Repository {
    git: git2::Repository,
    loose: Loose,
}

/// The objects of a repository.
pub struct Odb<'r> {
    git: git2::Odb<'r>,
    loose: &'r Loose,
}

impl Deref for Repository {
    type Target = git2::Repository;

    fn deref(&self) -> &git2::Repository {
        &self.git
    }
}

thread_local! {
    /// Whether this thread looks at an object through [`Odb::header`].
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic on this thread is one that is made an error, so that nobody need hear of it.
pub fn is_guarded() -> bool {
    GUARDED.get()
}

impl Odb<'_> {
    /// The size and the kind of an object. The git library's binding panics at a kind that git does not have, as damaged
    /// packs may name one: here that is an error.
    ///
    /// # Errors
    /// An object that is missing or damaged.
    pub fn header(&self, id: Oid) -> Result<(usize, ObjectType), Error> {
        GUARDED.set(true);
        let read = catch_unwind(AssertUnwindSafe(|| self.git.read_header(id)));
        GUARDED.set(false);
        read.unwrap_or_else(|_| Err(Error::from_str("it is of a kind that git does not have")))
    }

    /// An object.
    ///
    /// # Errors
    /// One that is missing or damaged.
    pub fn read(&self, id: Oid) -> Result<OdbObject<'_>, Error> {
        self.loose.check(id)?;
        self.git.read(id)
    }

    /// The ids of all objects.
    ///
    /// # Errors
    /// Folders that can't be listed.
    pub fn ids(&self) -> Result<Vec<Oid>, Error> {
        let mut ids = Vec::new();
        self.git.foreach(|id| {
            ids.push(*id);
            true
        })?;
        Ok(ids)
    }
}

/// Errors are those of an object that is missing, damaged or of another kind.
#[allow(clippy::missing_errors_doc, reason = "said once for all")]
impl Repository {
    /// The repository that libgit2 opened.
    pub fn new(git: git2::Repository) -> Self {
        let loose = Loose::new(&git.commondir().join("objects"));
        Self { git, loose }
    }

    /// Fails if the object is a loose one and damaged: for functions of libgit2 that are given ids and read them.
    pub fn check(&self, id: Oid) -> Result<(), Error> {
        self.loose.check(id)
    }

    /// The objects.
    pub fn odb(&self) -> Result<Odb<'_>, Error> {
        Ok(Odb { git: self.git.odb()?, loose: &self.loose })
    }

    /// An object of any kind.
    pub fn find_object(&self, id: Oid) -> Result<Object<'_>, Error> {
        self.loose.check(id)?;
        self.git.find_object(id, None)
    }

    /// A blob.
    pub fn find_blob(&self, id: Oid) -> Result<Blob<'_>, Error> {
        self.loose.check(id)?;
        self.git.find_blob(id)
    }

    /// A tree.
    pub fn find_tree(&self, id: Oid) -> Result<Tree<'_>, Error> {
        self.loose.check(id)?;
        self.git.find_tree(id)
    }

    /// A commit.
    pub fn find_commit(&self, id: Oid) -> Result<Commit<'_>, Error> {
        self.loose.check(id)?;
        self.git.find_commit(id)
    }

    /// A tag.
    pub fn find_tag(&self, id: Oid) -> Result<Tag<'_>, Error> {
        self.loose.check(id)?;
        self.git.find_tag(id)
    }

    /// The tree of a commit.
    pub fn tree_of(&self, commit: Oid) -> Result<Tree<'_>, Error> {
        self.find_tree(self.find_commit(commit)?.tree_id())
    }

    /// What lies at a path below the tree; its parts are parted by slashes.
    pub fn entry_at(&self, tree: &Tree<'_>, path: &[u8]) -> Result<TreeEntry<'static>, Error> {
        let missing = || Error::new(ErrorCode::NotFound, ErrorClass::Tree, "there is no such path");
        let mut tree = tree.clone();
        let mut entry = None;
        for name in path.split(|byte| *byte == b'/') {
            if let Some(folder) = entry {
                tree = self.find_tree(TreeEntry::id(&folder))?;
            }
            entry = Some(tree.get_name_bytes(name).ok_or_else(missing)?.to_owned());
        }
        entry.ok_or_else(missing)
    }

    /// The commit that an object is, or that it leads to as a tag.
    pub fn peeled(&self, mut id: Oid) -> Result<Oid, Error> {
        loop {
            let object = self.find_object(id)?;
            match object.as_tag() {
                Some(tag) => id = tag.target_id(),
                None if object.kind() == Some(ObjectType::Commit) => return Ok(id),
                None => return Err(Error::from_str(&format!("object {id} is no commit"))),
            }
        }
    }

    /// The commit that a reference leads to.
    pub fn commit_of(&self, reference: &Reference<'_>) -> Result<Oid, Error> {
        let target = reference.resolve()?.target();
        self.peeled(target.ok_or_else(|| Error::from_str("the ref names no object"))?)
    }

    /// What a revision names, as git understands it.
    pub fn revparse_single(&self, revision: &str) -> Result<Object<'_>, Error> {
        let of_path = revision.split_once(':').filter(|(of, _)| of.ends_with('}') || !of.contains('{'));
        match of_path {
            Some(("", path)) if path.starts_with('/') => {}
            Some(("", path)) => self.check_staged(path)?,
            Some((of, "")) => return self.tree_named(of).map(Tree::into_object),
            Some((of, path)) => return self.find_object(self.entry_at(&self.tree_named(of)?, path.as_bytes())?.id()),
            None => {}
        }
        let start = revision.split(['~', '^', '@', ':']).next().unwrap_or_default();
        match self.named(start) {
            Some(id) if start == revision => self.loose.check(id)?,
            // `A~3` and `A^2` lead along the history; whatever else may lead anywhere.
            Some(id) if !revision.contains(['@', '{']) => self.check_line(&[id])?,
            named => {
                self.loose.broken().first().map_or(Ok(()), |id| self.loose.check(*id))?;
                // `tag^{}` is whatever the tag names.
                let mut next = named;
                while let Some(id) = next {
                    next = self.find_object(id)?.as_tag().map(Tag::target_id);
                }
            }
        }
        self.git.revparse_single(revision)
    }

    /// The tree that a revision names, or that of its commit.
    fn tree_named(&self, revision: &str) -> Result<Tree<'_>, Error> {
        let id = self.revparse_single(revision)?.id();
        self.peeled(id).map_or_else(|_| self.find_tree(id), |commit| self.tree_of(commit))
    }

    /// Fails if what the index holds under the path is broken; a merge's side may stand before the path.
    fn check_staged(&self, path: &str) -> Result<(), Error> {
        let index = self.git.index()?;
        index.iter().filter(|entry| path.as_bytes().ends_with(&entry.path)).try_for_each(|entry| self.check(entry.id))
    }

    /// The commits that a merge of both would start from.
    pub fn merge_bases(&self, one: Oid, two: Oid) -> Result<Vec<Oid>, Error> {
        self.check_line(&[one, two])?;
        Ok(self.git.merge_bases(one, two)?.to_vec())
    }

    /// Whether the commit was made on top of `ancestor`.
    pub fn graph_descendant_of(&self, commit: Oid, ancestor: Oid) -> Result<bool, Error> {
        self.check_line(&[commit])?;
        self.git.graph_descendant_of(commit, ancestor)
    }

    /// The id that a name or the start of an id stands for; nothing is read of the object.
    fn named(&self, name: &str) -> Option<Oid> {
        let reference = self.git.resolve_reference_from_short_name(name);
        if let Some(id) = reference.ok().and_then(|reference| reference.resolve().ok()?.target()) {
            return Some(id);
        }
        self.git.odb().ok()?.exists_prefix(Oid::from_str(name).ok()?, name.len()).ok()
    }

    /// Fails if something is broken that is reached from these by commits and tags. Costs little where nothing is broken.
    fn check_line(&self, starts: &[Oid]) -> Result<(), Error> {
        if self.loose.broken().is_empty() {
            return Ok(());
        }
        let mut open = starts.to_vec();
        let mut seen = HashSet::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.find_object(id) {
                Ok(object) => {
                    open.extend(object.as_tag().map(Tag::target_id));
                    open.extend(object.as_commit().iter().flat_map(|commit| commit.parent_ids()));
                }
                // The border of a shallow clone, or libgit2 will say so.
                Err(error) if error.code() == ErrorCode::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
