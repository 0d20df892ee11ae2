//! Sections and `name = value`: INI, git and npm configuration, `.pypirc`, systemd units, and files of that family
//! that put a blank between name and value (`requirepass x`).

use super::line::{self, Lines, quoted, trim, without_comment};
use crate::model::{Entry, Span};

/// Gives the entries of `text`.
pub fn ini(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut section = Span::default();
    for line in Lines::new(text) {
        let indented = line.of(text).starts_with([' ', '\t']);
        let line = trim(text, line);
        match line.of(text).as_bytes() {
            // A line that is an action of a template gives no value.
            [] | [b'#' | b';', ..] | [b'{', b'{', ..] => {}
            [b'[', .., b']'] => section = Span::new(line.start + 1, line.end - 1),
            _ => {
                if let Some(variables) = host_variables(text, line) {
                    environment(text, variables, &line::section(text, section), &mut out);
                    continue;
                }
                // A value's further lines: pip's list of indexes.
                if let Some(last) = out.last().filter(|_| indented && is_url(line.of(text))) {
                    let (section, name) = (last.section.clone(), last.name);
                    out.push(Entry { section, name, value: line, quoted: false });
                    continue;
                }
                let Some((name, value)) = split(text, line) else { continue };
                let section = line::section(text, section);
                if name.of(text) == "Environment" {
                    environment(text, value, &section, &mut out);
                    continue;
                }
                let (value, quoted) = unquote(text, value);
                out.push(Entry { section, name, value, quoted });
            }
        }
    }
    out
}

/// The name and the value of a line. Of `//registry.npmjs.org/:_authToken` only the last part names the value.
fn split(text: &str, line: Span) -> Option<(Span, Span)> {
    let part = line.of(text);
    // nginx: `proxy_pass http://backend;` passes a request on, no password.
    let statement = part.ends_with(';') && (!part.contains('=') || part.ends_with("\";"));
    let line = Span::new(line.start, line.end - usize::from(statement));
    let part = line.of(text);
    let passes_on = part.split([' ', '\t']).next().is_some_and(|name| name.ends_with("_pass"));
    if statement && passes_on && !(part.contains("://") && part.contains('@')) {
        return None;
    }
    // nginx's headers: the directive's first word is the name.
    let header = ["proxy_set_header ", "add_header ", "fastcgi_param "].iter().find(|word| part.starts_with(**word));
    if let Some(word) = header.filter(|_| statement) {
        let rest = trim(text, Span::new(line.start + word.len(), line.end));
        let name = rest.of(text).find([' ', '\t'])?;
        let value = trim(text, Span::new(rest.start + name, rest.end));
        return Some((Span::new(rest.start, rest.start + name), value));
    }
    // bind's `secret "…";`: marks in the quotes are the value's.
    let word = part
        .find([' ', '\t'])
        .filter(|&at| part[..at].bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)));
    if let Some(at) = word.filter(|&at| statement_of_one(part[at..].trim_ascii())) {
        return Some((Span::new(line.start, line.start + at), trim(text, Span::new(line.start + at, line.end))));
    }
    let colon = part.find(": ").or_else(|| part.ends_with(':').then(|| part.len() - 1));
    let at = match (part.find('='), colon) {
        (Some(equals), Some(colon)) => equals.min(colon),
        (Some(at), None) | (None, Some(at)) => at,
        (None, None) => part.find([':', ' ', '\t']).filter(|&at| is_word(part[at + 1..].trim_ascii()))?,
    };
    let name = trim(text, Span::new(line.start, line.start + at));
    let name = match name.of(text).rfind(':').filter(|_| part.starts_with("//")) {
        Some(colon) => Span::new(name.start + colon + 1, name.end),
        None => name,
    };
    let long = name.of(text).bytes().filter(|b| *b == b' ').count() > 3;
    let value = trim(text, Span::new(line.start + at + 1, line.end));
    (!name.is_empty() && !long).then_some((name, value))
}

/// Whether the line is a URL and no more.
fn is_url(line: &str) -> bool {
    let scheme = line.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'+').count();
    scheme > 1 && line[scheme..].starts_with("://") && !line.contains([' ', '\t'])
}

/// Whether the text is one quoted text and no more.
fn statement_of_one(text: &str) -> bool {
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.is_empty() && !inner.contains('"'))
}

/// Whether the text is one word, or one quoted text.
fn is_word(text: &str) -> bool {
    let inner = ['"', '\''].iter().find_map(|q| text.strip_prefix(*q)?.strip_suffix(*q));
    !text.is_empty() && (inner.is_some() || !text.contains([' ', '\t']))
}

fn unquote(text: &str, value: Span) -> (Span, bool) {
    // Grafana's, for values with marks of a comment in them.
    let part = value.of(text);
    if part.len() > 6 && part.starts_with("\"\"\"") && part.ends_with("\"\"\"") {
        return (Span::new(value.start + 3, value.end - 3), true);
    }
    match quoted(text, value) {
        Some(inner) => (inner, true),
        None => (without_comment(text, value, b"#;"), false),
    }
}

/// The variables of a host in an Ansible inventory: `web1 ansible_host=10.0.0.1 ansible_password=…`.
fn host_variables(text: &str, line: Span) -> Option<Span> {
    let part = line.of(text);
    let at = part.find(" ansible_").or_else(|| part.find("\tansible_"))?;
    let host = part[..at].trim_end();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    (!host.is_empty() && host.chars().all(plain)).then(|| trim(text, Span::new(line.start + at, line.end)))
}

/// systemd's `Environment=A=b "C=d e"`.
fn environment(text: &str, value: Span, section: &str, out: &mut Vec<Entry>) {
    let mut rest = value;
    while !rest.is_empty() {
        let (word, next) = match quoted(text, rest) {
            Some(inner) => (inner, inner.end + 1),
            None => {
                let part = rest.of(text);
                let blank = part.find([' ', '\t']).unwrap_or(part.len());
                let value = part.find('=').filter(|at| *at < blank).map(|at| Span::new(rest.start + at + 1, rest.end));
                let inner = value.and_then(|value| quoted(text, value));
                let end = inner.map_or(rest.start + blank, |inner| inner.end + 1);
                (Span::new(rest.start, end), end)
            }
        };
        if let Some(at) = word.of(text).find('=') {
            let at = word.start + at;
            let (value, quoted) = unquote(text, Span::new(at + 1, word.end));
            out.push(Entry { section: section.to_owned(), name: Span::new(word.start, at), value, quoted });
        }
        rest = trim(text, Span::new(next, rest.end));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, &str, &str)> {
        ini(text).iter().map(|e| (e.section.clone(), e.name.of(text), e.value.of(text))).collect()
    }

    #[test]
    fn reads_sections_separators_quotes_and_comments() {
        let text = "a=b\n[db one]\n; c\nuser : x\npassword = \"p;q\" ; no\r\nk=v#w # no\n";
        assert_eq!(
            read(text),
            [
                (String::new(), "a", "b"),
                ("db one".into(), "user", "x"),
                ("db one".into(), "password", "p;q"),
                ("db one".into(), "k", "v#w")
            ]
        );
    }

    #[test]
    fn npm_redis_and_systemd_lines_give_their_names() {
        let named = |text: &'static str| read(text).into_iter().map(|(_, n, v)| (n, v)).collect::<Vec<_>>();
        assert_eq!(named("//r.io/:_authToken=abc"), [("_authToken", "abc")]);
        assert_eq!(named("requirepass abc\nbind 1 2 3\n"), [("requirepass", "abc")]);
        assert_eq!(named("proxy_pass http://b;\nserver_name a;"), [("server_name", "a")]);
        assert_eq!(named("proxy_pass http://u:p@b;"), [("proxy_pass", "http://u:p@b")]);
        assert_eq!(named("{{- $password := .x }}\npassword = \"\"\"p#;q\"\"\""), [("password", "p#;q")]);
        assert_eq!(named("  proxy_set_header X-Key \"abc\";"), [("X-Key", "abc")]);
        assert_eq!(named("Environment=A=b \"C=d e\""), [("A", "b"), ("C", "d e")]);
        let host = "web1 ansible_host=10.0.0.1 ansible_password=\"x y\" ansible_port=22\n";
        assert_eq!(named(host), [("ansible_host", "10.0.0.1"), ("ansible_password", "x y"), ("ansible_port", "22")]);
    }

    #[test]
    fn an_url_is_no_name() {
        assert_eq!(read("index-url = https://u:p@h/x"), [(String::new(), "index-url", "https://u:p@h/x")]);
    }
}
