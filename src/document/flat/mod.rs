//! Flat formats: texts that are names with values, line by line. Each reader gives entries with exact spans, takes any
//! text, passes over what it does not know, and is linear in the text.

mod braced;
mod dotenv;
mod fallback;
mod ini;
mod line;
mod netrc;
mod properties;
mod xml;
mod yaml_lines;

pub use yaml_lines::yaml_lines;

use super::recognise::Flat;
use crate::model::Entry;

/// Gives the entries of `text` in the format `flat`.
pub fn read(flat: Flat, text: &str) -> Vec<Entry> {
    match flat {
        Flat::Dotenv => dotenv::dotenv(text),
        Flat::Properties => properties::properties(text),
        Flat::Ini => ini::ini(text),
        Flat::Toml => braced::toml(text),
        Flat::Hcl => braced::hcl(text),
        Flat::Netrc => netrc::netrc(text),
        Flat::Xml => xml::xml(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Flat; 7] = [Flat::Dotenv, Flat::Properties, Flat::Ini, Flat::Toml, Flat::Hcl, Flat::Netrc, Flat::Xml];

    proptest::proptest! {
        #[test]
        fn any_text_is_taken_and_spans_stand_inside_it(
            text in "([a-z =:\"'`\\\\#;/<>\\[\\]{}(),.$|!-]|\n|\r\n|\t|é|\"\"\"|'''|<<E|\nE\n|<!--|<!\\[CDATA\\[|- |name: |value: |variable ){0,60}"
        ) {
            for entry in ALL.into_iter().flat_map(|flat| read(flat, &text)).chain(yaml_lines(&text)) {
                for span in [entry.name, entry.value] {
                    assert!(text.get(span.start..span.end).is_some(), "{span:?}");
                }
            }
        }
    }

    #[test]
    fn what_never_ends_costs_no_more_than_its_length() {
        for piece in ["a=\"", "a='\n", "<a ", "<!--", "[", "{", "a = [", "a=<<E\n", "a: |\n", "- ", "${", "a\\\n"] {
            let text = piece.repeat(300_000 / piece.len());
            let started = std::time::Instant::now();
            for flat in ALL {
                read(flat, &text);
            }
            yaml_lines(&text);
            assert!(started.elapsed().as_secs() < 10, "{piece:?}");
        }
    }
}
