//! Spans and values of every kind of YAML scalar.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::*;
use crate::encoding::scalar_map;
use crate::model::Span;
use crate::model::{Kind, NodeId};

fn tree(text: &str) -> Tree<'_> {
    parse(text, text).unwrap()
}

/// The bytes in the file of the scalar at a path of keys.
fn bytes<'a>(text: &'a str, path: &[&str]) -> &'a str {
    let tree = tree(text);
    let node = tree.at(tree.root().unwrap(), path).unwrap();
    tree.span(node).of(text)
}

fn value(text: &str, path: &[&str]) -> String {
    let tree = tree(text);
    tree.str_at(tree.root().unwrap(), path).unwrap().to_owned()
}

#[test]
fn plain_and_quoted_scalars_know_their_bytes() {
    let text = "a: one # comment\nb: 'two'\nc: \"thr\\u0065e\"\r\nd:\tfour\t\n";
    assert_eq!(bytes(text, &["a"]), "one");
    assert_eq!(bytes(text, &["b"]), "two");
    assert_eq!(bytes(text, &["c"]), "thr\\u0065e");
    assert_eq!(value(text, &["c"]), "three");
    assert_eq!(bytes(text, &["d"]), "four");
}

#[test]
fn block_scalars_know_their_lines() {
    let text = "a: |-\n  one\n  two\nb: >\n  folded\n  text\n\nc: |2\n    x\n";
    assert_eq!(bytes(text, &["a"]), "one\n  two");
    assert_eq!(value(text, &["a"]), "one\ntwo");
    assert_eq!(value(text, &["b"]), "folded text\n");
    assert_eq!(value(text, &["c"]), "  x\n");
}

#[test]
fn blocks_of_a_named_indentation_know_every_byte() {
    for text in
        ["a: |2\n    x = 1\n    key = V-1\n", "a: |1-\n\n    x = 1\n  key = V-1\n", "a: &x |\n\n   x\n   key = V-1\n"]
    {
        let tree = tree(text);
        let node = tree.at(tree.root().unwrap(), &["a"]).unwrap();
        let value = tree.str(node).unwrap();
        let at = value.find("V-1").unwrap();
        let span = scalar_map(&tree, node).to_file(Span::new(at, at + 3));
        assert_eq!(span.of(text), "V-1", "{text:?}");
    }
}

#[test]
fn characters_of_several_bytes_do_not_move_spans() {
    let text = "ä: é # ü\npässword: gehéim\n";
    assert_eq!(bytes(text, &["pässword"]), "gehéim");
}

#[test]
fn aliases_merges_and_duplicates_resolve() {
    let text = "base: &b {password: one}\nuse:\n  <<: *b\nagain: *b\ntwice: {k: 1, k: 2}\n";
    assert_eq!(value(text, &["use", "password"]), "one");
    assert_eq!(value(text, &["again", "password"]), "one");
    assert_eq!(value(text, &["twice", "k"]), "2");
}

#[test]
fn tags_are_kept() {
    let text = "a: !!binary aGk=\nb: !vault x\n";
    let tree = tree(text);
    let root = tree.root().unwrap();
    assert_eq!(tree.tag(tree.get(root, "a").unwrap()), Some("!!binary"));
    assert_eq!(tree.tag(tree.get(root, "b").unwrap()), Some("!vault"));
}

#[test]
fn anchors_and_tags_are_no_content() {
    assert_eq!(bytes("a: &x one\n", &["a"]), "one");
    assert_eq!(bytes("a: &x |\n  one\n", &["a"]), "one");
    assert_eq!(bytes("a: !!str 'one' \n", &["a"]), "one");
    assert_eq!(bytes("a: &x !t |\n  one\nb: 2\n", &["a"]), "one");
}

#[test]
fn a_stream_is_cut_at_its_marks() {
    let text = "# head\n---\na: 1\n---\nb: |\n  ---x\n--- !tag\nc: 1\n...\nd: 2\n";
    let parts: Vec<_> = documents(text).into_iter().map(|s| s.of(text)).collect();
    assert_eq!(parts, ["# head\n---\na: 1\n", "---\nb: |\n  ---x\n", "--- !tag\nc: 1\n", "d: 2\n"]);
}

#[test]
fn deep_nesting_is_refused() {
    for text in ["[".repeat(10_000), "- ".repeat(10_000) + "x", "{a: ".repeat(10_000)] {
        assert_eq!(parse(&text, &text).err(), Some(Broken::Deep));
    }
}

fn check_spans(text: &str, tree: &Tree<'_>) {
    for at in 0..tree.len() {
        let id = NodeId(at as u32);
        let span = tree.span(id);
        assert!(span.start <= span.end && span.end <= text.len(), "{span:?} of {}", text.len());
        assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end), "{span:?}");
        if tree.kind(id) == Kind::Scalar {
            let value = tree.str(id).unwrap();
            if !tree.is_decoded(id) {
                assert_eq!(value, span.of(text));
            }
            let mapped = scalar_map(tree, id).to_file(Span::new(0, value.len()));
            assert!(mapped.start >= span.start && mapped.end <= span.end, "{mapped:?} outside {span:?}");
        }
    }
}

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "([a-c:é \\-\\[\\]{},'\"|>#&*!?\n\t]|\r\n|---|: |- |\\\\n){0,80}") {
        for span in documents(&text) {
            let text = span.of(&text);
            if let Ok(tree) = parse(text, text) {
                check_spans(text, &tree);
            }
        }
    }
}
