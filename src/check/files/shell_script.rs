//! A shell script, a text nested in another document that is one, or the shell text of another language's file, with a
//! credential in a command or an assignment.

use crate::check::{Check, Context, Found, claim, command_line, route};
use crate::model::{Body, Document, Kind, NodeId, Role, Rule, Span, SpanMap, Tree};
use crate::rules;
use crate::shell::embedded::Host;

/// The rule `files-shell-script`.
pub struct ShellScript;

impl Check for ShellScript {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_SHELL_SCRIPT
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        matches!(doc.role, Role::ShellScript | Role::Ansible) || host(doc).is_some()
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        if let Some(tree) = doc.tree() {
            self.tasks(doc, tree, cx);
        } else if doc.role == Role::ShellScript {
            self.script(doc, Span::new(0, doc.text.len()), cx);
        } else if let Some(host) = host(doc) {
            host.scripts(doc.text, &mut |span| self.script(doc, span, cx));
        }
    }
}

/// The language of a text that holds shell text.
fn host(doc: &Document<'_>) -> Option<Host> {
    Host::of(doc.place.file_name()).filter(|_| matches!(doc.body, Body::Text))
}

/// Ansible's modules that run a command, by the last part of their name.
const MODULES: [&str; 4] = ["shell", "command", "raw", "cmd"];

impl ShellScript {
    /// The commands of Ansible's tasks: `shell: …`, `ansible.builtin.command: {cmd: …}`.
    fn tasks(&self, doc: &Document<'_>, tree: &Tree<'_>, cx: &mut Context<'_>) {
        let before = cx.findings.len();
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            if tree.kind(node) != Kind::Mapping {
                continue;
            }
            for (key, value) in tree.entries(node) {
                let Some(name) = tree.str(key) else { continue };
                let module = name.rsplit('.').next().unwrap_or_default();
                if MODULES.contains(&module) {
                    claim::script(self.rule(), doc, value, name, cx);
                } else if name == "argv" {
                    claim::command(self.rule(), doc, &claim::words(tree, value), name, cx);
                }
            }
        }
        route::tell(doc, &mut cx.findings[before..]);
    }

    /// A stretch of the document that is shell text.
    fn script(&self, doc: &Document<'_>, span: Span, cx: &mut Context<'_>) {
        let stretch = |at: &command_line::At| Span::new(at.range.start, at.range.end).shift(span.start);
        command_line::script(span.of(doc.text), &mut |credential| {
            let label = credential.label.as_ref().map(|at| (stretch(at), "this says what the value is"));
            let found = Found {
                span: stretch(&credential.at),
                secret: credential.secret,
                what: credential.judgement.what,
                confidence: credential.judgement.confidence,
                severity: credential.judgement.severity,
                labels: label.into_iter().collect(),
                structural_path: String::new(),
            };
            cx.report(self.rule(), doc, found);
        });
        command_line::documents(span.of(doc.text), &mut |body| {
            let body = body.shift(span.start);
            let mut found = cx.look_into(doc, body.of(doc.text), SpanMap::at(body.start), claim::HEREDOC, "");
            // The reader of the script has seen its lines, too: what both found is one finding.
            for finding in found.iter_mut().filter(|f| f.rule.token.is_none() && &*f.rule.family == "files") {
                finding.rule = self.rule();
            }
            cx.findings.append(&mut found);
        });
    }
}
