//! The baseline's file: read with errors at the line that is wrong, written so that people can read and merge it.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::file::without_values;
use super::{ConfigError, File, read, repository_root};
use crate::model::Span;
use crate::suppress::baseline::{Baseline, DIGEST_BYTES, Entry, ID_BYTES, MISSING, VERSION};
use crate::suppress::frame::real;

/// The file's name where none is given.
pub const FILE: &str = ".tidewaiter-baseline.yaml";

const HEAD: &str = "\
# Findings that are accepted as they stand, one a line, kept by `tidewaiter baseline`. Yours to write: reason: \"why\" and
# note: \"what else\", which stay. Other comments than this one are dropped by `update` and `prune`. Paths count from `root`.
";

/// The digest of a finding that has no secret's text: a file that is a secret, say.
const NO_DIGEST: &str = "none";

/// The keys of the file.
pub(super) const KEYS: [&str; 12] =
    ["version", "id", "rounds", "root", "history", "findings", "rule", "path", "structure", "digest", "reason", "note"];

/// Some hundred thousand findings.
const MAX_SIZE: u64 = 64 << 20;

/// What to do where both sides of a merge made a baseline.
const BOTH: &str = "keep `version`, `id`, `rounds` and `root` of one side, and run `tidewaiter baseline update`, which adds what \
                    the other side accepted, and `tidewaiter baseline prune`";

/// Rounds beyond which a digest would take longer than anyone waits.
const MOST_ROUNDS: u32 = 10_000_000;

/// Reads a baseline.
///
/// # Errors
/// It can't be read, a merge left conflict marks in it, or it is no baseline.
pub fn load(path: &Path) -> Result<Baseline, ConfigError> {
    let file = File::load_up_to(path, MAX_SIZE)?.with_any_of(&["version", "findings"]);
    if let Some(span) = conflict(&file.text) {
        let help =
            "keep the entries of both sides and the head of one, remove the marks, and run `tidewaiter baseline \
                    update` and `tidewaiter baseline prune`"
                .to_owned();
        return Err(file.error(span, "a merge conflict stands here", Some(help)));
    }
    if !file.text.lines().map(str::trim).any(|line| !line.is_empty() && !line.starts_with('#')) {
        let message = "an empty file is no baseline: expected version, id, rounds and findings";
        return Err(file.error(
            Span::default(),
            message,
            Some("remove it, and `tidewaiter baseline create` makes one".to_owned()),
        ));
    }
    let mut baseline: Baseline = serde_yaml::from_str(&file.text).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line());
        let said = in_words(&without_values(&error.to_string()));
        let help = said.contains("duplicate").then(|| BOTH.to_owned());
        let span = if said.contains("more than one document") {
            second_document(&file.text)
        } else {
            second(&file.text, &said)
        };
        let span = span.unwrap_or_else(|| line_span(&file.text, line));
        file.error(span, &format!("this is no baseline: {said}"), help)
    })?;
    if baseline.version != VERSION {
        let message = format!("a baseline of version {}; this program knows version {VERSION}", baseline.version);
        return Err(file.error(find(&file.text, "version"), &message, None));
    }
    if baseline.rounds == 0 || baseline.rounds > MOST_ROUNDS {
        return Err(file.error(find(&file.text, "rounds"), &format!("expected 1 to {MOST_ROUNDS} rounds"), None));
    }
    if !is_hex(&baseline.id, ID_BYTES) {
        let message = format!("expected {} hexadecimal digits in small letters", 2 * ID_BYTES);
        return Err(file.error(value(&file, "id"), &message, None));
    }
    // The first form said no root and gave no digest to what has none.
    let is_first_form = baseline.root.is_none();
    for (at, entry) in baseline.findings.iter_mut().enumerate() {
        match entry.digest.as_str() {
            NO_DIGEST => entry.digest.clear(),
            MISSING if is_first_form => entry.digest.clear(),
            digest if is_hex(digest, DIGEST_BYTES) => {}
            digest => {
                let given = if digest == MISSING { "this entry has no digest: " } else { "" };
                let message = format!("{given}expected {} hexadecimal digits in small letters", 2 * DIGEST_BYTES);
                let help = format!("{NO_DIGEST} stands for that of a finding without a secret's text");
                return Err(file.error(digest_span(&file, at), &message, Some(help)));
            }
        }
    }
    Ok(baseline)
}

/// The folder that the paths of the baseline in `file` count from, for a scan whose paths count from `scanned`.
pub fn base(file: &Path, baseline: &Baseline, scanned: &Path) -> PathBuf {
    let folder = real(folder(file));
    let named = baseline.root.as_ref().map(|root| folder.join(root)).filter(|base| base.is_dir());
    named.unwrap_or_else(|| {
        let scanned = real(scanned);
        if scanned.starts_with(&folder) { folder } else { repository_root(&scanned) }
    })
}

/// The folder that the paths of a new baseline in `file` are to count from: its own where that holds all that is scanned.
pub fn new_base(file: &Path, scanned: &Path) -> PathBuf {
    let (folder, scanned) = (real(folder(file)), real(scanned));
    if scanned.starts_with(&folder) { folder } else { scanned }
}

/// The folder that a file lies in.
pub fn folder(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The baseline as the text of its file. Each entry is one line: when git merges two baselines, no line of an entry can be
/// taken for the same line of another one.
pub fn render(baseline: &Baseline) -> String {
    let root = quoted(baseline.root.as_deref().unwrap_or("."));
    let mut out = format!(
        "{HEAD}version: {}\nid: \"{}\"\nrounds: {}\nroot: {root}\n",
        baseline.version, baseline.id, baseline.rounds
    );
    if baseline.history {
        out.push_str("history: true\n");
    }
    out.push_str(if baseline.findings.is_empty() { "findings: []\n" } else { "findings:\n" });
    for entry in &baseline.findings {
        out.push_str(&line(entry));
    }
    out
}

fn line(entry: &Entry) -> String {
    let mut line = format!("- {{path: {}, rule: {}", quoted(&entry.path), quoted(&entry.rule));
    let structure = Some(&entry.structure).filter(|structure| !structure.is_empty());
    let digest = if entry.digest.is_empty() { NO_DIGEST } else { &entry.digest };
    let rest = [
        ("structure", structure.map(String::as_str)),
        ("digest", Some(digest)),
        ("reason", entry.reason.as_deref()),
        ("note", entry.note.as_deref()),
    ];
    for (key, text) in rest {
        if let Some(text) = text {
            line.push_str(&format!(", {key}: {}", quoted(text)));
        }
    }
    line + "}\n"
}

/// A text in YAML's double quotes. What no file should show, or YAML does not take, is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\0'..=' ' if c != ' ' => _ = write!(out, "\\x{:02x}", u32::from(c)),
            '\u{7f}'..='\u{a0}' | '\u{200b}'..='\u{206f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out + "\""
}

/// Where the value of a key of the file stands.
fn value(file: &File, key: &str) -> Span {
    let tree = read::parse(file).ok();
    let span = tree.and_then(|tree| tree.root().and_then(|root| tree.get(root, key)).map(|node| tree.span(node)));
    span.unwrap_or_else(|| find(&file.text, key))
}

/// Where the digest of the entry number `at` stands, or the entry where it has none.
fn digest_span(file: &File, at: usize) -> Span {
    let span = || {
        let tree = read::parse(file).ok()?;
        let list = tree.get(tree.root()?, "findings")?;
        let entry = tree.items(list).nth(at)?;
        let span = tree.span(tree.get(entry, "digest").unwrap_or(entry));
        let line = span.of(&file.text).lines().next().map_or(0, str::len);
        Some(Span::new(span.start, span.start + line))
    };
    span().unwrap_or_default()
}

/// The first mark that a merge left.
fn conflict(text: &str) -> Option<Span> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if ["<<<<<<< ", "=======\n", ">>>>>>> "].iter().any(|mark| line.starts_with(mark)) {
            return Some(Span::new(start, start + line.trim_end().len()));
        }
        start += line.len();
    }
    None
}

/// What the parser says, in the words of whoever writes such a file, and without the place, which is shown beside it.
fn in_words(said: &str) -> String {
    let is_place = |place: &str| place.split(" column ").all(|number| number.parse::<usize>().is_ok());
    let without_place = said.rsplit_once(" at line ").filter(|(_, place)| is_place(place));
    let said = without_place.map_or(said, |(said, _)| said);
    said.replace("struct Baseline", "version, id, rounds and findings").replace("struct Entry", "path, rule and digest")
}

/// The second of the lines that begin with the key which the message calls a duplicate.
fn second(text: &str, said: &str) -> Option<Span> {
    let (_, rest) = said.split_once("duplicate field `")?;
    let (key, _) = rest.split_once('`')?;
    let is_of_key = |line: &str| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
    let mut lines = text.lines().enumerate().filter(|(_, line)| is_of_key(line));
    lines.nth(1).map(|(at, _)| line_span(text, at + 1))
}

/// The mark that begins the second document of a YAML text.
fn second_document(text: &str) -> Option<Span> {
    let is_mark = |line: &str| line.trim_end() == "---" || line.starts_with("--- ");
    let is_content = |line: &&str| !line.trim().is_empty() && !line.starts_with(['#', '%']);
    let mut lines = text.lines().enumerate().skip_while(|(_, line)| !is_content(line)).skip(1);
    lines.find(|(_, line)| is_mark(line)).map(|(at, _)| line_span(text, at + 1))
}

fn line_span(text: &str, line: usize) -> Span {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let length = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
    Span::new(start.min(text.len()), (start + length).min(text.len()))
}

fn find(text: &str, key: &str) -> Span {
    text.find(key).map_or(Span::default(), |at| Span::new(at, at + key.len()))
}
