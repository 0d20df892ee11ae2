//! A split index: git writes what changed into a small file and leaves all other entries in a shared one beside it
//! (`core.splitIndex`). Both together are the index.
//!
//! The format is git's: "Split index" in `Documentation/gitformat-index.adoc`, and the bitmaps are those of
//! `Documentation/gitformat-pack.adoc`, in <https://github.com/git/git>.

use super::cache_tree::ID;
use super::index::{DAMAGED, Entry, IndexFile, number};

/// Words of a bitmap: the lowest bit is that of the run, the next ones are its length in words, the rest is how many words
/// follow as they are.
const RUN_BITS: u32 = 32;

/// Which file has the other entries, and what became of those.
#[derive(Debug)]
pub struct Link {
    shared: [u8; ID],
    deleted: Bitmap,
    replaced: Bitmap,
}

/// Runs of bits, as they stand in the file.
#[derive(Debug, Default)]
struct Bitmap {
    words: Vec<u64>,
}

impl Link {
    /// Reads the content of the extension; `None` where it is damaged.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (shared, rest) = bytes.split_first_chunk()?;
        let mut link = Self { shared: *shared, deleted: Bitmap::default(), replaced: Bitmap::default() };
        if !rest.is_empty() {
            let (deleted, rest) = Bitmap::parse(rest)?;
            let (replaced, _) = Bitmap::parse(rest)?;
            (link.deleted, link.replaced) = (deleted, replaced);
        }
        Some(link)
    }

    /// The name of the shared file; `None` if there is none.
    pub fn file_name(&self) -> Option<String> {
        let is_none = self.shared.iter().all(|byte| *byte == 0);
        (!is_none).then(|| format!("sharedindex.{}", data_encoding::HEXLOWER.encode(&self.shared)))
    }

    /// Whether this is the checksum of the shared file; with `index.skipHash`, git writes zeros.
    pub fn names(&self, sum: &[u8; ID]) -> bool {
        *sum == self.shared || sum.iter().all(|byte| *byte == 0)
    }
}

impl Bitmap {
    /// The bitmap, and what stands behind it: the number of bits, of words, the words, and where the last run begins.
    fn parse(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let count = number(bytes.get(4..)?, 4).ok()?;
        let rest = bytes.get(8..)?;
        let (words, rest) = rest.split_at_checked(count.checked_mul(8)?)?;
        let words = words.as_chunks().0.iter().map(|word| u64::from_be_bytes(*word)).collect();
        Some((Self { words }, rest.get(4..)?))
    }

    /// Which of `count` entries have their bit set; `None` where there are more bits.
    fn bits(&self, count: usize) -> Option<Vec<bool>> {
        let mut bits = vec![false; count];
        let (mut words, mut at) = (self.words.iter(), 0_usize);
        while let Some(run) = words.next() {
            let end = at.checked_add(((run >> 1) as u32 as usize).checked_mul(64)?)?;
            if run & 1 == 1 {
                // The last word of a run may reach behind the last entry, not a whole word of it.
                (end < count + 64).then_some(())?;
                bits.get_mut(at..end.min(count))?.fill(true);
            }
            at = end;
            for _ in 0..run >> (RUN_BITS + 1) {
                let word = *words.next()?;
                for bit in (0..64).filter(|bit| word >> bit & 1 == 1) {
                    *bits.get_mut(at.checked_add(bit)?)? = true;
                }
                at = at.checked_add(64)?;
            }
        }
        Some(bits)
    }
}

/// Both parts as one: the entries of `base` without those that were deleted and with those that were replaced, and the
/// entries that `top` adds.
pub fn join(base: &IndexFile, top: &IndexFile, link: &Link) -> Result<IndexFile, &'static str> {
    let deleted = link.deleted.bits(base.entries.len()).ok_or(DAMAGED)?;
    let replaced = link.replaced.bits(base.entries.len()).ok_or(DAMAGED)?;
    let mut replacements = top.replacements().iter();
    let mut kept: Vec<(&[u8], &Entry)> = Vec::with_capacity(base.entries.len());
    for (at, entry) in base.entries.iter().enumerate() {
        let now = if replaced[at] { replacements.next().ok_or(DAMAGED)? } else { entry };
        if !deleted[at] {
            kept.push((base.path(entry), now));
        }
    }
    if replacements.next().is_some() {
        return Err(DAMAGED);
    }
    let added = top.entries.iter().map(|entry| (top.path(entry), entry));
    top.with_entries(merged(kept, added.collect()).into_iter())
}

/// Both lists, which are in order, as one; where both have an entry, the added one counts.
fn merged<'e>(kept: Vec<(&'e [u8], &'e Entry)>, added: Vec<(&'e [u8], &'e Entry)>) -> Vec<(&'e [u8], &'e Entry)> {
    let place = |(path, entry): &(&'e [u8], &'e Entry)| (*path, entry.stage);
    let mut all = Vec::with_capacity(kept.len() + added.len());
    let mut kept = kept.into_iter().peekable();
    for new in added {
        while let Some(old) = kept.next_if(|old| place(old) < place(&new)) {
            all.push(old);
        }
        kept.next_if(|old| place(old) == place(&new));
        all.push(new);
    }
    all.extend(kept);
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn bitmap(words: &[u64]) -> Vec<u8> {
        let mut bytes = vec![0; 4];
        bytes.extend((words.len() as u32).to_be_bytes());
        bytes.extend(words.iter().flat_map(|word| word.to_be_bytes()));
        bytes.extend([0; 4]);
        bytes
    }

    /// A run of so many words of zeros or ones, and the number of words that follow as they are.
    fn run(ones: bool, length: u64, literals: u64) -> u64 {
        u64::from(ones) | length << 1 | literals << 33
    }

    fn bits(words: &[u64], count: usize) -> Option<Vec<usize>> {
        let bytes = bitmap(words);
        let (bitmap, rest) = Bitmap::parse(&bytes).unwrap();
        assert!(rest.is_empty());
        let bits = bitmap.bits(count)?;
        Some((0..count).filter(|at| bits[*at]).collect())
    }

    #[test]
    fn runs_and_words_are_read() {
        assert_eq!(bits(&[], 5), Some(vec![]));
        assert_eq!(bits(&[run(false, 0, 1), 0b1001], 5), Some(vec![0, 3]));
        assert_eq!(bits(&[run(false, 1, 1), 0b10], 70), Some(vec![65]));
        assert_eq!(bits(&[run(true, 1, 0), run(false, 1, 1), 1], 129), Some((0..64).chain([128]).collect()));
        assert_eq!(bits(&[run(true, 1, 0)], 3), Some(vec![0, 1, 2]));
    }

    #[test]
    fn bits_of_no_entry_and_words_that_are_not_there_are_damage() {
        assert_eq!(bits(&[run(false, 0, 1), 0b1000], 3), None);
        assert_eq!(bits(&[run(true, 2, 0)], 64), None);
        assert_eq!(bits(&[run(false, 0, 2), 1], 64), None);
        assert_eq!(bits(&[run(true, u64::from(u32::MAX), 0)], 64), None);
        assert_eq!(bits(&[run(false, u64::from(u32::MAX), 1), 1], 64), None);
        let link = [&[7; ID][..], &bitmap(&[run(true, 1, 0)]), &bitmap(&[])].concat();
        assert!(Link::parse(&link).is_some());
        for end in (0..link.len()).filter(|end| *end != ID) {
            assert!(Link::parse(&link[..end]).is_none(), "cut at {end}");
        }
    }

    #[test]
    fn an_index_without_a_shared_part_is_whole() {
        assert_eq!(Link::parse(&[0; ID]).unwrap().file_name(), None);
        assert_eq!(Link::parse(&[1; ID]).unwrap().file_name().unwrap().len(), "sharedindex.".len() + 40);
    }
}
