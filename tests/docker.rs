//! What the Docker checks say of a Dockerfile: severity by stage, structural paths, labels, and the files beside it.

use std::collections::BTreeMap;

use tidewaiter::check::{self, Context};
use tidewaiter::document::dockerfile;
use tidewaiter::model::{
    Body, Confidence, Document, Finding, Neighbours, Nested, Origin, Place, Reader, Role, Settings, Severity, Span,
    SpanMap,
};

/// Files beside the Dockerfile, by path.
#[derive(Default)]
struct Folder(BTreeMap<String, Vec<u8>>);

impl Neighbours for Folder {
    fn read(&self, path: &str) -> Option<Vec<u8>> {
        self.0.get(path).cloned()
    }

    fn files_below(&self, path: &str, limit: usize) -> Vec<String> {
        let inside = |file: &&String| path.is_empty() || file.starts_with(&format!("{path}/"));
        self.0.keys().filter(inside).take(limit).cloned().collect()
    }
}

/// No nested text is parsed.
struct NoReader;

impl Reader for NoReader {
    fn documents(&self, _: &str, _: SpanMap, _: Place, _: &mut dyn FnMut(&Document<'_>)) {}

    fn nested(&self, _: &Document<'_>, _: &dyn Fn(Span) -> bool) -> Vec<Nested> {
        Vec::new()
    }
}

fn findings_beside(path: &str, text: &str, files: &[(&str, &str)]) -> Vec<Finding> {
    let folder = Folder(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect());
    let origin = std::sync::Arc::new(Origin::File { path: path.to_owned() });
    let settings = Settings::default();
    let doc = Document {
        text,
        map: SpanMap::at(0).into(),
        place: Place { path: path.to_owned(), ..Place::default() },
        role: Role::Other,
        body: Body::Dockerfile(dockerfile::parse(text)),
        templates: Vec::new(),
    };
    let mut cx = Context::new(&origin, &settings, &folder, &NoReader, Default::default());
    check::run(&doc, &mut cx);
    let mut findings = cx.findings;
    findings.sort_by_key(|finding| (finding.span, finding.rule.id.clone()));
    findings
}

/// Rule and reported text of each finding.
fn found(text: &str) -> Vec<String> {
    let findings = findings_beside("Dockerfile", text, &[]);
    findings.iter().map(|f| format!("{} {}", f.rule.id, f.span.of(text))).collect()
}

#[test]
fn a_stage_that_is_thrown_away_weighs_less() {
    let text =
        "FROM a AS base\nENV DB_PASSWORD=kT9vq2Lw7Zx4\nFROM c AS build\nENV DB_PASSWORD=kT9vq2Lw7Zx4\nFROM base\n";
    let findings = findings_beside("Dockerfile", text, &[]);
    let severities: Vec<_> = findings.iter().map(|f| f.severity).collect();
    assert_eq!(severities, [Severity::High, Severity::Medium]);
    assert_eq!(&*findings[1].structural_path, "Dockerfile stage \"build\" ENV DB_PASSWORD");
    let labels: Vec<_> = findings[1].labels.iter().map(|label| label.span.of(text)).collect();
    assert_eq!(labels, ["DB_PASSWORD", "FROM c AS build"]);
}

#[test]
fn a_value_behind_another_variable_is_found_where_it_stands() {
    assert_eq!(
        found("FROM a\nARG INITIAL=kestrel-harbour\nENV ADMIN_PASSWORD=$INITIAL\n"),
        ["docker-env kestrel-harbour"]
    );
    assert_eq!(
        found("FROM a\nARG ADMIN_PASSWORD=Lp39Vxz7Qw21\nENV ADMIN_PASSWORD=$ADMIN_PASSWORD\n"),
        ["docker-arg-default Lp39Vxz7Qw21"]
    );
}

#[test]
fn quotes_and_continuations_are_no_part_of_the_secret() {
    let text = "FROM a\r\nENV A=1 \\\r\n  # c\r\n  TOKEN=\"v9Kx 27QzLw84\" B=2\r\n";
    assert_eq!(found(text), ["docker-env v9Kx 27QzLw84"]);
}

#[test]
fn a_credential_named_argument_counts_only_where_the_image_keeps_it() {
    assert_eq!(found("FROM a\nARG NPM_TOKEN\n"), ["docker-arg-name NPM_TOKEN"]);
    assert!(found("FROM a AS b\nARG NPM_TOKEN\nFROM c\nCOPY --from=b /x /x\n").is_empty());
    assert!(found("ARG NPM_TOKEN\nFROM a\n").is_empty());
    assert!(found("FROM a\nENV NPM_TOKEN=$NPM_TOKEN\n").is_empty());
}

#[test]
fn a_copied_file_is_judged_by_its_content_where_that_lies_beside() {
    let copy = "FROM a\nCOPY conf/.env /\n";
    let confidence = |files: &[(&str, &str)]| {
        findings_beside("web/Dockerfile", copy, files).first().map(|finding| finding.confidence)
    };
    assert_eq!(confidence(&[]), Some(Confidence::Medium));
    assert_eq!(confidence(&[("web/conf/.env", "DB_PASSWORD=kT9vq2Lw7Zx4\n")]), Some(Confidence::High));
    assert_eq!(confidence(&[("web/conf/.env", "DB_PASSWORD=${DB_PASSWORD}\n")]), None);
}

#[test]
fn the_ignore_file_of_the_dockerfile_goes_before_that_of_the_context() {
    let copy = "FROM a\nCOPY . /app\n";
    let env = ("app/.env", "DB_PASSWORD=kT9vq2Lw7Zx4\n");
    let count = |files: &[(&str, &str)]| findings_beside("app/Dockerfile", copy, files).len();
    assert_eq!(count(&[env]), 1);
    assert_eq!(count(&[env, ("app/.dockerignore", ".env\n")]), 0);
    assert_eq!(count(&[env, ("app/.dockerignore", ".env\n"), ("app/Dockerfile.dockerignore", "x\n")]), 1);
}

#[test]
fn only_the_sources_that_take_a_secret_file_along_are_named() {
    let text = "FROM a\nCOPY src conf* /app/\nCOPY --exclude=**/.env . /all\nCOPY --from=b . /x\n";
    let files = [("conf.d/.env", "DB_PASSWORD=kT9vq2Lw7Zx4\n"), ("src/a.js", "")];
    let findings = findings_beside("Dockerfile", text, &files);
    let spans: Vec<_> = findings.iter().map(|f| f.span.of(text)).collect();
    assert_eq!(spans, ["conf*"]);
    assert!(findings[0].what.to_string().contains("conf.d/.env"));
}

#[test]
fn heredocs_and_onbuild_are_looked_into() {
    let text = "FROM a\nRUN <<EOF\nexport PGPASSWORD=Xq72LvZ9wk3T\npsql\nEOF\nONBUILD ENV API_TOKEN=v9Kx27QzLw84\n";
    assert_eq!(found(text), ["docker-run Xq72LvZ9wk3T", "docker-env v9Kx27QzLw84"]);
}

#[test]
fn a_context_around_the_dockerfiles_folder_is_known_by_what_the_sources_name() {
    let text = "FROM a\nCOPY src /src\nCOPY . /app\n";
    let files = [("docker/Dockerfile", text), ("src/a.js", ""), (".env", "DB_PASSWORD=kT9vq2Lw7Zx4\n")];
    let count = |files: &[(&str, &str)]| findings_beside("docker/Dockerfile", text, files).len();
    assert_eq!(count(&files), 1);
    assert_eq!(count(&[files[0], files[2]]), 0);
}

#[test]
fn a_file_that_is_copied_on_into_the_final_image_weighs_full() {
    let severities = |last: &str| {
        let text = format!("FROM a AS build\nWORKDIR /app\nCOPY .env ./\nCOPY . .\nFROM c\n{last}\n");
        let files = [("conf/.env", "DB_PASSWORD=kT9vq2Lw7Zx4\n"), (".env", "DB_PASSWORD=kT9vq2Lw7Zx4\n")];
        findings_beside("Dockerfile", &text, &files).iter().map(|f| f.severity).collect::<Vec<_>>()
    };
    assert_eq!(severities("COPY --from=build /app/dist /srv"), [Severity::Medium, Severity::Medium]);
    assert_eq!(severities("COPY --from=build /app /srv"), [Severity::High, Severity::High]);
    assert_eq!(severities("COPY --from=0 /app/conf /srv"), [Severity::Medium, Severity::High]);
}
