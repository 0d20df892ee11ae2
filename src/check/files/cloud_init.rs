//! Passwords that cloud-init sets, the lines `user:password` of `chpasswd`, and those in the commands that it runs.

use crate::check::credential::{self, Setting};
use crate::check::{Check, Context, Found, claim, route};
use crate::encoding;
use crate::model::{Document, NodeId, Role, Rule, Secret, Span, Tree};
use crate::rules;

/// The rule `files-cloud-init`.
pub struct CloudInit;

impl Check for CloudInit {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_CLOUD_INIT
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::Other && doc.tree().is_some()
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let before = cx.findings.len();
        self.keys(doc, cx);
        route::tell(doc, &mut cx.findings[before..]);
    }
}

impl CloudInit {
    fn keys(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some((tree, root)) = doc.tree().and_then(|tree| Some((tree, tree.root()?))) else { return };
        for key in ["runcmd", "bootcmd"] {
            for item in tree.get(root, key).into_iter().flat_map(|list| tree.items(list).collect::<Vec<_>>()) {
                if tree.str(item).is_some() {
                    claim::script(self.rule(), doc, item, key, cx);
                }
                claim::command(self.rule(), doc, &claim::words(tree, item), key, cx);
            }
        }
        let Some(list) = tree.at(root, &["chpasswd", "list"]) else { return };
        if tree.str(list).is_some() {
            self.lines(doc, tree, list, cx);
        }
        for item in tree.items(list) {
            self.lines(doc, tree, item, cx);
        }
    }

    fn lines(&self, doc: &Document<'_>, tree: &Tree<'_>, node: NodeId, cx: &mut Context<'_>) {
        let text = tree.str(node).unwrap_or_default();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let at = start;
            start += line.len();
            let line = line.trim_end();
            let Some(colon) = line.find(':') else { continue };
            let password = &line[colon + 1..];
            // The machine makes one up.
            if matches!(password, "R" | "RANDOM") {
                continue;
            }
            let Some(judged) = credential::judge("password", password, Setting::Environment) else { continue };
            let map = encoding::scalar_map(tree, node);
            let span = |from: usize, to: usize| map.to_file(Span::new(at + from, at + to));
            let found = Found {
                span: span(colon + 1 + judged.secret.start, colon + 1 + judged.secret.end),
                secret: Secret::new(&password[judged.secret.clone()]),
                what: judged.what,
                confidence: judged.confidence,
                severity: judged.severity,
                labels: vec![(span(0, colon), "the user whose password this is")],
                structural_path: "chpasswd.list".to_owned(),
            };
            cx.report(self.rule(), doc, found);
        }
    }
}
