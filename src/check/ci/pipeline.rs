//! Pipelines of GitHub Actions, GitLab CI, CircleCI, Azure and others: variables, inputs of steps, and the scripts they run.

use crate::check::credential::{NameKind, Setting};
use crate::check::{Check, Context, Pair, Shape, claim, route};
use crate::model::{Document, Kind, NodeId, Role, Rule, Tree};
use crate::rules;

/// The rule `ci-pipeline`.
pub struct Pipeline;

/// Keys whose text, or list of texts, is shell.
const SCRIPTS: [&str; 15] = [
    "run",
    "script",
    "before_script",
    "after_script",
    "bash",
    "pwsh",
    "powershell",
    "inlineScript",
    "command",
    "commands",
    "before_install",
    "install",
    "after_success",
    "entrypoint",
    "args",
];

/// Keys below which every name is a variable's.
const VARIABLES: [&str; 7] = ["env", "with", "variables", "environment", "inputs", "secrets", "build-args"];

impl Check for Pipeline {
    fn rule(&self) -> &'static Rule {
        &rules::CI_PIPELINE
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        matches!(
            doc.role,
            Role::GithubActions | Role::GitlabCi | Role::CircleCi | Role::AzurePipelines | Role::Pipeline
        )
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some(tree) = doc.tree() else { return };
        let before = cx.findings.len();
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            if tree.kind(node) != Kind::Mapping {
                continue;
            }
            for (key, value) in tree.entries(node) {
                let Some(key) = tree.str(key) else { continue };
                // PowerShell calls programs as a shell does, and gives values to variables in its own way.
                let is_script = |text: &str| SCRIPTS.contains(&key) && is_powershell(text);
                if matches!(key, "pwsh" | "powershell") || tree.str(value).is_some_and(is_script) {
                    claim::source(doc, value, "script.ps1", "script", cx);
                }
                // What a job's container or service is started with: `--health-cmd="mysqladmin ping -p…"`.
                let is_flags = || key == "options" && tree.str(value).is_some_and(|text| text.trim().starts_with('-'));
                if SCRIPTS.contains(&key) || is_flags() {
                    self.scripts(doc, tree, value, cx);
                }
            }
        }
        route::tell(doc, &mut cx.findings[before..]);
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        let scripted = pair.path.keys().last().is_some_and(|key| SCRIPTS.contains(&key));
        // `permissions: {id-token: write}` grants, and holds nothing.
        // Below a store's name CodeBuild has names of what the store keeps.
        let granted = ["permissions", "parameter-store", "secrets-manager"].iter().any(|key| pair.path.has_key(key));
        // A matrix lists the values that a variable has in turn.
        let listed = pair.shape == Shape::Item && !pair.path.has_key("matrix");
        if is_cut_command(pair) {
            claim::judge_as(self.rule(), pair, NameKind::Neutral, Setting::Configuration, cx);
        } else if !listed && !scripted && !granted {
            let variable = pair.path.keys().any(|key| VARIABLES.contains(&key));
            let setting = if variable { Setting::Environment } else { Setting::Configuration };
            claim::judge(self.rule(), pair, setting, cx);
        }
        true
    }
}

/// Whether YAML cut a line of a script at the colon of a header, and a variable is what follows
/// (`- curl --header "JOB-TOKEN: $CI_JOB_TOKEN" …`): the name says nothing of what stands behind that.
fn is_cut_command(pair: &Pair<'_>) -> bool {
    pair.name.contains(' ') && pair.name.matches('"').count() % 2 == 1 && pair.value.trim_start().starts_with('$')
}

/// Whether a script has lines that only PowerShell has: `$name = …`.
fn is_powershell(text: &str) -> bool {
    let is_variable = |line: &str| {
        let name = line.trim_start().strip_prefix('$')?.split_once(" = ")?.0;
        Some(!name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':')))
    };
    text.lines().any(|line| is_variable(line) == Some(true))
}

impl Pipeline {
    fn scripts(&self, doc: &Document<'_>, tree: &Tree<'_>, value: NodeId, cx: &mut Context<'_>) {
        if tree.str(value).is_some() {
            return claim::script(self.rule(), doc, value, "script", cx);
        }
        for line in claim::words(tree, value) {
            claim::script(self.rule(), doc, line, "script", cx);
        }
    }
}
