//! A shell script, or a text nested in another document that is one, with a credential in a command or an assignment.

use crate::check::command_line;
use crate::check::{Check, Context, Found};
use crate::model::{Document, Role, Rule, Span};
use crate::rules;

/// The rule `files-shell-script`.
pub struct ShellScript;

impl Check for ShellScript {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_SHELL_SCRIPT
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::ShellScript
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        command_line::script(doc.text, &mut |credential| {
            let label = credential.label.map(|at| (at.range.start, at.range.end));
            let found = Found {
                span: Span::new(credential.at.range.start, credential.at.range.end),
                secret: credential.secret,
                what: credential.judgement.what,
                confidence: credential.judgement.confidence,
                severity: credential.judgement.severity,
                labels: label
                    .map(|(start, end)| (Span::new(start, end), "this says what the value is"))
                    .into_iter()
                    .collect(),
                structural_path: String::new(),
            };
            cx.report(self.rule(), doc, found);
        });
    }
}
