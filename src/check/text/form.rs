//! Marks in a quoted text by which a program makes something else of it: formats, templates, selectors, variables.

use crate::check::credential::looks_random;

/// Whether a program puts something in at a place of the text: `%s`, `{name}`, `<name>`, `(…)`, `##NAME##`. A mark that
/// has no fellow is a character like any other: `Vq8{sLw2%`.
pub(super) fn is_filled_in(text: &str) -> bool {
    let pairs = [('{', '}'), ('<', '>'), ('(', ')')];
    let encloses = |(open, close)| {
        let from = text.find(open);
        from.is_some_and(|from| from == 0 || text[from..].contains(close))
    };
    text.contains("##") || pairs.into_iter().any(encloses) || holds_conversion(text)
}

/// Whether the text begins as variables, colours, paths, selectors and references do.
pub(super) fn begins_as_expression(text: &str) -> bool {
    text.starts_with(['$', '#', '/', '.', '-', '&', '*', ':'])
}

/// What stands behind the `%` of a format, of C, Go, Python and others.
const CONVERSIONS: &[u8] = b"diouxXeEfFgGaAcspnvqtbUTwrlhz@({[";

/// Whether a `%` stands where a format converts a value (`%s`, `%-10d`, `%(name)s`), a URL has an escaped byte (`%2F`), or
/// a variable of Windows its ends (`%NAME%`). In a text that is random without it, one `%` says nothing.
fn holds_conversion(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut marks = memchr::memchr_iter(b'%', bytes);
    let (Some(first), None) = (marks.next(), marks.next()) else { return bytes.contains(&b'%') };
    let behind = &bytes[first + 1..];
    let flags = behind.iter().take_while(|b| matches!(b, b'-' | b'+' | b'.' | b'*' | b'0'..=b'9')).count();
    let converts = behind.get(flags).is_some_and(|b| CONVERSIONS.contains(b));
    let escapes = behind.len() > 1 && behind[..2].iter().all(u8::is_ascii_hexdigit);
    let random = text.len() >= 12 && looks_random(&[&text[..first], &text[first + 1..]].concat());
    (converts || escapes) && !random || first == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_fills_in_is_told_from_characters() {
        for text in ["user-%s", "%d", "Pa%-10ss", "%(name)s", "a%2Fb", "%NAME%", "{name}-1", "<name>", "f(x)", "##P##"]
        {
            assert!(is_filled_in(text), "{text}");
        }
        for text in ["Vq8sLw2p%", "LhGvBTgEy%8", "Vq8{sLw2p", "Vq8)sLw(2p", "Vq8<sLw2p", "Xk8%dQw27mLp3Rv", "50%"] {
            assert!(!is_filled_in(text), "{text}");
        }
    }
}
