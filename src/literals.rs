//! What can be told of a pattern without running it: sets of literals, of each of which one stands in every match.
//!
//! A keyword that is a common word (`curl`, `secret_key`) stands in much text in which the rest of a token's form does not.
//! Looking for a literal costs a fraction of running the pattern, or of compiling it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than these cost more than they spare.
const MOST: usize = 8;

/// Sets that are asked for; more would be looked for longer than a pattern runs.
const SETS: usize = 3;

/// Shorter literals stand nearly everywhere, but for a few bytes.
const LEAST: usize = 2;

/// Bytes that most text near a keyword lacks.
const RARE: &str = ";@&<>?|!%^~+*()[]";

/// Sets of literals in lower case, of each of which one stands in every match of `pattern`, whatever its letters' case: those
/// that rule most out. None are given that a keyword holds.
///
/// # Errors
/// What is wrong with the pattern, and where.
pub fn literals(pattern: &str, keywords: &[String]) -> Result<Vec<Vec<String>>, Box<regex_syntax::Error>> {
    let hir = super::pattern::parse(pattern)?;
    let rules_out = |literal: &String| literal.len() >= LEAST || !literal.is_empty() && RARE.contains(literal.as_str());
    let says_more = |literal: &String| rules_out(literal) && !keywords.iter().any(|known| known.contains(literal));
    let mut sets = sets(&hir, &|literals| literals.len() <= MOST && literals.iter().all(says_more));
    sets.sort_by_key(|set| std::cmp::Reverse(worth(set)));
    sets.dedup();
    sets.truncate(SETS);
    Ok(sets)
}

/// The greater, the more the set rules out.
fn worth(set: &[String]) -> (usize, std::cmp::Reverse<usize>) {
    (set.iter().map(String::len).min().unwrap_or(0), std::cmp::Reverse(set.len()))
}

/// All useful sets of literals.
fn sets(hir: &Hir, is_useful: &dyn Fn(&[String]) -> bool) -> Vec<Vec<String>> {
    let found = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(_) | HirKind::Class(_) => exact(hir).map(|literal| vec![literal]),
        HirKind::Repetition(repetition) if repetition.min > 0 => return sets(&repetition.sub, is_useful),
        HirKind::Repetition(_) => None,
        HirKind::Capture(capture) => return sets(&capture.sub, is_useful),
        HirKind::Alternation(parts) => {
            let best = |part: &Hir| sets(part, is_useful).into_iter().max_by_key(|set| worth(set));
            parts.iter().map(best).collect::<Option<Vec<_>>>().map(|all| all.concat())
        }
        HirKind::Concat(parts) => return sets_of_row(parts, is_useful),
    };
    found.into_iter().filter(|literals| is_useful(literals)).collect()
}

/// The sets of parts in a row, of which literals beside each other are one.
fn sets_of_row(parts: &[Hir], is_useful: &dyn Fn(&[String]) -> bool) -> Vec<Vec<String>> {
    let (mut found, mut joined) = (Vec::new(), String::new());
    for part in parts {
        if let Some(literal) = exact(part) {
            joined.push_str(&literal);
        } else {
            found.push(vec![std::mem::take(&mut joined)]);
            found.extend(sets(part, is_useful));
        }
    }
    found.push(vec![joined]);
    found.retain(|set| is_useful(set));
    found
}

/// The one text that a part matches, but for its letters' case.
fn exact(hir: &Hir) -> Option<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Some(String::new()),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok().filter(|text| text.is_ascii())?;
            Some(text.to_ascii_lowercase())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let mut bytes = class.iter().flat_map(|range| range.start()..=range.end()).take(3);
            let (first, second, third) = (bytes.next()?, bytes.next(), bytes.next());
            let is_one = first.is_ascii() && third.is_none() && second.is_none_or(|b| b.eq_ignore_ascii_case(&first));
            is_one.then(|| char::from(first.to_ascii_lowercase()).to_string())
        }
        HirKind::Class(_) | HirKind::Alternation(_) | HirKind::Repetition(_) => None,
        HirKind::Capture(capture) => exact(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(exact).collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::literals;

    #[test]
    fn the_literals_of_a_pattern_are_those_that_rule_most_out() {
        for (pattern, keyword, expected) in [
            (
                r#"(?i)\bcurl\b[^\n]*?\s(?:-H|--header)[\s=]"Authorization:\s(?P<secret>\w{12,})"#,
                "curl",
                &[&["\"authorization:"][..], &["-h", "--header"]][..],
            ),
            (r"(?i)curl.*?\s{1,9}(?:-u|--user) (?P<secret>\w+)", "curl", &[&["-u", "--user"]]),
            (r"(?i)secret_key => (?P<secret>sk_[a-z]{29})", "secret_key", &[&["secret_key => "], &["sk_"]]),
            (r"(?i)User ?Id=\w+; ?Pwd=(?P<secret>\w+)", "pwd=", &[&["user"], &["id="], &[";"]]),
            (r"acme(?:_[a-z]{2,9}){1,3}(?:key)?", "acme", &[]),
            (r"acme.*(?:pwd|.)=", "acme", &[]),
        ] {
            assert_eq!(literals(pattern, &[keyword.to_owned()]).unwrap(), expected, "{pattern}");
        }
        assert!(literals("(", &[]).is_err());
    }
}
