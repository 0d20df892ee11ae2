//! Reads one word: its quotes, escapes, templates and expansions.

use memchr::{memchr, memmem};

use super::Scanner;
use crate::model::Span;
use crate::shell::{Word, WordBuilder};

/// How deep substitutions (`$(… $(…))`) are read as commands of their own.
const MAX_DEPTH: u8 = 4;

/// How long a template in a word may be, in bytes.
const MAX_TEMPLATE: usize = 1000;

impl<'a> Scanner<'a, '_> {
    /// Reads up to the next blank or operator that is not quoted.
    pub(super) fn read_word(&mut self) -> Word<'a> {
        let mut word = WordBuilder::new(self.text, self.at);
        while let Some(byte) = self.peek(0) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => break,
                b'\'' => self.single_quoted(&mut word),
                b'"' => self.double_quoted(&mut word),
                b'\\' => self.escape(&mut word),
                b'$' | b'`' => self.expansion(&mut word, false),
                b'{' if self.peek(1) == Some(b'{') => self.template(&mut word),
                _ => self.plain(&mut word),
            }
        }
        word.finish(self.at)
    }

    fn plain(&mut self, word: &mut WordBuilder<'a>) {
        let rest = &self.bytes[self.at..self.end];
        let special = |b: &u8| {
            matches!(b, b' ' | b'\t' | b'\r' | b'\n' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')')
                || matches!(b, b'\'' | b'"' | b'\\' | b'$' | b'`' | b'{')
        };
        let len = rest.iter().position(special).unwrap_or(rest.len()).max(1);
        word.push(Span::new(self.at, self.at + len));
        self.at += len;
    }

    /// `{{ … }}` of a template around the script: what it becomes is not known here, so it is an expansion as well.
    fn template(&mut self, word: &mut WordBuilder<'a>) {
        let rest = &self.bytes[self.at..self.end.min(self.at + MAX_TEMPLATE)];
        match memmem::find(rest, b"}}") {
            Some(len) => {
                word.push_dynamic(Span::new(self.at, self.at + len + 2));
                self.at += len + 2;
            }
            None => {
                word.push(Span::new(self.at, self.at + 2));
                self.at += 2;
            }
        }
    }

    fn single_quoted(&mut self, word: &mut WordBuilder<'a>) {
        let rest = &self.bytes[self.at + 1..self.end];
        let len = memchr(b'\'', rest).unwrap_or(rest.len());
        word.push(Span::new(self.at + 1, self.at + 1 + len));
        self.at = (self.at + len + 2).min(self.end);
    }

    fn double_quoted(&mut self, word: &mut WordBuilder<'a>) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if matches!(self.peek(1), Some(b'"' | b'\\' | b'$' | b'`' | b'\n')) => self.escape(word),
                b'$' | b'`' => self.expansion(word, true),
                b'{' if self.peek(1) == Some(b'{') => self.template(word),
                _ => {
                    let rest = &self.bytes[self.at..self.end];
                    let stop = |b: &u8| matches!(b, b'"' | b'\\' | b'$' | b'`' | b'{');
                    let len = 1 + rest[1..].iter().position(stop).unwrap_or(rest.len() - 1);
                    word.push(Span::new(self.at, self.at + len));
                    self.at += len;
                }
            }
        }
    }

    fn escape(&mut self, word: &mut WordBuilder<'a>) {
        if self.line_continuation() {
            return;
        }
        let next = self.text[self.at + 1..self.end].chars().next();
        let len = next.map_or(0, char::len_utf8);
        word.push(Span::new(self.at + 1, self.at + 1 + len));
        self.at += 1 + len;
    }

    /// `$NAME`, `${…}`, `$(…)`, backquotes; a `$` that starts none of them stands for itself.
    fn expansion(&mut self, word: &mut WordBuilder<'a>, quoted: bool) {
        let start = self.at;
        let rest = &self.bytes[start..self.end];
        let len = match (rest[0], rest.get(1)) {
            (b'`', _) => 2 + closing_backquote(&rest[1..]),
            (_, Some(b'(')) => 2 + closing(&rest[2..], b'(', b')'),
            (_, Some(b'{')) => 2 + closing(&rest[2..], b'{', b'}'),
            (_, Some(b'\'' | b'"')) if !quoted => {
                // `$'…'`: the quotes do the rest.
                self.at += 1;
                return;
            }
            (_, Some(b)) if b.is_ascii_alphabetic() || *b == b'_' => {
                1 + rest[1..].iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count()
            }
            (_, Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'$' | b'!')) => 2,
            _ => {
                word.push(Span::new(start, start + 1));
                self.at += 1;
                return;
            }
        };
        self.at = (start + len).min(self.end);
        word.push_dynamic(Span::new(start, self.at));
        let inner = match (rest[0], rest.get(1)) {
            (b'`', _) => Span::new(start + 1, self.at.saturating_sub(1)),
            (_, Some(b'(')) => Span::new(start + 2, self.at.saturating_sub(1)),
            _ => return,
        };
        if self.depth < MAX_DEPTH && inner.start < inner.end && self.text.is_char_boundary(inner.end) {
            Scanner::new(self.text, inner, self.depth + 1, &mut *self.each).run();
        }
    }
}

/// Bytes of `rest` up to and with the `close` that balances an `open` before it; all of them where none does.
fn closing(rest: &[u8], open: u8, close: u8) -> usize {
    let (mut level, mut at, mut quoted) = (1usize, 0, false);
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 1,
            b'"' => quoted = !quoted,
            b'\'' if !quoted => at += 1 + memchr(b'\'', &rest[at + 1..]).unwrap_or(0),
            b if b == open => level += 1,
            b if b == close => {
                level -= 1;
                if level == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

fn closing_backquote(rest: &[u8]) -> usize {
    let mut from = 0;
    while let Some(at) = memchr(b'`', &rest[from..]) {
        let at = from + at;
        if at == 0 || rest[at - 1] != b'\\' {
            return at;
        }
        from = at + 1;
    }
    rest.len()
}
