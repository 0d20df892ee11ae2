//! The literal that an expression of HCL falls back on: `coalesce(var.key, "…")`, `var.key != "" ? var.key : "…"`.

use std::ops::Range;

/// Functions that give one of their arguments, or their only one, as it is.
const FUNCTIONS: [&str; 7] = ["coalesce", "try", "sensitive", "nonsensitive", "tostring", "trimspace", "chomp"];

/// Bytes of the expression that are looked at, what closes a block behind it included.
pub(super) const LONGEST: usize = 512;

/// The literal's bytes in `line`, which begins with an expression and holds nothing else but what closes a block.
pub(super) fn literal(line: &str) -> Option<Range<usize>> {
    let is_long = line.len() > LONGEST;
    let line = line.trim_end_matches([' ', '\t', '\r', '}', ',']);
    if is_long || !line.contains('"') {
        return None;
    }
    let called = || {
        let name = line.split('(').next().unwrap_or_default();
        FUNCTIONS.contains(&name).then(|| line.strip_suffix(')')).flatten()
    };
    let chosen = || line.contains(" ? ").then_some(line);
    let expression = called().or_else(chosen)?;
    let inner = expression.strip_suffix('"')?;
    let open = inner.rfind('"')?;
    let before = inner[..open].trim_end();
    let last = before.ends_with([',', '(']) || line.len() == expression.len() && before.ends_with(':');
    (last && !inner.ends_with('\\')).then_some(open + 1..inner.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Option<&str> {
        literal(line).map(|range| &line[range])
    }

    #[test]
    fn what_is_used_where_nothing_is_given_is_found() {
        assert_eq!(found("coalesce(var.k, \"V-1\")"), Some("V-1"));
        assert_eq!(found("coalesce(var.k, \"V-1\") }"), Some("V-1"));
        assert_eq!(found("sensitive(\"V-1\")"), Some("V-1"));
        assert_eq!(found("var.k != \"\" ? var.k : \"V-1\""), Some("V-1"));
    }

    #[test]
    fn what_names_something_is_none() {
        for line in
            ["var.k", "lookup(var.m, \"key\")", "var.m[\"key\"]", "a ? \"b\" : var.c", "join(\"-\", [\"a\", \"b\"])"]
        {
            assert_eq!(found(line), None, "{line}");
        }
    }
}
