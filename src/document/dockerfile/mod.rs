//! The Dockerfile parser: a text in, instructions and stages with spans out. BuildKit's behaviour is the reference.
//!
//! A line that is no instruction is passed over, so that a file with one mistake, or one that a preprocessor still has
//! to treat, gives up nothing else. Every byte is looked at a fixed number of times.

mod instruction;
mod lines;
mod stages;
mod words;

use crate::model::{Dockerfile, Instruction, Keyword, head};
use lines::Lines;

/// How many words and instructions a Dockerfile may have: some hundred bytes of memory each.
const MAX_PARTS: usize = 1 << 19;

/// How much of a text [`looks_like`] reads.
const HEAD: usize = 16 << 10;

/// Parses a Dockerfile. Never fails: what is wrong stands in `problems`.
pub fn parse(text: &str) -> Dockerfile<'_> {
    let mut lines = Lines::new(text);
    let mut problems = Vec::new();
    let mut instructions: Vec<Instruction<'_>> = Vec::new();
    let mut budget = MAX_PARTS;
    while let Some(logical) = lines.logical() {
        if logical.unfinished {
            problems.push("the Dockerfile ends inside a continued line".to_owned());
        }
        let Some(mut instruction) = instruction::parse(logical.line, lines.escape(), &mut budget) else { continue };
        for heredoc in &mut instruction.heredocs {
            if !lines.heredoc(heredoc) {
                problems.push("the Dockerfile ends inside a heredoc".to_owned());
            }
        }
        instructions.push(instruction);
        budget = budget.saturating_sub(1);
        if budget == 0 {
            problems.push(format!("the Dockerfile has more than {MAX_PARTS} instructions and words"));
            break;
        }
    }
    let stages = stages::find(&mut instructions);
    Dockerfile { text, escape: lines.escape(), instructions, stages, problems }
}

/// Whether the text is a Dockerfile by its content: `FROM image`, or `ARG …` and then `FROM image`, behind comments,
/// and nothing or another instruction after it.
pub fn looks_like(text: &str) -> bool {
    let head = head(text, HEAD);
    let end = head.len();
    let mut lines = Lines::new(head);
    let mut budget = 64;
    let mut from = false;
    while let Some(logical) = lines.logical() {
        let cut = lines.position() >= end && end < text.len();
        let parsed = instruction::parse(logical.line, lines.escape(), &mut budget);
        match parsed {
            Some(instruction) if from => return instruction.keyword != Keyword::From || is_from(&instruction),
            Some(instruction) if is_from(&instruction) => from = true,
            Some(instruction) if instruction.keyword == Keyword::Arg => {}
            _ => return from && cut,
        }
    }
    from
}

/// `FROM [--platform=…] image [AS name]`, the image in the characters that an image or a substitution has.
fn is_from(instruction: &Instruction<'_>) -> bool {
    let words = instruction.words();
    let image = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/:@${}+\"'".contains(c));
    let named = match words {
        [_] => true,
        [_, keyword, _] => keyword.text.eq_ignore_ascii_case("as"),
        _ => false,
    };
    instruction.keyword == Keyword::From && named && words.first().is_some_and(|word| image(&word.text))
}

#[cfg(test)]
mod tests;
