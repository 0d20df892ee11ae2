//! What a Terraform state itself calls sensitive: outputs, attributes of resources, and passwords that it generated.

use crate::check::credential::{self, ValueKind};
use crate::check::{Check, Context, Found, claim};
use crate::model::{Confidence, Document, NodeId, Role, Rule, Secret, Tree, What};
use crate::rules;

/// The rule `files-terraform-state`.
pub struct TerraformState;

impl Check for TerraformState {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_TERRAFORM_STATE
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        doc.role == Role::TerraformState
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let Some((tree, root)) = doc.tree().and_then(|tree| Some((tree, tree.root()?))) else { return };
        for (name, output) in tree.get(root, "outputs").into_iter().flat_map(|outputs| tree.entries(outputs)) {
            if tree.str_at(output, &["sensitive"]) == Some("true")
                && let Some(value) = tree.get(output, "value")
            {
                self.value(doc, tree, name, value, "outputs", cx);
            }
        }
        for resource in tree.get(root, "resources").into_iter().flat_map(|resources| tree.items(resources)) {
            let kind = tree.str_at(resource, &["type"]).unwrap_or_default();
            for instance in tree.get(resource, "instances").into_iter().flat_map(|instances| tree.items(instances)) {
                self.instance(doc, tree, kind, instance, cx);
            }
        }
    }
}

impl TerraformState {
    fn instance(&self, doc: &Document<'_>, tree: &Tree<'_>, kind: &str, instance: NodeId, cx: &mut Context<'_>) {
        let Some(attributes) = tree.get(instance, "attributes") else { return };
        let listed: Vec<&str> = tree
            .get(instance, "sensitive_attributes")
            .into_iter()
            .flat_map(|paths| tree.items(paths))
            .filter_map(|path| tree.str_at(tree.items(path).next()?, &["value"]))
            .collect();
        for (name, value) in tree.entries(attributes) {
            let text = tree.str(name).unwrap_or_default();
            if listed.contains(&text) || kind == "random_password" && text == "result" {
                self.value(doc, tree, name, value, kind, cx);
            }
        }
    }

    fn value(
        &self,
        doc: &Document<'_>,
        tree: &Tree<'_>,
        name: NodeId,
        value: NodeId,
        place: &str,
        cx: &mut Context<'_>,
    ) {
        let Some(text) = tree.str(value) else { return };
        let (key, kind) = (tree.str(name).unwrap_or_default(), credential::value_kind(text));
        let is_none = matches!(kind, ValueKind::Empty | ValueKind::Boolean | ValueKind::Public) || text == "null";
        // What goes by a credential's name is the configuration check's.
        if is_none || credential::name_kind(key).is_credential() || claim::is_example(&doc.place.path) {
            return;
        }
        let found = Found {
            span: tree.span(value),
            secret: Secret::new(text),
            what: What::Counted { noun: "sensitive value", characters: text.chars().count() as u32 },
            confidence: Confidence::High,
            severity: None,
            labels: vec![(tree.span(name), "the state itself calls this sensitive")],
            structural_path: format!("{place}.{key}"),
        };
        cx.report(self.rule(), doc, found);
    }
}
