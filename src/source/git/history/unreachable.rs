//! What lies in the object database though no ref leads to it: commits left behind by a rebase or a deleted branch, blobs
//! that were staged and never committed.

use git2::{ObjectType, Oid};

use super::Holder;
use super::walk::Walk;
use crate::source::git::{GitError, Repository};

/// What lies in the object database, by kind.
#[derive(Default)]
pub struct Unreachable {
    /// Commits.
    pub commits: Vec<Oid>,
    /// Tag objects.
    pub tags: Vec<Oid>,
    /// Trees.
    pub trees: Vec<Oid>,
    /// Blobs.
    pub blobs: Vec<Oid>,
}

impl Unreachable {
    /// All objects; the walk leaves out what it has seen.
    pub fn find(repository: &Repository) -> Result<Self, GitError> {
        let odb = repository.odb()?;
        let mut ids = odb.ids()?;
        ids.sort_unstable();
        ids.dedup();
        let mut found = Self::default();
        for id in ids {
            match odb.header(id).map(|(_, kind)| kind) {
                Ok(ObjectType::Commit) => found.commits.push(id),
                Ok(ObjectType::Tag) => found.tags.push(id),
                Ok(ObjectType::Tree) => found.trees.push(id),
                _ => found.blobs.push(id),
            }
        }
        Ok(found)
    }

    /// Adds the trees and blobs that no commit led to.
    pub fn walk(&self, walk: &mut Walk<'_, '_>, holders: &mut Vec<Holder>) {
        if self.trees.is_empty() && self.blobs.is_empty() {
            return;
        }
        holders.push(Holder::Nobody);
        let holder = (holders.len() - 1) as u32;
        for tree in walk.roots_among(&self.trees) {
            walk.tree(holder, tree);
        }
        for blob in &self.blobs {
            walk.lone_blob(holder, *blob, &blob.to_string());
        }
    }
}
