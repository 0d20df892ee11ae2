//! The entries of one pack as trees: every delta hangs below its base.

use std::rc::Rc;

use git2::Oid;

use super::bytes::Bytes;
use super::entry::{Form, Header, Kind, MAX_HEADER, Scratch};
use super::{Base, Object, Runner, share};

/// No entry.
const NONE: u32 = u32::MAX;

/// Bytes that are read at once while headers are looked at.
const WINDOW: usize = 1 << 20;

/// Entries whose headers a thread reads at once.
const PART: usize = 1 << 13;

/// The entries of a pack, in the order of their offsets.
pub struct Forest {
    /// Offset and object number of each entry.
    entries: Vec<(u64, u32)>,
    /// Where the last entry ends.
    end: u64,
    bases: Vec<u32>,
    kinds: Vec<Option<Kind>>,
    /// The deltas of entry `e` are `deltas[starts[e]..starts[e + 1]]`.
    starts: Vec<u32>,
    deltas: Vec<u32>,
}

/// Which entries of a pack are wanted, and which are needed for these.
pub struct Part {
    wanted: Vec<bool>,
    needed: Vec<bool>,
}

impl Forest {
    /// Reads the headers of all entries. `find` gives the entry of an object of this pack.
    pub fn read(
        pack: &Bytes,
        entries: Vec<(u64, u32)>,
        find: impl Fn(Oid) -> Option<u32> + Sync,
        run: &Runner<'_>,
    ) -> Self {
        let mut bases = vec![NONE; entries.len()];
        let mut kinds = vec![None; entries.len()];
        let parts = entries.chunks(PART).zip(bases.chunks_mut(PART).zip(kinds.chunks_mut(PART)));
        share(run, parts.collect(), |(part, (bases, kinds))| {
            let mut window = Window { pack, bytes: Vec::new(), start: 0 };
            for ((offset, _), (base, kind)) in part.iter().zip(bases.iter_mut().zip(kinds)) {
                match window.header(*offset).map(|header| header.form) {
                    Some(Form::Whole(whole)) => *kind = Some(whole),
                    Some(Form::Offset(distance)) => {
                        let at = offset.checked_sub(distance);
                        let at = at.and_then(|at| entries.binary_search_by_key(&at, |entry| entry.0).ok());
                        *base = at.map_or(NONE, |at| at as u32);
                    }
                    Some(Form::Reference(id)) => *base = find(id).unwrap_or(NONE),
                    None => {}
                }
            }
        });
        let (starts, deltas) = below(&bases);
        let mut forest = Self { entries, end: pack.end, bases, kinds, starts, deltas };
        let order = forest.spread_kinds();
        forest.sort_by_weight(&order);
        forest
    }

    /// A delta is what its base is. Entries whose bases run in a circle, or are missing, stay without a kind. Gives the
    /// others, bases before their deltas.
    fn spread_kinds(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.entries.len() as u32).filter(|at| self.kind(*at).is_some()).collect();
        let mut next = 0;
        while let Some(entry) = order.get(next).copied() {
            let kind = self.kind(entry);
            for at in self.range(entry) {
                let delta = self.deltas[at];
                self.kinds[delta as usize] = kind;
                order.push(delta);
            }
            next += 1;
        }
        order
    }

    /// Puts the delta with the most below it first, so that it is made last: by then nothing else needs the base, and few
    /// objects are in memory however long the chain.
    fn sort_by_weight(&mut self, order: &[u32]) {
        let mut weights = vec![1_u32; self.entries.len()];
        for entry in order.iter().rev() {
            let base = self.bases[*entry as usize];
            if base != NONE {
                weights[base as usize] = weights[base as usize].saturating_add(weights[*entry as usize]);
            }
        }
        for entry in order {
            let range = self.range(*entry);
            self.deltas[range].sort_by_key(|delta| std::cmp::Reverse(weights[*delta as usize]));
        }
    }

    fn range(&self, entry: u32) -> std::ops::Range<usize> {
        self.starts[entry as usize] as usize..self.starts[entry as usize + 1] as usize
    }

    /// What the entry's object is.
    pub fn kind(&self, entry: u32) -> Option<Kind> {
        self.kinds[entry as usize]
    }

    /// Nothing wanted yet.
    pub fn part(&self) -> Part {
        Part { wanted: vec![false; self.entries.len()], needed: vec![false; self.entries.len()] }
    }

    /// Wants an entry, and so needs its bases.
    pub fn want(&self, entry: u32, part: &mut Part) {
        // Without a kind there is no way down to it.
        if self.kind(entry).is_none() {
            return;
        }
        part.wanted[entry as usize] = true;
        let mut at = entry;
        while at != NONE && !std::mem::replace(&mut part.needed[at as usize], true) {
            at = self.bases[at as usize];
        }
    }

    /// The whole objects to start from.
    pub fn roots<'p>(&'p self, part: &'p Part) -> impl Iterator<Item = u32> + 'p {
        (0..self.entries.len() as u32).filter(|at| part.needed[*at as usize] && self.bases[*at as usize] == NONE)
    }

    /// How many objects are wanted in the tree below an entry.
    pub fn wanted_below(&self, entry: u32, part: &Part) -> usize {
        let (mut stack, mut count) = (vec![entry], 0);
        while let Some(entry) = stack.pop() {
            count += usize::from(part.wanted[entry as usize]);
            stack.extend(self.made_from(entry, part));
        }
        count
    }

    /// Goes through the tree below a root and shows what is wanted. A base is kept until its last delta is made.
    pub fn visit(&self, pack: &Bytes, root: u32, part: &Part, scratch: &mut Scratch, show: &mut dyn FnMut(Object<'_>)) {
        let mut stack: Vec<(u32, Option<Rc<Vec<u8>>>)> = vec![(root, None)];
        while let Some((entry, base)) = stack.pop() {
            let range = (self.entries[entry as usize].0, self.after(entry));
            let object = scratch.object(pack, range, base.as_ref().map(|base| base.as_slice()));
            let (Some(object), Some(kind)) = (object, self.kind(entry)) else { continue };
            if part.wanted[entry as usize] {
                let base = base.as_ref().map(|base| Base {
                    number: self.number(self.bases[entry as usize]),
                    bytes: base,
                    kept: scratch.kept(),
                    is_last: Rc::strong_count(base) == 1,
                });
                let is_base = self.made_from(entry, part).next().is_some();
                show(Object { number: self.number(entry), kind, bytes: &object, base, is_base });
            }
            if let Some(last) = base.and_then(Rc::into_inner) {
                scratch.give_back(last);
            }
            let object = Rc::new(object);
            stack.extend(self.made_from(entry, part).map(|delta| (delta, Some(object.clone()))));
            if let Some(leaf) = Rc::into_inner(object) {
                scratch.give_back(leaf);
            }
        }
    }

    /// The needed deltas that are made from an entry.
    fn made_from<'p>(&'p self, entry: u32, part: &'p Part) -> impl Iterator<Item = u32> + 'p {
        self.deltas[self.range(entry)].iter().copied().filter(|delta| part.needed[*delta as usize])
    }

    fn number(&self, entry: u32) -> u32 {
        self.entries[entry as usize].1
    }

    /// The offset behind an entry.
    fn after(&self, entry: u32) -> u64 {
        self.entries.get(entry as usize + 1).map_or(self.end, |next| next.0)
    }
}

/// For each entry the entries made from it: the place where they start in one list, and that list.
fn below(bases: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; bases.len() + 1];
    for base in bases.iter().filter(|base| **base != NONE) {
        starts[*base as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut next = starts.clone();
    let mut deltas = vec![0; starts.last().copied().unwrap_or(0) as usize];
    for (at, base) in bases.iter().enumerate().filter(|(_, base)| **base != NONE) {
        let place = &mut next[*base as usize];
        deltas[*place as usize] = at as u32;
        *place += 1;
    }
    (starts, deltas)
}

/// A stretch of the pack that moves forward.
struct Window<'p> {
    pack: &'p Bytes,
    bytes: Vec<u8>,
    start: u64,
}

impl Window<'_> {
    fn header(&mut self, offset: u64) -> Option<Header> {
        if let Some(bytes) = self.pack.held(offset) {
            return Header::read(bytes);
        }
        let known = self.start + self.bytes.len() as u64;
        let want = (offset + MAX_HEADER as u64).min(self.pack.end);
        if offset < self.start || want > known {
            let length = usize::try_from(self.pack.end.checked_sub(offset)?).ok()?.min(WINDOW);
            self.start = offset;
            if self.pack.get(offset, length, &mut self.bytes).is_none() {
                self.bytes.clear();
                return None;
            }
        }
        Header::read(self.bytes.get((offset - self.start) as usize..)?)
    }
}
