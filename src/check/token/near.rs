//! What stands near a keyword: whether there is a run of token characters that is long enough for a secret.

use crate::pattern::{Run, is_run, is_wide};

/// Bytes by which a window is made longer at most, so that it does not end inside a run.
const LONGEST_RUN: usize = 16 << 10;

/// The stretch between `start` and `end`, and on to the end of the run that it ends in.
pub(super) fn stretch(bytes: &[u8], start: usize, end: usize) -> &[u8] {
    bytes.get(start..end_of_run(bytes, end)).unwrap_or_default()
}

/// Whether a secret that holds this run may stand in the stretch.
///
/// A run covers every place that is its length away from one in it, so that most bytes of a text of short words are never
/// looked at.
pub(super) fn may_hold(stretch: &[u8], run: Run) -> bool {
    let (length, member) = (usize::from(run.length), if run.wide { WIDE } else { NARROW });
    let is_member = |byte: &u8| CLASS[usize::from(*byte)] & member != 0;
    let mut from = 0;
    while let Some(least) = stretch.get(from..from + length) {
        if let Some(gap) = least.iter().rposition(|byte| !is_member(byte)) {
            from += gap + 1;
            continue;
        }
        let end = from + length + stretch[from + length..].iter().take_while(|byte| is_member(byte)).count();
        if !run.mixed || is_mixed(&stretch[from..end]) {
            return true;
        }
        from = end + 1;
    }
    false
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

    #[test]
    fn a_run_is_measured_to_its_end() {
        let near = stretch(b"key = 0123456789abcdef tail_of_words", 0, 10);
        assert!(may_hold(near, run(16, true)) && !may_hold(near, run(17, false)));
    }

    #[test]
    fn words_alone_are_no_mixed_run() {
        let words = b"some_identifier_of_lower_case";
        assert!(may_hold(words, run(20, false)) && !may_hold(words, run(20, true)));
    }

    proptest! {
        #[test]
        fn a_run_is_found_wherever_it_stands(text in "[a-zA-Z0-9+ =\n]{0,80}", length in 0_u16..20, wide: bool, mixed: bool) {
            let is_member = |byte: u8| if wide { is_wide(byte) } else { is_run(byte) };
            let mut runs = text.as_bytes().split(|byte| !is_member(*byte));
            let plain = runs.any(|run| run.len() >= usize::from(length) && (!mixed || is_mixed(run)));
            prop_assert_eq!(may_hold(text.as_bytes(), Run { length, mixed, wide }), plain);
        }
    }

    #[test]
    fn a_window_ends_behind_a_run_and_one_byte() {
        assert_eq!(end_of_run(b"abc def", 1), 4);
        assert_eq!(end_of_run(b"abc", 1), 3);
        assert_eq!(end_of_run(b"abc", 9), 3);
    }
}
