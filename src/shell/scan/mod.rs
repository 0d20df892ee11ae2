//! The scanner: one pass over the bytes, a command given as soon as it ends.

mod quotes;

use memchr::{memchr, memmem};

use super::{Command, Word};
use crate::model::Span;

/// Words that stand before a command without being one.
const RESERVED: [&str; 11] = ["if", "then", "elif", "else", "while", "until", "do", "{", "}", "!", "time"];

/// Gives every simple command of `text` to `each`, in the order in which they end: a substitution's commands come
/// before the one that holds them. Takes any text; spans are bytes of `text` and lie on char boundaries.
pub fn commands<'a>(text: &'a str, each: &mut dyn FnMut(Command<'a>)) {
    Scanner::new(text, Span::new(0, text.len()), 0, each).run();
}

struct Scanner<'a, 'e> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    end: usize,
    depth: u8,
    command: Command<'a>,
    /// Delimiters of here-documents whose bodies start on the next line.
    pending: Vec<Delimiter>,
    /// Whether a line continuation is the last thing that was read.
    continued: bool,
    each: &'e mut dyn FnMut(Command<'a>),
}

/// The word that ends a here-document.
struct Delimiter {
    word: String,
    /// `<<-`: tabs before the lines do not count.
    strip_tabs: bool,
}

impl<'a, 'e> Scanner<'a, 'e> {
    fn new(text: &'a str, part: Span, depth: u8, each: &'e mut dyn FnMut(Command<'a>)) -> Self {
        let (bytes, command) = (text.as_bytes(), Command::default());
        let (at, end) = (part.start, part.end);
        Self { text, bytes, at, end, depth, command, pending: Vec::new(), continued: false, each }
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        let at = self.at + ahead;
        if at < self.end { self.bytes.get(at).copied() } else { None }
    }

    fn run(&mut self) {
        while let Some(byte) = self.peek(0) {
            let continued = std::mem::take(&mut self.continued);
            match byte {
                b'\n' => self.line_end(),
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    self.continued = continued;
                }
                b'#' => self.comment(continued),
                b';' | b'&' | b'(' | b')' => {
                    self.at += 1;
                    self.finish(false);
                }
                b'|' => self.pipe(),
                b'<' | b'>' => self.redirection(),
                b'\\' if self.line_continuation() => self.continued = true,
                _ => self.word(),
            }
        }
        self.bodies();
        self.finish(false);
    }

    /// Ends the command; `piped` says that the next one reads what it writes.
    fn finish(&mut self, piped: bool) {
        let next = Command { piped, ..Command::default() };
        let command = std::mem::replace(&mut self.command, next);
        if !command.is_empty() {
            (self.each)(command);
        }
    }

    fn line_end(&mut self) {
        self.at += 1;
        self.bodies();
        // `… |` at a line's end goes on behind it.
        let piped = self.command.is_empty() && self.command.piped;
        self.finish(piped);
    }

    /// Skips a comment. One that follows a line continuation does not end the command: so Dockerfiles have it.
    fn comment(&mut self, continued: bool) {
        let rest = &self.bytes[self.at..self.end];
        let line = memchr(b'\n', rest).unwrap_or(rest.len());
        self.at += line;
        if continued && self.at < self.end {
            self.at += 1;
            self.continued = true;
        }
    }

    fn pipe(&mut self) {
        self.at += 1;
        if self.peek(0) == Some(b'|') {
            self.at += 1;
            return self.finish(false);
        }
        if self.peek(0) == Some(b'&') {
            self.at += 1;
        }
        self.finish(true);
    }

    /// Skips `\` with the line end behind it (blanks between, as Docker allows).
    fn line_continuation(&mut self) -> bool {
        let rest = &self.bytes[self.at + 1..self.end];
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
        let ends = rest.get(blanks) == Some(&b'\n');
        if ends {
            self.at += blanks + 2;
        }
        ends
    }

    fn redirection(&mut self) {
        let rest = &self.bytes[self.at..self.end];
        if rest.starts_with(b"<<<") {
            self.at += 3;
            self.skip_blanks();
            let input = self.read_word();
            self.command.input = (!input.span.is_empty()).then_some(input);
        } else if rest.starts_with(b"<<") {
            self.heredoc();
        } else {
            // `<`, `>`, `>>`, `>|`, `>&2`; behind it the file, which is no word of the command.
            self.at += 1;
            while matches!(self.peek(0), Some(b'>' | b'|' | b'&' | b'<')) {
                self.at += 1;
            }
            self.skip_blanks();
            self.read_word();
        }
    }

    fn heredoc(&mut self) {
        self.at += 2;
        let strip_tabs = self.peek(0) == Some(b'-');
        self.at += usize::from(strip_tabs);
        self.skip_blanks();
        let word = self.read_word().value.into_owned();
        if !word.is_empty() {
            self.pending.push(Delimiter { word, strip_tabs });
        }
    }

    /// Takes the bodies of the here-documents announced on the line that has just ended.
    fn bodies(&mut self) {
        for delimiter in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut body_end = self.end;
            while self.at < self.end {
                let line_start = self.at;
                let rest = &self.bytes[self.at..self.end];
                let line = &rest[..memchr(b'\n', rest).unwrap_or(rest.len())];
                self.at = (self.at + line.len() + 1).min(self.end);
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                let tabs = if delimiter.strip_tabs { line.iter().take_while(|b| **b == b'\t').count() } else { 0 };
                if &line[tabs..] == delimiter.word.as_bytes() {
                    body_end = line_start;
                    break;
                }
            }
            self.command.heredocs.push(Span::new(start, body_end));
        }
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        let word = self.read_word();
        if self.at == start {
            // A byte that no rule takes; nothing is lost by passing it.
            self.at += 1;
            return;
        }
        let first = self.command.words.is_empty();
        let redirects = matches!(self.peek(0), Some(b'<' | b'>')) && word.value.bytes().all(|b| b.is_ascii_digit());
        if redirects || (first && self.command.assignments.is_empty() && RESERVED.contains(&&*word.value)) {
            return;
        }
        if first && assignment(&word).is_some() {
            self.command.assignments.push(word);
        } else {
            self.command.words.push(word);
        }
    }
}

/// Where the `=` of `NAME=value` stands in the word's value, if the word is an assignment.
pub(super) fn assignment(word: &Word<'_>) -> Option<usize> {
    let at = memmem::find(word.value.as_bytes(), b"=")?;
    let name = word.value[..at].strip_suffix('+').unwrap_or(&word.value[..at]);
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (starts_well && plain && !word.is_dynamic(0..at)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<Vec<String>> {
        let mut out = Vec::new();
        commands(text, &mut |command| {
            let words = command.assignments.iter().chain(&command.words);
            out.push(words.map(|word| word.value.to_string()).collect());
        });
        out
    }

    #[test]
    fn operators_and_line_ends_end_commands() {
        assert_eq!(
            of("a b && c || d; e | f & g\nh # i\n(j)"),
            [vec!["a", "b"], vec!["c"], vec!["d"], vec!["e"], vec!["f"], vec!["g"], vec!["h"], vec!["j"]]
        );
        assert_eq!(of("if a; then b; fi"), [vec!["a"], vec!["b"], vec!["fi"]]);
    }

    #[test]
    fn quotes_and_escapes_are_undone_and_remembered() {
        let mut seen = 0;
        let text = "X=1 p'a b'\"c\\\"d$E\"\\ f ''";
        commands(text, &mut |command| {
            seen += 1;
            assert_eq!(command.assignments[0].value, "X=1");
            let word = &command.words[0];
            assert_eq!(word.value, "pa bc\"d$E f");
            assert_eq!(word.span_of(1..4).of(text), "a b");
            assert_eq!(word.span_of(4..6).of(text), "c\\\"");
            assert!(word.is_dynamic(0..9) && !word.is_dynamic(0..7));
            assert_eq!(command.words[1].value, "");
        });
        assert_eq!(seen, 1);
    }

    #[test]
    fn continuations_and_comments_between_them_do_not_end_a_command() {
        assert_eq!(of("a \\\n  # why\n  b \\  \r\n c\\\nd"), [vec!["a", "b", "cd"]]);
    }

    #[test]
    fn templates_are_expansions() {
        let text = "a --b={{ .x | quote }} \"c {{ include \"d\" . }}\" {e,f} {{";
        assert_eq!(of(text), [vec!["a", "--b={{ .x | quote }}", "c {{ include \"d\" . }}", "{e,f}", "{{"]]);
    }

    #[test]
    fn redirections_are_no_words() {
        assert_eq!(of("a >f b 2>&1 <in >>out c"), [vec!["a", "b", "c"]]);
    }

    #[test]
    fn bodies_of_here_documents_belong_to_their_command() {
        let text = "cat <<A <<-'B'\none\nA\n\ttwo\n\tB\nnext";
        let mut bodies = Vec::new();
        commands(text, &mut |command| bodies.extend(command.heredocs.iter().map(|b| b.of(text).to_owned())));
        assert_eq!(bodies, ["one\n", "\ttwo\n"]);
        assert_eq!(of(text).last(), Some(&vec!["next".to_owned()]));
    }

    #[test]
    fn substitutions_are_commands_of_their_own() {
        assert_eq!(
            of("a \"$(b \"it's\" $(c))\" `d e`"),
            [vec!["c"], vec!["b", "it's", "$(c)"], vec!["d", "e"], vec!["a", "$(b \"it's\" $(c))", "`d e`"]]
        );
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_and_words_stand_inside_it(
            text in "([a-z $\"'`<>\\\\|;&(){}=#\n\r\t-]|\\$\\(|<<|é|EOF){0,80}"
        ) {
            commands(&text, &mut |command| {
                for word in command.words.iter().chain(&command.assignments).chain(&command.input) {
                    assert!(text.get(word.span.start..word.span.end).is_some());
                    for (at, c) in word.value.char_indices() {
                        let span = word.span_of(at..at + c.len_utf8());
                        assert!(text[span.start..span.end].contains(c));
                    }
                }
                for body in &command.heredocs {
                    assert!(text.get(body.start..body.end).is_some());
                }
            });
        }
    }
}
