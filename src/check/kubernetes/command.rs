//! Credentials in the command lines of a resource: `command` and `args`, probes and lifecycle hooks, scripts.

use crate::check::{Check, Context, claim, command_line, route};
use crate::model::{Document, Kind, NodeId, Role, Rule, Tree};
use crate::rules;

/// The rule `kubernetes-command`.
pub struct Command;

impl Check for Command {
    fn rule(&self) -> &'static Rule {
        &rules::KUBERNETES_COMMAND
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        matches!(doc.role, Role::Resource { .. } | Role::HelmValues | Role::Kubeconfig) || is_patch(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some(tree) = doc.tree() else { return };
        let before = cx.findings.len();
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            if tree.kind(node) == Kind::Mapping {
                self.mapping(doc, tree, node, cx);
            }
        }
        route::tell(doc, &mut cx.findings[before..]);
    }
}

impl Command {
    fn mapping(&self, doc: &Document<'_>, tree: &Tree<'_>, node: NodeId, cx: &mut Context<'_>) {
        // `args` go on where `command` ends: a flag may end the one and its value begin the other.
        let (mut words, mut is_operation) = (Vec::new(), false);
        for (key, value) in tree.entries(node) {
            match tree.str(key) {
                Some("command") => {
                    let mut all = claim::words(tree, value);
                    all.append(&mut words);
                    words = all;
                    if tree.str(value).is_some() {
                        claim::script(self.rule(), doc, value, "command", cx);
                    }
                }
                Some("args") => {
                    words.extend(claim::words(tree, value));
                    if tree.str(value).is_some() {
                        claim::script(self.rule(), doc, value, "args", cx);
                    }
                }
                // `preKubeadmCommands` and the like: each item is a command line.
                Some(key) if key.ends_with("Commands") => {
                    for line in claim::words(tree, value) {
                        claim::script(self.rule(), doc, line, key, cx);
                    }
                }
                // `extraArgs` of a chart: each item is an argument of a program that is named elsewhere.
                Some(key) if ["Args", "_args", "-args", "Flags"].iter().any(|end| key.ends_with(end)) => {
                    claim::command(self.rule(), doc, &claim::words(tree, value), key, cx);
                }
                Some("op") => is_operation = true,
                // Backup hooks and the like are commands in annotations.
                Some("annotations") => self.annotations(doc, tree, value, cx),
                // Tekton steps and Argo Workflows templates hold scripts as text.
                Some(key @ ("script" | "source"))
                    if key == "script" && tree.str(value).is_some() || is_source(tree, node, value) =>
                {
                    match language(tree, node, value) {
                        Some(extension) => claim::source(doc, value, &format!("script.{extension}"), key, cx),
                        None => claim::script(self.rule(), doc, value, key, cx),
                    }
                }
                _ => {}
            }
        }
        if is_operation {
            words.extend(patched(tree, node));
        }
        if words.is_empty() {
            return;
        }
        match program(tree, node, &words) {
            Some(program) => claim::arguments(self.rule(), doc, program, &words, "command", cx),
            None => claim::command(self.rule(), doc, &words, "command", cx),
        }
    }

    fn annotations(&self, doc: &Document<'_>, tree: &Tree<'_>, node: NodeId, cx: &mut Context<'_>) {
        for (_, value) in tree.entries(node) {
            let Some(text) = tree.str(value).filter(|text| text.contains(" -") || text.starts_with('[')) else {
                continue;
            };
            let structure = "annotations";
            match serde_json::from_str::<Vec<String>>(text) {
                Ok(words) => self.listed(doc, value, text, &words, structure, cx),
                Err(_) if text.contains('\n') => {}
                Err(_) => claim::script(self.rule(), doc, value, structure, cx),
            }
        }
    }

    /// A command line written as a JSON list inside a string.
    fn listed(
        &self,
        doc: &Document<'_>,
        node: NodeId,
        text: &str,
        words: &[String],
        structure: &str,
        cx: &mut Context<'_>,
    ) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        command_line::argv(&words, &mut |found| {
            let Some(start) = text.find(found.secret.expose()) else { return };
            let range = start..start + found.secret.expose().len();
            let at = command_line::At { word: 0, range };
            let found = command_line::Credential { at, label: None, ..found };
            claim::report_command(self.rule(), doc, &[node], structure, found, cx);
        });
    }
}

/// Whether the document changes resources and does not say of which kind: JSON 6902, or a part of a resource.
fn is_patch(doc: &Document<'_>) -> bool {
    let Some((tree, root)) = doc.tree().and_then(|tree| Some((tree, tree.root()?))) else { return false };
    let first = tree.items(root).next();
    doc.role == Role::Other
        && (tree.get(root, "spec").is_some() || first.is_some_and(|item| tree.get(item, "op").is_some()))
}

/// The arguments that an operation of a JSON patch sets: all of them, or one.
fn patched(tree: &Tree<'_>, operation: NodeId) -> Vec<NodeId> {
    let path = tree.str_at(operation, &["path"]).filter(|_| tree.get(operation, "op").is_some());
    let is_command = |path: &&str| path.rsplit('/').take(2).any(|part| matches!(part, "args" | "command"));
    let Some(value) = path.filter(is_command).and_then(|_| tree.get(operation, "value")) else { return Vec::new() };
    if tree.str(value).is_some() { vec![value] } else { claim::words(tree, value) }
}

/// Whether the text under `source` is a script: it has lines, or an image and a program run it.
fn is_source(tree: &Tree<'_>, template: NodeId, source: NodeId) -> bool {
    let run = || ["image", "command"].iter().all(|key| tree.get(template, key).is_some());
    tree.str(source).is_some_and(|text| text.contains('\n') || run())
}

/// The extension of the language that a template's script is written in, where an interpreter other than a shell runs it.
fn language(tree: &Tree<'_>, template: NodeId, script: NodeId) -> Option<&'static str> {
    let command = tree.get(template, "command");
    let named = command.and_then(|words| tree.str(words).or_else(|| tree.items(words).find_map(|word| tree.str(word))));
    let first = tree.str(script)?.lines().next()?.strip_prefix("#!").unwrap_or_default();
    let program = named.or_else(|| first.split(['/', ' ']).rfind(|part| !part.is_empty()));
    // Where the image alone says what runs the script, its first word does.
    let program = match program {
        Some(program) => program.rsplit('/').next()?,
        None if tree.str(script)?.starts_with("import ") => "python",
        None => return None,
    };
    let extensions =
        [("python", "py"), ("node", "js"), ("ruby", "rb"), ("perl", "pl"), ("php", "php"), ("pwsh", "ps1")];
    extensions.iter().find(|(name, _)| program.starts_with(name)).map(|(_, extension)| *extension)
}

/// The program that a container's image runs, where only its arguments are given: mostly it is called like the image.
fn program<'t>(tree: &'t Tree<'_>, container: NodeId, words: &[NodeId]) -> Option<&'t str> {
    let only_arguments = words.first().and_then(|&first| tree.str(first)).is_some_and(|word| word.starts_with('-'));
    let image = tree.str_at(container, &["image"]).filter(|_| only_arguments)?;
    let name = image.rsplit('/').next()?.split([':', '@']).next()?;
    (!name.is_empty()).then_some(name)
}
