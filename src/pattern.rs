//! What can be told of a pattern without running it: how long a run of token characters each match must hold.
//!
//! Most words that look like a provider's name stand in ordinary text. A match needs a long run of letters and digits near
//! the word; where there is none, the pattern is neither compiled nor run.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Capture, Class, Hir, HirKind};

/// Characters that a run is made of: those of most tokens.
pub const fn is_run(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

/// Whether the byte stands in a run of base64 text: in one of most tokens, or one of `+/=`.
pub const fn is_wide(byte: u8) -> bool {
    is_run(byte) || matches!(byte, b'+' | b'/' | b'=')
}

/// Runs of this length and more that may hold digits do hold one, or letters of both cases: a random text without is rarer
/// than one in a thousand.
const LEAST_MIXED: usize = 16;

/// What stands in every match of a pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// The least length of its longest run, in bytes; 0 if nothing is sure.
    pub length: u16,
    /// Whether the run holds a digit, or letters of both cases.
    pub mixed: bool,
    /// Whether it is a run of base64 text.
    pub wide: bool,
}

/// Parses a pattern as the engine does, whose texts are bytes.
///
/// # Errors
/// What is wrong with the pattern, and where.
pub fn parse(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).map_err(Box::new)
}

/// The run that every secret of `pattern` holds: its group `secret`, or all of it.
///
/// # Errors
/// What is wrong with the pattern, and where.
pub fn run(pattern: &str) -> Result<Run, Box<regex_syntax::Error>> {
    let hir = parse(pattern)?;
    let mut secret = Hir::empty();
    find_secret(&hir, &mut secret);
    let secret = if matches!(secret.kind(), HirKind::Empty) { &hir } else { &secret };
    let (narrow, wide) = (longest(secret, is_run), longest(secret, is_wide));
    // A run of few bytes rules more out than a longer one of more kinds of bytes, but for the shortest.
    let is_wide = narrow.best < LEAST_MIXED && wide.best > narrow.best;
    let least = if is_wide { wide } else { narrow };
    let length = u16::try_from(least.best.min(512)).unwrap_or(0);
    Ok(Run { length, mixed: least.best >= LEAST_MIXED && least.digits, wide: is_wide })
}

fn find_secret(hir: &Hir, secret: &mut Hir) {
    match hir.kind() {
        HirKind::Capture(Capture { name, sub, .. }) => {
            if name.as_deref() == Some("secret") {
                *secret = (**sub).clone();
            } else {
                find_secret(sub, secret);
            }
        }
        HirKind::Repetition(repetition) => find_secret(&repetition.sub, secret),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| find_secret(part, secret));
        }
        _ => {}
    }
}

/// How long the runs of a part's matches are, at least.
#[derive(Clone, Copy, Debug, Default)]
struct Least {
    /// The run it begins with, the one it ends with, and the longest.
    start: usize,
    end: usize,
    best: usize,
    /// Whether it is nothing but a run.
    whole: bool,
    /// Whether digits may stand in it.
    digits: bool,
}

impl Least {
    fn whole(length: usize, digits: bool) -> Self {
        Self { start: length, end: length, best: length, whole: true, digits }
    }

    fn then(self, next: Self) -> Self {
        let joined = self.end + next.start;
        Self {
            start: if self.whole { self.start + next.start } else { self.start },
            end: if next.whole { self.end + next.end } else { next.end },
            best: self.best.max(next.best).max(joined),
            whole: self.whole && next.whole,
            digits: self.digits || next.digits,
        }
    }
}

fn longest(hir: &Hir, is_run: fn(u8) -> bool) -> Least {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Least::whole(0, false),
        HirKind::Literal(literal) => literal.0.iter().fold(Least::whole(0, false), |least, byte| {
            least.then(if is_run(*byte) { Least::whole(1, byte.is_ascii_digit()) } else { Least::default() })
        }),
        HirKind::Class(class) => match class {
            Class::Bytes(bytes) if bytes.iter().all(|range| (range.start()..=range.end()).all(is_run)) => {
                Least::whole(1, bytes.iter().any(|range| range.start() <= b'9' && range.end() >= b'0'))
            }
            _ => Least::default(),
        },
        HirKind::Capture(capture) => longest(&capture.sub, is_run),
        HirKind::Repetition(repetition) => {
            let once = longest(&repetition.sub, is_run);
            match repetition.min {
                // What may be absent may also break a run in two.
                0 if once.whole => Least { whole: true, ..Least::whole(0, once.digits) },
                0 => Least::default(),
                least if once.whole => Least::whole(once.best * least as usize, once.digits),
                _ => once,
            }
        }
        HirKind::Concat(parts) => {
            parts.iter().fold(Least::whole(0, false), |least, part| least.then(longest(part, is_run)))
        }
        HirKind::Alternation(parts) => parts
            .iter()
            .map(|part| longest(part, is_run))
            .reduce(|a, b| Least {
                start: a.start.min(b.start),
                end: a.end.min(b.end),
                best: a.best.min(b.best),
                whole: a.whole && b.whole,
                digits: a.digits && b.digits,
            })
            .unwrap_or_default(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Run, run};

    #[test]
    fn the_run_of_a_pattern_is_its_longest_sure_one() {
        for (pattern, length, mixed, wide) in [
            (r"\b(?P<secret>ghp_[A-Za-z0-9]{36})(?:[^\w\-]|$)", 40, true, false),
            ("(?i)acme.{0,20}(?P<secret>(?:[a-f0-9]{32})={0,2})", 32, true, false),
            (r"SG\.[\w\-]{22}\.[\w\-]{43}", 43, true, false),
            ("(?P<secret>(?:[a-z]{16}|[a-z]{4}-[a-z]{4}))", 9, false, false),
            ("key=(?P<secret>[^ ]{8,})", 0, false, false),
            ("key=(?P<secret>[A-Za-z0-9/+]{40})", 40, true, true),
            ("[A-Z]{8}:[0-9]{3,}", 8, false, false),
        ] {
            assert_eq!(run(pattern).unwrap(), Run { length, mixed, wide }, "{pattern}");
        }
        assert!(run("(").is_err());
    }
}
