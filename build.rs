//! Compiles the rule files under `rules/` into Rust statics, so that no rule is parsed at start-up.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code)] // the search is the program's part
#[path = "src/keyword.rs"]
mod keyword;
#[path = "src/literals.rs"]
mod literals;
#[path = "src/pattern.rs"]
mod pattern;
#[path = "src/rule_file.rs"]
mod rule_file;

use rule_file::{ProviderFile, StructuralFile, TokenEntry};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=rules");
    for file in ["rule_file", "keyword", "literals", "pattern"] {
        println!("cargo:rerun-if-changed=src/{file}.rs");
    }
    let mut out = String::new();
    let mut keywords = Keywords::default();
    structural(&mut out);
    tokens(&mut out, &mut keywords);
    let dir = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    fs::write(dir.join("rules.rs"), out)?;
    fs::write(dir.join("words.rs"), words(&mut keywords))?;
    keywords.add_markers();
    fs::write(dir.join("keywords.rs"), keywords.literal())?;
    fs::write(dir.join("examples.rs"), examples())?;
    Ok(())
}

/// The YAML files in a folder, sorted by name.
fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> =
        entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "yaml")).collect();
    files.sort();
    files
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> T {
    println!("cargo:rerun-if-changed={}", path.display());
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// One static a structural rule, and the list of them.
fn structural(out: &mut String) {
    let mut names = Vec::new();
    for family in ["ci", "docker", "files", "kubernetes", "text"] {
        for path in yaml_files(&Path::new("rules").join(family)) {
            let rule: StructuralFile = read(&path);
            let id = format!("{family}-{}", path.file_stem().unwrap_or_default().to_string_lossy());
            let name = id.to_uppercase().replace('-', "_");
            let meta = Meta {
                id: &id,
                family,
                title: &rule.title,
                severity: &rule.severity,
                confidence: &rule.confidence,
                why: &rule.why,
                mend: &rule.mend,
                references: &rule.references,
            };
            out.push_str(&format!("/// {}.\npub static {name}: Rule = {};\n", rule.title, meta.literal("None")));
            names.push(name);
        }
    }
    let list: String = names.iter().map(|n| format!("&{n}, ")).collect();
    out.push_str(&format!("/// The structural rules.\npub static STRUCTURAL: &[&Rule] = &[{list}];\n"));
}

/// The list of token rules.
fn tokens(out: &mut String, keywords: &mut Keywords) {
    let mut number = 0;
    out.push_str("/// The token rules.\npub static TOKENS: &[Rule] = &[\n");
    for path in yaml_files(Path::new("rules/providers")) {
        let file: ProviderFile = read(&path);
        assert!(!file.provider.is_empty(), "{}: no provider", path.display());
        for rule in &file.rules {
            let mut references = rule.references.clone();
            references.extend(file.references.iter().cloned());
            let or = |own: &str, shared: &str| if own.is_empty() { shared.to_owned() } else { own.to_owned() };
            let meta = Meta {
                id: &rule.id,
                family: "providers",
                title: &rule.title,
                severity: &rule.severity,
                confidence: &rule.confidence,
                why: &or(&rule.why, &file.why),
                mend: &or(&rule.mend, &file.mend),
                references: &references,
            };
            out.push_str(&format!("{},\n", meta.literal(&token(rule))));
            rule.keywords.iter().for_each(|keyword| keywords.add_rule(keyword, number, rule.window));
            number += 1;
        }
    }
    out.push_str("];\n");
}

fn token(rule: &TokenEntry) -> String {
    let keywords: Vec<String> = rule.keywords.iter().map(|k| k.to_lowercase()).collect();
    assert!(rule.path.is_empty(), "{}: built-in rules look at all files", rule.id);
    let run = pattern::run(&rule.pattern).unwrap_or_else(|e| panic!("{}: {e}", rule.id));
    let literals = literals::literals(&rule.pattern, &keywords).unwrap_or_else(|e| panic!("{}: {e}", rule.id));
    let literals: Vec<String> = literals.iter().map(|set| format!("&{set:?}")).collect();
    let literals = literals.join(", ");
    format!(
        "Some(TokenRule {{ keywords: {}, pattern: {}, run: {run:?}, literals: &[{literals}], path: Cow::Borrowed(\"\"), window: {}, min_entropy: {:?}, validate: {}, examples: {}, counterexamples: {} }})",
        texts(&keywords),
        text(&rule.pattern),
        rule.window,
        rule.min_entropy,
        text(&rule.validate),
        texts(&rule.examples),
        texts(&rule.counterexamples),
    )
}

/// What both kinds of rule say of themselves.
struct Meta<'a> {
    id: &'a str,
    family: &'a str,
    title: &'a str,
    severity: &'a str,
    confidence: &'a str,
    why: &'a str,
    mend: &'a str,
    references: &'a [String],
}

impl Meta<'_> {
    /// A `Rule { … }` literal.
    fn literal(&self, token: &str) -> String {
        format!(
            "Rule {{ id: {}, family: {}, title: {}, severity: {}, confidence: {}, why: {}, mend: {}, references: {}, token: {token} }}",
            text(self.id),
            text(self.family),
            text(self.title),
            variant("Severity", self.severity, self.id),
            variant("Confidence", self.confidence, self.id),
            text(self.why.trim()),
            text(self.mend.trim()),
            texts(self.references),
        )
    }
}

fn text(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn texts(list: &[String]) -> String {
    format!("Cow::Borrowed(&[{}])", list.iter().map(|t| text(t)).collect::<Vec<_>>().join(", "))
}

/// `Severity::High` for `high`.
fn variant(kind: &str, name: &str, id: &str) -> String {
    let known = ["info", "low", "medium", "high", "critical"];
    assert!(known.contains(&name), "{id}: {name} is no {}", kind.to_lowercase());
    format!("{kind}::{}{}", name[..1].to_uppercase(), &name[1..])
}

/// The word lists of the credential classifier, each a static named after its key; texts split at blanks. Words stand by
/// their first letter, and `starts` says where each letter's begin, so that a look-up compares a handful.
fn words(keywords: &mut Keywords) -> String {
    let lists: std::collections::BTreeMap<String, Words> = read(Path::new("rules/credential/words.yaml"));
    let mut out = String::new();
    for (name, words) in lists {
        let mut words = match words {
            Words::List(list) => list,
            Words::Text(text) => text.split_whitespace().map(str::to_owned).collect(),
        };
        words.sort_by(|a, b| (bucket(a), a).cmp(&(bucket(b), b)));
        words.dedup();
        keywords.add_words(&name, &words);
        let starts: Vec<usize> = (0..=27).map(|at| words.partition_point(|word| bucket(word) < at)).collect();
        let name = name.to_uppercase().replace('-', "_");
        out.push_str(&format!(
            "/// `{name}` of `rules/credential/words.yaml`.\npub static {name}: &List = &List {{ words: &{words:?}, starts: {starts:?} }};\n"
        ));
    }
    out
}

/// Published example values, sorted.
fn examples() -> String {
    let lists: std::collections::BTreeMap<String, Vec<String>> = read(Path::new("rules/credential/examples.yaml"));
    let mut values: Vec<String> = lists.into_values().flatten().collect();
    values.sort();
    values.dedup();
    format!(
        "/// The values of `rules/credential/examples.yaml`, sorted.\npub static PUBLISHED: &[&str] = &{values:?};\n"
    )
}

/// 0 to 25 for words that begin with a letter of ASCII, 26 for others; `List::of` asks the same.
fn bucket(word: &str) -> usize {
    match word.bytes().next() {
        Some(b @ b'a'..=b'z') => usize::from(b - b'a'),
        _ => 26,
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Words {
    List(Vec<String>),
    Text(String),
}

/// The keywords of the prefilter, each with what it stands for.
#[derive(Default)]
struct Keywords(std::collections::BTreeMap<String, KeywordUse>);

#[derive(Default)]
struct KeywordUse {
    mark: Option<&'static str>,
    rules: Vec<u16>,
    /// The longest window of the rules, in bytes.
    window: u32,
}

/// Words that may name a credential are looked for if they are this long; shorter ones stand in other words.
const LEAST_MAYBE: usize = 4;

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Markers {
    values: Vec<String>,
    names: Vec<String>,
    endings: Vec<String>,
    programs: Vec<String>,
    accept: String,
}

impl Keywords {
    fn add_rule(&mut self, keyword: &str, rule: u16, window: u32) {
        let used = self.0.entry(keyword.to_lowercase()).or_default();
        used.rules.push(rule);
        used.window = used.window.max(window);
    }

    fn add(&mut self, words: &[String], mark: &'static str) {
        for word in words {
            self.0.entry(word.clone()).or_default().mark = Some(mark);
        }
    }

    /// The word lists that make a name a credential's.
    fn add_words(&mut self, list: &str, words: &[String]) {
        match list {
            "credential" | "credential-endings" => self.add(words, "Name"),
            "maybe" => {
                let long = |word: &&String| word.len() >= LEAST_MAYBE && *word != "keys";
                self.add(&words.iter().filter(long).cloned().collect::<Vec<_>>(), "Name");
            }
            _ => {}
        }
    }

    fn add_markers(&mut self) {
        let markers: Markers = read(Path::new("rules/credential/markers.yaml"));
        self.add(&markers.names, "Name");
        self.add(&markers.endings, "Name");
        self.add(&markers.values, "Value");
        self.add(&markers.programs, "Value");
        self.add(&["://".to_owned()], "Url");
        self.add(&[markers.accept], "Accept");
    }

    /// The list and its index as statics.
    fn literal(&self) -> String {
        let words: Vec<&String> = self.0.keys().collect();
        // A word of two letters is found where a longer one is: `pw` in `rootpw`.
        let index = keyword::Index::new(words.iter().map(|word| word.as_str()));
        let list: Vec<String> = self
            .0
            .iter()
            .map(|(word, used)| {
                let mark = used.mark.map_or("None".to_owned(), |mark| format!("Some(Mark::{mark})"));
                let KeywordUse { rules, window, .. } = used;
                format!("Keyword {{ text: {word:?}, mark: {mark}, rules: &{rules:?}, window: {window} }}")
            })
            .collect();
        let cow = |list: String| format!("Cow::Borrowed(&{list})");
        format!(
            "static KEYWORDS: &[Keyword] = &[{}];\nstatic INDEX: Index = Index {{ bits: {}, slots: {}, entries: {} }};\n",
            list.join(",\n"),
            cow(format!("{:?}", index.bits)),
            cow(format!("{:?}", index.slots)),
            cow(format!("{:?}", index.entries)),
        )
    }
}
