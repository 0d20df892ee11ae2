//! TOML and HCL: names, `=` or `:`, and values, among sections, blocks, inline tables, comments and strings of several
//! kinds. One lexer serves both, as it is after names and values and not after the grammar.

use memchr::{memchr, memmem};

use super::{fallback, line};
use crate::model::{Entry, Span, head};

/// Gives the entries of a TOML text.
pub fn toml(text: &str) -> Vec<Entry> {
    Lexer::new(text, false).run()
}

/// Gives the entries of HCL text (Terraform). The `default` of a `variable "NAME"` block has the variable's name.
pub fn hcl(text: &str) -> Vec<Entry> {
    Lexer::new(text, true).run()
}

/// How many brackets around a value are looked at for the name of its object.
const NEAR: usize = 4;

struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    hcl: bool,
    /// TOML's `[section]`, or the labels of HCL's innermost block that has any.
    section: Span,
    /// The last word or string, and whether it was a string: a name if `=` or `:` follows.
    last: Option<(Span, bool)>,
    /// The name that waits for its value.
    name: Option<Span>,
    /// The last label of the `variable` block that we are in.
    variable: Option<Span>,
    /// The value of a `name = "…"` in the same object, for its `value = "…"`.
    named: Option<Span>,
    /// Whether the line starts here, so that `[` opens a section.
    fresh: bool,
    /// The brackets that are open, each with the name whose value it begins.
    open: Vec<(u8, Option<Span>)>,
    out: Vec<Entry>,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, hcl: bool) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            hcl,
            section: Span::default(),
            last: None,
            name: None,
            variable: None,
            named: None,
            fresh: true,
            open: Vec::new(),
            out: Vec::new(),
        }
    }

    fn run(mut self) -> Vec<Entry> {
        while let Some(&byte) = self.bytes.get(self.at) {
            let fresh = std::mem::take(&mut self.fresh);
            match byte {
                b'\n' => self.line_end(),
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    self.fresh = fresh;
                }
                b'#' => self.skip_line(),
                b'/' if self.hcl && self.rest().starts_with(b"//") => self.skip_line(),
                b'/' if self.hcl && self.rest().starts_with(b"/*") => self.skip_past(b"*/"),
                b'"' | b'\'' => self.string(byte),
                b'<' if self.hcl && self.name.is_some() && self.rest().starts_with(b"<<") => self.heredoc(),
                b'=' | b':' if self.name.is_none() => self.separator(),
                b'[' if fresh && !self.hcl && self.open.is_empty() => self.section(),
                b'{' | b'}' | b'[' | b']' | b',' | b'(' | b')' => self.bracket(byte),
                _ => self.word(),
            }
        }
        self.out
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at..]
    }

    fn line_end(&mut self) {
        self.at += 1;
        (self.last, self.fresh) = (None, true);
        if !self.in_list() {
            self.name = None;
        }
    }

    fn skip_line(&mut self) {
        self.at += memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
    }

    fn skip_past(&mut self, mark: &[u8]) {
        self.at += memmem::find(self.rest(), mark).map_or(self.rest().len(), |at| at + mark.len());
    }

    /// What stands before `=` or `:` is a name.
    fn separator(&mut self) {
        self.at += 1;
        let twice = matches!(self.bytes.get(self.at), Some(b'=' | b'>'));
        self.at += usize::from(twice);
        self.name = if twice { None } else { self.last.take().map(|(name, _)| name) };
    }

    /// TOML's `[a.b]` and `[[a.b]]`.
    fn section(&mut self) {
        let line = line_of(self.rest());
        let open = line.iter().take_while(|b| **b == b'[').count();
        let len = memchr(b']', line).unwrap_or(line.len()).max(open);
        self.section = Span::new(self.at + open, self.at + len);
        self.at += line.len();
    }

    fn bracket(&mut self, byte: u8) {
        self.at += 1;
        match byte {
            b'{' => {
                if let (Some((label, true)), None) = (self.last, self.name) {
                    self.section = label;
                    self.variable = self.is_variable(label).then_some(label);
                }
                self.open.push((byte, self.name.take()));
                self.named = None;
            }
            b'}' => {
                (self.name, self.named) = (None, None);
                self.close(b'{');
                if self.fresh_brace() {
                    self.variable = None;
                }
            }
            b'[' => self.open.push((byte, None)),
            b']' => {
                self.name = None;
                self.close(b'[');
            }
            b',' if self.in_list() => {}
            _ => self.name = None,
        }
        self.last = None;
    }

    fn close(&mut self, open: u8) {
        if self.open.last().is_some_and(|(last, _)| *last == open) {
            self.open.pop();
        }
    }

    /// Whether the strings that follow are items of a list: values under the list's name.
    fn in_list(&self) -> bool {
        self.open.last().is_some_and(|(last, _)| *last == b'[')
    }

    /// Whether the `}` just read stands at its line's very start: it closes a top-level block.
    fn fresh_brace(&self) -> bool {
        self.at < 2 || self.bytes[self.at - 2] == b'\n'
    }

    /// Whether the label belongs to `variable "label"`.
    fn is_variable(&self, label: Span) -> bool {
        self.hcl && self.text[..label.start.saturating_sub(1)].trim_ascii_end().ends_with("variable")
    }

    fn string(&mut self, quote: u8) {
        let triple = [quote; 3];
        let rest = self.rest();
        let (open, len) = if !self.hcl && rest.starts_with(&triple) {
            (3, memmem::find(&rest[3..], &triple).unwrap_or(rest.len() - 3))
        } else {
            (1, string_len(&rest[1..], quote, self.hcl))
        };
        let inner = Span::new(self.at + open, self.at + open + len);
        let closed = self.bytes.get(inner.end) == Some(&quote);
        self.at = inner.end + if closed { open } else { 0 };
        match self.name {
            Some(name) => {
                self.value(name, inner, true);
                // Of a block on one line, the next name may follow at once.
                self.name = self.name.filter(|_| self.in_list());
            }
            None => self.last = Some((inner, true)),
        }
    }

    fn heredoc(&mut self) {
        let line = line_of(self.rest());
        let mark = line[2..].strip_prefix(b"-").unwrap_or(&line[2..]).trim_ascii();
        let start = (self.at + line.len() + 1).min(self.bytes.len());
        let (mut at, mut end) = (start, self.bytes.len());
        while at < self.bytes.len() {
            let rest = &self.bytes[at..];
            let line = line_of(rest);
            if line.trim_ascii() == mark && !mark.is_empty() {
                end = at;
                at += line.len();
                break;
            }
            at = (at + line.len() + 1).min(self.bytes.len());
        }
        self.at = at.max(start);
        if let Some(name) = self.name.take() {
            self.value(name, Span::new(start, end), true);
        }
    }

    /// A word that is a name, a label, or (behind `=`) a bare value up to the line's end.
    fn word(&mut self) {
        // The arguments of HCL's functions are objects with names of their own: `jsonencode({ password = … })`.
        let opens = |b: &u8| self.hcl && matches!(b, b'(' | b'{');
        let stop = |b: &u8| matches!(b, b'\n' | b'\r' | b',' | b'}' | b']' | b'#' | b'"' | b'\'') || opens(b);
        let rest = self.rest();
        let Some(name) = self.name else {
            let end = |b: &u8| stop(b) || matches!(b, b' ' | b'\t' | b'=' | b':' | b'{' | b'[' | b'(' | b')');
            let len = rest.iter().position(end).unwrap_or(rest.len()).max(1);
            self.last = Some((Span::new(self.at, self.at + len), false));
            self.at += len;
            return;
        };
        if self.hcl
            && let Some(literal) = fallback::literal(rest_of_line(self.text, self.at))
        {
            self.value(name, Span::new(self.at + literal.start, self.at + literal.end), true);
            self.at += literal.end + 1;
            self.name = None;
            return;
        }
        let len = rest.iter().position(stop).unwrap_or(rest.len()).max(1);
        let value = line::trim(self.text, Span::new(self.at, self.at + len));
        self.at += len;
        // A bare word of HCL is a reference, a number or a call.
        if !self.hcl {
            self.value(name, value, false);
        }
        self.name = None;
    }

    fn value(&mut self, name: Span, value: Span, quoted: bool) {
        let key = name.of(self.text);
        let mut real = name;
        match key {
            "name" | "key" => self.named = Some(value),
            "value" => real = self.named.take().unwrap_or(name),
            "default" => real = self.variable.unwrap_or(name),
            _ => {}
        }
        // In an object of HCL, its name says more than the block around it.
        let object = self.open.iter().rev().take(NEAR).find_map(|(_, name)| *name).filter(|_| self.hcl);
        let section = line::section(self.text, object.unwrap_or(self.section));
        self.out.push(Entry { section, name: real, value, quoted });
    }
}

/// The line from `at` on, up to a little more than the longest that [`fallback::literal`] takes.
fn rest_of_line(text: &str, at: usize) -> &str {
    let rest = head(&text[at..], fallback::LONGEST + 4);
    &rest[..line_of(rest.as_bytes()).len()]
}

fn line_of(rest: &[u8]) -> &[u8] {
    &rest[..memchr(b'\n', rest).unwrap_or(rest.len())]
}

/// Bytes up to the quote that ends a string, or the line's end; HCL's `${…}` may hold quotes of its own.
fn string_len(rest: &[u8], quote: u8, hcl: bool) -> usize {
    let (mut at, mut depth) = (0, 0usize);
    while at < rest.len() {
        match rest[at] {
            b'\n' => return at,
            b'\\' if quote == b'"' => at += 1,
            b'$' if hcl && rest.get(at + 1) == Some(&b'{') => {
                depth += 1;
                at += 1;
            }
            b'}' if depth > 0 => depth -= 1,
            b if b == quote && depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'t>(text: &'t str, entries: &[Entry]) -> Vec<(String, &'t str, &'t str)> {
        entries.iter().map(|e| (e.section.clone(), e.name.of(text), e.value.of(text))).collect()
    }

    fn pairs<'t>(text: &'t str, entries: &[Entry]) -> Vec<(&'t str, &'t str)> {
        entries.iter().map(|e| (e.name.of(text), e.value.of(text))).collect()
    }

    #[test]
    fn toml_has_sections_strings_and_inline_tables() {
        let text = "a.b = \"x\\\"y\" # c\n[db]\nport = 80\nt = { u = 'v', \"w\" = \"\"\"m\nn\"\"\" }\n[[l]]\nk = [\n \"p\",\n 'q' ]\nz = true";
        assert_eq!(
            read(text, &toml(text)),
            [
                ("".into(), "a.b", "x\\\"y"),
                ("db".into(), "port", "80"),
                ("db".into(), "u", "v"),
                ("db".into(), "w", "m\nn"),
                ("l".into(), "k", "p"),
                ("l".into(), "k", "q"),
                ("l".into(), "z", "true")
            ]
        );
    }

    #[test]
    fn hcl_has_blocks_defaults_heredocs_and_references() {
        let text = "variable \"db_password\" {\n  type = string\n  default = \"x\"\n}\nresource \"a\" \"b\" {\n  password = var.p // c\n                      url = \"${f(\"y\")}/z\" /* d */\n  key = <<-EOT\n    one\n  EOT\n  env = [{ name = \"T\", value = \"v\" }]\n}\n";
        assert_eq!(
            pairs(text, &hcl(text)),
            [("db_password", "x"), ("url", "${f(\"y\")}/z"), ("key", "    one\n"), ("name", "T"), ("T", "v")]
        );
    }

    #[test]
    fn a_string_without_end_ends_with_its_line() {
        let text = "a = \"x\nb = \"y\"\n";
        assert_eq!(pairs(text, &toml(text)), [("a", "x"), ("b", "y")]);
    }
}
