//! `.netrc`: words in any layout, `machine HOST login USER password SECRET`.

use crate::model::{Entry, Span};

/// Gives an entry for every `login`, `password` and `account`; the section is the machine.
pub fn netrc(text: &str) -> Vec<Entry> {
    let mut out = Vec::new();
    let mut machine = String::new();
    let mut words = words(text);
    while let Some(word) = words.next() {
        match word.of(text) {
            "machine" => machine = words.next().map(|name| name.of(text).to_owned()).unwrap_or_default(),
            "default" => machine.clear(),
            "login" | "password" | "account" => {
                let Some(value) = words.next() else { break };
                out.push(Entry { section: machine.clone(), name: word, value, quoted: false });
            }
            _ => {}
        }
    }
    out
}

fn words(text: &str) -> impl Iterator<Item = Span> {
    text.split_ascii_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        Span::new(start, start + word.len())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_in_any_layout() {
        let text = "machine a.io login me password s3\nmachine b\n\tpassword\n  s4\n";
        let read: Vec<_> = netrc(text).into_iter().map(|e| (e.section, e.name.of(text), e.value.of(text))).collect();
        assert_eq!(
            read,
            [
                ("a.io".to_owned(), "login", "me"),
                ("a.io".to_owned(), "password", "s3"),
                ("b".to_owned(), "password", "s4")
            ]
        );
    }
}
