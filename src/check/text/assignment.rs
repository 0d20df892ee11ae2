//! A name and the value that is given to it, in whatever syntax a programming language, a log or a sentence has:
//! `password = "…"`, `"token" => '…'`, `var apiKey string = "…"`, `<Pass>…</Pass>`, `The password is '…'`.

use std::ops::Range;

use crate::check::credential;
use crate::model::head;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Between quotes.
    Quoted,
    /// Between quotes, as the argument of a function.
    Argument,
    /// Between quotes, with nothing but blanks behind the name: `storePassword "…"`, `-Password '…'`.
    Beside,
    /// As bare text, to the end of the line (or to a comment).
    Line,
    /// As bare text that more text follows, or that ends a sentence or stands behind an option's name.
    Word,
}

/// A name with its value. Ranges count in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub name: Range<usize>,
    pub value: Range<usize>,
    pub form: Form,
}

/// Longest name that is read, in bytes.
pub(super) const LONGEST_NAME: usize = 80;
/// Bytes of a bare value that are read; of a longer one, the start is.
pub const LONGEST_VALUE: usize = 512;

/// Reads the assignment to `name`, which stands in the text. A value of more than one line, or one that an expression goes
/// on with, is none.
pub(super) fn read(text: &str, name: Range<usize>) -> Option<Assignment> {
    let mut rest = Cursor { text, at: name.end };
    let before = text[..name.start].chars().next_back();
    let quoted_name = rest.closers() || matches!(before, Some('"' | '\'' | '`'));
    rest.blanks();
    // `AWS::ApiGateway::ApiKey` is a type.
    if text[..name.start].ends_with("::") {
        return None;
    }
    let tag = before == Some('<');
    if !quoted_name && rest.piped_default() {
        let value = rest.value(false)?.0;
        return Some(Assignment { name, value, form: Form::Quoted });
    }
    if !rest.operator(quoted_name, tag) {
        return if quoted_name { None } else { rest.beside(name) };
    }
    rest.blanks();
    if text[..name.start].ends_with("${") {
        return rest.default_of_property(name);
    }
    if let Some(value) = rest.action() {
        return Some(Assignment { name, value, form: Form::Quoted });
    }
    rest.brackets();
    rest.fallback();
    rest.prefix();
    let (value, form) = rest.value(tag)?;
    // `putenv('API_TOKEN=…')`: the quotes are around both.
    let around = before.filter(|quote| matches!(quote, '"' | '\'') && &text[name.end..value.start] == "=");
    if around.is_some_and(|quote| text[value.end..].starts_with(quote)) {
        return Some(Assignment { name, value, form: Form::Quoted });
    }
    // `the password for user … was reset`: that is the user.
    if form == Form::Word && text[name.end..value.start].ends_with("for user ") {
        return None;
    }
    // `docker run -e DB_PASSWORD=… postgres`: a variable's value ends with its word.
    let is_variable = &text[name.end..value.start] == "=" && is_constant(&text[name.clone()]);
    let form = if form == Form::Word && is_variable { Form::Line } else { form };
    Some(Assignment { name, value, form })
}

/// The identifier around `at`.
pub(super) fn name_around(text: &str, at: usize) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let is_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.') || b >= 0x80;
    let floor = at.saturating_sub(LONGEST_NAME);
    let start = (floor..at).rev().take_while(|&i| is_name(bytes[i])).last().unwrap_or(at);
    let length = bytes[at..].iter().take(LONGEST_NAME).take_while(|b| is_name(**b)).count();
    let name = text.get(start..at + length)?;
    let lead = name.len() - name.trim_start_matches(['-', '.', '_']).len();
    let name = name.trim_matches(['-', '.']).trim_start_matches('_');
    let start = start + lead;
    (!name.is_empty() && name.len() < LONGEST_NAME).then_some(start..start + name.len())
}

/// What is left to read of a line.
pub(super) struct Cursor<'t> {
    pub text: &'t str,
    pub at: usize,
}

impl Cursor<'_> {
    pub(super) fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, literal: &str) -> bool {
        let taken = self.rest().starts_with(literal);
        if taken {
            self.at += literal.len();
        }
        taken
    }

    fn blanks(&mut self) {
        let count = self.rest().bytes().take(64).take_while(|b| matches!(b, b' ' | b'\t')).count();
        self.at += count;
    }

    /// What closes a quoted name or an index: `"password"]`. Whether a quote was among it.
    fn closers(&mut self) -> bool {
        let mut quote = false;
        for _ in 0..4 {
            match self.byte() {
                Some(b'"' | b'\'' | b'`') => quote = true,
                Some(b']' | b'\\') => {}
                _ => break,
            }
            self.at += 1;
        }
        quote
    }

    /// What gives the value to the name. A comma does so behind a quoted name, `>` behind a tag.
    fn operator(&mut self, quoted_name: bool, tag: bool) -> bool {
        if tag {
            return self.take(">");
        }
        // `value="…"` of an XML attribute beside `key="…"`.
        if quoted_name && self.take("value=") {
            return true;
        }
        let assigns = [":::=", "::=", "!==", "===", "??=", "||=", ".=", "+=", "?=", ":=", "=>", "==", "!=", "="];
        if assigns.iter().any(|operator| self.take(operator)) {
            return true;
        }
        if self.take(":") {
            // A type may stand between: `token: string = "…"`.
            self.typed();
            return true;
        }
        if quoted_name && self.take(",") {
            return true;
        }
        let is = ["is set to ", "is ", "for user "];
        if !quoted_name && is.iter().any(|word| self.take(word)) {
            return true;
        }
        // `id="password" class="…"`: an attribute follows.
        !quoted_name && self.typed()
    }

    /// A value right behind the name: in quotes, and the rest of its statement, or of an option.
    fn beside(mut self, name: Range<usize>) -> Option<Assignment> {
        // `.Values.clientSecret "…"` is an argument beside another.
        let is_field = self.text[..name.start].ends_with('.');
        let blank = !is_field && self.at > name.end && self.rest().starts_with(['"', '\'']);
        // A keyword of Clojure; another one and its value may follow.
        let before = &self.text[..name.start];
        if blank && before.ends_with(':') && !before.ends_with("::") {
            let length = self.line()[1..].find(&self.line()[..1]).filter(|&length| length > 0)?;
            return Some(Assignment { name, value: self.at + 1..self.at + 1 + length, form: Form::Beside });
        }
        // `--password … --user …`, in a sentence.
        let is_option = self.at > name.end && before.ends_with("--") && !before.ends_with("---");
        if is_option && !blank {
            return Some(Assignment { name, value: self.bare().0, form: Form::Word });
        }
        let (value, _) = self.value(false).filter(|_| blank)?;
        Some(Assignment { name, value, form: Form::Beside })
    }

    /// What a property has where nothing sets it: `${api.key:value}`.
    fn default_of_property(&self, name: Range<usize>) -> Option<Assignment> {
        let line = self.line();
        let end = line.find(['}', '$', '{', ' ']).filter(|&end| end > 0 && line[end..].starts_with('}'))?;
        Some(Assignment { name, value: self.at..self.at + end, form: Form::Quoted })
    }

    /// A type and `=`, as in `var password string = "…"`; nothing is read if there is none.
    fn typed(&mut self) -> bool {
        let start = self.at;
        self.blanks();
        self.take("&'static ");
        // Visual Basic: `Dim password As String = "…"`.
        self.take("As ");
        // What C# says of a property.
        let closes = |rest: &str| rest.bytes().take(40).position(|b| b == b'}');
        if let Some(end) = self.rest().strip_prefix("{ get;").and_then(closes) {
            self.at += "{ get;".len() + end + 1;
        }
        let is_type =
            |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'<' | b'>' | b'[' | b']' | b'*' | b'&' | b'?');
        let length = self.rest().bytes().take(40).take_while(|b| is_type(b)).count();
        self.at += length;
        self.blanks();
        // `string | undefined`.
        if length > 0 && self.take("| ") {
            self.at += self.rest().bytes().take(40).take_while(|b| is_type(b)).count();
            self.blanks();
        }
        let typed = self.at > start
            && (length > 0 || self.text[..self.at].trim_end().ends_with('}'))
            && !self.rest().starts_with("==")
            && self.take("=");
        if !typed {
            self.at = start;
        }
        typed
    }

    fn value(&mut self, tag: bool) -> Option<(Range<usize>, Form)> {
        if tag {
            return self.element();
        }
        let escaped = self.take("\\");
        let line = self.line();
        // A text between three quotes, on one line.
        let tripled = || {
            let inside = ["\"\"\"", "'''"].iter().find_map(|quotes| {
                let inside = line.strip_prefix(quotes)?;
                Some(&inside[..inside.find(quotes)?])
            })?;
            (!inside.is_empty()).then(|| (self.at + 3..self.at + 3 + inside.len(), Form::Quoted))
        };
        if let Some(found) = tripled() {
            return Some(found);
        }
        match line.chars().next()? {
            quote @ ('"' | '\'' | '`') => self.quoted(quote, escaped),
            _ if escaped => None,
            _ => Some(self.bare()),
        }
    }

    /// The text of an element, be it on a line of its own between the tags.
    fn element(&mut self) -> Option<(Range<usize>, Form)> {
        if !self.line().trim().is_empty() {
            let end = self.line().find('<')?;
            return Some((self.at..self.at + end, Form::Quoted));
        }
        let blank = self.rest().bytes().take(LONGEST_NAME).take_while(u8::is_ascii_whitespace).count();
        self.at += blank;
        let line = self.line();
        let value = line.find('<').map_or(line, |end| &line[..end]).trim_end();
        let closes = head(&self.rest()[value.len()..], LONGEST_VALUE).trim_start().starts_with("</");
        (!value.is_empty() && closes).then(|| (self.at..self.at + value.len(), Form::Quoted))
    }

    /// The line from here on, up to the longest value.
    pub(super) fn line(&self) -> &str {
        let line = head(self.rest(), LONGEST_VALUE);
        &line[..memchr::memchr2(b'\n', b'\r', line.as_bytes()).unwrap_or(line.len())]
    }

    fn quoted(&self, quote: char, escaped: bool) -> Option<(Range<usize>, Form)> {
        let line = self.line();
        let inside = &line[1..];
        let mut end = 0;
        let mut skip = false;
        for (at, c) in inside.char_indices() {
            if skip {
                skip = false;
            } else if c == '\\' && !escaped {
                skip = true;
            } else if c == quote {
                end = at;
                break;
            }
        }
        if end == 0 {
            return None;
        }
        let value = inside[..end].strip_suffix('\\').filter(|_| escaped).unwrap_or(&inside[..end]);
        let behind = inside[end + 1..].trim_start();
        // An expression goes on: `"user:" + password`, `"%s" % token`, `"a" . $b`, `"name"]`; a list ends behind its last
        // pair.
        let pair = self.text[..self.at].trim_end_matches([' ', '\t']).ends_with(['>', ':']);
        let goes_on = behind.starts_with(['+', '%', '[', '('])
            || behind.starts_with(']') && !pair
            || behind.starts_with(". ")
            || behind.starts_with(".format")
            || behind.starts_with("..")
            || behind.strip_prefix(':').is_some_and(|more| !more.trim().is_empty());
        let start = self.at + 1;
        (!goes_on).then(|| (start..start + value.len(), Form::Quoted))
    }

    fn bare(&self) -> (Range<usize>, Form) {
        let line = self.line();
        // A text inside a string of JSON or code goes on behind a written line end.
        let ends_line = |at: &usize| matches!(line.as_bytes().get(at + 1), Some(b'n' | b'r'));
        let line = &line[..memchr::memchr_iter(b'\\', line.as_bytes()).find(ends_line).unwrap_or(line.len())];
        let ends = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '"' | '\'' | ')' | '}' | '|');
        // The scheme of an Authorization header goes before its credential.
        let scheme = line.find(' ').filter(|end| credential::is_scheme(&line[..*end])).map_or(0, |end| end + 1);
        let end = line[scheme..].find(ends).map_or(line.len(), |end| scheme + end);
        // `client_secret=…&grant_type=…`: a form or a query of a URL.
        let next = line[..end].match_indices('&').find(|(at, _)| is_assignment(&line[at + 1..])).map(|(at, _)| at);
        if let Some(end) = next.filter(|_| self.text[..self.at].ends_with('=')) {
            return (self.at..self.at + end, Form::Line);
        }
        let behind = line[end..].trim_start_matches([',', ';']).trim();
        // The end of a sentence.
        if let Some(value) = line[..end].strip_suffix('.').filter(|value| !value.ends_with('.')) {
            return (self.at..self.at + value.len(), Form::Word);
        }
        let last = behind.is_empty()
            || behind.starts_with(['#', ';'])
            || behind.starts_with("//")
            || is_assignment(behind)
            || scheme > 0;
        (self.at..self.at + end, if last { Form::Line } else { Form::Word })
    }
}

/// Whether the name is written as environment variables are.
pub(super) fn is_constant(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

/// Whether a text begins as `name=value` does: of a line of such pairs each one stands for itself.
fn is_assignment(text: &str) -> bool {
    let name = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.')).count();
    name > 1 && text[name..].starts_with('=') && !text[name + 1..].starts_with(['=', ' '])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str) -> Option<(&str, &str, Form)> {
        let at = text.to_ascii_lowercase().find("pass")?;
        let found = read(text, name_around(text, at)?)?;
        Some((&text[found.name], &text[found.value], found.form))
    }

    #[test]
    fn values_are_read_in_many_languages() {
        for text in [
            "password = \"V-1\"",
            "password='V-1';",
            "\"password\": \"V-1\",",
            ":password       => 'V-1',",
            "var password string = \"V-1\"",
            "const password: string = `V-1`;",
            "let password: string | undefined = 'V-1';",
            "{{- $password := default \"V-1\" .Values.x | quote -}}",
            "password: {{ .Values.x | default \"V-1\" | b64enc }}",
            "char password[] = \"V-1\";",
            "['mail' => ['password' => 'V-1']]",
            "private static String password = \"V-1\";",
            "$config['password'] = 'V-1';",
            "if (password == \"V-1\") {",
            "The password is 'V-1'.",
            "<password>V-1</password>",
            "<password>\n    V-1\n</password>",
            "$password .= \"V-1\";",
            "<add key=\"password\" value=\"V-1\"/>",
            "set(\"password\", \"V-1\")",
            "{\\\"password\\\": \\\"V-1\\\"}",
            "password := b\"V-1\"",
            "const password = process.env.DB_PASS || 'V-1';",
            "password = os.environ.get(\"DB_PASS\") or \"V-1\"",
            "password = \"\"\"V-1\"\"\"",
            "password = (\n    'V-1'\n)",
            "password = \\\n    'V-1'",
            "String password =\n    \"V-1\";",
            "Dim password As String = \"V-1\"",
        ] {
            assert_eq!(value(text), Some(("password", "V-1", Form::Quoted)), "{text}");
        }
        let keyword = "{:password \"V-1\" :user \"x\"}";
        assert_eq!(value(keyword), Some(("password", "V-1", Form::Beside)));
        assert_eq!(value("password = V-1 # old"), Some(("password", "V-1", Form::Line)));
        assert_eq!(value("DB_PASS=V-1"), Some(("DB_PASS", "V-1", Form::Line)));
        assert_eq!(value(r#"{"a.ini": "DB_PASS=V-1\nDB=x"}"#), Some(("DB_PASS", "V-1", Form::Line)));
        let piped = "{{- printf \"%s\" (.Values.password | default \"V-1\") -}}";
        assert_eq!(value(piped), Some(("Values.password", "V-1", Form::Quoted)));
        assert_eq!(value("run -e DB_PASS=V-1 mysql"), Some(("DB_PASS", "V-1", Form::Line)));
        assert_eq!(value("user=a password=V-1 host=b"), Some(("password", "V-1", Form::Line)));
        for text in [
            "password: V-1 or else",
            "use password=V-1. Then go",
            "the password is V-1.",
            "run --password V-1 --user x",
            "run --password V-1",
        ] {
            assert_eq!(value(text), Some(("password", "V-1", Form::Word)), "{text}");
        }
    }

    #[test]
    fn what_gives_no_value_is_none() {
        for text in [
            "password",
            "password)",
            "password = \"a\" + b",
            "password = \"open",
            "def password(x):",
            "password[\"x\"]",
            "the password for user V-1 was reset",
            "password V-1 now",
            "<password>\n  V-1\n  <more/></password>",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_gives_ranges_inside_of_it(text in "[a-z_é \"'`=:,<>\\\\\n-]{0,30}pass[a-z é\"'`=:,<>\\\\\n+-]{0,40}") {
            let at = text.find("pass").unwrap();
            if let Some(found) = name_around(&text, at).and_then(|name| read(&text, name)) {
                prop_assert!(text.get(found.name).is_some() && text.get(found.value).is_some());
            }
        }
    }
}
