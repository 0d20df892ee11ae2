//! Where a mapping stands in its document, as a report shows it. Only a document in which something was found is gone
//! through for it.

use std::collections::HashMap;

use crate::check::{claim, pair};
use crate::model::{Kind, NodeId, Step, Tree};

/// The way up from each node of a tree.
pub(super) struct Routes<'t> {
    tree: &'t Tree<'t>,
    above: Vec<Option<(NodeId, Step)>>,
    /// Which mappings are resources, of those that were asked for.
    owners: HashMap<NodeId, Option<String>>,
}

impl<'t> Routes<'t> {
    pub fn of(tree: &'t Tree<'t>) -> Self {
        let mut above = vec![None; tree.len()];
        let mut give = |child: NodeId, parent: NodeId, step: Step| {
            if let Some(place) = above.get_mut(child.0 as usize) {
                *place = Some((parent, step));
            }
        };
        for at in 0..tree.len() {
            let node = NodeId(at as u32);
            match tree.kind(node) {
                Kind::Mapping => tree.entries(node).for_each(|(key, value)| give(value, node, Step::Key(key))),
                Kind::Sequence => (tree.first_number(node)..)
                    .zip(tree.items(node))
                    .for_each(|(number, item)| give(item, node, Step::Item(number))),
                Kind::Scalar | Kind::Alias => {}
            }
        }
        Self { tree, above, owners: HashMap::new() }
    }

    /// `Deployment/web spec.containers[0].command` for the field `command` of a mapping: from the innermost resource on.
    pub fn structure(&mut self, mapping: NodeId, field: &str) -> String {
        let (mut at, mut steps) = (mapping, Vec::new());
        let owner = loop {
            if let Some(owner) = self.owners.entry(at).or_insert_with(|| claim::resource(self.tree, at)) {
                break Some(owner.clone());
            }
            let Some((parent, step)) = self.above.get(at.0 as usize).copied().flatten() else { break None };
            steps.push(step);
            at = parent;
        };
        steps.reverse();
        let inside = pair::display(self.tree, &steps);
        let inside = if inside.is_empty() { field.to_owned() } else { format!("{inside}.{field}") };
        owner.map_or(inside.clone(), |owner| format!("{owner} {inside}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::model::{Place, SpanMap};

    #[test]
    fn a_route_starts_at_the_innermost_resource() {
        let text =
            "kind: List\napiVersion: v1\nitems:\n- kind: Pod\n  metadata: {name: web}\n  spec: {a: [{x: y}, {b: c}]}\n";
        let mut found = Vec::new();
        document::read(text, SpanMap::at(0), Place::default(), &mut Vec::new(), &mut |doc| {
            let Some(tree) = doc.tree() else { return };
            let mut routes = Routes::of(tree);
            let mappings = (0..tree.len()).map(|at| NodeId(at as u32)).filter(|node| tree.is_mapping(*node));
            found.extend(mappings.map(|node| routes.structure(node, "f")));
        });
        assert_eq!(found[0], "List/? f");
        assert_eq!(found[1], "Pod/web f");
        assert_eq!(found.last().map(String::as_str), Some("Pod/web spec.a[1].f"));
    }
}
