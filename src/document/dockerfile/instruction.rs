//! A logical line in, an instruction out: keyword, flags, and the arguments in the form that the keyword takes.

use std::ops::Range;

use super::words::{self, Quotes};
use crate::model::{Args, Assignment, Flag, Heredoc, Instruction, Joined, Keyword, Span, Word};

/// Parses the logical line; `None` if it does not start with an instruction's keyword. `budget` is how many words
/// may still be made.
pub fn parse<'a>(line: Joined<'a>, escape: char, budget: &mut usize) -> Option<Instruction<'a>> {
    let (mut keyword, mut word, mut at) = keyword(&line.text, 0)?;
    let mut onbuild = false;
    while keyword == Keyword::Onbuild
        && let Some(triggered) = self::keyword(&line.text, at)
    {
        onbuild = true;
        (keyword, word, at) = triggered;
    }
    let mut parser = Parser { line: &line, escape, budget };
    let (flags, mut args_at) = if takes_flags(keyword) { parser.flags(at) } else { (Vec::new(), at) };
    if keyword == Keyword::Healthcheck {
        // `HEALTHCHECK [flags] CMD command`: the command is what matters.
        args_at = self::keyword(&line.text, args_at).map_or(args_at, |(_, _, behind)| behind);
    }
    let args = parser.args(keyword, args_at);
    let heredocs = parser.heredocs(keyword, &args, args_at);
    Some(Instruction {
        keyword,
        keyword_span: line.span(word),
        onbuild,
        span: line.span(0..line.text.len()),
        stage: None,
        flags,
        args_at,
        args,
        heredocs,
        line,
    })
}

/// The keyword at `from` (white space skipped), its range, and where what follows it starts.
fn keyword(text: &str, from: usize) -> Option<(Keyword, Range<usize>, usize)> {
    let start = skip_space(text, from);
    let end = text[start..].find(char::is_whitespace).map_or(text.len(), |n| start + n);
    let keyword = Keyword::parse(&text[start..end])?;
    Some((keyword, start..end, skip_space(text, end)))
}

fn skip_space(text: &str, from: usize) -> usize {
    text.len() - text[from..].trim_start().len()
}

fn takes_flags(keyword: Keyword) -> bool {
    use Keyword::{Add, Copy, From, Healthcheck, Run};
    matches!(keyword, Add | Copy | From | Healthcheck | Run)
}

struct Parser<'l, 'a, 'b> {
    line: &'l Joined<'a>,
    escape: char,
    budget: &'b mut usize,
}

impl<'a> Parser<'_, 'a, '_> {
    /// The flags from `at` on, and where the arguments behind them start.
    fn flags(&mut self, mut at: usize) -> (Vec<Flag<'a>>, usize) {
        let mut flags = Vec::new();
        loop {
            let next = words::split(&self.line.text, at, self.escape, Quotes::Respected).next();
            let Some(range) = next.filter(|range| self.line.text[range.clone()].starts_with("--")) else { break };
            let text = &self.line.text[range.clone()];
            at = skip_space(&self.line.text, range.end);
            if text == "--" {
                break;
            }
            let equals = text.find('=');
            let name = text[2..equals.unwrap_or(text.len())].to_owned();
            let value = equals.and_then(|n| self.word(range.start + n + 1..range.end));
            flags.push(Flag { name, value });
        }
        (flags, at)
    }

    fn args(&mut self, keyword: Keyword, at: usize) -> Args<'a> {
        match keyword {
            Keyword::Env | Keyword::Label => Args::Pairs(self.pairs(at)),
            Keyword::Arg => Args::Pairs(self.arguments(at)),
            Keyword::Maintainer => Args::Shell,
            _ => match self.json(at) {
                Some(words) => Args::Json(words),
                None if matches!(
                    keyword,
                    Keyword::Run | Keyword::Cmd | Keyword::Entrypoint | Keyword::Healthcheck | Keyword::Shell
                ) =>
                {
                    Args::Shell
                }
                None => Args::Words(self.words(at, Quotes::Ignored)),
            },
        }
    }

    fn word(&mut self, range: Range<usize>) -> Option<Word<'a>> {
        *self.budget = self.budget.checked_sub(1)?;
        Some(words::unquote(self.line, range, self.escape))
    }

    fn words(&mut self, at: usize, quotes: Quotes) -> Vec<Word<'a>> {
        let line = self.line;
        words::split(&line.text, at, self.escape, quotes).map_while(|range| self.word(range)).collect()
    }

    /// `NAME=value NAME="value" …`, or the old form `NAME value to the end of the line`.
    fn pairs(&mut self, at: usize) -> Vec<Assignment<'a>> {
        let line = self.line;
        let mut ranges = words::split(&line.text, at, self.escape, Quotes::Respected).peekable();
        match ranges.peek() {
            Some(first) if !line.text[first.clone()].contains('=') => self.old_pair(at).into_iter().collect(),
            _ => ranges.map_while(|range| self.assignment(range)).collect(),
        }
    }

    fn old_pair(&mut self, at: usize) -> Option<Assignment<'a>> {
        let text = &self.line.text;
        let end = text[at..].find(char::is_whitespace).map_or(text.len(), |n| at + n);
        let value_at = skip_space(text, end);
        let value = if value_at < text.len() { Some(self.word(value_at..self.line.text.len())?) } else { None };
        Some(Assignment { name: self.word(at..end)?, value })
    }

    /// `ARG NAME`, `ARG NAME=value`, several of them.
    fn arguments(&mut self, at: usize) -> Vec<Assignment<'a>> {
        let line = self.line;
        words::split(&line.text, at, self.escape, Quotes::Respected).map_while(|range| self.assignment(range)).collect()
    }

    fn assignment(&mut self, range: Range<usize>) -> Option<Assignment<'a>> {
        let equals = self.line.text[range.clone()].find('=').map(|n| range.start + n);
        let name = self.word(range.start..equals.unwrap_or(range.end))?;
        let value = match equals {
            Some(at) => Some(self.word(at + 1..range.end)?),
            None => None,
        };
        Some(Assignment { name, value })
    }

    /// The words of `["a", "b"]`, if the arguments are a JSON array of strings and nothing else.
    fn json(&mut self, at: usize) -> Option<Vec<Word<'a>>> {
        let text = self.line.text.get(at..)?.trim_end();
        if !text.starts_with('[') || !text.ends_with(']') {
            return None;
        }
        let mut words = Vec::new();
        let mut inner = at + 1;
        let end = at + text.len() - 1;
        loop {
            inner = skip_space(&self.line.text[..end], inner);
            if inner >= end {
                return words.is_empty().then_some(words);
            }
            let close = closing_quote(&self.line.text[..end], inner)?;
            *self.budget = self.budget.checked_sub(1)?;
            words.push(words::json_string(self.line, inner..close)?);
            inner = skip_space(&self.line.text[..end], close);
            match self.line.text[inner..end].chars().next() {
                None => return Some(words),
                Some(',') => inner += 1,
                Some(_) => return None,
            }
        }
    }

    /// The heredocs that the line opens; their bodies are read later. A JSON form opens none.
    fn heredocs(&self, keyword: Keyword, args: &Args<'_>, at: usize) -> Vec<Heredoc> {
        let text = &self.line.text;
        let opens = matches!(keyword, Keyword::Add | Keyword::Copy | Keyword::Run);
        if !opens || matches!(args, Args::Json(_)) || memchr::memmem::find(text.as_bytes(), b"<<").is_none() {
            return Vec::new();
        }
        words::split(text, at, self.escape, Quotes::Respected)
            .filter_map(|range| heredoc(&text[range.clone()], self.line.span(range), self.escape))
            .collect()
    }
}

/// Behind the quote that closes the JSON string at `start`.
fn closing_quote(text: &str, start: usize) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(start);
    if bytes.next()?.1 != b'"' {
        return None;
    }
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// `<<EOF`, `<<-EOF`, `<<"EOF"`, `3<<EOF`.
fn heredoc(word: &str, span: Span, escape: char) -> Option<Heredoc> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strip_tabs, rest) = rest.strip_prefix('-').map_or((false, rest), |rest| (true, rest));
    if rest.is_empty() || rest.contains('<') {
        return None;
    }
    let quoted = rest.contains(['"', '\'', escape]);
    let name: String = rest.chars().filter(|c| !matches!(c, '"' | '\'') && *c != escape).collect();
    let body = Span::new(span.end, span.end);
    (!name.is_empty()).then_some(Heredoc { name, word: span, body, strip_tabs, expand: !quoted })
}
