//! Checks of Dockerfiles: what an instruction says, and what the build bakes into the image.
//!
//! Every check walks the instructions as [`Site`]s, which know the stage around them: a secret in a stage whose content
//! the final image does not hold weighs one step less.

mod add_url;
mod arg_default;
mod arg_name;
mod build_context;
mod command;
mod copy_secret;
mod env;
mod ignore_file;
mod label;
mod onward;
mod run;
mod scope;
mod secret_file;

pub use add_url::AddUrl;
pub use arg_default::ArgDefault;
pub use arg_name::ArgName;
pub use build_context::{BuildContext, is_foreign};
pub use command::Command;
pub use copy_secret::CopySecret;
pub use env::Env;
pub use label::Label;
pub use run::Run;

use std::ops::Range;

use super::credential::{self, Judgement, Setting};
use super::{Context, Found};
use crate::model::{
    Body, Confidence, Dockerfile, Document, Instruction, Keyword, Reach, Rule, Secret, Severity, Span, What, Word,
};

/// Whether the document is a Dockerfile.
fn is_dockerfile(doc: &Document<'_>) -> bool {
    matches!(doc.body, Body::Dockerfile(_))
}

/// The instructions of a Dockerfile with these keywords, each with its surroundings.
fn sites<'d>(doc: &'d Document<'d>, keywords: &'static [Keyword]) -> impl Iterator<Item = Site<'d>> {
    let file = match &doc.body {
        Body::Dockerfile(file) => Some(file),
        _ => None,
    };
    file.into_iter().flat_map(move |file| {
        let wanted = file.instructions.iter().filter(|instruction| keywords.contains(&instruction.keyword));
        wanted.map(move |instruction| Site { doc, file, instruction, reach: file.reach(instruction) })
    })
}

/// An instruction and its surroundings.
#[derive(Clone, Copy)]
struct Site<'d> {
    doc: &'d Document<'d>,
    file: &'d Dockerfile<'d>,
    instruction: &'d Instruction<'d>,
    reach: Reach,
}

/// A secret at a site, before it becomes a finding.
struct Evidence<'e> {
    span: Span,
    secret: &'e str,
    what: What,
    confidence: Confidence,
    severity: Option<Severity>,
    /// What gives it meaning (the variable's name), and what to say there.
    label: Option<(Span, &'static str)>,
    /// What stands behind the keyword in the structural path.
    name: &'e str,
}

impl Site<'_> {
    /// `Dockerfile stage "build" ENV DB_PASSWORD`.
    fn structural_path(&self, name: &str) -> String {
        let stage = self.instruction.stage.and_then(|at| Some((at, self.file.stages.get(at)?)));
        let stage = match stage {
            Some((_, stage)) if stage.name.is_some() => {
                format!(" stage {:?}", stage.name.as_ref().map_or("", |name| &name.text))
            }
            Some((at, _)) if self.file.stages.len() > 1 => format!(" stage {at}"),
            _ => String::new(),
        };
        let onbuild = if self.instruction.onbuild { " ONBUILD" } else { "" };
        let mut path = format!("Dockerfile{stage}{onbuild} {}", self.instruction.keyword.name());
        if !name.is_empty() {
            path.push(' ');
            path.push_str(name);
        }
        path
    }

    /// The `FROM` of the stage, and whether the stage's content is in the final image.
    fn stage_label(&self) -> Option<(Span, &'static str)> {
        let stage = self.file.stages.get(self.instruction.stage?)?;
        let text = match self.reach {
            Reach::Final => "in the final image",
            Reach::Copied => "in a stage of which the final image holds only copied files",
            Reach::Discarded => "in a stage that the final image does not hold",
        };
        Some((stage.from, text))
    }

    /// Adds a finding of `rule`.
    fn report(&self, rule: &'static Rule, evidence: Evidence<'_>, cx: &mut Context<'_>) {
        let severity = evidence.severity.unwrap_or(rule.severity);
        let severity = if self.reach == Reach::Final { severity } else { lower(severity) };
        let found = Found {
            span: evidence.span,
            secret: Secret::new(evidence.secret),
            what: evidence.what,
            confidence: evidence.confidence,
            severity: Some(severity),
            labels: evidence.label.into_iter().chain(self.stage_label()).collect(),
            structural_path: self.structural_path(evidence.name),
        };
        cx.report(rule, self.doc, found);
    }

    /// Judges the pairs of `ENV`, `ARG` and `LABEL` and adds a finding for each credential.
    fn report_pairs(&self, rule: &'static Rule, setting: Setting, cx: &mut Context<'_>) {
        for pair in self.instruction.pairs() {
            let Some((judgement, range)) = pair.value.as_ref().and_then(|v| judge(&pair.name.text, v, setting)) else {
                continue;
            };
            let Some(value) = &pair.value else { continue };
            let evidence = Evidence {
                span: value.span_of(range.clone()),
                secret: &value.text[range],
                what: judgement.what,
                confidence: judgement.confidence,
                severity: judgement.severity,
                label: Some((pair.name.span, "this name says what the value is")),
                name: &pair.name.text,
            };
            self.report(rule, evidence, cx);
        }
    }
}

/// Judges a value, and gives the bytes of its text that are the secret. Of a value that is only a substitution the
/// default (`${NAME:-default}`) is judged; a secret that a substitution takes part in is none.
fn judge(name: &str, value: &Word<'_>, setting: Setting) -> Option<(Judgement, Range<usize>)> {
    if let Some(reference) = value.only_reference() {
        let default = reference.default.clone()?;
        let judgement = credential::judge(name, value.text.get(default.clone())?, setting)?;
        let range = judgement.secret.start + default.start..judgement.secret.end + default.start;
        return value.text.get(range.clone()).is_some().then_some((judgement, range));
    }
    let judgement = credential::judge(name, &value.text, setting)?;
    let range = judgement.secret.clone();
    let substituted = value.references.iter().any(|r| r.range.start < range.end && range.start < r.range.end);
    (!substituted && value.text.get(range.clone()).is_some()).then_some((judgement, range))
}

/// The next lower severity.
fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium => Severity::Low,
        Severity::Low | Severity::Info => Severity::Info,
    }
}
