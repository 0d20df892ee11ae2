//! From Go's regular expressions to those of the `regex` crate.
//!
//! Both are RE2's in syntax and meaning. They differ in what may stand without a backslash: Go takes a brace that repeats
//! nothing, and brackets and doubled signs in a class, for themselves.

use crate::check::token::pattern::SECRETS;

/// Which of a pattern's groups is the secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Secret {
    /// None: all of it.
    #[default]
    Whole,
    /// The one with this number, counted from 1.
    Group(usize),
    /// The first that is not empty.
    FirstFilled,
}

/// Translates a pattern, and names the groups that may be the secret.
pub fn translate(pattern: &str, secret: Secret) -> String {
    let mut out = Translation { out: String::with_capacity(pattern.len() + 16), secret, ..Translation::default() };
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = if out.in_class { out.class(c, rest) } else { out.outside(c, rest) };
    }
    out.out
}

/// How many groups a pattern has.
pub fn groups(pattern: &str) -> usize {
    let mut counted = Translation::default();
    let mut rest = pattern;
    while let Some(c) = rest.chars().next() {
        rest = if counted.in_class { counted.class(c, rest) } else { counted.outside(c, rest) };
    }
    counted.groups
}

#[derive(Default)]
struct Translation {
    out: String,
    secret: Secret,
    groups: usize,
    in_class: bool,
}

impl Translation {
    /// Takes what begins with `c` outside of a class, and gives what is left.
    fn outside<'p>(&mut self, c: char, rest: &'p str) -> &'p str {
        let behind = &rest[c.len_utf8()..];
        match c {
            '\\' => return self.escape(behind),
            '[' => return self.open_class(behind),
            '(' => return self.group(behind),
            '{' => match repetition(rest) {
                Some(length) => {
                    self.out.push_str(&rest[..length]);
                    return &rest[length..];
                }
                None => self.out.push_str(r"\{"),
            },
            '}' => self.out.push_str(r"\}"),
            c => self.out.push(c),
        }
        behind
    }

    fn open_class<'p>(&mut self, behind: &'p str) -> &'p str {
        self.in_class = true;
        self.out.push('[');
        let behind = match behind.strip_prefix('^') {
            Some(behind) => {
                self.out.push('^');
                behind
            }
            None => behind,
        };
        // A bracket that comes first stands for itself.
        match behind.strip_prefix(']') {
            Some(behind) => {
                self.out.push_str(r"\]");
                behind
            }
            None => behind,
        }
    }

    /// Takes what begins with `c` inside of a class.
    fn class<'p>(&mut self, c: char, rest: &'p str) -> &'p str {
        let behind = &rest[c.len_utf8()..];
        match c {
            '\\' => return self.escape(behind),
            '[' if behind.starts_with(':') => {
                if let Some(end) = rest.find(":]") {
                    self.out.push_str(&rest[..end + 2]);
                    return &rest[end + 2..];
                }
                self.out.push_str(r"\[");
            }
            ']' => {
                self.in_class = false;
                self.out.push(']');
            }
            '[' | '&' | '~' => {
                self.out.push('\\');
                self.out.push(c);
            }
            '-' if behind.starts_with('-') || self.out.ends_with('-') => self.out.push_str(r"\-"),
            c => self.out.push(c),
        }
        behind
    }

    fn escape<'p>(&mut self, behind: &'p str) -> &'p str {
        let Some(c) = behind.chars().next() else {
            self.out.push('\\');
            return behind;
        };
        let after = &behind[c.len_utf8()..];
        match c {
            'Q' => {
                let (literal, after) = after.split_once(r"\E").unwrap_or((after, ""));
                self.out.push_str(&regex_syntax::escape(literal));
                return after;
            }
            c if c.is_ascii_alphanumeric() || regex_syntax::is_meta_character(c) => {
                self.out.push('\\');
                self.out.push(c);
            }
            // Signs that need no backslash; some would mean something else with one.
            c => self.out.push(c),
        }
        after
    }

    fn group<'p>(&mut self, behind: &'p str) -> &'p str {
        let named = behind.strip_prefix("?P<").or_else(|| behind.strip_prefix("?<"));
        let after = match named.and_then(|name| name.split_once('>')) {
            Some((_, after)) => after,
            None if behind.starts_with('?') => {
                self.out.push('(');
                return behind;
            }
            None => behind,
        };
        self.groups += 1;
        let name = match self.secret {
            Secret::Group(number) if number == self.groups => SECRETS.first(),
            Secret::FirstFilled => SECRETS.get(self.groups - 1),
            _ => None,
        };
        match name {
            Some(name) => self.out.push_str(&format!("(?P<{name}>")),
            None => self.out.push('('),
        }
        after
    }
}

/// The length of the `{2,3}` at the start of the text, if it is one.
fn repetition(text: &str) -> Option<usize> {
    let end = text.find('}')?;
    let (least, most) = text[1..end].split_once(',').unwrap_or((&text[1..end], ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (!least.is_empty() && digits(least) && digits(most)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_go_takes_for_itself_is_escaped() {
        for (go, ours) in [
            (r"a{2,3}b{", r"a{2,3}b\{"),
            (r"${x}", r"$\{x\}"),
            (r"[]a[&~-]", r"[\]a\[\&\~-]"),
            (r"[^]]", r"[^\]]"),
            (r"[[:alnum:]_]", r"[[:alnum:]_]"),
            (r"\<a\>\/\'", r"<a>/'"),
            (r"\Qa.b\E.", r"a\.b."),
            (r"[+--]", r"[+\-\-]"),
            (r"\d\.\-", r"\d\.\-"),
            (r"é\", r"é\"),
        ] {
            assert_eq!(translate(go, Secret::Whole), ours, "{go}");
        }
    }

    #[test]
    fn the_secrets_group_gets_its_name() {
        let go = r"(?i)(a)(?:b)(?P<x>c)\((d)";
        assert_eq!(translate(go, Secret::Group(2)), r"(?i)(a)(?:b)(?P<secret>c)\((d)");
        assert_eq!(translate(go, Secret::FirstFilled), r"(?i)(?P<secret>a)(?:b)(?P<secret2>c)\((?P<secret3>d)");
        assert_eq!(groups(r"(a)(?:b)[(](c)\("), 2);
    }
}
