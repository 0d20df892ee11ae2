//! XML that holds configuration (Maven, Tomcat, NuGet, Spring, Hadoop, Jenkins): elements and attributes as names with
//! values. Reads tags one by one; a broken document gives what can be read of it.

use memchr::{memchr, memmem};

use super::line::{self, trim};
use crate::model::{Entry, Span};

/// Gives an entry for every attribute and for every element that holds text alone. The section is the element around.
pub fn xml(text: &str) -> Vec<Entry> {
    let mut reader = Reader { text, at: 0, open: Vec::new(), content: None, named: None, out: Vec::new() };
    while let Some(at) = memchr(b'<', &text.as_bytes()[reader.at..]) {
        reader.at += at;
        reader.tag();
    }
    reader.out
}

/// How many open elements are remembered.
const MAX_DEPTH: usize = 128;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Names of the open elements.
    open: Vec<Span>,
    /// Of an element just opened: the name that its text has, and where the text starts.
    content: Option<(Span, usize)>,
    /// The text of the last `<name>` (or `<key>`), for the `<value>` beside it.
    named: Option<Span>,
    out: Vec<Entry>,
}

impl Reader<'_> {
    fn rest(&self) -> &[u8] {
        &self.text.as_bytes()[self.at..]
    }

    fn tag(&mut self) {
        let rest = self.rest();
        if rest.starts_with(b"<!--") {
            self.skip_past(b"-->");
        } else if rest.starts_with(b"<![CDATA[") {
            // Its text belongs to the element that is open.
            self.skip_past(b"]]>");
        } else if rest.starts_with(b"</") {
            self.close();
        } else if rest.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_') {
            self.element();
        } else {
            self.at += 1;
        }
    }

    fn skip_past(&mut self, mark: &[u8]) {
        self.at += memmem::find(self.rest(), mark).map_or(self.rest().len(), |at| at + mark.len());
    }

    fn close(&mut self) {
        let end = self.at;
        self.skip_past(b">");
        self.open.pop();
        let Some((name, start)) = self.content.take() else { return };
        let value = without_cdata(self.text, trim(self.text, Span::new(start, end)));
        let real = match name.of(self.text) {
            "name" | "key" => {
                self.named = Some(value);
                name
            }
            // Apple's lists have a key and, beside it, a text.
            "value" | "string" => self.named.take().unwrap_or(name),
            _ => name,
        };
        self.give(real, value, false);
    }

    fn element(&mut self) {
        let len = self.rest()[1..].iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'));
        let end = self.at + 1 + len.unwrap_or(self.rest().len() - 1);
        let tag = Span::new(self.at + 1, end);
        let tag = Span::new(tag.start + tag.of(self.text).rfind(':').map_or(0, |at| at + 1), tag.end);
        self.at = end;
        let named = self.attributes();
        let closed = self.text.as_bytes().get(self.at.saturating_sub(2)) == Some(&b'/');
        if closed {
            self.content = None;
            return;
        }
        if self.open.len() < MAX_DEPTH {
            self.open.push(tag);
        }
        self.content = Some((named.unwrap_or(tag), self.at));
    }

    /// Reads attributes up to and with the tag's `>`; gives the value of `name="…"` or `key="…"`, which names the
    /// element's text and its `value="…"`.
    fn attributes(&mut self) -> Option<Span> {
        let (mut named, mut valued) = (None, None);
        while let Some(&byte) = self.rest().first() {
            match byte {
                b'>' => {
                    self.at += 1;
                    break;
                }
                b'<' => break,
                b if b.is_ascii_whitespace() || matches!(b, b'/' | b'=' | b'"' | b'\'') => self.at += 1,
                _ => {
                    let Some((name, value)) = self.attribute() else { continue };
                    match name.of(self.text) {
                        "name" | "key" => named = Some(value),
                        "value" => valued = Some((name, value)),
                        _ => self.give(name, value, true),
                    }
                }
            }
        }
        if let Some((name, value)) = valued {
            // `<apikeys><add key="https://…" value="…"/>`: the key says for whom, the element around it what.
            let told = named.map(|named| match self.open.last() {
                Some(around) if named.of(self.text).contains("://") => *around,
                _ => named,
            });
            self.give(told.unwrap_or(name), value, true);
        }
        named
    }

    fn attribute(&mut self) -> Option<(Span, Span)> {
        let stop = |b: &u8| b.is_ascii_whitespace() || matches!(b, b'=' | b'>' | b'/' | b'<' | b'"' | b'\'');
        let len = self.rest().iter().position(stop).unwrap_or(self.rest().len());
        let name = Span::new(self.at, self.at + len);
        self.at = name.end;
        let blanks = |rest: &[u8]| rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        self.at += blanks(self.rest());
        if self.rest().first() != Some(&b'=') {
            return None;
        }
        self.at += 1;
        self.at += blanks(self.rest());
        let quote = *self.rest().first().filter(|b| matches!(b, b'"' | b'\''))?;
        let len = memchr(quote, &self.rest()[1..])?;
        let value = Span::new(self.at + 1, self.at + 1 + len);
        self.at = value.end + 1;
        Some((name, value))
    }

    fn give(&mut self, name: Span, value: Span, quoted: bool) {
        let section = self.open.last().map_or_else(String::new, |name| line::section(self.text, *name));
        self.out.push(Entry { section, name, value, quoted });
    }
}

fn without_cdata(text: &str, span: Span) -> Span {
    let inner = span.of(text).strip_prefix("<![CDATA[").and_then(|inner| inner.strip_suffix("]]>"));
    inner.map_or(span, |inner| Span::new(span.start + 9, span.start + 9 + inner.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(&str, &str)> {
        xml(text).iter().map(|e| (e.name.of(text), e.value.of(text))).collect()
    }

    #[test]
    fn elements_and_attributes_are_names() {
        let text = "<?xml version=\"1.0\"?><!-- <password>no</password> -->\n<s:server a = 'b'>\n<id>x</id><s:password> p </s:password></s:server>";
        assert_eq!(read(text), [("a", "b"), ("id", "x"), ("password", "p")]);
        assert_eq!(xml(text)[2].section, "server");
    }

    #[test]
    fn names_in_attributes_and_neighbours_name_the_value() {
        assert_eq!(read("<add key=\"Password\" value=\"x\"/>"), [("Password", "x")]);
        assert_eq!(read("<property name=\"pw\">x</property>"), [("pw", "x")]);
        assert_eq!(read("<p><name>pw</name><value><![CDATA[x]]></value></p>"), [("name", "pw"), ("pw", "x")]);
    }

    #[test]
    fn broken_documents_give_what_can_be_read() {
        assert_eq!(read("<a b='c' <d>e</d> < f <g h=\"i"), [("b", "c"), ("d", "e")]);
    }
}
