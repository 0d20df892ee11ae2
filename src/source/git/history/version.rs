//! Versions of a folder: what one kept of another is taken over unread, as all but a few of its entries are.

use std::ops::Range;

use super::children::{Child, Children, Tree};
use crate::model::{Kept, kept_at};
use crate::source::git::object::{Entry, EntryKind};

/// A version of a folder.
#[derive(Clone, Debug, Default)]
pub struct Version {
    /// Its files and folders; submodules are left out.
    pub tree: Tree,
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
        children: &mut Children,
        mut read: impl FnMut(&Entry<'_>) -> Option<Child>,
    ) -> Option<Self> {
        children.begin();
        let mut starts = Vec::with_capacity(earlier.starts.len().max(8) + 1);
        let mut at = 0;
        while at < bytes.len() {
            let whole = kept_at(kept, at).and_then(|stretch| Some((stretch, earlier.whole(stretch, at)?)));
            if let Some((stretch, taken)) = whole {
                starts.extend(earlier.starts[taken.clone()].iter().map(|start| stretch.forth(*start as usize) as u32));
                at = stretch.forth(earlier.starts.get(taken.end).map_or(earlier.length, |start| *start as usize));
                children.share(earlier.tree, taken)?;
                continue;
            }
            let (entry, rest) = Entry::split(&bytes[at..])?;
            if entry.kind != EntryKind::Submodule {
                children.push(read(&entry)?);
                starts.push(u32::try_from(at).ok()?);
            }
            at = bytes.len() - rest.len();
        }
        Some(Self { tree: children.finish()?, starts, length: bytes.len() })
    }

    /// The children whose entries stand whole in the stretch, from the one on that starts there at `at`. `None` if there are
    /// none.
    fn whole(&self, stretch: Kept, at: usize) -> Option<Range<usize>> {
        let first = self.starts.binary_search(&u32::try_from(stretch.back(at)).ok()?).ok()?;
        let end = stretch.from + stretch.length;
        // An entry ends where the next one starts, if not before.
        let begun = self.starts.partition_point(|start| *start as usize <= end);
        let last = if begun == self.starts.len() && self.length <= end { begun } else { begun - 1 };
        (first < last).then_some(first..last)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::ops::Range;

    use super::super::children::{LEAST, MOST};
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

    fn read(bytes: &[u8], earlier: &Version, kept: &[Kept], children: &mut Children) -> Option<Version> {
        let read = |entry: &Entry<'_>| {
            let id = u32::from(entry.id().as_bytes()[0]);
            Some(Child::new(id, entry.name.len() as u32, entry.kind == EntryKind::Tree))
        };
        Version::read(bytes, earlier, kept, children, read)
    }

    /// What a version comes to.
    fn listed(version: &Version, children: &Children) -> (Vec<Child>, Vec<u32>, usize) {
        (children.of(version.tree).collect(), version.starts.clone(), version.length)
    }

    fn alone(bytes: &[u8]) -> Option<(Vec<Child>, Vec<u32>, usize)> {
        let mut children = Children::default();
        read(bytes, &Version::default(), &[], &mut children).map(|version| listed(&version, &children))
    }

    /// What both begin and end with.
    fn ends(then: &[u8], now: &[u8]) -> [Kept; 2] {
        let start = then.iter().zip(now).take_while(|(then, now)| then == now).count();
        let rest = then[start..].iter().rev().zip(now[start..].iter().rev());
        let length = rest.take_while(|(then, now)| then == now).count();
        let end = Kept { at: now.len() - length, from: then.len() - length, length };
        [Kept { at: 0, from: 0, length: start }, end]
    }

    #[test]
    fn what_is_kept_whole_is_not_read() {
        let mut children = Children::default();
        let (then, now) = (tree(&[(0, 3, 1), (1, 2, 2), (0, 9, 3)]), tree(&[(0, 3, 1), (1, 2, 9), (0, 9, 3)]));
        let earlier = read(&then, &Version::default(), &[], &mut children).unwrap();
        let mut asked = 0;
        let read = |_: &Entry<'_>| {
            asked += 1;
            Some(Child::new(0, 0, false))
        };
        Version::read(&now, &earlier, &ends(&then, &now), &mut children, read).unwrap();
        assert_eq!(asked, 1);
    }

    #[test]
    fn a_run_without_a_change_is_shared() {
        let mut children = Children::default();
        let mut entries: Vec<_> = (0..=255).map(|id| (0, 5, id)).collect();
        let then = tree(&entries);
        let earlier = read(&then, &Version::default(), &[], &mut children).unwrap();
        entries[100].2 = 7;
        let now = tree(&entries);
        let later = read(&now, &earlier, &ends(&then, &now), &mut children).unwrap();
        let runs: Vec<_> = children.runs(earlier.tree).zip(children.runs(later.tree)).collect();
        assert_eq!(runs.len(), children.runs(later.tree).len());
        assert_eq!(runs.iter().filter(|(then, now)| !std::ptr::eq(*then, *now)).count(), 1);
    }

    fn entry() -> impl Strategy<Value = (u8, u8, u8)> {
        (prop_oneof![9 => 0_u8..2, 1 => Just(2)], 1_u8..9, any::<u8>())
    }

    proptest! {
        #[test]
        fn a_version_comes_to_what_it_comes_to_alone(
            entries in prop_oneof![prop::collection::vec(entry(), 0..12), prop::collection::vec(entry(), 100..500)],
            cuts in prop::collection::vec((any::<Range<u16>>(), prop::collection::vec(entry(), 0..3)), 0..5),
        ) {
            let mut children = Children::default();
            let then = tree(&entries);
            let earlier = read(&then, &Version::default(), &[], &mut children).unwrap();
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
            let version = read(&now, &earlier, &kept, &mut children);
            prop_assert_eq!(version.map(|version| listed(&version, &children)), alone(&now));
            prop_assert_eq!(Some(listed(&earlier, &children)), alone(&then));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4))]

        #[test]
        fn a_thousand_changes_lose_nothing_and_leave_no_small_runs(
            mut entries in prop::collection::vec(entry(), 100..400),
            changes in prop::collection::vec((any::<u16>(), 0..3_usize, prop::collection::vec(entry(), 0..3)), 1000),
        ) {
            let mut children = Children::default();
            let mut then = tree(&entries);
            let mut version = read(&then, &Version::default(), &[], &mut children).unwrap();
            for (place, removed, new) in changes {
                let from = usize::from(place) % (entries.len() + 1);
                entries.splice(from..entries.len().min(from + removed), new);
                let now = tree(&entries);
                version = read(&now, &version, &ends(&then, &now), &mut children).unwrap();
                prop_assert_eq!(Some(listed(&version, &children)), alone(&now));
                let mut runs = children.runs(version.tree);
                prop_assert!(runs.len() == 1 || runs.all(|run| (LEAST..=MOST).contains(&run.len())));
                then = now;
            }
        }
    }
}
