//! What can be told of a pattern without running it: literals one of which stands in every match.
//!
//! A keyword that is a common word (`curl`, `secret_key`) stands in much text in which the rest of a token's form does not.
//! Looking for a literal costs a fraction of running the pattern, or of compiling it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// More alternatives than these cost more than they spare.
const MOST: usize = 8;

/// Shorter literals stand nearly everywhere.
const LEAST: usize = 2;

/// Literals in lower case, one of which stands in every match of `pattern`, whatever its letters' case; empty if none are
/// sure but those that a keyword holds.
///
/// # Errors
/// What is wrong with the pattern, and where.
pub fn literals(pattern: &str, keywords: &[String]) -> Result<Vec<String>, Box<regex_syntax::Error>> {
    let hir = super::pattern::parse(pattern)?;
    let says_more = |literal: &String| literal.len() >= LEAST && !keywords.iter().any(|known| known.contains(literal));
    Ok(best(&hir, &|literals| literals.len() <= MOST && literals.iter().all(says_more)).unwrap_or_default())
}

/// The set of literals that rules most out.
fn best(hir: &Hir, is_useful: &dyn Fn(&[String]) -> bool) -> Option<Vec<String>> {
    let found = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => None,
        HirKind::Literal(_) | HirKind::Class(_) => Some(vec![exact(hir)?]),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub, is_useful),
        HirKind::Repetition(_) => None,
        HirKind::Capture(capture) => best(&capture.sub, is_useful),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(|part| best(part, is_useful)).collect();
            all.map(|all| all.concat())
        }
        HirKind::Concat(parts) => return best_of_row(parts, is_useful),
    };
    found.filter(|literals| is_useful(literals))
}

/// The best set of parts in a row, of which literals beside each other are one.
fn best_of_row(parts: &[Hir], is_useful: &dyn Fn(&[String]) -> bool) -> Option<Vec<String>> {
    let (mut sets, mut joined) = (Vec::new(), String::new());
    for part in parts {
        if let Some(literal) = exact(part) {
            joined.push_str(&literal);
        } else {
            sets.push(vec![std::mem::take(&mut joined)]);
            sets.extend(best(part, is_useful));
        }
    }
    sets.push(vec![joined]);
    let shortest = |set: &Vec<String>| set.iter().map(String::len).min().unwrap_or(0);
    sets.into_iter().filter(|set| is_useful(set)).max_by_key(|set| (shortest(set), std::cmp::Reverse(set.len())))
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
                &["\"authorization:"][..],
            ),
            (r"(?i)curl.*?\s{1,9}(?:-u|--user) (?P<secret>\w+)", "curl", &["-u", "--user"]),
            (r"(?i)secret_key => (?P<secret>sk_[a-z]{29})", "secret_key", &["secret_key => "]),
            (r"acme(?:_[a-z]{2,9}){1,3}(?:key)?", "acme", &[]),
            (r"acme.*(?:pwd|.)=", "acme", &[]),
        ] {
            assert_eq!(literals(pattern, &[keyword.to_owned()]).unwrap(), expected, "{pattern}");
        }
        assert!(literals("(", &[]).is_err());
    }
}
