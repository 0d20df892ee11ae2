//! What stands near a keyword: how long the longest run of token characters is.

use crate::pattern::{Run, is_run, is_wide};

/// Bytes by which a window is made longer at most, so that it does not end inside a run.
const LONGEST_RUN: usize = 16 << 10;

/// The longest runs of a stretch of text, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Near {
    narrow: Longest,
    wide: Longest,
}

impl Near {
    /// The runs between `start` and `end`, those that reach beyond `end` to their own end.
    pub fn of(bytes: &[u8], start: usize, end: usize) -> Self {
        let (mut narrow, mut wide) = (Growing::default(), Growing::default());
        for byte in bytes.get(start..end_of_run(bytes, end)).unwrap_or_default() {
            let class = CLASS[usize::from(*byte)];
            narrow.step(class, NARROW);
            wide.step(class, WIDE);
        }
        Self { narrow: narrow.end(), wide: wide.end() }
    }

    /// Whether a secret that holds this run may stand here.
    pub fn may_hold(self, run: Run) -> bool {
        let longest = if run.wide { self.wide } else { self.narrow };
        (if run.mixed { longest.mixed } else { longest.any }) >= usize::from(run.length)
    }
}

const NARROW: u8 = 1;
const WIDE: u8 = 2;
const DIGIT: u8 = 4;
const LOWER: u8 = 8;
const UPPER: u8 = 16;

/// What each byte is, as bits.
static CLASS: [u8; 256] = {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        let bits = [
            (is_run(byte), NARROW),
            (is_wide(byte), WIDE),
            (byte.is_ascii_digit(), DIGIT),
            (byte.is_ascii_lowercase(), LOWER),
            (byte.is_ascii_uppercase(), UPPER),
        ];
        let mut bit = 0;
        while bit < bits.len() {
            if bits[bit].0 {
                classes[at] |= bits[bit].1;
            }
            bit += 1;
        }
        at += 1;
    }
    classes
};

/// The longest run, and the longest with a digit or letters of both cases.
#[derive(Clone, Copy, Debug, Default)]
struct Longest {
    any: usize,
    mixed: usize,
}

/// The run that is being passed, and the longest before it.
#[derive(Default)]
struct Growing {
    longest: Longest,
    length: usize,
    seen: u8,
}

impl Growing {
    fn step(&mut self, class: u8, member: u8) {
        if class & member != 0 {
            self.length += 1;
            self.seen |= class;
        } else if self.length > 0 {
            self.close();
        }
    }

    fn close(&mut self) {
        self.longest.any = self.longest.any.max(self.length);
        if self.seen & DIGIT != 0 || self.seen & (LOWER | UPPER) == LOWER | UPPER {
            self.longest.mixed = self.longest.mixed.max(self.length);
        }
        (self.length, self.seen) = (0, 0);
    }

    fn end(mut self) -> Longest {
        self.close();
        self.longest
    }
}

/// Offset behind the run that `at` stands in, and behind the byte after it: patterns ask what follows a token.
pub(super) fn end_of_run(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    let rest = &bytes[at..bytes.len().min(at + LONGEST_RUN)];
    let more = rest.iter().position(|b| !is_wide(*b)).map_or(rest.len(), |end| end + 1);
    at + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_measured_to_its_end() {
        let near = Near::of(b"key = 0123456789abcdef tail_of_words", 0, 10);
        assert!(near.may_hold(Run { length: 16, mixed: true, wide: false }));
        assert!(!near.may_hold(Run { length: 17, mixed: false, wide: false }));
    }

    #[test]
    fn words_alone_are_no_mixed_run() {
        let near = Near::of(b"some_identifier_of_lower_case", 0, 29);
        assert!(
            near.may_hold(Run { length: 20, mixed: false, wide: false })
                && !near.may_hold(Run { length: 20, mixed: true, wide: false })
        );
    }

    #[test]
    fn a_window_ends_behind_a_run_and_one_byte() {
        assert_eq!(end_of_run(b"abc def", 1), 4);
        assert_eq!(end_of_run(b"abc", 1), 3);
        assert_eq!(end_of_run(b"abc", 9), 3);
    }
}
