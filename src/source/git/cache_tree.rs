//! The index's record of folders that equal a tree: git leaves it there so that the next commit need not build trees of
//! what did not change. Where it names the tree that HEAD has, nothing below can differ.
//!
//! git itself commits the trees named here without another look, so that they may be relied on.

use git2::Oid;

/// Bytes of an object's id, and of an index's checksum.
pub const ID: usize = 20;

/// A folder's place in the record.
pub type FolderNo = usize;

/// A folder.
#[derive(Clone, Debug)]
struct Folder {
    name: Vec<u8>,
    /// The number of its entries in the index and its tree; unknown since something below changed.
    tree: Option<(usize, Oid)>,
    /// The folders right below it.
    children: Vec<FolderNo>,
}

/// The record; empty where the index has none.
#[derive(Clone, Debug, Default)]
pub struct CacheTree {
    folders: Vec<Folder>,
}

impl CacheTree {
    /// The root, if anything is known.
    pub fn root(&self) -> Option<FolderNo> {
        (!self.folders.is_empty()).then_some(0)
    }

    /// The folder `name` right below `parent`.
    pub fn child(&self, parent: FolderNo, name: &[u8]) -> Option<FolderNo> {
        let children = &self.folders[parent].children;
        // git keeps them in an order of its own: by length first.
        let order = |no: &FolderNo| (self.folders[*no].name.len(), self.folders[*no].name.as_slice());
        let found = children.binary_search_by(|no| order(no).cmp(&(name.len(), name)));
        found.ok().map(|at| children[at])
    }

    /// How many entries of the index lie below the folder, and the tree that they make.
    pub fn tree(&self, folder: FolderNo) -> Option<(usize, Oid)> {
        self.folders[folder].tree
    }

    /// Reads the content of the extension; `None` where it is damaged.
    pub fn parse(mut bytes: &[u8]) -> Option<Self> {
        let mut folders: Vec<Folder> = Vec::new();
        // Folders with the number of children that are still to come, from the root down.
        let mut open: Vec<(FolderNo, usize)> = Vec::new();
        while !bytes.is_empty() {
            let (folder, below, rest) = folder(bytes)?;
            bytes = rest;
            let no = folders.len();
            folders.push(folder);
            match open.last_mut() {
                Some((parent, left)) => {
                    *left -= 1;
                    folders[*parent].children.push(no);
                }
                None if no == 0 => {}
                None => return None,
            }
            open.push((no, below));
            while open.last().is_some_and(|(_, left)| *left == 0) {
                open.pop();
            }
        }
        let mut tree = Self { folders };
        tree.sort();
        open.is_empty().then_some(tree)
    }

    fn sort(&mut self) {
        for at in 0..self.folders.len() {
            let mut children = std::mem::take(&mut self.folders[at].children);
            children.sort_by(|a, b| {
                let (a, b) = (&self.folders[*a].name, &self.folders[*b].name);
                (a.len(), a).cmp(&(b.len(), b))
            });
            self.folders[at].children = children;
        }
    }
}

/// One folder, how many follow right below it, and the rest: name, NUL, number of entries (-1: unknown), a space, number
/// of folders, a line's end, and the id of a known tree.
fn folder(bytes: &[u8]) -> Option<(Folder, usize, &[u8])> {
    let name = &bytes[..memchr::memchr(0, bytes)?];
    let bytes = &bytes[name.len() + 1..];
    let line = &bytes[..memchr::memchr(b'\n', bytes)?];
    let mut rest = &bytes[line.len() + 1..];
    let (entries, below) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let mut tree = None;
    if entries != "-1" {
        tree = Some((entries.parse().ok()?, Oid::from_bytes(rest.get(..ID)?).ok()?));
        rest = &rest[ID..];
    }
    Some((Folder { name: name.to_vec(), tree, children: Vec::new() }, below.parse().ok()?, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_by_name_below_their_parent() {
        let mut bytes = b"\x00-1 2\n".to_vec();
        for (head, id) in [("zz\x003 1\n", 1), ("in\x002 0\n", 2), ("a\x001 0\n", 3)] {
            bytes.extend(head.bytes());
            bytes.extend([id; ID]);
        }
        let tree = CacheTree::parse(&bytes).unwrap();
        let root = tree.root().unwrap();
        assert_eq!(tree.tree(root), None);
        let zz = tree.child(root, b"zz").unwrap();
        assert_eq!(tree.tree(zz), Some((3, Oid::from_bytes(&[1; ID]).unwrap())));
        assert_eq!(tree.tree(tree.child(zz, b"in").unwrap()).unwrap().0, 2);
        assert_eq!(tree.tree(tree.child(root, b"a").unwrap()).unwrap().0, 1);
        assert!(tree.child(root, b"in").is_none());
        for at in 1..bytes.len() {
            assert!(CacheTree::parse(&bytes[..at]).is_none(), "cut at {at}");
        }
    }
}
