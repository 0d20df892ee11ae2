//! What is wrong in a configuration file, and where.

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource};

use crate::model::Span;

/// An error in a configuration file: a diagnostic that points at the wrong key.
#[derive(Debug)]
pub struct ConfigError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    message: String,
    help: Option<String>,
    source: NamedSource<String>,
    span: Span,
    is_unread: bool,
}

impl ConfigError {
    /// `message` about the bytes `span` of the file.
    pub fn new(path: &str, text: &str, span: Span, message: &str, help: Option<String>) -> Self {
        let source = NamedSource::new(path, text.to_owned());
        Self(Box::new(Inner { message: message.to_owned(), help, source, span, is_unread: false }))
    }

    /// `message` about a file that could not be read at all.
    pub fn unread(path: &str, message: &str) -> Self {
        let mut error = Self::new(path, "", Span::default(), message, None);
        error.0.is_unread = true;
        error
    }

    /// Whether the file could not be read at all.
    pub fn is_unread(&self) -> bool {
        self.0.is_unread
    }

    /// The path of the file, and its text where a line of it is shown.
    pub fn source(&self) -> (&str, &str) {
        (self.0.source.name(), self.0.source.inner())
    }

    /// The bytes of the file that it is about.
    pub fn span(&self) -> Span {
        self.0.span
    }

    /// The same error with another text of the file, of the same length, and its sentences changed.
    #[must_use]
    pub fn masked(&self, text: &str, change: impl Fn(&str) -> String) -> Self {
        let help = self.0.help.as_deref().map(&change);
        Self::new(self.0.source.name(), text, self.0.span, &change(&self.0.message), help)
    }

    /// The diagnostic as text, without colours.
    pub fn render(&self) -> String {
        let mut out = String::new();
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_context_lines(1);
        match handler.render_report(&mut out, self) {
            Ok(()) => out,
            Err(_) => self.0.message.clone(),
        }
    }
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for ConfigError {}

impl Diagnostic for ConfigError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.0.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new(Some("here".to_owned()), self.0.span.start, self.0.span.len());
        Some(Box::new(std::iter::once(label)))
    }
}
