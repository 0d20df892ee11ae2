//! Calls that take a password as an argument that nothing names: `SetBasicAuth("bob", "…")`.

use std::ops::Range;

use crate::check::credential::{self, NameKind};
use crate::model::{behind_last, head};

/// A function, and which of its arguments is the credential, counted from 0.
struct Function {
    name: &'static str,
    argument: usize,
}

/// The last part of a function's name, as it is written in whatever module.
const FUNCTIONS: [Function; 15] = [
    Function { name: "SetBasicAuth", argument: 1 },
    Function { name: "BasicAuth", argument: 1 },
    Function { name: "HTTPBasicAuth", argument: 1 },
    Function { name: "basic_auth", argument: 1 },
    Function { name: "NetworkCredential", argument: 1 },
    Function { name: "UsernamePasswordCredentials", argument: 1 },
    Function { name: "PasswordAuthentication", argument: 1 },
    Function { name: "getConnection", argument: 2 },
    Function { name: "DirectoryEntry", argument: 2 },
    Function { name: "PDO", argument: 2 },
    Function { name: "mysqli", argument: 2 },
    Function { name: "mysqli_connect", argument: 2 },
    Function { name: "ConvertTo-SecureString", argument: 0 },
    Function { name: "jwt.sign", argument: 1 },
    Function { name: "auth", argument: 1 },
];

/// Bytes that are looked at behind a function's name.
const LONGEST: usize = 512;

/// The credential that the function called `name` takes, if it is one of the table and the argument is a literal. Ranges count
/// in the text.
pub(super) fn read(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let whole = &text[name.clone()];
    let last = behind_last(whole, b'.');
    let named = |function: &&Function| [whole, last].iter().any(|called| function.name.eq_ignore_ascii_case(called));
    let function = FUNCTIONS.iter().find(named)?;
    let behind = head(&text[name.end..], LONGEST);
    let mut trimmed = behind.trim_start_matches(' ');
    // Python's `auth=("user", "…")` is a pair.
    if last == "auth" {
        trimmed = trimmed.strip_prefix('=')?;
    }
    let open = match trimmed.strip_prefix('(') {
        Some(arguments) => arguments,
        // PowerShell's commands take their arguments without brackets.
        None if last.contains('-') && trimmed.len() < behind.len() => {
            trimmed.strip_prefix("-String ").unwrap_or(trimmed)
        }
        // Ruby's, too.
        None if trimmed.starts_with(['\'', '"']) && trimmed.len() < behind.len() => trimmed,
        None => return None,
    };
    let start = name.end + behind.len() - open.len();
    let argument = literal(open, function.argument)?;
    Some(argument.start + start..argument.end + start)
}

/// A call that sets what its name says: `setPassword("…")`, `.password("…")`, the literal alone in its brackets.
pub(super) fn setter(text: &str, name: Range<usize>) -> Option<Range<usize>> {
    let last = behind_last(&text[name.clone()], b'.');
    let behind = ["set", "Set", "with", "With"].iter().find_map(|verb| last.strip_prefix(verb)).unwrap_or(last);
    // `t.pass("…")` passes a test.
    if credential::name_kind(behind) != NameKind::Password || behind == "pass" {
        return None;
    }
    let inside = head(&text[name.end..], LONGEST).strip_prefix('(')?;
    let start = name.end + "(".len();
    let argument = literal(inside, 0)?;
    let alone = inside.get(argument.end + 1..)?.trim_start().starts_with(')');
    let plain = !inside[argument.clone()].contains(['/', ' ']);
    (alone && plain).then_some(argument.start + start..argument.end + start)
}

/// The content of the argument with this number, if it is nothing but a quoted text on one line.
fn literal(arguments: &str, number: usize) -> Option<Range<usize>> {
    let bytes = arguments.as_bytes();
    let (mut at, mut seen, mut depth) = (0, 0, 0_usize);
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => {
                let start = at + 1;
                at = start;
                while bytes.get(at).is_some_and(|byte| *byte != quote && *byte != b'\n') {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                if bytes.get(at) != Some(&quote) {
                    return None;
                }
                if depth == 0 && seen == number {
                    // Behind an operator the expression goes on.
                    let behind = arguments.get(at + 1..)?.trim_start_matches(' ');
                    let is_whole =
                        behind.is_empty() || behind.starts_with([',', ')', ']', '}', ';', '\n', '\r', '-', '|']);
                    return is_whole.then_some(start..at).filter(|range| arguments.get(range.clone()).is_some());
                }
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth > 0 => depth -= 1,
            b')' | b']' | b'}' | b';' => break,
            b',' if depth == 0 => seen += 1,
            byte if depth == 0 && seen == number && !byte.is_ascii_whitespace() => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::assignment::name_around;
    use super::*;
    use proptest::prelude::*;

    fn argument(text: &str) -> Option<&str> {
        let at =
            text.to_ascii_lowercase().find("auth").or_else(|| text.find("Connection")).or_else(|| text.find("Secure"));
        read(text, name_around(text, at?)?).map(|argument| &text[argument])
    }

    #[test]
    fn the_argument_is_found_in_many_languages() {
        assert_eq!(argument("req.SetBasicAuth(\"bob\", \"V-1\")"), Some("V-1"));
        assert_eq!(argument("auth=HTTPBasicAuth('bob', 'V-1'))"), None);
        assert_eq!(argument("HTTPBasicAuth('bob', 'V-1')"), Some("V-1"));
        assert_eq!(argument("DriverManager.getConnection(url(\"a\", b), \"root\", \"V-1\");"), Some("V-1"));
        assert_eq!(argument("ConvertTo-SecureString \"V-1\" -AsPlainText -Force"), Some("V-1"));
        assert_eq!(argument("ConvertTo-SecureString -String 'V-1' -Force"), Some("V-1"));
    }

    #[test]
    fn what_is_no_literal_is_none() {
        for text in [
            "req.SetBasicAuth(user, password)",
            "req.SetBasicAuth(\"bob\", os.Getenv(\"PW\"))",
            "req.SetBasicAuth(\"bob\", \"a\" + b)",
            "req.SetBasicAuth(\"bob\")",
            "getConnection(\"jdbc:x\")",
            "ConvertTo-SecureString $pw -AsPlainText",
            "SetBasicAuth",
        ] {
            assert_eq!(argument(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_inside_of_it(text in "[a-z(é, ]{0,8}basic_auth[ (]{0,2}[a-zé\"'`,()\\\\\n ]{0,40}") {
            let at = text.find("basic_auth").unwrap();
            if let Some(argument) = name_around(&text, at).and_then(|name| read(&text, name)) {
                prop_assert!(text.get(argument).is_some());
            }
        }
    }
}
