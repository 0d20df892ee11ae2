//! Names and values in comments of configuration: `# DB_PASSWORD=…`, `#  - API_TOKEN: "…"`.

use std::ops::Range;

use super::assignment::{LONGEST_NAME, LONGEST_VALUE};
use crate::check::credential::{self, ValueKind};
use crate::encoding;

/// What gives a variable its value, of shells and in Dockerfiles.
const COMMANDS: [&str; 4] = ["export ", "set ", "ENV ", "ARG "];

/// Gives the name and the value on each line that is nothing but a comment with an assignment of one word.
pub(super) fn read(text: &str, give: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let mut from = 0;
    while let Some(found) = memchr::memchr(b'#', &text.as_bytes()[from..]) {
        from = read_line(text, from + found, give);
    }
}

/// The same of the lines on which something stands at these places, which are in order.
pub(super) fn read_at(
    text: &str,
    places: impl Iterator<Item = usize>,
    give: &mut dyn FnMut(Range<usize>, Range<usize>),
) {
    let (bytes, mut seen) = (text.as_bytes(), 0);
    for at in places {
        if at < seen || at >= text.len() {
            continue;
        }
        let floor = at.saturating_sub(LONGEST_NAME + LONGEST_VALUE);
        let start = memchr::memrchr(b'\n', &bytes[floor..at]).map_or(floor, |end| floor + end + 1);
        let blank = bytes[start..at].iter().take_while(|b| is_blank(**b)).count();
        if bytes[start + blank] == b'#' {
            seen = read_line(text, start + blank, give);
        }
    }
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Reads the comment that opens at `at`, if nothing stands before it on its line; gives the line's end.
fn read_line(text: &str, at: usize, give: &mut dyn FnMut(Range<usize>, Range<usize>)) -> usize {
    let bytes = text.as_bytes();
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length);
    let before = || bytes[..at].iter().rev().find(|b| !is_blank(**b));
    if may_give(&bytes[at..end])
        && before().is_none_or(|b| *b == b'\n')
        && let Some((name, value)) = assignment(&text[at..end])
    {
        give(at + name.start..at + name.end, at + value.start..at + value.end);
    }
    end
}

/// Shorter values are not taken for generated ones, in bytes.
const SHORTEST: usize = 12;

/// Whether a line may give a name a value that was generated: most comments are sentences, or settings of a word or two.
fn may_give(line: &[u8]) -> bool {
    memchr::memchr2(b'=', b':', line).is_some_and(|mark| {
        let value = line[mark + 1..].trim_ascii();
        value.len() >= SHORTEST && !value.contains(&b' ')
    })
}

/// The name and the value of a line, which are one word each; quotes are left out.
fn assignment(line: &str) -> Option<(Range<usize>, Range<usize>)> {
    if line.len() > LONGEST_NAME + LONGEST_VALUE {
        return None;
    }
    let start = line.len() - line.trim_start_matches(['#', ' ', '\t', '-', '"', '\'']).len();
    let command = COMMANDS.iter().find(|command| line[start..].starts_with(**command));
    let start = start + command.map_or(0, |command| command.len());
    let length = line[start..].find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-' | '.'))?;
    let name = start..start + length;
    let rest = line[name.end..].trim_start_matches(['"', '\'']);
    let behind = rest.strip_prefix('=').or_else(|| rest.strip_prefix(": "))?;
    let value = behind.trim();
    let from = line.len() - behind.trim_start().len();
    let quoted = ['"', '\''].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote));
    let (from, value) = quoted.map_or_else(|| (from, value.trim_end_matches(['"', '\''])), |inner| (from + 1, inner));
    let one_word = !value.is_empty() && !value.contains(char::is_whitespace);
    (!name.is_empty() && one_word).then(|| (name, from..from + value.len()))
}

/// Whether the value was generated rather than made up to explain: nobody reads it, even decoded.
pub(super) fn is_generated(value: &str) -> bool {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-');
    let readable = |part: &str| {
        encoding::base64(part)
            .is_some_and(|(bytes, _)| bytes.len() > 5 && bytes.iter().all(|b| matches!(b, b'\n' | b' '..=b'~')))
    };
    value.len() >= SHORTEST
        && value.chars().all(|c| is_base64(c) || matches!(c, '_' | '.'))
        && credential::value_kind(value) == ValueKind::Literal
        && credential::looks_random(value)
        && !value.split(|c| !is_base64(c)).any(readable)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<(&str, &str)> {
        let (mut all, mut at_names) = (Vec::new(), Vec::new());
        read(text, &mut |name, value| all.push((&text[name], &text[value])));
        let names = text.bytes().enumerate().filter(|(_, b)| b.is_ascii_alphabetic()).map(|(at, _)| at);
        read_at(text, names, &mut |name, value| at_names.push((&text[name], &text[value])));
        assert_eq!(all, at_names);
        all
    }

    #[test]
    fn what_was_commented_out_is_read() {
        let text = "a: b # c: d\n# DB_PASSWORD: kiln-lagoon-71\n  #  - \"API_TOKEN=kiln-lagoon-72\"\n#TOKEN='kiln-lagoon-73'\n## x.secret = kiln-lagoon-74\n# export A_KEY=kiln-lagoon-75\n#ENV B_KEY=kiln-lagoon-76";
        let all = [
            ("DB_PASSWORD", "kiln-lagoon-71"),
            ("API_TOKEN", "kiln-lagoon-72"),
            ("TOKEN", "kiln-lagoon-73"),
            ("A_KEY", "kiln-lagoon-75"),
            ("B_KEY", "kiln-lagoon-76"),
        ];
        assert_eq!(found(text), all);
    }

    #[test]
    fn what_explains_is_not_generated() {
        assert!(is_generated("f3Kq9Zt7Wm2Xp8Vn") && is_generated("sq0_f3Kq9Zt7Wm2Xp8Vn4Lc6"));
        for value in ["a2lsbi1sYWdvb24=", "7d1f2c3b-4a5e-4f70-8192-a3b4c5d6e7f8", "kiln-lagoon-ferret", "f3Kq9"] {
            assert!(!is_generated(value), "{value}");
        }
    }

    #[test]
    fn what_stands_far_to_the_right_of_a_setting_is_no_line_of_its_own() {
        let blanks = " ".repeat(700);
        for blanks in [&blanks[..90], &blanks] {
            assert_eq!(found(&format!("a: b{blanks}# DB_PASSWORD=kiln-lagoon-71\n")), [("", ""); 0]);
            let alone = format!("a: b\n{blanks}# DB_PASSWORD=kiln-lagoon-71\n");
            assert_eq!(found(&alone), [("DB_PASSWORD", "kiln-lagoon-71")]);
        }
    }

    #[test]
    fn sentences_and_short_values_are_none() {
        assert_eq!(found("# password: short7\n# password: see the manual\n# password=\n# a:b\n#\n# -"), [("", ""); 0]);
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_inside_of_it(text in "[#\\n a-cé\"'=:-]{0,60}") {
            found(&text);
            read(&text, &mut |name, value| assert!(text.get(name).is_some() && text.get(value).is_some()));
        }
    }
}
