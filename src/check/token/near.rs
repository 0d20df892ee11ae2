//! What stands near a keyword: whether there is a run of token characters that is long enough for a secret.

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
    found: Option<Found>,
    /// Behind it, none begins before this.
    to: usize,
}

/// A run that a secret needs.
#[derive(Clone, Debug)]
struct Found {
    start: usize,
    /// The last place from which on the rest of it is such a run, too.
    last: usize,
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
        if known.found.as_ref().is_none_or(|found| start > found.last) {
            let from = known.to.max(start);
            if from < end {
                (known.found, known.to) = next(self.bytes, from, end, run);
            }
        }
        known.found.as_ref().is_some_and(|found| found.start < end && start <= found.last)
    }
}

/// The next run that begins in a range of the text, and how far the text was looked through: a long run that is none is
/// never looked at twice.
///
/// A run covers every place that is its length away from one in it, so that most bytes of a text of short words are never
/// looked at.
fn next(bytes: &[u8], mut from: usize, end: usize, run: Run) -> (Option<Found>, usize) {
    let (length, member) = (usize::from(run.length), if run.wide { WIDE } else { NARROW });
    let is_member = |byte: &u8| CLASS[usize::from(*byte)] & member != 0;
    while from < end {
        let Some(least) = bytes.get(from..from + length) else { return (None, bytes.len()) };
        if let Some(gap) = least.iter().rposition(|byte| !is_member(byte)) {
            from += gap + 1;
            continue;
        }
        let (mut to, mut seen) = (from + length, seen(least));
        loop {
            let more = bytes[to..].iter().take(LONGEST_RUN).take_while(|byte| is_member(byte)).count();
            seen |= self::seen(&bytes[to..to + more]);
            to += more;
            if !run.mixed || is_mixed(seen) {
                return (Some(Found { start: from, last: last(&bytes[from..to], run) + from }), to);
            }
            if more < LONGEST_RUN {
                break;
            }
        }
        from = to.max(from + 1);
    }
    (None, from)
}

/// The last place of a run from which on it is long enough, and mixed if it has to be.
fn last(run: &[u8], wanted: Run) -> usize {
    let long = run.len() - usize::from(wanted.length);
    let mut seen = 0;
    let mixed = run.iter().rposition(|byte| {
        seen |= CLASS[usize::from(*byte)];
        is_mixed(seen)
    });
    if wanted.mixed { mixed.unwrap_or(0).min(long) } else { long }
}

/// What the bytes are, all together.
fn seen(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |seen, byte| seen | CLASS[usize::from(*byte)])
}

/// Whether there is a digit, or letters of both cases.
fn is_mixed(seen: u8) -> bool {
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

/// Whether of each set one of the literals, which are in lower case, stands in the bytes in any ASCII case.
pub(super) fn may_match(bytes: &[u8], literals: &[&[&str]]) -> bool {
    let stands_in = |literal: &&str| {
        let Some(first) = literal.bytes().next() else { return true };
        memchr::memchr2_iter(first, first.to_ascii_uppercase(), bytes)
            .filter_map(|at| bytes.get(at..at + literal.len()))
            .any(|found| found.eq_ignore_ascii_case(literal.as_bytes()))
    };
    literals.iter().all(|set| set.iter().any(stands_in))
}

/// Offset behind the run that `at` stands in, and behind the byte after it: patterns ask what follows a token.
pub(super) fn end_of_run(bytes: &[u8], at: usize) -> usize {
    Ends::default().of(bytes, at)
}

/// The ends of runs of one text. Where questions come in order, no byte is looked at twice, however many there are.
#[derive(Debug, Default)]
pub(super) struct Ends {
    /// A stretch that is known to be a run, or part of one.
    from: usize,
    to: usize,
}

impl Ends {
    /// The same as [`end_of_run`].
    pub fn of(&mut self, bytes: &[u8], at: usize) -> usize {
        let at = at.min(bytes.len());
        let most = bytes.len().min(at + LONGEST_RUN);
        if at < self.from || at > self.to {
            (self.from, self.to) = (at, at);
        }
        if self.to < most {
            self.to += bytes[self.to..most].iter().take_while(|byte| is_wide(**byte)).count();
        }
        if self.to < most { self.to + 1 } else { most }
    }
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

    /// Base64 of zeros is such a run, and each of its letters may begin a keyword.
    #[test]
    fn a_long_run_that_is_none_is_looked_at_once() {
        for tail in [" ", "1"] {
            let text = ("A".repeat(1 << 15) + tail).repeat(1 << 5);
            let mut runs = Runs::new(text.as_bytes());
            let start = std::time::Instant::now();
            let held = (0..text.len() - 64).filter(|at| runs.may_hold(*at, at + 64, run(16, true))).count();
            assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
            assert_eq!(held > 0, tail == "1");
        }
    }

    #[test]
    fn the_ends_of_a_long_run_are_found_in_one_pass() {
        let text = "ghp_".repeat(1 << 19);
        let (mut ends, start) = (Ends::default(), std::time::Instant::now());
        let all = (0..text.len()).all(|at| ends.of(text.as_bytes(), at) == text.len().min(at + LONGEST_RUN));
        assert!(all && start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn an_end_is_the_same_whatever_was_asked_before(
            text in "[a-z= ]{0,60}",
            questions in prop::collection::vec(0_usize..70, 0..20),
        ) {
            let mut ends = Ends::default();
            for at in questions {
                prop_assert_eq!(ends.of(text.as_bytes(), at), end_of_run(text.as_bytes(), at));
            }
        }

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
            let plain = runs.any(|run| run.len() >= usize::from(length) && (!mixed || is_mixed(seen(run))));
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
