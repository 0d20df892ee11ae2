//! What the parser makes of whole Dockerfiles.

use proptest::prelude::*;

use super::*;
use crate::model::{Args, Reach, Span};

/// `name=value` of every pair, as the build sees it.
fn pairs(text: &str) -> Vec<String> {
    let file = parse(text);
    let pairs = file.instructions.iter().flat_map(|i| i.pairs());
    pairs.map(|p| format!("{}={}", p.name.text, p.value.as_ref().map_or("?", |v| &v.text))).collect()
}

fn reaches(text: &str) -> Vec<Reach> {
    parse(text).stages.iter().map(|stage| stage.reach).collect()
}

#[test]
fn env_has_two_forms() {
    assert_eq!(pairs("ENV A=1 B='x y' C=\"q\\\"r\" D=a\\ b"), ["A=1", "B=x y", "C=q\"r", "D=a b"]);
    assert_eq!(pairs("ENV PASS word with  spaces"), ["PASS=word with  spaces"]);
    assert_eq!(pairs("ENV A=1 \\\n  # c\n  B=2"), ["A=1", "B=2"]);
    assert_eq!(pairs("ARG A B=1\nLABEL x=\"y z\" w=v"), ["A=?", "B=1", "x=y z", "w=v"]);
}

#[test]
fn values_span_the_bytes_inside_the_quotes() {
    let text = "FROM a\r\nENV X=1 \\\r\n    # c\r\n    P=\"pä w\" Q=2\r\n";
    let file = parse(text);
    let value = file.instructions[1].pairs()[1].value.as_ref();
    let span = value.map(|v| v.span_of(0..v.text.len()));
    assert_eq!(span.map(|s| s.of(text)), Some("pä w"));
}

#[test]
fn flags_are_no_arguments() {
    let file = parse("COPY --from=build --chown=a:b /x /y\nRUN --mount=type=secret,id=t cat /run/secrets/t\n");
    let copy = &file.instructions[0];
    assert_eq!(copy.flag("from").map(|w| &*w.text), Some("build"));
    assert_eq!(copy.words().iter().map(|w| &*w.text).collect::<Vec<_>>(), ["/x", "/y"]);
    assert_eq!(file.instructions[1].arguments(), "cat /run/secrets/t");
}

#[test]
fn json_and_shell_forms_differ() {
    let file = parse("CMD [\"a\", \"b\\u0063\\\"d\"]\nCMD [not json]\nHEALTHCHECK --interval=3s CMD [\"x\"]\nCMD []");
    let words = |at: usize| file.instructions[at].words().iter().map(|w| w.text.to_string()).collect::<Vec<_>>();
    assert_eq!(words(0), ["a", "bc\"d"]);
    assert!(matches!(file.instructions[1].args, Args::Shell));
    assert_eq!(words(2), ["x"]);
    assert!(matches!(file.instructions[3].args, Args::Json(_)));
}

#[test]
fn heredocs_end_at_their_delimiter() {
    let text = "RUN <<A cat <<-'B'\nENV X=1\nA\n\tfoo\n\tB\nENV Y=2\nCOPY <<EOF /f\nz\nEOF\n";
    let file = parse(text);
    let bodies: Vec<_> = file.instructions.iter().flat_map(|i| &i.heredocs).map(|h| h.body.of(text)).collect();
    assert_eq!(bodies, ["ENV X=1\n", "\tfoo\n", "z\n"]);
    assert_eq!(pairs(text), ["Y=2"]);
    assert!(file.problems.is_empty());
}

#[test]
fn a_file_that_ends_too_early_keeps_what_there_is() {
    let file = parse("FROM a\nRUN <<EOF\necho x\n");
    assert_eq!(file.problems, ["the Dockerfile ends inside a heredoc"]);
    assert_eq!(file.instructions[1].heredocs[0].body.len(), 7);
    let file = parse("FROM a\nENV A=1 \\\n");
    assert_eq!(file.problems, ["the Dockerfile ends inside a continued line"]);
    assert_eq!(file.instructions[1].pairs().len(), 1);
}

#[test]
fn onbuild_stands_as_what_it_triggers() {
    let file = parse("FROM a\nONBUILD ENV A=1\n");
    assert!(file.instructions[1].onbuild);
    assert_eq!(file.instructions[1].keyword, Keyword::Env);
}

#[test]
fn stages_reach_the_final_image_by_inheritance_or_copy() {
    use Reach::{Copied, Discarded, Final};
    let text = "FROM a AS base\nFROM base AS build\nFROM c AS test\nFROM Base\nCOPY --from=build /x /x\n";
    assert_eq!(reaches(text), [Final, Copied, Discarded, Final]);
    assert_eq!(reaches("ARG B=one\nFROM a AS one\nFROM ${B}\n"), [Final, Final]);
    assert_eq!(reaches("FROM a\nFROM b\nCOPY --from=0 /x /x\n"), [Copied, Final]);
}

#[test]
fn unknown_lines_cost_nothing_else() {
    assert_eq!(pairs("FROM a\n{{ if x }}\nENV A=1\n"), ["A=1"]);
}

#[test]
fn a_backtick_escapes_on_windows() {
    assert_eq!(pairs("# escape=`\nFROM a\nENV P=C:\\dir\\ `\n  Q=a` b\n"), ["P=C:\\dir\\", "Q=a b"]);
}

#[test]
fn dockerfiles_are_known_by_their_content() {
    assert!(looks_like("# syntax=docker/dockerfile:1\nARG V=1\nFROM --platform=linux/amd64 a:${V} AS b\nRUN x\n"));
    assert!(looks_like("from alpine\nrun x"));
    assert!(!looks_like("from os import path\nimport sys\n"));
    assert!(!looks_like("FROM users u\nWHERE x\n"));
    assert!(!looks_like("From alpine\nto the sea\n"));
    assert!(!looks_like("apiVersion: v1\nkind: Secret\n"));
    assert!(!looks_like(""));
}

#[test]
fn long_lines_and_many_open_braces_cost_linear_time() {
    let text = format!("FROM a\nENV A={}\nRUN {}", "${".repeat(20_000), "x \\\n".repeat(50_000));
    assert_eq!(parse(&text).instructions.len(), 3);
    let text = format!("FROM a\nENV {}", "A=$B \\\n".repeat(20_000));
    assert_eq!(parse(&text).instructions[1].pairs().len(), 20_000);
}

fn check_spans(text: &str) {
    let file = parse(text);
    let good = |span: Span| span.start <= span.end && text.get(span.start..span.end).is_some();
    for instruction in &file.instructions {
        assert!(good(instruction.span) && good(instruction.keyword_span));
        assert!(good(instruction.argument_span(0..instruction.arguments().len())));
        let values = instruction.flags.iter().filter_map(|f| f.value.as_ref());
        let pairs = instruction.pairs().iter().flat_map(|p| std::iter::once(&p.name).chain(&p.value));
        for word in instruction.words().iter().chain(values).chain(pairs) {
            assert!(good(word.span) && good(word.span_of(0..word.text.len())));
            for reference in &word.references {
                assert!(word.text.get(reference.range.clone()).is_some());
                assert!(word.text.get(reference.name.clone()).is_some());
            }
        }
        assert!(instruction.heredocs.iter().all(|h| good(h.body) && good(h.word)));
    }
}

proptest! {
    #[test]
    fn any_text_parses_with_spans_inside_it(text in "\\PC*|(.|\n){0,200}") {
        check_spans(&text);
        looks_like(&text);
    }

    #[test]
    fn any_mix_of_dockerfile_parts_parses(parts in prop::collection::vec(prop::sample::select(vec![
        "FROM a AS b\n", "ENV ", "ARG ", "RUN ", "COPY ", "ONBUILD ", "HEALTHCHECK ", "CMD ", "A=", "\"", "'", "\\", "\\\n",
        "\r\n", "\n", "$", "${A:-", "}", "ü", " ", "\t", "[", "]", "\"a\\u00e9\", ", "\"\\ud83d\\ude00\"", "<<EOF", "<<-'E'",
        "EOF\n", "# escape=`\n", "`\n", "`", "\u{feff}", "--from=b ", "\u{a0}", "#", "x",
    ]), 0..40)) {
        check_spans(&parts.concat());
    }
}
