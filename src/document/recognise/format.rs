//! Which parser a text is for. Costs a look at the name and at the first lines, never a pass over the text.

use super::extension;
use crate::document::dockerfile;
use crate::model::{self, Place};
use crate::shell::embedded::Host;

/// A format that has a parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON, one value or one a line.
    Json,
    /// YAML, perhaps with Go templates in it.
    Yaml,
    /// A Dockerfile.
    Dockerfile,
    /// Names with values, line by line.
    Flat(Flat),
    /// A shell script.
    Shell,
    /// Anything else.
    Text,
}

/// A family of flat formats, each read by one file in `document/flat/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flat {
    /// `.env` files: shell assignments without a shell.
    Dotenv,
    /// Java properties.
    Properties,
    /// Sections and `name = value`: INI, `.npmrc`, `.pypirc`, systemd units, git configuration.
    Ini,
    /// TOML.
    Toml,
    /// HashiCorp's configuration language.
    Hcl,
    /// `.netrc`.
    Netrc,
    /// XML that holds configuration.
    Xml,
}

/// How much of a text is looked at, in bytes.
const HEAD: usize = 4096;

/// Recognises the format of `text`, which stands at `place`.
pub fn format(text: &str, place: &Place) -> Format {
    let name = bare_name(place.file_name());
    let head = head(text);
    if let Some(format) = by_sure_sign(head) {
        return format;
    }
    match format_by_path(place) {
        Some(Format::Json) if !looks_like_json(head) => by_content(head),
        // A JSON document in a `.yaml` file goes through the YAML parser as well, but not as fast.
        Some(Format::Yaml) if looks_like_json(head) && place.depth == 0 && is_whole_json(text) => Format::Json,
        Some(Format::Text) if extension(name) == "txt" && is_object(head) && is_whole_json(text) => Format::Json,
        Some(Format::Flat(Flat::Ini)) if extension(name) == "conf" => {
            of_conf(head, text).unwrap_or(Format::Flat(Flat::Ini))
        }
        Some(Format::Flat(Flat::Xml)) if !head.starts_with(['<', '{']) => by_content(head),
        Some(format) => format,
        None => by_content(head),
    }
}

/// What a path alone says of the format.
pub fn format_by_path(place: &Place) -> Option<Format> {
    by_name(bare_name(place.file_name())).or_else(|| by_path(place))
}

/// What a `.conf` is that holds no settings line by line: kubeadm's `admin.conf` is a manifest, in JSON perhaps.
fn of_conf(head: &str, text: &str) -> Option<Format> {
    match () {
        () if looks_like_json(head) && is_whole_json(text) => Some(Format::Json),
        () if is_manifest(head) || head.starts_with('{') && !head.starts_with("{{") && head.contains("apiVersion") => {
            Some(Format::Yaml)
        }
        () if is_pipeline(head) => Some(Format::Text),
        () => None,
    }
}

/// Whether the head is that of a pipeline of Logstash: values behind arrows in a block, and no sections.
fn is_pipeline(head: &str) -> bool {
    let mut block = false;
    let mut arrow = false;
    for line in head.lines().filter(|line| !line.trim_start().starts_with(['#', ';'])) {
        if line.starts_with('[') && line.trim_end().ends_with(']') {
            return false;
        }
        let word = line.bytes().take_while(u8::is_ascii_lowercase).count();
        block |= word > 0 && line[word..].trim_start().starts_with('{');
        arrow |= block && line.contains(" => ");
    }
    arrow
}

/// What the first bytes settle whatever the name is.
fn by_sure_sign(head: &str) -> Option<Format> {
    if head.starts_with("#cloud-config") {
        return Some(Format::Yaml);
    }
    let line = head.strip_prefix("#!").map(|rest| rest.lines().next().unwrap_or_default())?;
    let program = line.split(['/', ' ']).rfind(|part| !part.is_empty() && !part.starts_with('-')).unwrap_or_default();
    let shell = matches!(program, "sh" | "bash" | "zsh" | "ksh" | "dash" | "ash" | "busybox");
    Some(if shell { Format::Shell } else { Format::Text })
}

/// Endings that say what happens to a file and hide what it is: `values.yaml.tmpl`, `.env.example`.
const WRAPPERS: [&str; 16] = [
    ".tmpl",
    ".tpl",
    ".template",
    ".gotmpl",
    ".j2",
    ".jinja",
    ".jinja2",
    ".erb",
    ".dist",
    ".example",
    ".sample",
    ".bak",
    ".old",
    ".orig",
    ".in",
    ".disabled",
];

fn bare_name(mut name: &str) -> &str {
    while let Some(inner) = WRAPPERS.iter().find_map(|wrapper| name.strip_suffix(wrapper)).filter(|n| !n.is_empty()) {
        name = inner;
    }
    name
}

/// Whether a name alone says that a text is in a format that has a parser.
pub fn is_format_name(name: &str) -> bool {
    by_name(bare_name(name)).is_some_and(|format| format != Format::Text)
}

fn by_name(name: &str) -> Option<Format> {
    if let Some(format) = by_whole_name(name) {
        return Some(format);
    }
    let lower = extension(name).to_ascii_lowercase();
    Some(match lower.as_str() {
        "yaml" | "yml" => Format::Yaml,
        "json" | "jsonc" | "json5" | "tfstate" | "webmanifest" | "geojson" | "avsc" | "har" => Format::Json,
        "dockerfile" | "containerfile" => Format::Dockerfile,
        "env" => Format::Flat(Flat::Dotenv),
        "properties" => Format::Flat(Flat::Properties),
        "ini" | "cfg" | "cnf" | "conf" | "service" | "desktop" | "inf" | "reg" => Format::Flat(Flat::Ini),
        "toml" => Format::Flat(Flat::Toml),
        "tf" | "tfvars" | "hcl" | "nomad" => Format::Flat(Flat::Hcl),
        "xml" | "config" | "pom" | "csproj" | "props" | "targets" | "plist" | "settings" => Format::Flat(Flat::Xml),
        "sh" | "bash" | "zsh" | "ksh" | "ash" => Format::Shell,
        "" => return None,
        other if SOURCES.contains(&other) => Format::Text,
        _ => return None,
    })
}

/// Extensions of texts whose lines look like other formats and are none.
const SOURCES: [&str; 64] = [
    "md",
    "markdown",
    "rst",
    "adoc",
    "txt",
    "go",
    "py",
    "rb",
    "rs",
    "c",
    "h",
    "cc",
    "cpp",
    "hpp",
    "cs",
    "java",
    "kt",
    "scala",
    "groovy",
    "js",
    "mjs",
    "cjs",
    "jsx",
    "ts",
    "tsx",
    "vue",
    "svelte",
    "php",
    "pl",
    "pm",
    "lua",
    "swift",
    "m",
    "r",
    "jl",
    "ex",
    "exs",
    "erl",
    "hs",
    "ml",
    "clj",
    "dart",
    "sql",
    "html",
    "htm",
    "css",
    "scss",
    "less",
    "svg",
    "proto",
    "graphql",
    "csv",
    "tsv",
    "log",
    "diff",
    "patch",
    "ps1",
    "bat",
    "cmd",
    "tex",
    "rego",
    "jsonnet",
    "libsonnet",
    // Strings of JSON, whose lines are code.
    "ipynb",
];

/// Whether the name is that of a program's source, in which values are given to names.
pub fn is_code_name(name: &str) -> bool {
    let code =
        ["py", "js", "mjs", "ts", "rb", "php", "go", "java", "groovy", "kts", "cs", "pl", "lua", "sql", "ps1", "r"];
    name.contains('.') && code.contains(&extension(bare_name(name)))
}

fn by_whole_name(name: &str) -> Option<Format> {
    let flat = match name {
        ".npmrc" | ".yarnrc" | ".pypirc" | "pip.conf" | ".gitconfig" | ".s3cfg" | ".boto" | ".my.cnf" | ".condarc"
        | ".buckconfig" | ".hgrc" | ".mylogin.cnf" | ".passwd-s3fs" | "credentials" | ".editorconfig" | ".gemrc"
        | "inventory" | "hosts" => Flat::Ini,
        ".netrc" | "_netrc" | ".authinfo" => Flat::Netrc,
        "Pipfile" | "Cargo.lock" | "poetry.lock" | "uv.lock" => Flat::Toml,
        ".terraform.lock.hcl" | ".terraformrc" | "terraform.rc" => Flat::Hcl,
        ".envrc" => Flat::Dotenv,
        ".bashrc" | ".bash_profile" | ".profile" | ".zshrc" | ".zshenv" | ".bash_aliases" | ".bash_history"
        | ".zsh_history" | ".ash_history" => return Some(Format::Shell),
        ".git-credentials" | ".pgpass" | "pgpass.conf" | "Procfile" | "Rakefile" | "Gemfile" => {
            return Some(Format::Text);
        }
        _ if Host::of(name).is_some() => return Some(Format::Text),
        ".dockercfg" | ".dockerconfigjson" => return Some(Format::Json),
        _ if is_dockerfile_name(name) => return Some(Format::Dockerfile),
        _ if name == ".env" || name.starts_with(".env.") || name.starts_with(".env-") || name.ends_with("_env") => {
            Flat::Dotenv
        }
        _ => return None,
    };
    Some(Format::Flat(flat))
}

/// `Dockerfile`, `Containerfile`, `Dockerfile.dev`, `Dockerfile-dev`, `dev.Dockerfile` in any case.
fn is_dockerfile_name(name: &str) -> bool {
    ["dockerfile", "containerfile"].iter().any(|stem| {
        let starts = name.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem));
        let behind = name.get(stem.len()..).unwrap_or_default();
        let source = SOURCES.contains(&extension(behind)) || behind.ends_with(".dockerignore");
        starts && !source && (behind.is_empty() || behind.starts_with(['.', '-', '_']))
    })
}

/// Folders whose files have a format by their place.
fn by_path(place: &Place) -> Option<Format> {
    let ends = |tail: &str| place.name.is_empty() && place.path.ends_with(tail);
    if ends(".aws/credentials") || ends(".aws/config") || ends(".git/config") {
        return Some(Format::Flat(Flat::Ini));
    }
    if ends(".kube/config") {
        return Some(Format::Yaml);
    }
    ends(".docker/config.json").then_some(Format::Json)
}

/// The first bytes of a text, without byte order mark and blank start.
fn head(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    model::head(text, HEAD).trim_start()
}

/// `{` with a name or its end behind it, `[` with a JSON value: neither a template nor an INI section.
fn looks_like_json(head: &str) -> bool {
    let mut chars = head.chars().filter(|c| !c.is_whitespace());
    matches!(
        (chars.next(), chars.next()),
        (Some('{'), Some('"' | '}' | '/')) | (Some('['), Some('{' | '[' | '"' | ']' | '/'))
    )
}

fn is_whole_json(text: &str) -> bool {
    text.trim_end().ends_with(['}', ']'])
}

/// Whether a text begins as objects of JSON do, and no prose does.
fn is_object(head: &str) -> bool {
    let head = head.trim_start();
    let inner = head.strip_prefix('[').unwrap_or(head).trim_start();
    inner.strip_prefix('{').is_some_and(|inner| inner.trim_start().starts_with('"'))
}

/// The format of a text whose name says nothing.
fn by_content(head: &str) -> Format {
    if looks_like_json(head) {
        return Format::Json;
    }
    if head.starts_with("<?xml") {
        return Format::Flat(Flat::Xml);
    }
    if dockerfile::looks_like(head) {
        return Format::Dockerfile;
    }
    let first = head.lines().map(str::trim_end).find(|line| !line.is_empty() && !line.starts_with('#'));
    if first == Some("---") || is_manifest(head) {
        return Format::Yaml;
    }
    by_lines(head)
}

fn is_manifest(head: &str) -> bool {
    let has = |key: &str| head.starts_with(key) || head.contains(&format!("\n{key}"));
    has("apiVersion: ") && has("kind: ")
}

/// What most of the first lines are: `key: value`, `NAME=value`, `[section]`.
fn by_lines(head: &str) -> Format {
    let (mut yaml, mut assigned, mut sections, mut other) = (0, 0, 0, 0);
    // How far the line is indented that opened the block of text in which the lines stand.
    let mut block = None;
    for line in head.lines().take(40) {
        let indent = line.len() - line.trim_start().len();
        let line = line.trim();
        if line.is_empty() || block.is_some_and(|opened| indent > opened) {
            continue;
        }
        block =
            [": |", ": >", ": |-", ": >-", ": |+", ": >+"].iter().any(|mark| line.ends_with(mark)).then_some(indent);
        match line.as_bytes() {
            // Templates say nothing of the format of what they make.
            [] | [b'#' | b';', ..] | [b'{', b'{', ..] => {}
            [b'[', .., b']'] => sections += 1,
            _ if is_name_before(line, '=') => assigned += 1,
            _ if is_name_before(line, ':') || line.starts_with("- ") => yaml += 1,
            _ => other += 1,
        }
    }
    let known = yaml + assigned + sections;
    if known == 0 || other * 4 > known {
        return Format::Text;
    }
    if yaml > assigned {
        return if sections > 0 || yaml < 2 { Format::Text } else { Format::Yaml };
    }
    match sections {
        0 => Format::Flat(Flat::Dotenv),
        _ => Format::Flat(Flat::Ini),
    }
}

/// Whether the line starts with a single word and `mark`.
fn is_name_before(line: &str, mark: char) -> bool {
    let Some((name, value)) = line.split_once(mark) else { return false };
    let name = name.strip_prefix("export ").unwrap_or(name).trim_end();
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/');
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '.'));
    starts_well && name.bytes().all(plain) && (mark == '=' || value.is_empty() || value.starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str, text: &str) -> Format {
        format(text, &Place { path: path.to_owned(), ..Place::default() })
    }

    #[test]
    fn names_choose_the_parser() {
        for (path, expected) in [
            ("a/Dockerfile", Format::Dockerfile),
            ("Dockerfile.dev", Format::Dockerfile),
            ("web.Dockerfile", Format::Dockerfile),
            ("api.dockerfile", Format::Dockerfile),
            ("Containerfile", Format::Dockerfile),
            ("Dockerfile.md", Format::Text),
            ("Dockerfile.dockerignore", Format::Text),
            (".env.production", Format::Flat(Flat::Dotenv)),
            ("app.env.example", Format::Flat(Flat::Dotenv)),
            ("values.yaml.gotmpl", Format::Yaml),
            ("home/.aws/credentials", Format::Flat(Flat::Ini)),
            ("pom.xml", Format::Flat(Flat::Xml)),
            ("main.tf", Format::Flat(Flat::Hcl)),
            ("deploy.sh", Format::Shell),
            ("README.md", Format::Text),
        ] {
            assert_eq!(of(path, "<x"), expected, "{path}");
        }
    }

    #[test]
    fn content_decides_where_the_name_says_nothing() {
        assert_eq!(of("build", "# syntax=docker/dockerfile:1\nARG V=1\nFROM alpine:$V AS base\n"), Format::Dockerfile);
        assert_eq!(of("x", "{\"a\": 1}"), Format::Json);
        assert_eq!(of("x", "kind: Secret\napiVersion: v1\n"), Format::Yaml);
        assert_eq!(of("x", "A=b\nexport C=d\n"), Format::Flat(Flat::Dotenv));
        assert_eq!(of("x", "[db]\nuser = x\n"), Format::Flat(Flat::Ini));
        assert_eq!(of("run", "#!/usr/bin/env bash\nset -e\n"), Format::Shell);
        assert_eq!(of("run", "#!/usr/bin/python3\nimport os\n"), Format::Text);
        assert_eq!(of("kubelet.conf", "{\"apiVersion\": \"v1\"}\n"), Format::Json);
        assert_eq!(of("admin.conf", "apiVersion: v1\nkind: Config\nusers: [{name: a}]\n"), Format::Yaml);
        assert_eq!(of("admin.conf", "{apiVersion: v1, kind: Config}\n"), Format::Yaml);
        assert_eq!(of("redis.conf", "{{ if .Values.a }}\nrequirepass x\n# apiVersion\n"), Format::Flat(Flat::Ini));
        assert_eq!(of("x.json", "# no json\nA=b\n"), Format::Flat(Flat::Dotenv));
    }

    #[test]
    fn prose_and_source_are_text() {
        assert_eq!(of("LICENSE", "Copyright: all\n\nPermission is hereby granted, free of charge\n"), Format::Text);
        assert_eq!(of("x", "FROM here on, all is well: you know.\nAnd so it goes.\n"), Format::Text);
        assert_eq!(of("query", "FROM users;\nSELECT 1\n"), Format::Text);
        assert_eq!(of("NOTES.txt", "key: value\nother: value\n"), Format::Text);
        assert_eq!(of("response.txt", "{\"key\": \"value\"}\n"), Format::Json);
        assert_eq!(of("response.txt", "[note] see {\"key\"}\n"), Format::Text);
        assert_eq!(of("x", "{{ if .Values.a }}\nhello\n"), Format::Text);
        assert_eq!(of("x", ""), Format::Text);
    }
}
