//! An index of literals that finds all of them in one pass over a text, without regard to ASCII case.
//!
//! Each keyword stands under one gram: four of its bytes that are rare in text. The pass takes the gram at every byte, asks
//! a bitmap that a near cache holds, and compares whole keywords only where a bit is set. Positions do not depend on
//! each other, so the pass runs several times as fast as an automaton of this many keywords, and its tables are plain
//! numbers that `build.rs` writes into the program: nothing is built at start-up.

use std::borrow::Cow;

/// Bits that a gram is hashed to; the bitmap has one bit for each value.
const HASH_BITS: u32 = 20;
/// Bits of the hash that lead to the entries of a gram.
const SLOT_BITS: u32 = 15;

const WORDS: usize = 1 << (HASH_BITS - 6);

/// Grams that are looked up before the keywords of those found are compared.
const CHUNK: usize = 256;

/// Where a keyword stands relative to its gram.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The gram, folded.
    pub gram: u32,
    /// Bytes of the keyword before the gram.
    pub offset: u8,
    /// Which keyword, by its place in the list that the index was made of.
    pub keyword: u16,
    /// The keyword's bytes before and behind the gram, folded; 0 where it has none. They spare most looks at the keyword.
    pub around: [u8; 2],
}

/// The index. Its parts are compiled in, or built for a user's rules.
#[derive(Debug)]
pub struct Index {
    /// One bit for each hash of a gram.
    pub bits: Cow<'static, [u64]>,
    /// Where the entries of each slot begin; one more than there are slots.
    pub slots: Cow<'static, [u16]>,
    /// The entries, ordered by their gram's hash.
    pub entries: Cow<'static, [Entry]>,
}

/// Grams that stand often in text, most often first.
const COMMON: &str = include_str!("../rules/credential/common-grams.txt");

/// Makes letters small; other bytes change, too, but the same way on both sides of a comparison.
fn gram(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

const fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1) >> (32 - HASH_BITS)
}

const fn slot(hash: u32) -> usize {
    (hash >> (HASH_BITS - SLOT_BITS)) as usize
}

impl Index {
    /// The index of `keywords`, each of at least three bytes and at most 255; shorter ones are never found, and those of
    /// three only before a byte of ASCII or the end.
    pub fn new<'k>(keywords: impl IntoIterator<Item = &'k str>) -> Self {
        let mut entries = Vec::new();
        for (number, keyword) in keywords.into_iter().enumerate() {
            if let Ok(number) = u16::try_from(number) {
                entries.extend(entries_of(keyword.as_bytes(), number));
            }
        }
        entries.sort_by_key(|entry: &Entry| (hash(entry.gram), entry.gram, entry.keyword));
        let mut bits = vec![0; WORDS];
        for entry in &entries {
            bits[hash(entry.gram) as usize >> 6] |= 1 << (hash(entry.gram) & 63);
        }
        let before = |limit: usize| entries.partition_point(|entry| slot(hash(entry.gram)) < limit);
        let slots = (0..=1 << SLOT_BITS).map(|limit| u16::try_from(before(limit)).unwrap_or(u16::MAX)).collect();
        Self { bits: Cow::Owned(bits), slots: Cow::Owned(slots), entries: Cow::Owned(entries) }
    }

    /// Gives the offset and the number of each keyword in `bytes` to `found`, in the order of their grams. `keyword`
    /// gives the text of a keyword by its number.
    pub fn find<'k>(&self, bytes: &[u8], keyword: impl Fn(u16) -> &'k str, mut found: impl FnMut(usize, u16)) {
        let Some(bits) = self.bits.first_chunk::<WORDS>() else { return };
        let mut candidates = |at: usize, gram: u32| {
            let slot = slot(hash(gram));
            let entries = usize::from(self.slots[slot])..usize::from(self.slots[slot + 1]);
            for entry in &self.entries[entries] {
                if entry.gram != gram || !entry.fits(bytes, at) {
                    continue;
                }
                let text = keyword(entry.keyword).as_bytes();
                let Some(start) = at.checked_sub(usize::from(entry.offset)) else { continue };
                if bytes.get(start..start + text.len()).is_some_and(|bytes| bytes.eq_ignore_ascii_case(text)) {
                    found(start, entry.keyword);
                }
            }
        };
        let mut places = [0_u8; CHUNK];
        for start in (0..bytes.len().saturating_sub(3)).step_by(CHUNK) {
            let mut count = 0;
            let chunk = &bytes[start..bytes.len().min(start + CHUNK + 3)];
            for (at, window) in chunk.windows(4).enumerate() {
                let bit = hash(gram([window[0], window[1], window[2], window[3]]));
                // Each place is written down and kept if its bit is set: a branch would be guessed wrong there.
                places[count % CHUNK] = at as u8;
                count += (bits[bit as usize >> 6] >> (bit & 63) & 1) as usize;
            }
            for at in places[..count].iter().map(|at| usize::from(*at)) {
                candidates(start + at, gram([chunk[at], chunk[at + 1], chunk[at + 2], chunk[at + 3]]));
            }
        }
        if let Some(&[a, b, c]) = bytes.last_chunk() {
            candidates(bytes.len() - 3, gram([a, b, c, b' ']));
        }
    }
}

/// Where the index keeps a keyword. One of three bytes stands under each gram that it and a byte of ASCII make.
fn entries_of(keyword: &[u8], number: u16) -> Vec<Entry> {
    match *keyword {
        [a, b, c] => {
            let next = (0x20..0x40).chain(0x60..0x80);
            next.map(|next| Entry { gram: gram([a, b, c, next]), offset: 0, keyword: number, around: [0, 0] }).collect()
        }
        _ => rarest(keyword).into_iter().map(|entry| Entry { keyword: number, ..entry }).collect(),
    }
}

impl Entry {
    /// Whether the bytes around the gram, which stands at `at`, are the keyword's.
    fn fits(&self, bytes: &[u8], at: usize) -> bool {
        let [before, behind] = self.around;
        let is =
            |at: Option<usize>, byte: u8| at.and_then(|at| bytes.get(at)).is_some_and(|found| found | 0x20 == byte);
        (before == 0 || is(at.checked_sub(1), before)) && (behind == 0 || is(Some(at + 4), behind))
    }
}

/// The entry of a keyword under the gram of it that text holds least often.
fn rarest(keyword: &[u8]) -> Option<Entry> {
    let odds = |window: &[u8]| window.iter().map(|byte| u32::from(frequency(*byte))).product::<u32>();
    let windows = keyword.windows(4).take(250).enumerate();
    let (at, window) = windows.min_by_key(|(_, window)| (commonness(window), odds(window)))?;
    let folded = |at: Option<usize>| at.and_then(|at| keyword.get(at)).map_or(0, |byte| byte | 0x20);
    Some(Entry {
        gram: gram([window[0], window[1], window[2], window[3]]),
        offset: at as u8,
        keyword: 0,
        around: [folded(at.checked_sub(1)), folded(Some(at + 4))],
    })
}

/// The greater, the more often the gram stands in text; 0 for most.
fn commonness(gram: &[u8]) -> usize {
    let mut words = COMMON.lines().skip(1).flat_map(str::split_ascii_whitespace);
    words.position(|common| common.as_bytes().eq_ignore_ascii_case(gram)).map_or(0, |rank| usize::MAX - rank)
}

/// How often a byte stands in text, roughly, in thousandths: letters as in English, which names are made of.
fn frequency(byte: u8) -> u8 {
    const LETTERS: [u8; 26] =
        [80, 15, 35, 38, 120, 22, 20, 30, 75, 3, 8, 42, 25, 70, 76, 25, 2, 65, 66, 90, 28, 11, 15, 3, 18, 2];
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => LETTERS[usize::from(letter - b'a')],
        b' ' => 250,
        b'-' | b'_' | b'.' | b'"' | b'=' | b':' | b'/' | b'0' | b'1' => 120,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(keywords: &[&str], text: &str) -> Vec<(usize, u16)> {
        let mut all = Vec::new();
        let index = Index::new(keywords.iter().copied());
        index.find(text.as_bytes(), |at| keywords[usize::from(at)], |at, keyword| all.push((at, keyword)));
        all.sort_unstable();
        all
    }

    #[test]
    fn keywords_are_found_in_any_case_and_at_both_ends() {
        assert_eq!(found(&["ghp_", "lob", "datadog"], "lob DataDog GHP_ lob"), [(0, 1), (4, 2), (12, 0), (17, 1)]);
        assert_eq!(found(&["lob"], "lo"), []);
        assert_eq!(found(&["пароль"], "x: пароль"), [(3, 0)]);
    }

    proptest! {
        #[test]
        fn finds_what_a_plain_search_finds(
            keywords in prop::collection::vec("[a-c_]{3,6}", 1..8),
            text in "[a-cA-C_ ]{0,60}",
        ) {
            let keywords: Vec<&str> = keywords.iter().map(String::as_str).collect();
            let lower = text.to_ascii_lowercase();
            let mut plain = Vec::new();
            for (number, keyword) in keywords.iter().enumerate() {
                plain.extend((0..lower.len()).filter(|at| lower[*at..].starts_with(keyword)).map(|at| (at, number as u16)));
            }
            plain.sort_unstable();
            prop_assert_eq!(found(&keywords, &text), plain);
        }
    }
}
