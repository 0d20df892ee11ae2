//! What stands near a keyword: how long the longest run of token characters is.

use crate::pattern::{Run, is_run};

/// Bytes by which a window is made longer at most, so that it does not end inside a run.
const LONGEST_RUN: usize = 16 << 10;

/// The longest runs of a stretch of text, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Near {
    any: usize,
    /// The longest with a digit or letters of both cases.
    mixed: usize,
}

impl Near {
    /// The runs between `start` and `end`, those that reach beyond `end` to their own end.
    pub fn of(bytes: &[u8], start: usize, end: usize) -> Self {
        let mut near = Self::default();
        let stretch = bytes.get(start..end_of_run(bytes, end)).unwrap_or_default();
        for run in stretch.split(|b| !is_run(*b)) {
            near.any = near.any.max(run.len());
            if run.len() > near.mixed && is_mixed(run) {
                near.mixed = run.len();
            }
        }
        near
    }

    /// Whether a secret that holds this run may stand here.
    pub fn may_hold(self, run: Run) -> bool {
        let longest = if run.mixed { self.mixed } else { self.any };
        longest >= usize::from(run.length)
    }
}

fn is_mixed(run: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| run.iter().any(is);
    has(u8::is_ascii_digit) || has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)
}

/// Offset behind the run that `at` stands in, and behind the byte after it: patterns ask what follows a token.
pub(super) fn end_of_run(bytes: &[u8], at: usize) -> usize {
    let at = at.min(bytes.len());
    let rest = &bytes[at..bytes.len().min(at + LONGEST_RUN)];
    let more = rest.iter().position(|b| !is_run(*b)).map_or(rest.len(), |end| end + 1);
    at + more
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_measured_to_its_end() {
        let near = Near::of(b"key = 0123456789abcdef tail_of_words", 0, 10);
        assert!(near.may_hold(Run { length: 16, mixed: true }));
        assert!(!near.may_hold(Run { length: 17, mixed: false }));
    }

    #[test]
    fn words_alone_are_no_mixed_run() {
        let near = Near::of(b"some_identifier_of_lower_case", 0, 29);
        assert!(near.may_hold(Run { length: 20, mixed: false }) && !near.may_hold(Run { length: 20, mixed: true }));
    }

    #[test]
    fn a_window_ends_behind_a_run_and_one_byte() {
        assert_eq!(end_of_run(b"abc def", 1), 4);
        assert_eq!(end_of_run(b"abc", 1), 3);
        assert_eq!(end_of_run(b"abc", 9), 3);
    }
}
