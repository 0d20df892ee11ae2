//! What stands near a keyword: whether there is a run of token characters that is long enough for a secret.

use std::ops::Range;

use crate::pattern::{Run, is_run, is_wide};

/// Bytes by which a window is made longer at most, so that it does not end inside a run.
const LONGEST_RUN: usize = 16 << 10;

/// The runs of a text that may hold secrets, looked for once for all keywords that stand near each other.
pub(super) struct Runs<'t> {
    bytes: &'t [u8],
    /// What was found for each kind of run that was asked for.
    known: Vec<(Run, Known)>,
}

/// How far a text was looked through for a kind of run.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The last one that was found.
    found: Range<usize>,
    /// Behind it, none begins before this.
    to: usize,
}

impl<'t> Runs<'t> {
    /// The runs of `bytes`.
    pub fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, known: Vec::new() }
    }

    /// Bytes of the text.
    pub fn length(&self) -> usize {
        self.bytes.len()
    }

    /// Whether a run that a secret needs stands, be it in part, between `start` and `end`. Questions come in the order of
    /// `start`.
    pub fn may_hold(&mut self, start: usize, end: usize, run: Run) -> bool {
        let at = match self.known.iter().position(|(known, _)| *known == run) {
            Some(at) => at,
            None => {
                self.known.push((run, Known::default()));
                self.known.len() - 1
            }
        };
        let known = &mut self.known[at].1;
        if !fits(self.bytes, start, &known.found, run) {
            let from = known.to.max(start);
            if from < end {
                (known.found, known.to) = match next(self.bytes, from, end, run) {
                    Some(found) => (found.clone(), found.end),
                    None => (0..0, end),
                };
            }
        }
        known.found.start < end && fits(self.bytes, start, &known.found, run)
    }
}

/// Whether the part of `found` from `start` on is such a run.
fn fits(bytes: &[u8], start: usize, found: &Range<usize>, run: Run) -> bool {
    let is_long = found.end >= start.max(found.start) + usize::from(run.length);
    is_long && (!run.mixed || found.start >= start || is_mixed(&bytes[start..found.end]))
}

/// The next run that begins in a range of the text, to its own end.
///
/// A run covers every place that is its length away from one in it, so that most bytes of a text of short words are never
/// looked at.
fn next(bytes: &[u8], mut from: usize, end: usize, run: Run) -> Option<Range<usize>> {
    let (length, member) = (usize::from(run.length), if run.wide { WIDE } else { NARROW });
    let is_member = |byte: &u8| CLASS[usize::from(*byte)] & member != 0;
    while from < end {
        let least = bytes.get(from..from + length)?;
        if let Some(gap) = least.iter().rposition(|byte| !is_member(byte)) {
            from += gap + 1;
            continue;
        }
        let rest = &bytes[from + length..];
        let to = from + length + rest.iter().take(LONGEST_RUN).take_while(|byte| is_member(byte)).count();
        if !run.mixed || is_mixed(&bytes[from..to]) {
            return Some(from..to);
        }
        from = to.max(from + 1);
    }
    None
}

/// Whether there is a digit, or letters of both cases.
fn is_mixed(run: &[u8]) -> bool {
    let seen = run.iter().fold(0, |seen, byte| seen | CLASS[usize::from(*byte)]);
    seen & DIGIT != 0 || seen & (LOWER | UPPER) == LOWER | UPPER
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
    use proptest::prelude::*;

    fn run(length: u16, mixed: bool) -> Run {
        Run { length, mixed, wide: false }
    }

    fn may_hold(text: &str, start: usize, end: usize, run: Run) -> bool {
        Runs::new(text.as_bytes()).may_hold(start, end, run)
    }

    #[test]
    fn a_run_is_measured_to_its_end() {
        let text = "key = 0123456789abcdef tail_of_words";
        assert!(may_hold(text, 0, 10, run(16, true)) && !may_hold(text, 0, 10, run(17, false)));
        assert!(!may_hold(text, 0, 6, run(16, true)) && !may_hold(text, 7, 20, run(16, true)));
    }

    #[test]
    fn words_alone_are_no_mixed_run() {
        let words = "some_identifier_of_lower_case";
        assert!(may_hold(words, 0, 29, run(20, false)) && !may_hold(words, 0, 29, run(20, true)));
    }

    proptest! {
        #[test]
        fn each_question_is_answered_as_if_it_were_the_first(
            text in "[a-zA-Z0-9+ =\n]{0,120}",
            length in 0_u16..20,
            wide: bool,
            mixed: bool,
            mut windows in prop::collection::vec((0_usize..120, 1_usize..40), 1..8),
        ) {
            let run = Run { length, mixed, wide };
            windows.sort_unstable();
            let mut runs = Runs::new(text.as_bytes());
            for (start, length) in windows {
                let end = text.len().min(start + length);
                if start < end {
                    prop_assert_eq!(runs.may_hold(start, end, run), may_hold(&text, start, end, run));
                }
            }
        }

        #[test]
        fn a_run_is_found_wherever_it_stands(text in "[a-zA-Z0-9+ =\n]{1,80}", length in 1_u16..20, wide: bool, mixed: bool) {
            let is_member = |byte: u8| if wide { is_wide(byte) } else { is_run(byte) };
            let mut runs = text.as_bytes().split(|byte| !is_member(*byte));
            let plain = runs.any(|run| run.len() >= usize::from(length) && (!mixed || is_mixed(run)));
            prop_assert_eq!(may_hold(&text, 0, text.len(), Run { length, mixed, wide }), plain);
        }
    }

    #[test]
    fn a_window_ends_behind_a_run_and_one_byte() {
        assert_eq!(end_of_run(b"abc def", 1), 4);
        assert_eq!(end_of_run(b"abc", 1), 3);
        assert_eq!(end_of_run(b"abc", 9), 3);
    }
}
