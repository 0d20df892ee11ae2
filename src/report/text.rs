//! The report for people: one diagnostic a finding, with its masked source line, then the summary.

use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles};

use super::excerpt::Excerpt;
use super::masked::Masked;
use super::place::Places;
use super::printable::{self, folded, paragraph, printable};
use super::{View, introduced, summary};
use crate::model::{Finding, LineIndex, Origin, Redactor, Run, Severity, Span, apart};

/// Writes the findings file by file, then the summary.
pub fn write(run: &Run, view: &View, out: &mut dyn Write) -> io::Result<()> {
    let handler = handler(view);
    let shown: Vec<&Finding> = view.findings(run).collect();
    let redactor = Redactor::of(run, view.show_secrets);
    let mut places = Places::new(run);
    for group in shown.chunk_by(|a, b| a.origin == b.origin) {
        let origin = &group[0].origin;
        let file = File::new(run, origin, view.show_secrets);
        let hidden = if view.show_secrets { Vec::new() } else { vec![&redactor, &file.repeated] };
        let mut masked = Masked::new(file.bytes, &file.secrets, hidden);
        for finding in group {
            let block = file.block(finding, view, &redactor, &mut masked, &mut places);
            let mut rendered = String::new();
            // Rendering into a String fails only if a span is outside of the excerpt, which `Excerpt::local` excludes.
            if handler.render_report(&mut rendered, &block).is_err() {
                rendered = format!("{}: {}\n", block.excerpt_name, block.title);
            }
            writeln!(out, "{}", folded(rendered.trim_end_matches('\n')))?;
            // An address that is broken into lines can't be followed.
            if let Some(reference) = finding.rule.references.first() {
                writeln!(out, "        see {}", folded(&printable(reference)))?;
            }
            writeln!(out)?;
        }
    }
    if view.quiet { Ok(()) } else { summary::write(run, view, &redactor, out) }
}

fn handler(view: &View) -> GraphicalReportHandler {
    let theme = GraphicalTheme {
        characters: if view.unicode { ThemeCharacters::unicode() } else { ThemeCharacters::ascii() },
        styles: if view.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
    };
    GraphicalReportHandler::new_themed(theme)
        .with_width(view.width)
        .with_context_lines(0)
        .with_links(false)
        .without_syntax_highlighting()
}

/// Columns before a source line: its number, and the frame.
const GUTTER: usize = 8;

/// A file with findings, prepared once for all of them.
struct File<'r> {
    name: String,
    bytes: &'r [u8],
    index: LineIndex,
    /// The bytes of all findings of the file, shown or not, sorted and apart.
    secrets: Vec<Span>,
    /// Finds words that were found in the file, where they stand in it again.
    repeated: Redactor,
}

impl<'r> File<'r> {
    fn new(run: &'r Run, origin: &'r Origin, show_secrets: bool) -> Self {
        let source = run.source(origin);
        let bytes: &[u8] = source.map_or(&[], |source| &source.bytes);
        let hidden = source.filter(|_| !show_secrets);
        let mut secrets = hidden.map_or_else(Vec::new, |source| source.secrets.clone());
        apart(&mut secrets);
        let repeated = hidden.map(Redactor::of_file).unwrap_or_default();
        Self { name: printable(&shown(run, origin)), bytes, index: LineIndex::new(bytes), secrets, repeated }
    }

    fn block(
        &self,
        finding: &'r Finding,
        view: &View,
        redactor: &Redactor,
        masked: &mut Masked<'_>,
        places: &mut Places<'r>,
    ) -> Block {
        let others: Vec<Span> = finding.labels.iter().map(|label| label.span).collect();
        let name = redactor.path(&self.name);
        let excerpt = (is_plain(self.bytes) && !self.bytes.is_empty())
            .then(|| Excerpt::new(name.clone(), masked, &self.index, finding.span, &others));
        let what = printable::shown(&redactor.path(&finding.what.to_string()));
        let mut labels = Vec::new();
        if let Some(excerpt) = &excerpt {
            let place = |span| excerpt.local(span);
            labels.extend(place(finding.span).map(|at| LabeledSpan::new_primary_with_span(Some(what.clone()), at)));
            for label in &finding.labels {
                let text = printable(&redactor.label(label));
                labels.extend(place(label.span).map(|at| LabeledSpan::new_with_span(Some(text), at)));
            }
        }
        let room = if view.wraps { view.width.saturating_sub(GUTTER) } else { usize::MAX };
        let excerpt = excerpt.map(|excerpt| excerpt.within(room, &labels));
        let structure = printable::shown(&redactor.path(&finding.structural_path));
        let mut title = title(finding, &structure);
        if excerpt.is_none() {
            let place = places.find(&finding.origin, finding.span);
            let at = if place.line > 0 { format!("{name}:{}:{}", place.line, place.column) } else { name.clone() };
            title = format!("{at}: {title}: {what}");
        }
        Block {
            title,
            code: finding.rule.id.to_string(),
            severity: severity(finding.severity),
            help: help(finding, redactor),
            excerpt_name: name,
            excerpt,
            labels,
        }
    }
}

/// The path as a terminal can open it, or the commit and the path.
fn shown(run: &Run, origin: &Origin) -> String {
    match origin {
        Origin::Commit { .. } => origin.to_string(),
        _ => run.path_from_here(origin).into_owned(),
    }
}

fn title(finding: &Finding, structure: &str) -> String {
    let mut title = printable(&finding.rule.title);
    if !structure.is_empty() {
        title = format!("{title}: {structure}");
    }
    let confidence = if finding.confidence.name() == "high" {
        String::new()
    } else {
        format!(", {} confidence", finding.confidence)
    };
    let suppressed = if finding.suppressed.is_some() { ", suppressed" } else { "" };
    format!("{title} ({}{confidence}{suppressed})", finding.severity)
}

fn help(finding: &Finding, redactor: &Redactor) -> String {
    let mut help = format!("{}\n{}", paragraph(&finding.rule.why), paragraph(&finding.rule.mend));
    if let Some(introduced) = introduced::sentence(finding, redactor) {
        help = format!("{introduced}\n{help}");
    }
    help
}

fn severity(severity: Severity) -> miette::Severity {
    match severity {
        Severity::Critical | Severity::High => miette::Severity::Error,
        Severity::Medium => miette::Severity::Warning,
        Severity::Low | Severity::Info => miette::Severity::Advice,
    }
}

/// Bytes at the front of a file that are looked at to tell whether its lines can be shown.
const PROBE: usize = 64 << 10;

/// Whether lines of the file can be shown: UTF-16 and binary files hold a NUL.
fn is_plain(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(PROBE)]).is_none()
}

/// A finding as a diagnostic.
struct Block {
    title: String,
    code: String,
    severity: miette::Severity,
    help: String,
    excerpt_name: String,
    excerpt: Option<Excerpt>,
    labels: Vec<LabeledSpan>,
}

impl std::fmt::Debug for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Block {}

impl Diagnostic for Block {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(&self.help))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
