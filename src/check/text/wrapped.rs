//! What languages put before a literal: a prefix of its quotes, a constructor, an expression that it stands in for.

use std::ops::Range;

use super::assignment::Cursor;
use crate::check::template;
use crate::model::head;

/// What stands before a literal that is used where an expression gives nothing.
const DEFAULTS: [&str; 5] = [".unwrap_or(", ".orElse(", ".unwrap_or_else(|| ", ") { ", ".getOrElse("];

/// Whether a text is one expression: names, calls and texts without a blank.
fn is_expression(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.()[]\"'?!:$&".contains(&b))
}

impl Cursor<'_> {
    /// A bracket that opens an expression and the line's end behind it, or the line's end alone: `key = (⏎ "…"`.
    pub(super) fn brackets(&mut self) {
        let rest = head(self.rest(), 64);
        let continued = rest.strip_prefix('\\').unwrap_or(rest);
        let opened = rest.strip_prefix('(').or_else(|| continued.starts_with(['\n', '\r']).then_some(continued));
        let behind = opened.filter(|_| self.text[..self.at].trim_end_matches([' ', '\t']).ends_with(['=', ':', '>']));
        if let Some(behind) = behind.map(str::trim_start).filter(|behind| behind.starts_with(['"', '\''])) {
            self.at += rest.len() - behind.len();
        }
    }

    /// Passes an expression that a literal stands in for: `process.env.DB_PASS || '…'`, `os.environ.get("X") or "…"`.
    pub(super) fn fallback(&mut self) {
        let line = self.line();
        let expression = line.find([' ', ';']).unwrap_or(line.len());
        let quoted = line.starts_with(['"', '\'', '`']);
        let behind = &line[expression..];
        let or = [" || ", " ?? ", " or ", " ?: "].iter().find_map(|or| behind.strip_prefix(or));
        let called = || {
            let behind = |call: &&str| {
                let at = line.find(*call).filter(|&at| is_expression(&line[..at]))?;
                Some(&line[at + call.len()..])
            };
            // Each of them has a bracket.
            memchr::memchr2(b'(', b')', line.as_bytes()).and_then(|_| DEFAULTS.iter().find_map(behind))
        };
        let literal = or.or_else(called);
        if let Some(literal) =
            literal.filter(|literal| !quoted && expression > 0 && literal.starts_with(['"', '\'', '`']))
        {
            self.at += line.len() - literal.len();
        }
    }

    /// The literal of a template's action that stands as the value: `{{ .Values.password | default "…" }}`.
    pub(super) fn action(&self) -> Option<Range<usize>> {
        let line = self.line();
        let action = line.starts_with("{{").then(|| line.find("}}")).flatten().map(|end| &line[..end + 2])?;
        template::literal(action).map(|range| self.at + range.start..self.at + range.end)
    }

    /// Passes a template's `| default` behind the name of what it stands in for.
    pub(super) fn piped_default(&mut self) -> bool {
        let line = self.line();
        let literal = line.strip_prefix("| default").map(|rest| rest.trim_start_matches([' ', '(']));
        let Some(literal) = literal.filter(|literal| literal.starts_with(['"', '\'', '`'])) else { return false };
        self.at += line.len() - literal.len();
        true
    }

    /// What stands before a quote in some languages: `b"…"`, `@"…"`, `new String("…")`.
    pub(super) fn prefix(&mut self) {
        let rest = self.rest();
        // `SecretStr("…")`, `Password.of('…')`: what makes an object of a literal.
        let open = rest.bytes().take(40).position(|b| b == b'(');
        if let Some(open) = open.filter(|open| rest[open + 1..].starts_with(['"', '\''])) {
            let last = rest[..open].rsplit(['.', ':']).next().unwrap_or_default();
            let plain = rest[..open].bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':'));
            let makes = last.starts_with(|c: char| c.is_ascii_uppercase()) || matches!(last, "from" | "of" | "new");
            if plain && makes {
                self.at += open + 1;
                return;
            }
        }
        for prefix in [
            "b",
            "r",
            "u",
            "f",
            "L",
            "@",
            "&",
            "String(",
            "new String(",
            "String::from(",
            "SecretString::from(",
            "str(",
            "Some(",
            "default ",
            "r#",
            "[]byte(",
            "Buffer.from(",
        ] {
            if let Some(behind) = rest.strip_prefix(prefix)
                && behind.starts_with(['"', '\''])
            {
                self.at += prefix.len();
                return;
            }
        }
    }
}
