//! `name` and `value` in the `env` of a container, of whatever kind of workload or custom resource.

use crate::check::credential::Setting;
use crate::check::{Check, Context, Pair, Shape, claim};
use crate::model::{Document, Role, Rule};
use crate::rules;

/// The rule `kubernetes-env`.
pub struct Env;

impl Check for Env {
    fn rule(&self) -> &'static Rule {
        &rules::KUBERNETES_ENV
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        matches!(doc.role, Role::Resource { .. })
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.shape != Shape::NameValue {
            return false;
        }
        // The parameters of a workflow name Secrets and keys in them as often as they hold any.
        let parameter =
            pair.path.keys().any(|key| matches!(key, "parameters" | "params")) && is_workflow(&pair.doc.role);
        let setting = if parameter { Setting::Configuration } else { Setting::Environment };
        claim::judge(self.rule(), pair, setting, cx);
        true
    }
}

/// Whether the resource is a workflow of Argo or belongs to a pipeline of Tekton.
fn is_workflow(role: &Role) -> bool {
    let Role::Resource { api_version, kind, .. } = role else { return false };
    matches!(kind.as_str(), "Workflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate" | "CronWorkflow")
        || api_version.split('/').next().is_some_and(|group| group == "tekton.dev" || group.ends_with(".tekton.dev"))
}
