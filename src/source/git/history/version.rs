//! Versions of a folder: what one kept of another is taken over unread, as all but a few of its entries are.

use std::sync::Arc;

use super::graph::Child;
use crate::model::{Kept, kept_at};
use crate::source::git::object::{Entry, EntryKind};

/// A version of a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// Its files and folders; submodules are left out.
    pub children: Arc<[Child]>,
    /// Where in the tree's bytes their entries start.
    starts: Vec<u32>,
    /// Bytes of the tree.
    length: usize,
}

impl Version {
    /// Reads a tree that kept stretches of an earlier one; `read` gives the child of an entry that is new. `None` if the tree
    /// or an entry is broken.
    pub fn read(
        bytes: &[u8],
        earlier: &Self,
        kept: &[Kept],
        mut read: impl FnMut(&Entry<'_>) -> Option<Child>,
    ) -> Option<Self> {
        let mut children = Vec::with_capacity(earlier.children.len().max(8) + 1);
        let mut starts = Vec::with_capacity(children.capacity());
        let mut at = 0;
        while at < bytes.len() {
            let taken =
                kept_at(kept, at).and_then(|stretch| earlier.take_over(stretch, at, &mut children, &mut starts));
            if let Some(behind) = taken {
                at = behind;
                continue;
            }
            let (entry, rest) = Entry::split(&bytes[at..])?;
            if entry.kind != EntryKind::Submodule {
                children.push(read(&entry)?);
                starts.push(u32::try_from(at).ok()?);
            }
            at = bytes.len() - rest.len();
        }
        Some(Self { children: children.into(), starts, length: bytes.len() })
    }

    /// Adds to `children` and `starts` those whose entries stand whole in the stretch, from the one on that starts there at
    /// `at`; gives where they end. `None` if there are none.
    fn take_over(&self, stretch: Kept, at: usize, children: &mut Vec<Child>, starts: &mut Vec<u32>) -> Option<usize> {
        let first = self.starts.binary_search(&u32::try_from(stretch.back(at)).ok()?).ok()?;
        let end = stretch.from + stretch.length;
        // An entry ends where the next one starts, if not before.
        let begun = self.starts.partition_point(|start| *start as usize <= end);
        let last = if begun == self.starts.len() && self.length <= end { begun } else { begun - 1 };
        let taken = (first < last).then_some(first..last)?;
        children.extend_from_slice(&self.children[taken.clone()]);
        starts.extend(self.starts[taken].iter().map(|start| stretch.forth(*start as usize) as u32));
        Some(stretch.forth(self.starts.get(last).map_or(self.length, |start| *start as usize)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::ops::Range;

    use super::*;
    use proptest::prelude::*;

    /// The bytes of a tree; a child's number is its id's first byte.
    fn tree(entries: &[(u8, u8, u8)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            let mode = ["100644", "40000", "160000"][usize::from(*mode)];
            bytes.extend(format!("{mode} {}\0", "n".repeat(usize::from(*name))).as_bytes());
            bytes.extend([*id; 20]);
        }
        bytes
    }

    fn read(bytes: &[u8], earlier: &Version, kept: &[Kept]) -> Option<Version> {
        Version::read(bytes, earlier, kept, |entry| {
            let id = u32::from(entry.id().as_bytes()[0]);
            Some(Child::new(id, entry.name.len() as u32, entry.kind == EntryKind::Tree))
        })
    }

    #[test]
    fn what_is_kept_whole_is_not_read() {
        let (then, now) = (tree(&[(0, 3, 1), (1, 2, 2), (0, 9, 3)]), tree(&[(0, 3, 1), (1, 2, 9), (0, 9, 3)]));
        let earlier = read(&then, &Version::default(), &[]).unwrap();
        let new = now.len() - then.iter().rev().zip(now.iter().rev()).take_while(|(a, b)| a == b).count();
        let kept = [Kept { at: 0, from: 0, length: new - 20 }, Kept { at: new, from: new, length: now.len() - new }];
        let mut asked = 0;
        Version::read(&now, &earlier, &kept, |_| {
            asked += 1;
            Some(Child::new(0, 0, false))
        })
        .unwrap();
        assert_eq!(asked, 1);
    }

    proptest! {
        #[test]
        fn a_version_comes_to_what_it_comes_to_alone(
            entries in prop::collection::vec((0_u8..3, 1_u8..9, any::<u8>()), 0..12),
            cuts in prop::collection::vec((any::<Range<u16>>(), prop::collection::vec((0_u8..3, 1_u8..9, any::<u8>()), 0..3)), 0..5),
        ) {
            let then = tree(&entries);
            let earlier = read(&then, &Version::default(), &[]).unwrap();
            let (mut now, mut kept) = (Vec::new(), Vec::new());
            for (range, new) in cuts {
                now.extend(tree(&new));
                let within = |at: u16| usize::from(at) % (then.len() + 1);
                let (from, to) = (within(range.start), within(range.end));
                if from < to {
                    kept.push(Kept { at: now.len(), from, length: to - from });
                    now.extend(&then[from..to]);
                }
            }
            prop_assert_eq!(read(&now, &earlier, &kept), read(&now, &Version::default(), &[]));
        }
    }
}
