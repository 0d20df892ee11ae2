//! YAML: a stream is cut into documents first, so that a broken one hides no other; each is then read by
//! the quick reader into a [`Tree`] or, where that one is not certain, from `saphyr-parser`'s events.

mod build;
mod joined;
mod quick;
mod stream;

use std::borrow::Cow;

use crate::model::Tree;

pub use stream::documents;

/// Levels of nesting after which a document is given up: deeper ones are attacks, not manifests.
pub const MAX_DEPTH: usize = 200;

/// Why a document has no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// It is no YAML from this line of the document (counted from 1) on.
    Syntax(usize),
    /// It nests deeper than [`MAX_DEPTH`].
    Deep,
}

/// Parses one document.
///
/// `neutral` is the text as the parser is to see it: the same bytes with every template replaced by neutral ones. Tabs
/// that the parser refuses, and other tools let pass, are read as blanks.
///
/// # Errors
/// The text is no YAML, or nests too deep.
pub fn parse<'a>(text: &'a str, neutral: &str) -> Result<Tree<'a>, Broken> {
    if let Some(tree) = quick::read(text, neutral) {
        return Ok(tree);
    }
    match build::Builder::new(text).build(neutral) {
        Err(Broken::Syntax(_)) if brackets(neutral) >= MAX_DEPTH => Err(Broken::Deep),
        Err(Broken::Syntax(line)) => leniently(text, neutral).ok_or(Broken::Syntax(line)),
        result => result,
    }
}

/// Parses a document that the parser refuses as other readers do: tabs as blanks, flow collections on whatever lines.
fn leniently<'a>(text: &'a str, neutral: &str) -> Option<Tree<'a>> {
    let tabs = memchr::memchr(b'\t', neutral.as_bytes()).is_some();
    let blanks = if tabs { Cow::Owned(neutral.replace('\t', " ")) } else { Cow::Borrowed(neutral) };
    let untabbed = || build::Builder::new(text).build(&blanks).ok();
    tabs.then(untabbed).flatten().or_else(|| build::Builder::new(text).build(&joined::joined(&blanks)?).ok())
}

/// How deep brackets nest, wherever they stand: the parser refuses deep ones with the words that it has for wrong ones.
fn brackets(text: &str) -> usize {
    let (mut open, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

#[cfg(test)]
mod tests;
