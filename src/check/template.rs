//! The literal in a template: `{{ .Values.password | default "…" }}`, `{{ "…" | b64enc }}`, Jinja's `default('…')`.
//!
//! A value with a template in it is filled in later, but what it falls back on stands in the file.

use std::ops::Range;

use super::credential;

/// Functions whose first argument is used where nothing else is given.
const FALLBACKS: [&str; 3] = ["default", "d", "coalesce"];

/// Functions that only write their argument in another way.
const ENCODERS: [&str; 7] = ["b64enc", "b64encode", "quote", "squote", "toString", "string", "trim"];

/// Functions that make a hash of a password, with arguments of their own behind it.
const HASHES: [&str; 3] = ["password_hash", "bcrypt", "hash"];

/// Bytes of the literal in `value`, without its quotes, if `value` is one action that may yield the literal.
pub fn literal(value: &str) -> Option<Range<usize>> {
    let trimmed = value.trim_start();
    // GitHub's expressions: `${{ secrets.TOKEN || '…' }}`.
    let is_expression = trimmed.starts_with('$');
    let lead = value.len() - trimmed.len() + usize::from(is_expression);
    let inner = value[lead..].trim_end().strip_prefix("{{")?.strip_suffix("}}")?;
    if inner.contains("{{") {
        return None;
    }
    let mut words = Words { text: inner, at: 0 };
    let (mut earlier, mut before) = ("", "");
    // Any argument of `coalesce` may be what is used.
    let mut coalesces = false;
    let mut first = true;
    while let Some(word) = words.next() {
        let text = &inner[word.clone()];
        if let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) {
            let end = if text.len() > 1 && text.ends_with(quote) { word.end - 1 } else { word.end };
            let range = word.start + 1..end.max(word.start + 1);
            let falls_back =
                coalesces || FALLBACKS.contains(&before) || is_expression && earlier == "|" && before == "|";
            let fallback = falls_back && !says_that_none_is_given(&inner[range.clone()]);
            let encoded = ENCODERS.contains(&before) || HASHES[1..].contains(&before);
            // `htpasswd "user" "…"`.
            let login = earlier == "htpasswd" && before.starts_with(quote);
            if fallback || encoded || login || first && words.only_encodes() {
                let base = lead + "{{".len();
                return Some(base + range.start..base + range.end);
            }
        }
        // A bracket behind a function's name leaves the name before its argument.
        first &= matches!(text, "-");
        coalesces = text == "coalesce" || coalesces && !matches!(text, "|" | "(" | ")");
        if text != "(" {
            earlier = std::mem::replace(&mut before, text);
        }
    }
    None
}

/// Where what is filled in later begins and ends: templates, and variables of Kubernetes, Compose and shells.
const FILLED_IN: [(&str, &str); 3] = [("{{", "}}"), ("${", "}"), ("$(", ")")];

/// Whether part of the value is filled in later.
pub fn is_filled_in(value: &str) -> bool {
    FILLED_IN.iter().any(|(open, _)| value.contains(open))
}

/// The value with letters in place of what is filled in later (no `x`, which is a placeholder's), byte for byte; `None` if one such place does not end.
pub fn blanked(value: &str) -> Option<String> {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((start, close)) = first_filled_in(rest) {
        let end = start + rest[start..].find(close)? + close.len();
        out.push_str(&rest[..start]);
        out.extend(std::iter::repeat_n('v', end - start));
        rest = &rest[end..];
    }
    out.push_str(rest);
    Some(out)
}

/// Where the first place that is filled in later begins, and what ends it.
fn first_filled_in(value: &str) -> Option<(usize, &'static str)> {
    FILLED_IN.iter().filter_map(|(open, close)| Some((value.find(open)?, *close))).min()
}

/// Whether a fallback is one plain word, as charts write to say that nothing was given: `MISSING`, `ignore`. A word that
/// everybody tries first is a weak password.
fn says_that_none_is_given(literal: &str) -> bool {
    if credential::is_common_password(literal) {
        return matches!(literal, "default");
    }
    literal.bytes().all(|b| b.is_ascii_lowercase()) || literal.bytes().all(|b| b.is_ascii_uppercase())
}

/// The words of an action: names, quoted texts, and single marks.
#[derive(Clone)]
struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl Words<'_> {
    /// Whether what follows only encodes what went before. A hash has arguments in brackets.
    fn only_encodes(&self) -> bool {
        let mut depth = 0_usize;
        self.clone().all(|word| {
            let text = &self.text[word];
            let inside = depth > 0;
            depth = (depth + usize::from(text == "(")).saturating_sub(usize::from(text == ")"));
            inside || matches!(text, "|" | "-" | "(") || ENCODERS.contains(&text) || HASHES.contains(&text)
        })
    }
}

impl Iterator for Words<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let text = &self.text[start..];
        let first = text.chars().next()?;
        let len = match first {
            '"' | '\'' | '`' => quoted(text, first),
            '|' | '(' | ')' | ',' | '-' => 1,
            _ => text.find(|c: char| c.is_whitespace() || "|(),\"'`".contains(c)).unwrap_or(text.len()),
        };
        self.at = start + len;
        Some(start..self.at)
    }
}

/// Length of the quoted text that `text` begins with, its quotes included.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if escaped {
            escaped = false;
        } else if c == '\\' && quote != '`' {
            escaped = true;
        } else if c == quote {
            return at + 1;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(value: &str) -> Option<&str> {
        literal(value).map(|range| &value[range])
    }

    #[test]
    fn what_a_template_falls_back_on_is_found() {
        for value in [
            "{{ .Values.password | default \"hunter2\" }}",
            "{{- default \"hunter2\" .Values.password | b64enc | quote -}}",
            " {{ \"hunter2\" | b64enc }}",
            "{{ b64enc \"hunter2\" }}",
            "{{ db_password | default('hunter2') }}",
            "{{ .Values.a | default `hunter2` }}",
            "{{ 'hunter2' | password_hash('sha512', 65534 | random(seed=host) | string) }}",
            "{{ bcrypt \"hunter2\" }}",
            "{{ coalesce .Values.token .Values.global.token \"hunter2\" | quote }}",
            "{{ htpasswd \"admin\" \"hunter2\" | b64enc }}",
            "${{ secrets.DB || 'hunter2' }}",
            " ${{ secrets.DB || inputs.db || 'hunter2' }} ",
        ] {
            assert_eq!(found(value), Some("hunter2"), "{value}");
        }
    }

    #[test]
    fn what_other_functions_take_is_no_value() {
        for value in [
            "{{ include \"db.password\" . | b64enc }}",
            "{{ required \"a password is required\" .Values.password }}",
            "{{ .Values.password | default (randAlphaNum 10) }}",
            "{{ .Values.password | default (include \"x\" .) }}",
            "{{ lookup(\"env\", \"PASSWORD\") }}",
            "{{ \"secret/db\" | vault }}",
            "{{ index .Values \"password\" }}",
            "{{ \"salted\" | password_hash('sha512') | combine(other) }}",
            "{{ htpasswd .Values.user .Values.password }}",
            "{{ coalesce .Values.token (include \"a.token\" .) }}",
            "{{ default \"MISSING\" .Values.token | b64enc }}",
            "{{ include \"passwords.manage\" (dict \"secret\" (.name | trimSuffix \"-\") \"key\" \"password\") }}",
            "x-{{ default \"a\" .b }}-y",
            "{{ default \"a\" .b }}-{{ .c }}",
            "hunter2",
            "${{ secrets.DB }}",
            "${{ github.event_name == 'push' }}",
            "${{ secrets[format('{0}_TOKEN', inputs.env)] }}",
        ] {
            assert_eq!(found(value), None, "{value}");
        }
    }

    #[test]
    fn templates_are_blanked_byte_for_byte() {
        assert_eq!(blanked("a://u:p@{{ é }}/d").as_deref(), Some("a://u:p@vvvvvvvv/d"));
        assert_eq!(blanked("a://$(U):${P}@{{ h }}").as_deref(), Some("a://vvvv:vvvv@vvvvvvv"));
        assert_eq!(blanked("a {{ b"), None);
        assert_eq!(blanked("a }} $( b"), None);
    }

    proptest! {
        #[test]
        fn any_text_gives_a_stretch_inside_of_it(inner in "[a-z\"'`|()\\\\{} é-]{0,40}") {
            let value = format!("{{{{{inner}}}}}");
            if let Some(range) = literal(&value) {
                prop_assert!(value.get(range).is_some());
            }
        }
    }
}
