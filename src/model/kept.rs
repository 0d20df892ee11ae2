//! What a version of a text kept of an earlier one, so that what was learnt of that one need not be learnt again.

/// A stretch that stands in both versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where it starts in this version, in bytes.
    pub at: usize,
    /// Where it starts in the earlier version, in bytes.
    pub from: usize,
    /// Its length in bytes.
    pub length: usize,
}

impl Kept {
    /// Where it ends in this version.
    pub fn end(self) -> usize {
        self.at + self.length
    }

    /// Where the earlier version has the byte that stands at `at` here.
    pub fn back(self, at: usize) -> usize {
        at - self.at + self.from
    }

    /// Where this version has the byte that stood at `from`.
    pub fn forth(self, from: usize) -> usize {
        from - self.from + self.at
    }

    /// Whether both versions start with it.
    pub fn is_start(self) -> bool {
        self.at == 0 && self.from == 0
    }

    /// Whether it ends both versions, of which this one has `here` bytes and the earlier one `there`.
    pub fn is_end(self, here: usize, there: usize) -> bool {
        self.end() == here && self.from + self.length == there
    }

    /// Whether it holds all that decides about the byte at `at`, which stands in it: `before` bytes before that one, and
    /// what follows up to `end`. Versions of `here` and `there` bytes that begin or end with it have no more.
    pub fn decides(self, at: usize, before: usize, end: usize, (here, there): (usize, usize)) -> bool {
        (at - self.at >= before || self.is_start()) && (end <= self.end() || self.is_end(here, there))
    }
}

/// The stretch, of those that follow each other in this version, that the byte at `at` belongs to.
pub fn kept_at(kept: &[Kept], at: usize) -> Option<Kept> {
    kept_near(kept, at, &mut 0)
}

/// The same, where the last answer was `near`, which is kept for the next question.
pub fn kept_near(kept: &[Kept], at: usize, near: &mut usize) -> Option<Kept> {
    *near = seek(kept, *near, |stretch| stretch.at <= at);
    let stretch = *kept.get(near.checked_sub(1)?)?;
    (at < stretch.end()).then_some(stretch)
}

/// Items that are passed over one by one before a list is searched.
const NEAR: usize = 8;

/// The first place in a list, in order, whose item is not before what is looked for. It is mostly near the last answer, `from`.
pub fn seek<T>(list: &[T], from: usize, is_before: impl Fn(&T) -> bool) -> usize {
    if from == 0 || list.get(from - 1).is_some_and(&is_before) {
        let near = (from..=from + NEAR).find(|at| list.get(*at).is_none_or(|item| !is_before(item)));
        if let Some(at) = near {
            return at.min(list.len());
        }
    }
    list.partition_point(is_before)
}

/// Texts for tests: an earlier one, made of words, one that is made of new text and of stretches of it, and these. A cut
/// says what is new, and from which word on how many are kept behind that.
#[cfg(test)]
pub fn spliced(words: &[String], cuts: Vec<(usize, usize, String)>) -> (String, String, Vec<Kept>) {
    let earlier: String = words.concat();
    let (mut now, mut kept) = (String::new(), Vec::new());
    for (from, count, new) in cuts {
        let skipped: usize = words.iter().take(from).map(String::len).sum();
        let taken: String = words.iter().skip(from).take(count).map(String::as_str).collect();
        now.push_str(&new);
        kept.push(Kept { at: now.len(), from: skipped.min(earlier.len()), length: taken.len() });
        now.push_str(&taken);
    }
    (earlier, now, kept)
}

#[cfg(test)]
mod tests {
    use super::seek;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_search_from_anywhere_finds_what_one_of_the_whole_finds(
            mut list in prop::collection::vec(0_u8..40, 0..60),
            wanted in 0_u8..41,
            from in 0_usize..61,
        ) {
            list.sort_unstable();
            let found = seek(&list, from.min(list.len()), |item| *item < wanted);
            prop_assert_eq!(found, list.partition_point(|item| *item < wanted));
        }
    }
}
