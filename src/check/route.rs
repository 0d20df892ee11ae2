//! Where a scalar stands in its document, as a report shows it. Only a document in which something was found is gone
//! through for it.

use std::collections::HashMap;

use super::{claim, pair};
use crate::model::{Document, Finding, Kind, NodeId, Span, Step, Tree};

/// Says of findings in command lines and scripts where in the document they stand. So far the first word of the path of
/// each is the field alone.
pub fn tell(doc: &Document<'_>, findings: &mut [Finding]) {
    let Some(tree) = doc.tree().filter(|_| !findings.is_empty()) else { return };
    let mut routes = Routes::of(doc, tree);
    for finding in findings {
        let Some(node) = routes.scalar_at(finding.span) else { continue };
        let path = &*finding.structural_path;
        let path = path.strip_prefix(doc.place.structure.as_str()).unwrap_or(path).trim_start();
        let inside = path.split_once(' ').map_or("", |(_, inside)| inside);
        let path = format!("{} {} {inside}", doc.place.structure, routes.structure(node));
        finding.structural_path = path.trim().into();
    }
}

/// The way up from each node of a tree.
struct Routes<'t> {
    tree: &'t Tree<'t>,
    above: Vec<Option<(NodeId, Step)>>,
    /// Where the scalars stand in the file, in order.
    scalars: Vec<(Span, NodeId)>,
    /// Which mappings are resources, of those that were asked for.
    owners: HashMap<NodeId, Option<String>>,
}

impl<'t> Routes<'t> {
    fn of(doc: &Document<'_>, tree: &'t Tree<'t>) -> Self {
        let mut above = vec![None; tree.len()];
        let mut scalars = Vec::new();
        let mut give = |child: NodeId, parent: NodeId, step: Step| {
            if let Some(place) = above.get_mut(child.0 as usize) {
                *place = Some((parent, step));
            }
            if tree.kind(child) == Kind::Scalar {
                scalars.push((doc.map.to_file(tree.span(child)), child));
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
        scalars.sort_by_key(|(span, _)| span.start);
        Self { tree, above, scalars, owners: HashMap::new() }
    }

    /// The scalar that holds these bytes of the file.
    fn scalar_at(&self, span: Span) -> Option<NodeId> {
        let behind = self.scalars.partition_point(|(scalar, _)| scalar.start <= span.start);
        let (scalar, node) = self.scalars.get(behind.checked_sub(1)?)?;
        (span.end <= scalar.end).then_some(*node)
    }

    /// `Deployment/web spec.containers[0].command[2]`: from the innermost resource on.
    fn structure(&mut self, node: NodeId) -> String {
        let (mut at, mut steps) = (node, Vec::new());
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
        let text = "kind: List\napiVersion: v1\nitems:\n- kind: Pod\n  metadata: {name: web}\n  spec: {a: [{x: y}, {b: [c, dog]}]}\n";
        let mut found = Vec::new();
        document::read(text, SpanMap::at(0), Place::default(), &mut Vec::new(), &mut |doc| {
            let Some(tree) = doc.tree() else { return };
            let mut routes = Routes::of(doc, tree);
            for word in ["v1", "y}", "og"] {
                let at = text.find(word).unwrap_or_default();
                found.extend(routes.scalar_at(Span::new(at, at + 1)).map(|node| routes.structure(node)));
            }
            assert_eq!(routes.scalar_at(Span::new(text.len(), text.len() + 1)), None);
        });
        assert_eq!(found, ["List/? apiVersion", "Pod/web spec.a[0].x", "Pod/web spec.a[1].b[1]"]);
    }
}
