//! One traversal of a document that gives every name with its value, in whatever shape the format puts them.

use crate::encoding;
use crate::model::{Body, Document, Kind, NodeId, Role, Span, Step, Tree};

/// How a format puts a name and a value together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `key: value` in a mapping.
    Entry,
    /// A mapping with `name:` (or `key:`, `parameter:`) and `value:`; the pair's name is the text under `name`.
    NameValue,
    /// `NAME=value` as the item of a sequence.
    Assignment,
    /// Any other scalar item of a sequence; the pair's name is the key that the sequence stands under.
    Item,
    /// A line of a flat format.
    Line,
}

/// A name with its value. Spans count in the document's text.
pub struct Pair<'d> {
    /// The document.
    pub doc: &'d Document<'d>,
    /// The shape it was found in.
    pub shape: Shape,
    /// The name.
    pub name: &'d str,
    /// The name's bytes.
    pub name_span: Span,
    /// The value, decoded.
    pub value: &'d str,
    /// The value's bytes, without quotes; for an assignment those behind the `=`.
    pub value_span: Span,
    /// The scalar that holds the value (for an assignment: the whole of it), in a tree.
    pub node: Option<NodeId>,
    /// Offset of `value` in the scalar's decoded text: behind the `=` of an assignment, else 0.
    pub offset: usize,
    /// The section of a flat format that it stands in, or empty.
    pub section: &'d str,
    /// The way from the root to the value (for [`Shape::NameValue`]: up to `value`), in a tree.
    pub path: &'d Path<'d>,
}

impl Pair<'_> {
    /// The bytes in the document's text of the stretch `start..end` of `value`.
    pub fn span_of(&self, start: usize, end: usize) -> Span {
        match (self.node, self.doc.tree()) {
            (Some(node), Some(tree)) if tree.is_decoded(node) => {
                encoding::scalar_map(tree, node).to_file(Span::new(start + self.offset, end + self.offset))
            }
            // A value that goes on behind a line's end stands where all of it stands.
            (None, _) if self.value.len() != self.value_span.len() => self.value_span,
            _ => Span::new(self.value_span.start + start, self.value_span.start + end),
        }
    }

    /// Whether a template (`{{ … }}`) stands in the value.
    pub fn is_templated(&self) -> bool {
        self.doc.is_templated(self.value_span)
    }
}

/// The way from the root of a tree to a node.
#[derive(Default)]
pub struct Path<'t> {
    tree: Option<&'t Tree<'t>>,
    steps: Vec<Step>,
    mappings: Vec<NodeId>,
    owners: Vec<Owner>,
}

/// A resource on the way. It is found on the way down, so that telling where a pair stands costs no search.
struct Owner {
    /// Steps from the root to it.
    depth: usize,
    kind: NodeId,
    name: Option<NodeId>,
}

impl Path<'_> {
    /// The innermost mapping on the way.
    pub fn mapping(&self) -> Option<NodeId> {
        self.mappings.last().copied()
    }

    /// The kind of the innermost resource on the way, or the empty string.
    pub fn owner_kind(&self) -> &str {
        self.owner(|owner| Some(owner.kind)).unwrap_or_default()
    }

    /// The keys on the way from the innermost resource on, items left out.
    pub fn keys_in_owner(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.keys_of(self.steps_in_owner())
    }

    /// As a report shows it: `Deployment/web spec.containers[0].env[2].value`.
    pub fn structure(&self) -> String {
        let Some(tree) = self.tree else { return String::new() };
        let inside = display(tree, self.steps_in_owner());
        if self.owners.is_empty() {
            return inside;
        }
        let name = self.owner(|owner| owner.name).unwrap_or("?");
        format!("{}/{name} {inside}", self.owner_kind())
    }

    fn owner(&self, field: impl Fn(&Owner) -> Option<NodeId>) -> Option<&str> {
        self.tree?.str(field(self.owners.last()?)?)
    }

    fn steps_in_owner(&self) -> &[Step] {
        &self.steps[self.owners.last().map_or(0, |owner| owner.depth)..]
    }

    fn keys_of<'p>(&'p self, steps: &'p [Step]) -> impl DoubleEndedIterator<Item = &'p str> {
        steps.iter().filter_map(|step| match step {
            Step::Key(key) => self.tree.and_then(|tree| tree.str(*key)),
            Step::Item(_) => None,
        })
    }

    /// The keys on the way, outermost first, items left out.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.keys_of(&self.steps)
    }

    /// Whether one of the keys on the way is `key`.
    pub fn has_key(&self, key: &str) -> bool {
        self.keys().any(|k| k == key)
    }
}

/// As people write a path: `spec.containers[0].env[2].value`, odd keys quoted: `data["app.yml"]`.
pub fn display(tree: &Tree<'_>, steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Item(at) => out.push_str(&format!("[{at}]")),
            Step::Key(key) => push_key(&mut out, tree.str(*key).unwrap_or("?")),
        }
    }
    out
}

fn push_key(out: &mut String, key: &str) {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '/'));
    match (plain, out.is_empty()) {
        (true, true) => out.push_str(key),
        (true, false) => {
            out.push('.');
            out.push_str(key);
        }
        (false, _) => out.push_str(&format!("[{key:?}]")),
    }
}

/// Calls `each` with every pair of the document, in document order. Aliases are followed with a budget, so that
/// nested aliases (billion laughs) cost no more than a few times the document's size.
pub fn visit(doc: &Document<'_>, each: &mut dyn FnMut(&Pair<'_>)) {
    match &doc.body {
        Body::Tree(tree) => {
            let budget = tree.len() * 4 + 1000;
            let mut visitor = Visitor { doc, tree, path: Path { tree: Some(tree), ..Path::default() }, budget, each };
            if let Some(root) = tree.root() {
                visitor.node(root, None);
            }
        }
        Body::Entries(entries) => {
            let path = Path::default();
            for entry in entries {
                let value = encoding::without_continuations(entry.value.of(doc.text));
                each(&Pair {
                    doc,
                    shape: Shape::Line,
                    name: entry.name.of(doc.text),
                    name_span: entry.name,
                    value: &value,
                    value_span: entry.value,
                    node: None,
                    offset: 0,
                    section: &entry.section,
                    path: &path,
                });
            }
        }
        Body::Dockerfile(_) | Body::Text => {}
    }
}

/// What the keys of a mapping say of it as a whole, gathered in one pass over them.
#[derive(Default)]
struct Facts {
    kind: Option<NodeId>,
    metadata: Option<NodeId>,
    has_version: bool,
    /// The scalar that names the value beside it.
    name: Option<NodeId>,
    /// The value that has its name beside it, and its key.
    value: Option<(NodeId, NodeId)>,
    /// Whether it says of what type a value is.
    typed: bool,
}

impl Facts {
    fn of(tree: &Tree<'_>, id: NodeId) -> Self {
        let mut facts = Self::default();
        // A JSON patch names what it sets by a path.
        let (mut patch, mut path) = (false, None);
        for (key, value) in tree.entries(id) {
            match tree.bytes(key).unwrap_or_default() {
                b"metadata" => facts.metadata = Some(value),
                b"apiVersion" => facts.has_version = true,
                b"kind" if tree.is_scalar(value) => facts.kind = Some(value),
                b"name" | b"key" | b"parameter" | b"Name" if tree.is_scalar(value) => {
                    facts.name = facts.name.or(Some(value))
                }
                b"value" | b"default" | b"Value" | b"defaultValue" | b"Default" if tree.is_scalar(value) => {
                    facts.value = facts.value.or(Some((key, value)));
                }
                b"type" => facts.typed = true,
                b"op" => patch = tree.is_scalar(value),
                b"path" if tree.is_scalar(value) => path = Some(value),
                _ => {}
            }
        }
        facts.name = facts.name.or(path.filter(|_| patch));
        facts
    }

    /// The resource that the mapping is, `depth` steps from the root.
    fn owner(&self, tree: &Tree<'_>, depth: usize) -> Option<Owner> {
        let kind = self.kind.filter(|_| self.has_version || self.metadata.is_some())?;
        let name = self.metadata.and_then(|metadata| tree.get(metadata, "name"));
        Some(Owner { depth, kind, name })
    }
}

struct Visitor<'d, 'e> {
    doc: &'d Document<'d>,
    tree: &'d Tree<'d>,
    path: Path<'d>,
    budget: usize,
    each: &'e mut dyn FnMut(&Pair<'_>),
}

impl Visitor<'_, '_> {
    /// Visits a node; `key` is the nearest key above it.
    fn node(&mut self, id: NodeId, key: Option<NodeId>) {
        if self.budget == 0 {
            return;
        }
        self.budget -= 1;
        let id = self.tree.resolve(id);
        match self.tree.kind(id) {
            Kind::Mapping => self.mapping(id, key),
            Kind::Sequence => self.sequence(id, key),
            Kind::Scalar | Kind::Alias => {}
        }
    }

    fn mapping(&mut self, id: NodeId, key: Option<NodeId>) {
        let facts = Facts::of(self.tree, id);
        let owner = facts.owner(self.tree, self.path.steps.len());
        let owns = owner.is_some();
        self.path.owners.extend(owner);
        self.path.mappings.push(id);
        let named = self.name_value(&facts, key);
        for (key, value) in self.tree.entries(id).filter(|&(_, value)| Some(value) != named) {
            self.path.steps.push(Step::Key(key));
            if let Some(text) = self.tree.str(value) {
                self.give(Shape::Entry, key, value, text, 0);
            } else {
                self.node(value, Some(key));
            }
            self.path.steps.pop();
        }
        self.path.mappings.pop();
        if owns {
            self.path.owners.pop();
        }
    }

    /// Gives the pair of a mapping that has a value under a well-known key, named beside it or by the key above; which
    /// value that was.
    fn name_value(&mut self, facts: &Facts, key: Option<NodeId>) -> Option<NodeId> {
        let (value_key, value) = facts.value?;
        let text = self.tree.str(value)?;
        let (shape, name) = match (facts.name, key) {
            (Some(name), _) => (Shape::NameValue, name),
            // `DEPLOY_TOKEN: {value: x, description: y}`; a schema has a `type` beside its `default`.
            (None, Some(key)) if !self.is_schema(facts, value_key) => (Shape::Entry, key),
            _ => return None,
        };
        self.path.steps.push(Step::Key(value_key));
        self.give(shape, name, value, text, 0);
        self.path.steps.pop();
        Some(value)
    }

    /// Whether the mapping describes what type of value a property has. The parameters of a pipeline have types, too.
    fn is_schema(&self, facts: &Facts, value_key: NodeId) -> bool {
        let pipeline = matches!(self.doc.role, Role::CircleCi | Role::GithubActions | Role::AzurePipelines);
        facts.typed && self.tree.str(value_key) == Some("default") && !pipeline
    }

    fn sequence(&mut self, id: NodeId, key: Option<NodeId>) {
        for (at, item) in (self.tree.first_number(id)..).zip(self.tree.items(id)) {
            self.path.steps.push(Step::Item(at));
            match self.tree.str(item) {
                Some(text) => self.item(item, text, key),
                None => self.node(item, key),
            }
            self.path.steps.pop();
        }
    }

    fn item(&mut self, item: NodeId, text: &str, key: Option<NodeId>) {
        if let Some(at) = assignment(text) {
            let span = self.tree.span(item);
            let value_span = if self.tree.is_decoded(item) { span } else { Span::new(span.start + at + 1, span.end) };
            let pair = Pair {
                doc: self.doc,
                shape: Shape::Assignment,
                name: &text[..at],
                name_span: if self.tree.is_decoded(item) { span } else { Span::new(span.start, span.start + at) },
                value: &text[at + 1..],
                value_span,
                node: Some(item),
                offset: at + 1,
                section: "",
                path: &self.path,
            };
            (self.each)(&pair);
        } else if let Some(key) = key {
            self.give(Shape::Item, key, item, text, 0);
        }
    }

    fn give(&mut self, shape: Shape, name: NodeId, value: NodeId, text: &str, offset: usize) {
        let pair = Pair {
            doc: self.doc,
            shape,
            name: self.tree.str(name).unwrap_or_default(),
            name_span: self.tree.span(name),
            value: text,
            value_span: self.tree.span(value),
            node: Some(value),
            offset,
            section: "",
            path: &self.path,
        };
        (self.each)(&pair);
    }
}

/// Where the `=` of `NAME=value` stands, if the text is of that form.
fn assignment(text: &str) -> Option<usize> {
    let at = text.find('=')?;
    let name = &text[..at];
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '[' | ']'));
    (starts_well && plain).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::model::{Place, SpanMap};

    /// Name, value and structure of each pair of a YAML text.
    fn pairs(text: &str) -> Vec<[String; 3]> {
        let mut out = Vec::new();
        document::read(text, SpanMap::at(0), Place::default(), &mut Vec::new(), &mut |doc| {
            visit(doc, &mut |pair| out.push([pair.name.to_owned(), pair.value.to_owned(), pair.path.structure()]));
        });
        out
    }

    #[test]
    fn a_value_without_a_name_beside_it_goes_by_the_key_above() {
        let found = pairs("variables:\n  TOKEN: {value: x, description: d}\n  password: {type: string, default: y}\n");
        assert_eq!(found[0], ["TOKEN", "x", "variables.TOKEN.value"]);
        assert!(!found.iter().any(|[name, value, _]| name == "password" && value == "y"), "{found:?}");
    }

    #[test]
    fn a_path_starts_at_the_innermost_resource() {
        let text = "kind: List\napiVersion: v1\nitems:\n- kind: Pod\n  metadata: {name: web}\n  spec: {a: [{name: b, value: c}]}\n";
        let [_, _, structure] = pairs(text).pop().unwrap_or_default();
        assert_eq!(structure, "Pod/web spec.a[0].name");
        let outer = pairs("kind: List\napiVersion: v1\nitems: []\nx: y\n").pop().unwrap_or_default();
        assert_eq!(outer[2], "List/? x");
    }
}
