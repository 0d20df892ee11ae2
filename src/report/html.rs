//! One page that needs nothing else: no network, no other file. All text in it comes masked and escaped, and a content
//! security policy forbids whatever an escape might miss.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::entry::{Entry, entries, skipped, unscanned, worst_first};
use super::printable::printable;
use super::summary::plural;
use super::{View, counts};
use crate::model::{Run, date};

/// Bars of a chart.
const BARS: usize = 12;

/// Writes the page.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let entries = entries(run, view);
    write!(out, "{}", include_str!("html/head.html"))?;
    write!(out, "<p class=counts>")?;
    for (severity, count) in counts(run) {
        write!(out, "<span class={severity}><b>{count}</b> {severity}</span> ")?;
    }
    writeln!(out, "</p><p>{}, {} bytes scanned.</p>", plural(run.summary.files, "file"), run.summary.bytes)?;
    writeln!(out, "<div class=charts>")?;
    chart("By rule", most(counted(entries.iter().map(|entry| entry.finding.rule.id.to_string()))), out)?;
    chart("By folder", most(counted(entries.iter().map(|entry| folder(&entry.path).to_owned()))), out)?;
    let years = counted(entries.iter().filter_map(|entry| year(entry)));
    chart("By age: the year of its commit", years, out)?;
    writeln!(out, "</div>")?;
    for (heading, paths) in [("Not scanned", unscanned(run, view)), ("Skipped", skipped(run, view))] {
        if paths.is_empty() {
            continue;
        }
        writeln!(out, "<h2>{heading}</h2><ul>")?;
        for (path, message) in &paths {
            writeln!(out, "<li><code>{}</code>: {}</li>", escape(path), escape(message))?;
        }
        writeln!(out, "</ul>")?;
    }
    write!(out, "{}", include_str!("html/filter.html"))?;
    for entry in worst_first(&entries) {
        row(entry, out)?;
    }
    write!(out, "{}", include_str!("html/foot.html"))
}

fn row(entry: &Entry<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (finding, rule) = (entry.finding, entry.finding.rule);
    let accepted = entry.suppression().map(|(by, reason)| format!("<br>accepted by {by} {}", escape(reason)));
    writeln!(
        out,
        "<tr data-severity={0} data-confidence={1}><td><span class={0}>{0}</span><br><small>{1} confidence{2}</small>",
        finding.severity,
        finding.confidence,
        accepted.unwrap_or_default()
    )?;
    write!(out, "<td><code>{}:{}:{}</code>", escape(&entry.path), entry.place.line, entry.place.column)?;
    writeln!(out, "<br><small>{}</small>", escape(&entry.structure))?;
    if let Some(introduced) = &entry.introduced {
        writeln!(out, "<br><small>{} {}</small>", introduced.verb, escape(&introduced.by))?;
    }
    write!(out, "<td>{} <small>({})</small><details><summary>", escape(&rule.title), escape(&entry.what))?;
    write!(out, "{}</summary><p>{}<p>{}", escape(&rule.id), escape(&rule.why), escape(&rule.mend))?;
    for (place, text) in &entry.labels {
        write!(out, "<p>line {}: {}", place.line, escape(text))?;
    }
    for link in rule.references.iter().filter(|link| link.starts_with("https://")) {
        write!(out, "<p><a rel=noreferrer href=\"{0}\">{0}</a>", escape(link))?;
    }
    writeln!(out, "</details></tr>")
}

/// The year in which a finding of a history was introduced: its age.
fn year(entry: &Entry<'_>) -> Option<String> {
    let (_, time) = entry.finding.origin.made()?;
    date::day(time)?.get(..4).map(str::to_owned)
}

/// The folder of a path, two levels deep.
fn folder(path: &str) -> &str {
    let end = path.match_indices('/').take(2).last().map_or(0, |(at, _)| at);
    if end == 0 { "." } else { &path[..end] }
}

/// How often each name occurs, sorted by name.
fn counted(names: impl Iterator<Item = String>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().collect()
}

/// The most frequent ones first.
fn most(mut bars: Vec<(String, usize)>) -> Vec<(String, usize)> {
    bars.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    bars
}

/// A bar chart of the first names.
fn chart(title: &str, bars: Vec<(String, usize)>, out: &mut dyn Write) -> io::Result<()> {
    let Some(most) = bars.iter().map(|(_, count)| *count).max() else { return Ok(()) };
    let shown = bars.len().min(BARS);
    writeln!(out, "<figure><figcaption>{title}</figcaption><svg role=img viewBox=\"0 0 560 {}\">", shown * 22)?;
    for (at, (name, count)) in bars.iter().take(shown).enumerate() {
        let (y, width) = (at * 22, (count * 260 / most).max(2));
        writeln!(
            out,
            "<text x=230 y={} text-anchor=end>{}</text><rect x=240 y={} width={width} height=16 /><text x={} y={}>{count}</text>",
            y + 15,
            escape(&short(name)),
            y + 3,
            246 + width,
            y + 15
        )?;
    }
    writeln!(out, "</svg></figure>")
}

/// The end of a long name.
fn short(name: &str) -> String {
    const MOST: usize = 32;
    let count = name.chars().count();
    if count <= MOST { name.to_owned() } else { format!("…{}", name.chars().skip(count - MOST).collect::<String>()) }
}

/// Text for HTML and XML, in an element or a quoted attribute.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // The two characters that XML forbids and that are no control characters.
            '\u{FFFE}' | '\u{FFFF}' => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
