//! Texts that are known by hashes alone, and which of them stand at a place of another text.
//!
//! A report of a large file may have more secrets than an automaton can be built of in time linear in their number; and two
//! texts of the same hash mean only that more is masked. Of texts that begin alike, each is known by those of its beginnings
//! that are as long as another: so the longest that stands somewhere is found by halving, however many there are.

use std::hash::{BuildHasher, RandomState};

use foldhash::HashMap;

/// A text that has as many bytes is looked for where its first ones stand.
pub const LONG: usize = 12;
/// The same of shorter texts. Those that are shorter still are not known.
pub const SHORT: usize = 4;

/// The numbers that hashes are of: a Mersenne prime, so that remainders are cheap.
const PRIME: u64 = (1 << 61) - 1;

/// Some texts.
pub struct Known {
    /// What hashes count in powers of; nobody can choose texts of the same hash.
    base: u64,
    /// By the hash of their first bytes: how long texts are, and the power of the base that belongs to it. Sorted.
    lengths: HashMap<u64, Vec<(usize, u64)>>,
    /// By the hashes of beginnings: the length of the longest text that stands at their start, or 0.
    beginnings: HashMap<u64, usize>,
    /// A bit for each value that the first bytes of a text come to: most places of most texts begin like none.
    firsts: Vec<u64>,
    longest: usize,
}

impl Default for Known {
    fn default() -> Self {
        let base = RandomState::new().hash_one(0_u8) % (PRIME - 256) + 256;
        let (lengths, beginnings) = (HashMap::default(), HashMap::default());
        Self { base, lengths, beginnings, firsts: vec![0; 1 << (FIRSTS - 6)], longest: 0 }
    }
}

impl Known {
    /// The texts that `each` gives, the same ones whenever it is called.
    pub fn new(each: impl Fn(&mut dyn FnMut(&[u8]))) -> Self {
        let mut known = Self::default();
        each(&mut |text| known.add_length(text));
        // A beginning may be met before the text is that stands at its start.
        for _ in 0..2 {
            each(&mut |text| known.add_beginnings(text));
        }
        known
    }

    fn add_length(&mut self, text: &[u8]) {
        let Some(begins) = begins(text) else { return };
        self.longest = self.longest.max(text.len());
        let first = first(begins);
        self.firsts[first >> 6] |= 1 << (first & 63);
        let lengths = self.lengths.entry(hash(self.base, begins)).or_default();
        if let Err(at) = lengths.binary_search_by_key(&text.len(), |(length, _)| *length) {
            lengths.insert(at, (text.len(), power(self.base, text.len())));
        }
    }

    fn add_beginnings(&mut self, text: &[u8]) {
        let Some(begins) = begins(text) else { return };
        let Some(lengths) = self.lengths.get(&hash(self.base, begins)) else { return };
        let (mut hash, mut at, mut best) = (0, 0, 0);
        for (length, _) in lengths.iter().take_while(|(length, _)| *length <= text.len()) {
            hash = text[at..*length].iter().fold(hash, |hash, byte| next(self.base, hash, *byte));
            at = *length;
            let known = self.beginnings.entry(hash).or_default();
            if at == text.len() {
                *known = at;
            }
            best = best.max(*known);
            *known = best;
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Bytes of the longest.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// Where a known text may begin.
    pub fn places<'k>(&'k self, text: &'k [u8]) -> impl Iterator<Item = usize> + 'k {
        let firsts = text.windows(SHORT).map(first).enumerate();
        let may_begin = |first: usize| self.firsts[first >> 6] >> (first & 63) & 1 == 1;
        firsts.filter_map(move |(at, first)| (may_begin(first) && self.begins(&text[at..])).then_some(at))
    }

    fn begins(&self, text: &[u8]) -> bool {
        let is_known = |count| text.get(..count).is_some_and(|text| self.lengths.contains_key(&hash(self.base, text)));
        is_known(LONG) || is_known(SHORT)
    }

    /// What tells the hash of each part of a text.
    pub fn sums(&self, text: &[u8]) -> Sums {
        let start = std::iter::once(0);
        let sums = start.chain(text.iter().scan(0, |sum, byte| {
            *sum = next(self.base, *sum, *byte);
            Some(*sum)
        }));
        Sums { sums: sums.collect(), short: power(self.base, SHORT), long: power(self.base, LONG) }
    }

    /// The lengths of the known texts that stand at a place of the text which `sums` are of, the longest first.
    pub fn at<'k>(&'k self, sums: &'k Sums, at: usize) -> impl Iterator<Item = usize> + 'k {
        [(LONG, sums.long), (SHORT, sums.short)].into_iter().flat_map(move |begins| {
            let lengths = sums.hash(at, begins).and_then(|hash| self.lengths.get(&hash)).map_or(&[][..], Vec::as_slice);
            let known = move |length| sums.hash(at, length).and_then(|hash| self.beginnings.get(&hash).copied());
            // Where a text begins like a known one, so it does in fewer bytes.
            let mut left = lengths.partition_point(|length| known(*length).is_some());
            std::iter::from_fn(move || {
                let best = known(*lengths.get(left.checked_sub(1)?)?)?;
                left = lengths.partition_point(|(length, _)| *length < best);
                (best > 0).then_some(best)
            })
        })
    }
}

/// The hashes of all beginnings of a text.
pub struct Sums {
    sums: Vec<u64>,
    short: u64,
    long: u64,
}

impl Sums {
    /// The hash of the part at `at` that has as many bytes, with the power of the base that belongs to these.
    fn hash(&self, at: usize, (length, power): (usize, u64)) -> Option<u64> {
        let end = *self.sums.get(at + length)?;
        Some(reduced(end + PRIME - product(self.sums[at], power)))
    }
}

/// Bits of what the first bytes of a text come to.
const FIRSTS: u32 = 18;

/// What the first bytes of a text come to.
fn first(text: &[u8]) -> usize {
    let bytes = text.iter().take(SHORT).fold(0, |bytes, byte| bytes << 8 | u32::from(*byte));
    (bytes.wrapping_mul(0x9E37_79B1) >> (u32::BITS - FIRSTS)) as usize
}

/// The bytes by which a text is looked for.
fn begins(text: &[u8]) -> Option<&[u8]> {
    if text.len() < LONG { text.get(..SHORT) } else { text.get(..LONG) }
}

/// The remainder of a number below twice the prime.
fn reduced(number: u64) -> u64 {
    if number >= PRIME { number - PRIME } else { number }
}

/// The product of two remainders: 2^61 is 1 here, so that its upper bits count as much as the lower ones.
fn product(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    reduced((product as u64 & PRIME) + (product >> 61) as u64)
}

fn next(base: u64, hash: u64, byte: u8) -> u64 {
    // A NUL counts, too.
    reduced(product(hash, base) + u64::from(byte) + 1)
}

fn hash(base: u64, text: &[u8]) -> u64 {
    text.iter().fold(0, |hash, byte| next(base, hash, *byte))
}

fn power(base: u64, exponent: usize) -> u64 {
    (0..usize::BITS - exponent.leading_zeros()).rev().fold(1, |power, bit| {
        let square = product(power, power);
        if exponent >> bit & 1 == 1 { product(square, base) } else { square }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_texts_that_stand_at_a_place_are_told_longest_first(
            texts in prop::collection::vec("[ab]{3,20}", 0..12),
            text in "[ab]{0,60}",
        ) {
            let known = Known::new(|add| texts.iter().for_each(|text| add(text.as_bytes())));
            let sums = known.sums(text.as_bytes());
            let places: Vec<usize> = known.places(text.as_bytes()).collect();
            for at in 0..text.len() {
                let stands = |known: &&String| known.len() >= SHORT && text[at..].starts_with(known.as_str());
                let mut expected: Vec<usize> = texts.iter().filter(stands).map(String::len).collect();
                expected.sort_unstable_by(|a, b| b.cmp(a));
                expected.dedup();
                prop_assert!(expected.is_empty() || places.contains(&at));
                prop_assert_eq!(known.at(&sums, at).collect::<Vec<_>>(), expected);
            }
        }
    }
}
