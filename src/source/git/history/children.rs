//! The children of trees. Versions of a folder have nearly all of theirs in common: a tree is a list of runs of children,
//! and a version shares with those before it the runs in which nothing changed.

use std::ops::Range;

use super::graph::ObjectNo;

/// Children of a run at the most. Where one changes, all of its run are kept anew; in smaller runs a tree has more of them.
pub const MOST: usize = 16;

/// Children of a run at the least, in a tree that has as many: otherwise each change would leave smaller ones behind.
pub const LEAST: usize = 4;

/// Children that are kept together in memory.
const BLOCK: usize = 1 << 14;

/// An entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Child {
    /// The object.
    pub id: ObjectNo,
    /// Twice the name's number; one more for a folder. There are millions of entries.
    name: u32,
}

impl Child {
    /// The object `id` under a name.
    pub fn new(id: ObjectNo, name: u32, is_tree: bool) -> Self {
        Self { id, name: name << 1 | u32::from(is_tree) }
    }

    /// The name's number.
    pub fn name(self) -> u32 {
        self.name >> 1
    }

    /// Whether it is a folder.
    pub fn is_tree(self) -> bool {
        self.name & 1 == 1
    }
}

/// A tree, by its runs in [`Children`]; by default one without children.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tree {
    first: u32,
    count: u32,
}

impl Tree {
    fn places(self) -> Range<usize> {
        self.first as usize..self.first as usize + self.count as usize
    }
}

/// Children that follow each other in a tree, and maybe in others.
#[derive(Clone, Copy)]
struct Run {
    /// Where they are.
    at: u32,
    /// How many children this tree has up to the run's end.
    end: u32,
}

/// The children of trees, and of one that is being made.
#[derive(Default)]
pub struct Children {
    blocks: Blocks,
    runs: Vec<Run>,
    /// How many of the runs belong to trees that are finished.
    finished: usize,
    /// The last children of the tree that is being made, which are in no run yet.
    open: Vec<Child>,
}

impl Children {
    /// Begins a tree. One that was not finished is gone.
    pub fn begin(&mut self) {
        self.runs.truncate(self.finished);
        self.open.clear();
    }

    /// Adds a child to the tree that is being made.
    pub fn push(&mut self, child: Child) {
        self.open.push(child);
    }

    /// Adds some of another tree's children to the tree that is being made. `None` if there are too many in all.
    pub fn share(&mut self, tree: Tree, children: Range<usize>) -> Option<()> {
        let (mut at, mut number) = (children.start, self.run_of(tree, children.start));
        while at < children.end {
            let (run, start) = (self.runs[number], self.start(tree.first as usize, number));
            let (end, length) = (children.end.min(run.end as usize), run.end as usize - start);
            let is_whole = at == start && end == run.end as usize;
            if is_whole && length >= LEAST && !(1..LEAST).contains(&self.open.len()) {
                self.close()?;
                self.add(run.at, length)?;
            } else {
                self.open.extend_from_slice(&self.blocks.get(run.at, length)[at - start..end - start]);
            }
            (at, number) = (end, number + 1);
        }
        Some(())
    }

    /// Ends the tree that is being made. `None` if there are too many children in all.
    pub fn finish(&mut self) -> Option<Tree> {
        if (1..LEAST).contains(&self.open.len()) && self.runs.len() > self.finished {
            let last = self.run(self.finished, self.runs.len() - 1);
            self.open = [last, &self.open].concat();
            self.runs.pop();
        }
        self.close()?;
        let first = u32::try_from(self.finished).ok()?;
        let count = u32::try_from(self.runs.len() - self.finished).ok()?;
        self.finished = self.runs.len();
        Some(Tree { first, count })
    }

    /// The runs of a tree.
    pub fn runs(&self, tree: Tree) -> impl DoubleEndedIterator<Item = &[Child]> + ExactSizeIterator + Clone {
        tree.places().map(move |run| self.run(tree.first as usize, run))
    }

    /// How many children a tree has.
    pub fn count(&self, tree: Tree) -> usize {
        self.start(tree.first as usize, tree.places().end)
    }

    /// The children of a tree.
    pub fn of(&self, tree: Tree) -> impl Iterator<Item = Child> + Clone {
        self.runs(tree).flatten().copied()
    }

    /// Some children of a tree.
    pub fn within(&self, tree: Tree, children: Range<usize>) -> impl Iterator<Item = Child> {
        let first = self.run_of(tree, children.start);
        let skipped = children.start - self.start(tree.first as usize, first);
        let runs = (first..tree.places().end).map(move |run| self.run(tree.first as usize, run));
        runs.flatten().copied().skip(skipped).take(children.len())
    }

    /// Where what is new in a version of a folder lies: between what an earlier one begins with and what it ends with.
    pub fn news(&self, then: Tree, now: Tree) -> Range<usize> {
        let least = self.count(then).min(self.count(now));
        let same = common(self.runs(then), self.runs(now), least, |run| run.iter());
        let behind = common(self.runs(then).rev(), self.runs(now).rev(), least - same, |run| run.iter().rev());
        same..self.count(now) - behind
    }

    /// Takes over all trees of another; gives how their numbers move. `None` if there are too many children in all.
    pub fn append(&mut self, other: Self) -> Option<impl Fn(Tree) -> Tree + use<>> {
        self.begin();
        let moved = u32::try_from(self.runs.len()).ok()?;
        u32::try_from(self.runs.len() + other.finished).ok()?;
        let blocks = self.blocks.append(other.blocks)?;
        self.runs.extend(other.runs[..other.finished].iter().map(|run| Run { at: run.at + blocks, end: run.end }));
        self.finished = self.runs.len();
        Some(move |tree: Tree| Tree { first: tree.first + moved, count: tree.count })
    }

    /// Makes runs of the open children, which don't differ much in length.
    fn close(&mut self) -> Option<()> {
        let open = std::mem::take(&mut self.open);
        let count = open.len().div_ceil(MOST);
        for run in 0..count {
            let children = &open[open.len() * run / count..open.len() * (run + 1) / count];
            let at = self.blocks.put(children)?;
            self.add(at, children.len())?;
        }
        self.open = open;
        self.open.clear();
        Some(())
    }

    fn add(&mut self, at: u32, length: usize) -> Option<()> {
        let end = u32::try_from(self.start(self.finished, self.runs.len()) + length).ok()?;
        self.runs.push(Run { at, end });
        Some(())
    }

    /// The run of a tree in which a child stands, or the end of its runs.
    fn run_of(&self, tree: Tree, child: usize) -> usize {
        tree.first as usize + self.runs[tree.places()].partition_point(|run| run.end as usize <= child)
    }

    /// How many children stand before a run in the tree whose runs begin with the `first`.
    fn start(&self, first: usize, run: usize) -> usize {
        if run == first { 0 } else { self.runs[run - 1].end as usize }
    }

    fn run(&self, first: usize, run: usize) -> &[Child] {
        let (start, Run { at, end }) = (self.start(first, run), self.runs[run]);
        self.blocks.get(at, end as usize - start)
    }
}

/// How many children two lists of runs have in common from where they start, `most` at the most: runs that
/// they share or that are the same, and then one child after the other, as `each` gives a run's.
fn common<'c, C: Iterator<Item = &'c Child>>(
    then: impl Iterator<Item = &'c [Child]> + Clone,
    now: impl Iterator<Item = &'c [Child]> + Clone,
    most: usize,
    each: impl Fn(&'c [Child]) -> C,
) -> usize {
    let (mut then, mut now, mut count) = (then, now, 0);
    loop {
        let (mut then_on, mut now_on) = (then.clone(), now.clone());
        let (Some(old), Some(new)) = (then_on.next(), now_on.next()) else { break };
        if !(std::ptr::eq(old, new) || old == new) || count + new.len() > most {
            break;
        }
        (then, now, count) = (then_on, now_on, count + new.len());
    }
    let rest = then.flat_map(&each).zip(now.flat_map(&each));
    count + rest.take(most - count).take_while(|(then, now)| then == now).count()
}

/// Children one after the other. They don't move when more come, as a list's would.
#[derive(Default)]
struct Blocks(Vec<Vec<Child>>);

impl Blocks {
    /// Keeps the children of a run; gives where. `None` if there are too many in all.
    fn put(&mut self, run: &[Child]) -> Option<u32> {
        if self.0.last().is_none_or(|block| block.len() + run.len() > BLOCK) {
            self.0.push(Vec::with_capacity(BLOCK));
        }
        let before = (self.0.len() - 1) * BLOCK;
        let block = self.0.last_mut()?;
        let at = u32::try_from(before + block.len()).ok()?;
        block.extend_from_slice(run);
        Some(at)
    }

    fn get(&self, at: u32, length: usize) -> &[Child] {
        let (block, place) = (at as usize / BLOCK, at as usize % BLOCK);
        &self.0[block][place..place + length]
    }

    /// Takes over all of another; gives how far they move. `None` if there are too many in all.
    fn append(&mut self, other: Self) -> Option<u32> {
        let moved = u32::try_from(self.0.len() * BLOCK).ok()?;
        u32::try_from((self.0.len() + other.0.len()) * BLOCK).ok()?;
        self.0.extend(other.0);
        Some(moved)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A tree that takes over ranges of another, each behind new children.
    fn made(all: &mut Children, of: Tree, cuts: &[(Vec<u32>, Range<u16>)]) -> Tree {
        let count = all.count(of);
        all.begin();
        for (new, range) in cuts {
            new.iter().for_each(|id| all.push(Child::new(*id, 0, false)));
            let (start, end) = (usize::from(range.start) % (count + 1), usize::from(range.end) % (count + 1));
            all.share(of, start..end).unwrap();
        }
        all.finish().unwrap()
    }

    fn listed(all: &Children, tree: Tree) -> Vec<u32> {
        all.of(tree).map(|child| child.id).collect()
    }

    #[test]
    fn what_another_had_moves_with_it() {
        let (mut all, mut other) = (Children::default(), Children::default());
        let mine = made(&mut all, Tree::default(), &[((0..100).collect(), 0..0)]);
        made(&mut all, Tree::default(), &[((0..40).collect(), 0..0)]);
        let theirs = made(&mut other, Tree::default(), &[((100..300).collect(), 0..0)]);
        other.push(Child::new(0, 0, false));
        let moved = all.append(other).unwrap();
        assert_eq!(listed(&all, moved(theirs)), (100..300).collect::<Vec<_>>());
        let later = made(&mut all, moved(theirs), &[(vec![7], 0..200)]);
        assert_eq!(listed(&all, later), std::iter::once(7).chain(100..300).collect::<Vec<_>>());
        assert_eq!(listed(&all, mine), (0..100).collect::<Vec<_>>());
    }

    proptest! {
        #[test]
        fn news_are_what_comparing_all_children_comes_to(
            count in 0_u32..200,
            then in prop::collection::vec((prop::collection::vec(0_u32..3, 0..40), any::<Range<u16>>()), 0..4),
            now in prop::collection::vec((prop::collection::vec(0_u32..3, 0..40), any::<Range<u16>>()), 0..4),
        ) {
            let mut all = Children::default();
            let first = made(&mut all, Tree::default(), &[((0..count).collect(), 0..0)]);
            let (then, now) = (made(&mut all, first, &then), made(&mut all, first, &now));
            let third = made(&mut all, then, &[(vec![], 0..20), (vec![1], 20..u16::MAX)]);
            for (then, now) in [(first, then), (then, now), (then, third), (now, now)] {
                let (old, new) = (listed(&all, then), listed(&all, now));
                let same = old.iter().zip(&new).take_while(|(then, now)| then == now).count();
                let behind = old[same..].iter().rev().zip(new[same..].iter().rev());
                let news = same..new.len() - behind.take_while(|(then, now)| then == now).count();
                let within: Vec<u32> = all.within(now, news.clone()).map(|child| child.id).collect();
                prop_assert_eq!(all.news(then, now), news.clone());
                prop_assert_eq!(&within, &new[news]);
            }
        }
    }
}
