//! The inner forms of a word: `NAME=value`, a header, a URL with a password, lines of configuration.

use std::ops::Range;

use memchr::memchr;

/// `NAME=value`: the name and where the value stands. The name may have dots, dashes, slashes and brackets, as Helm,
/// Java, npm and git write them.
pub(super) fn assignment(text: &str) -> Option<(&str, Range<usize>)> {
    let at = text.find('=')?;
    let name = text[..at].strip_suffix('+').unwrap_or(&text[..at]);
    // PowerShell's variables of the environment.
    let name = name.strip_prefix("$env:").unwrap_or(name);
    (is_name(name) && !text[at + 1..].starts_with('=')).then_some((name, at + 1..text.len()))
}

fn is_name(name: &str) -> bool {
    let inner =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'[' | b']' | b'/' | b':' | b'\\');
    name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '/')) && name.bytes().all(inner)
}

/// Where the literal default stands in `${NAME:-default}` or `${NAME:=default}`, if the text is that and no more.
pub(super) fn default_of(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_prefix("${")?.strip_suffix('}')?;
    let name = inner.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let behind = &inner[name..];
    let default = [":-", ":=", "-", "="].iter().find_map(|mark| behind.strip_prefix(mark))?;
    let range = unquoted(text, text.len() - 1 - default.len()..text.len() - 1);
    (name > 0 && !range.is_empty() && !default.contains(['$', '`'])).then_some(range)
}

/// The variable in `${NAME:-default}`, if the text is that and no more.
pub(super) fn name_of_default(text: &str) -> Option<&str> {
    default_of(text)?;
    let inner = text.strip_prefix("${")?;
    inner.get(..inner.find([':', '-', '='])?)
}

/// Whether the text starts like an HTTP header that carries a credential.
pub(super) fn is_header(text: &str) -> bool {
    text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("authorization:"))
        || text.get(..14).is_some_and(|start| start.eq_ignore_ascii_case("private-token:"))
}

/// The name under which an HTTP header's value is judged, and where the value stands, without the scheme.
pub(super) fn header(text: &str) -> Option<(&str, Range<usize>)> {
    let colon = text.find(':')?;
    let (name, behind) = (text[..colon].trim(), &text[colon + 1..]);
    let mut start = colon + 1 + (behind.len() - behind.trim_start().len());
    let end = text.trim_end().len().max(start);
    if !name.to_ascii_lowercase().ends_with("authorization") {
        return Some((name, start..end));
    }
    if let Some((scheme, _)) = text[start..end].split_once(' ') {
        start += scheme.len() + 1;
    }
    Some(("token", start..end))
}

/// Gives the names and the values of the strings in an object of JSON, as ranges.
pub(super) fn json_pairs(text: &str, give: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let mut name: Option<Range<usize>> = None;
    let mut at = 0;
    while let Some(open) = text[at..].find('"') {
        let start = at + open + 1;
        let mut escaped = false;
        let ends = |(_, c): &(usize, char)| {
            let end = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            end
        };
        let Some((len, _)) = text[start..].char_indices().find(ends) else { return };
        at = start + len + 1;
        let is_name = text[at..].trim_start().starts_with(':');
        match name.take() {
            _ if is_name => name = Some(start..start + len),
            Some(name) if text[name.end + 1..start - 1].trim() == ":" => give(name, start..start + len),
            _ => {}
        }
    }
}

/// Whether a URL with parameters stands in the text.
pub(super) fn has_query(text: &str) -> bool {
    text.find("://").is_some_and(|at| text[at..].find('?').is_some_and(|mark| text[at + mark..].contains('=')))
}

/// Whether a URL with `user:password@` stands in the text.
pub(super) fn has_userinfo(text: &str) -> bool {
    let Some(at) = text.find("://") else { return false };
    let rest = &text[at + 3..];
    rest.find('@').is_some_and(|sign| rest[..sign].contains(':') || !rest[..sign].contains('/'))
}

/// Gives each line of `text` that is a name and a value (`name=value`, `name: value`, `machine … password value`) as
/// ranges of name and value. A line ends at a line end or at `\n` as written for `printf`.
pub(super) fn lines(text: &str, give: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let mut start = 0;
    let mut netrc = false;
    while start < text.len() {
        let rest = &text[start..];
        let real = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let (len, mark) = rest[..real].find("\\n").map_or((real, 1), |written| (written, 2));
        netrc |= rest.starts_with("machine ");
        match rest[..len].trim().strip_prefix("password ").filter(|_| netrc) {
            Some(password) => {
                let name = start + rest.find("password").unwrap_or_default();
                let value = name + "password ".len();
                give(name..name + "password".len(), value..value + password.len());
            }
            None => line(text, start..start + len, give),
        }
        start += (len + mark).max(1);
    }
}

fn line(text: &str, range: Range<usize>, give: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let line = &text[range.clone()];
    let mut start = range.start + (line.len() - line.trim_start().len());
    for prefix in ["export ", "- ", "SET ", "set "] {
        if text[start..range.end].starts_with(prefix) {
            start += prefix.len();
        }
    }
    let end = start + text[start..range.end].trim_end().len();
    let line = &text[start..end];
    if line.starts_with("machine ") {
        return netrc(text, start..end, give);
    }
    if let Some(range) = debconf(line) {
        return give(
            start + range.start - "password ".len()..start + range.start - 1,
            start + range.start..start + range.end,
        );
    }
    let Some(at) = line.find(['=', ':']).filter(|&at| line[at..].starts_with('=') || line[at..].starts_with(": "))
    else {
        return npm_line(line, start, end, give);
    };
    let name = line[..at].trim_end().trim_matches(['"', '\'']);
    if !is_name(name) {
        return;
    }
    let name_start = start + line.find(name).unwrap_or(0);
    let value = unquoted(text, start + at + 1..end);
    // `Pass: nothing is left to do` is a message.
    let is_bare = !text[..value.start].ends_with(['"', '\'']);
    if line[at..].starts_with(':') && is_bare && text[value.clone()].contains(' ') {
        return;
    }
    give(name_start..name_start + name.len(), value);
}

/// `//registry.npmjs.org/:_authToken=…`: the first colon is part of the name.
fn npm_line(line: &str, start: usize, end: usize, give: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let Some(at) = line.find('=').filter(|_| line.starts_with("//")) else { return };
    let name = line[..at].rfind(':').map_or(0, |colon| colon + 1);
    give(start + name..start + at, start + at + 1..end);
}

/// The value in an answer for Debian's installer: `mysql-server mysql-server/root_password password …`.
fn debconf(line: &str) -> Option<Range<usize>> {
    let mut words = line.split(' ');
    let asks = !words.next()?.is_empty() && words.next()?.contains('/') && words.next()? == "password";
    let value = words.next().filter(|value| asks && !value.is_empty() && words.next().is_none())?;
    Some(line.len() - value.len()..line.len())
}

fn netrc(text: &str, range: Range<usize>, give: &mut dyn FnMut(Range<usize>, Range<usize>)) {
    let line = &text[range.clone()];
    let Some(at) = line.find(" password ") else { return };
    let (name, value) = (range.start + at + 1, range.start + at + 10);
    let len = text[value..range.end].split(' ').next().unwrap_or_default().len();
    give(name..name + 8, value..value + len);
}

/// The range without blanks and one pair of quotes around.
fn unquoted(text: &str, range: Range<usize>) -> Range<usize> {
    let value = &text[range.clone()];
    let start = range.start + (value.len() - value.trim_start().len());
    let value = value.trim();
    let value = value.strip_suffix([',', ';']).filter(|value| value.ends_with(['"', '\''])).unwrap_or(value);
    let quoted = value.len() > 1 && ['"', '\''].iter().any(|q| value.starts_with(*q) && value.ends_with(*q));
    let cut = usize::from(quoted);
    start + cut..start + value.len() - cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_lines_are_read_in_little_time() {
        let text = "password=b7\n".repeat(150_000);
        let (mut count, start) = (0, std::time::Instant::now());
        lines(&text, &mut |_, _| count += 1);
        assert_eq!(count, 150_000);
        assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
    }

    #[test]
    fn lines_end_at_either_mark() {
        let text = "a=1\\nb=2\nc=3\\n\\nd=4";
        let mut found = Vec::new();
        lines(text, &mut |name, value| found.push((&text[name], &text[value])));
        assert_eq!(found, [("a", "1"), ("b", "2"), ("c", "3"), ("d", "4")]);
    }
}
