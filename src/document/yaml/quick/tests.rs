//! The quick reader against the parser: the same tree, or none.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::build::Builder;
use super::*;

/// Every node of a tree in a line of its own.
fn dump(tree: &Tree<'_>) -> String {
    let line = |at| {
        let id = NodeId(at as u32);
        let children: Vec<_> =
            tree.items(id).chain(tree.entries(id).flat_map(|(k, v)| [k, v])).map(|id| id.0).collect();
        // Where collections end and nothing stands is told differently, and used by nobody.
        let span = tree.str(id).filter(|value| !value.trim().is_empty()).map(|_| tree.span(id));
        let block = matches!(tree.style(id), Style::Literal | Style::Folded);
        // Lines of nothing but blanks round a block's text are left out.
        let value = tree.str(id).map(|value| if block { value.trim_matches([' ', '\n']) } else { value });
        format!("{at} {:?} {:?} {span:?} {value:?} {children:?}\n", tree.kind(id), tree.style(id))
    };
    (0..tree.len()).map(line).collect()
}

/// Both readers' trees as text; `None` where the quick one gave up.
fn both(text: &str) -> Option<(String, String)> {
    let quick = read(text, text)?;
    let slow = match Builder::new(text).build(text) {
        Ok(tree) => dump(&tree),
        Err(broken) => match Builder::new(text).build(&indented(text)) {
            // Only the indentation of the lines of flow collections and quoted scalars was wrong.
            Ok(_) => dump(&quick),
            Err(_) => format!("{broken:?}"),
        },
    };
    Some((dump(&quick), slow))
}

/// The text on one line from the first bracket or quote on to the last one.
fn indented(text: &str) -> String {
    let marks = ['[', ']', '{', '}', '"', '\''];
    let (Some(start), Some(end)) = (text.find(marks), text.rfind(marks)) else { return text.to_owned() };
    format!("{}{}{}", &text[..start], text[start..end].replace('\n', " "), &text[end..])
}

fn same(text: &str) {
    let Some((quick, slow)) = both(text) else { panic!("given up: {text:?}") };
    assert!(quick == slow, "{text:?}\n{quick}\n{slow}");
}

#[test]
fn what_manifests_are_made_of_is_read_as_the_parser_reads_it() {
    for text in [
        "a: 1\n",
        "a: 1",
        "---\na: 1\n",
        "# head\n---\n# more\na: 1 # why\n\n",
        "a:\n  b: c\n  d:\n  - e\n  - f: g\n    h: i\nj: k\n",
        "a:\n- b\n-   c: d\n    e: f\n- - g\n  - h\n",
        "- a\n-\n- b:\n",
        "a:\nb: \"x\\ty \\u00e9\"\nc: 'it''s'\n\"d\" : 'e'\n",
        "a: [b, \"c\", 'd', -e, [f, {g: h, \"i\": j}]]\nk: {}\nl: []\n",
        "a: [\n  b,\n  c # d\n  ]\n",
        "a: |\n  one\n   two\n\n  three\n\nb: |-\n  x\nc: >\n  fold\n  ed\n\n  text\nd: >-\n  y\n",
        "a: one\n  two\n\n  three\nb: \"one\n  two\"\n",
        "url: http://host:80/a#b\nflag: -x\nname: a b  \n",
        "a:\n  # comment\n  b: c\n# comment\n  d: e\n",
        "ä: é # ü\nß: |\n  ö\n",
    ] {
        same(text);
    }
}

#[test]
fn what_is_not_certain_is_left_to_the_parser() {
    for text in [
        "a: &x b\n",
        "a: *x\n",
        "a: !t b\n",
        "? a\n: b\n",
        "a:\tb\n",
        "a: b: c\n",
        "a: b\r\n",
        "a: |2\n   b\n",
        "a: @b\n",
        "{a: b}: c\n",
        "a: [b: c]\n",
        "%YAML 1.2\n---\na: b\n",
        "a: \"\\q\"\n",
        "a\nb: c\n",
        " a: b\nc: d\n",
        "a: b\n  c: d\n",
        "a: 'b' c\n",
        "a: [b]]\n",
        "a: {b}\n",
        "\u{feff}a: b\n",
    ] {
        assert!(read(text, text).is_none(), "{text:?}");
    }
}

/// The names and values of the scalars of a template, as far as it can be read.
fn scalars(text: &str) -> Option<Vec<String>> {
    let masked = crate::document::template::mask(text);
    let tree = read(text, &masked.text)?;
    Some((0..tree.len()).filter_map(|at| tree.str(NodeId(at as u32)).map(str::to_owned)).collect())
}

#[test]
fn lines_of_flow_collections_and_quoted_scalars_may_stand_anywhere() {
    for text in ["  a: [\"b\",\n  \"c\"\n]\n  d: e\n", "a: {b: c,\nd: e}\n", "  a: \"b\n  c\"\n"] {
        assert!(read(text, text).is_some(), "{text:?}");
    }
}

#[test]
fn branches_of_a_template_need_not_agree_on_indentation() {
    let cases = [
        ("a: |\n    {{- if .x }}\n  b\n  {{- end }}\nc: d\n", "a b c d"),
        ("a:\n{{ if .x }}\n  - b: 1\n{{ else }}\n    - b: 2\n      c: 3\n{{ end }}\nd: e\n", "a b 1 b 2 c 3 d e"),
        ("a:\n  b: 1\n{{ if .x }}\n    c: 2\n{{ end }}\n  d: 3\n", "a b 1 c 2 d 3"),
        ("a:\n- b:\n    c: 1\n{{ if .x }}\n    - d: 2\n{{ end }}\n- e: 3\n", "a b c 1 d 2 e 3"),
        ("a: |\n  {{ if .x }}\n    b\n  {{ else }}\n  c\n{{ end }}\nd: e\n", "a b {{ else }} c d e"),
    ];
    for (text, expected) in cases {
        let found = scalars(text).unwrap_or_else(|| panic!("{text:?}")).join(" ");
        assert_eq!(found.split_ascii_whitespace().collect::<Vec<_>>().join(" "), expected, "{text:?}");
    }
}

#[test]
fn a_comment_behind_a_quoted_scalar_is_not_its_own() {
    same("a: \"b\" # \"c\"\nd: 'e' # it's\n");
}

#[test]
fn depth_is_bounded() {
    for text in ["[".repeat(10_000), "- ".repeat(10_000) + "x", "a: ".to_owned() + &"[".repeat(300) + &"]".repeat(300)]
    {
        assert!(read(&text, &text).is_none());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn any_text_gives_the_parsers_tree_or_none(
        text in "((\n( {0,4}))?([a-c]|é|- |: |:|, |\\[|\\]|\\{|\\}|'|''|\"|\\|\n|\\|-\n|>\n| |#| #|\\\\n|a: |b: |- a: |-|\\?|\n\n)){0,24}"
    ) {
        for span in super::super::documents(&text) {
            let text = span.of(&text);
            if let Some((quick, slow)) = both(text) {
                prop_assert!(quick == slow, "{:?}\n{}\n{}", text, quick, slow);
            }
        }
    }
}
