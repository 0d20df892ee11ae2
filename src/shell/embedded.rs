//! Shell text inside files of other languages: the recipes of a Makefile, the steps of a Jenkinsfile, the provisioners
//! of a Vagrantfile.

use memchr::memmem;

use crate::model::Span;

/// A language whose files hold shell text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Host {
    /// make: the lines that begin with a tab.
    Make,
    /// Jenkins' Groovy: the texts behind `sh`.
    Jenkins,
    /// Vagrant's Ruby: here-documents.
    Vagrant,
}

impl Host {
    /// The language of a file of this name, if it holds shell text.
    pub fn of(name: &str) -> Option<Self> {
        let stem = name.split('.').next().unwrap_or_default();
        match stem {
            "Makefile" | "makefile" | "GNUmakefile" => Some(Self::Make),
            "Jenkinsfile" => Some(Self::Jenkins),
            "Vagrantfile" => Some(Self::Vagrant),
            _ if name.ends_with(".mk") => Some(Self::Make),
            _ if name.ends_with(".jenkinsfile") || name.ends_with(".groovy") => Some(Self::Jenkins),
            _ => None,
        }
    }

    /// Gives the stretches of `text` that are shell, in order.
    pub fn scripts(self, text: &str, each: &mut dyn FnMut(Span)) {
        match self {
            Self::Make => recipes(text, each),
            Self::Jenkins => steps(text, each),
            Self::Vagrant => here_documents(text, each),
        }
    }
}

/// Each line of a recipe, with those that continue it, without what tells make how to run it (`@`, `-`, `+`).
fn recipes(text: &str, each: &mut dyn FnMut(Span)) {
    let (mut at, mut open) = (0, None);
    for line in text.split_inclusive('\n') {
        let begins = line.strip_prefix('\t').map(|recipe| at + 1 + marks(recipe));
        let start = open.take().or(begins);
        at += line.len();
        if line.trim_end().ends_with('\\') {
            open = start;
        } else if let Some(start) = start {
            each(Span::new(start, at));
        }
    }
    if let Some(start) = open {
        each(Span::new(start, at));
    }
}

fn marks(recipe: &str) -> usize {
    recipe.len() - recipe.trim_start_matches(['@', '-', '+', ' ', '\t']).len()
}

/// The quoted text behind each `sh`, bare, in brackets or as `script:`.
fn steps(text: &str, each: &mut dyn FnMut(Span)) {
    let mut from = 0;
    while let Some(found) = memmem::find(&text.as_bytes()[from..], b"sh") {
        let at = from + found;
        from = at + 2;
        let is_word = !text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '-' | '/'));
        let behind = text[from..].trim_start_matches([' ', '(']);
        let behind = behind.strip_prefix("script:").unwrap_or(behind).trim_start_matches(' ');
        let Some(quote) = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| behind.starts_with(*quote)) else {
            continue;
        };
        let start = text.len() - behind.len() + quote.len();
        let rest = &text[start..];
        let end = if quote.len() == 3 { rest.find(quote) } else { closing(rest, quote) };
        if let Some(end) = end.filter(|_| is_word) {
            each(Span::new(start, start + end));
            from = start + end;
        }
    }
}

/// Where the quote of one line ends that no backslash escapes.
fn closing(rest: &str, quote: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            '\n' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if rest[at..].starts_with(quote) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The bodies of Ruby's here-documents: `<<-SHELL`, `<<~'EOS'`.
fn here_documents(text: &str, each: &mut dyn FnMut(Span)) {
    let (mut at, mut open): (usize, Option<(usize, &str)>) = (0, None);
    for line in text.split_inclusive('\n') {
        at += line.len();
        match open {
            Some((start, tag)) if line.trim() == tag => {
                each(Span::new(start, at - line.len()));
                open = None;
            }
            Some(_) => {}
            None => open = tag(line).map(|tag| (at, tag)),
        }
    }
}

/// The word that ends the here-document that a line begins.
fn tag(line: &str) -> Option<&str> {
    let (_, behind) = line.split_once("<<")?;
    let word = behind.strip_prefix(['-', '~'])?.trim_start_matches(['"', '\'']);
    let len = word.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(word.len());
    (len > 0 && word.starts_with(|c: char| c.is_ascii_alphabetic())).then(|| &word[..len])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        if let Some(host) = Host::of(name) {
            host.scripts(text, &mut |span| out.push(span.of(text).to_owned()));
        }
        out
    }

    #[test]
    fn recipes_are_lines_with_a_tab() {
        let text = "A = b\nall: x\n\t@one \\\n\t  two\n\t-three\nB = c\n\tlast \\";
        assert_eq!(of("Makefile", text), ["one \\\n\t  two\n", "three\n", "last \\"]);
    }

    #[test]
    fn steps_are_quoted_texts_behind_sh() {
        let text = "sh 'a \\' b'\nsh(\"c\")\nsh(script: '''d\ne''', returnStdout: true)\npush 'f'\nsh x\nsh 'open";
        assert_eq!(of("Jenkinsfile", text), ["a \\' b", "c", "d\ne"]);
    }

    #[test]
    fn provisioners_are_here_documents() {
        let text = "v \"shell\", inline: <<-SHELL\n  a\n  b\nSHELL\nx << 2\ny <<~'E'\nc\nE\nz <<-N\nopen";
        assert_eq!(of("Vagrantfile", text), ["  a\n  b\n", "c\n"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_stretches_inside_of_it(text in "([a-z@ é\t\n'\"\\\\(]|sh '|sh \"\"\"|<<-A|\nA\n){0,60}") {
            for name in ["Makefile", "Jenkinsfile", "Vagrantfile"] {
                of(name, &text);
            }
        }
    }
}
