//! The span tree: a YAML or JSON document whose every key and scalar knows its exact bytes.
//!
//! Nodes lie in one vector in document order (a parent before its children), so that a large document costs 20 bytes a
//! node. Texts are not copied: a scalar's value is a slice of the document unless an escape or folding changed it.

use super::Span;

/// Index of a node in its [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

/// The key under which YAML merges other mappings into one.
const MERGE: &str = "<<";

const NONE: u32 = u32::MAX;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A scalar.
    Scalar,
    /// A sequence; its children are its items.
    Sequence,
    /// A mapping; its children are key, value, key, value …
    Mapping,
    /// An alias; it stands for another node of the same tree.
    Alias,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// `'…'`.
    SingleQuoted,
    /// `"…"` (every JSON string).
    DoubleQuoted,
    /// `|`.
    Literal,
    /// `>`.
    Folded,
}

/// A node. Made by the parsers in `document/`; read through [`Tree`].
#[derive(Clone, Copy, Debug)]
pub struct Node {
    start: u32,
    end: u32,
    next: u32,
    /// First child of a collection, target of an alias, index into `owned` of a scalar whose value differs from its bytes.
    link: u32,
    kind: Kind,
    style: Style,
    /// Index into `tags` plus one, or 0.
    tag: u16,
}

/// A parsed YAML or JSON document. Spans count in `text`.
#[derive(Debug)]
pub struct Tree<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    owned: Vec<Box<str>>,
    tags: Vec<Box<str>>,
    /// Sequences of which the first items are left out, and how many.
    left_out: Vec<(NodeId, u32)>,
}

impl<'a> Tree<'a> {
    /// An empty tree over `text`, which must be shorter than 4 GiB.
    pub fn new(text: &'a str) -> Self {
        Self { text, nodes: Vec::new(), owned: Vec::new(), tags: Vec::new(), left_out: Vec::new() }
    }

    /// The text that the spans count in.
    pub fn text(&self) -> &'a str {
        self.text
    }

    /// Makes room for so many more nodes.
    pub fn reserve(&mut self, nodes: usize) {
        self.nodes.reserve(nodes);
    }

    /// Leaves out the text from byte `end` on, which belongs to no node.
    pub fn cut(&mut self, end: usize) {
        self.text = self.text.get(..end).unwrap_or(self.text);
    }

    /// Number of nodes.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether the tree has no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The root node, unless the document is empty.
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// Adds a node; `span` is that of its content, without quotes or the block header. The parser links it with
    /// [`Tree::set_first_child`] and [`Tree::set_next`].
    pub fn push(&mut self, kind: Kind, style: Style, span: Span) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let (start, end) = (span.start as u32, span.end as u32);
        self.nodes.push(Node { start, end, next: NONE, link: NONE, kind, style, tag: 0 });
        id
    }

    /// Sets where a collection ends, once that is known.
    pub fn set_end(&mut self, id: NodeId, end: usize) {
        self.nodes[id.0 as usize].end = end as u32;
    }

    /// Makes `child` the first child of the collection `id`.
    pub fn set_first_child(&mut self, id: NodeId, child: NodeId) {
        self.nodes[id.0 as usize].link = child.0;
    }

    /// Makes `next` the sibling after `id`.
    pub fn set_next(&mut self, id: NodeId, next: NodeId) {
        self.nodes[id.0 as usize].next = next.0;
    }

    /// Gives a scalar a value that differs from its bytes (escapes, folding, stripped indentation).
    pub fn set_value(&mut self, id: NodeId, value: Box<str>) {
        self.nodes[id.0 as usize].link = self.owned.len() as u32;
        self.owned.push(value);
    }

    /// Makes the alias `id` stand for `target`.
    pub fn set_target(&mut self, id: NodeId, target: NodeId) {
        self.nodes[id.0 as usize].link = target.0;
    }

    /// Gives a node its tag (`!!binary`, `!vault`), as written.
    pub fn set_tag(&mut self, id: NodeId, tag: &str) {
        let at = self.tags.iter().position(|t| **t == *tag).unwrap_or_else(|| {
            self.tags.push(tag.into());
            self.tags.len() - 1
        });
        self.nodes[id.0 as usize].tag = u16::try_from(at + 1).unwrap_or(0);
    }

    /// Says that the tree has the items of a sequence from the one with this number on, as other trees have those before.
    pub fn set_first_number(&mut self, id: NodeId, number: u32) {
        self.left_out.push((id, number));
    }

    /// The number of a sequence's first item in this tree: 0, unless other trees have those before.
    pub fn first_number(&self, id: NodeId) -> u32 {
        let id = self.resolve(id);
        self.left_out.iter().find(|(known, _)| *known == id).map_or(0, |(_, number)| *number)
    }

    #[inline]
    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// Follows aliases to the node that holds the content.
    #[inline]
    pub fn resolve(&self, id: NodeId) -> NodeId {
        if self.node(id).kind == Kind::Alias { self.target(id) } else { id }
    }

    #[cold]
    fn target(&self, mut id: NodeId) -> NodeId {
        for _ in 0..64 {
            let node = self.node(id);
            if node.kind != Kind::Alias || node.link == NONE {
                break;
            }
            id = NodeId(node.link);
        }
        id
    }

    /// What the node is, as written (an alias is an alias).
    #[inline]
    pub fn kind(&self, id: NodeId) -> Kind {
        self.node(id).kind
    }

    /// How the scalar is written (after following aliases).
    pub fn style(&self, id: NodeId) -> Style {
        self.node(self.resolve(id)).style
    }

    /// The node's tag as written, after following aliases.
    pub fn tag(&self, id: NodeId) -> Option<&str> {
        let tag = self.node(self.resolve(id)).tag;
        (tag > 0).then(|| &*self.tags[tag as usize - 1])
    }

    /// The bytes of the node's content: without quotes; of a block scalar from the first to the last byte of its
    /// text lines, the last line end left out. An alias gives its target's.
    pub fn span(&self, id: NodeId) -> Span {
        let node = self.node(self.resolve(id));
        Span::new(node.start as usize, node.end as usize)
    }

    /// The value of a scalar (after following aliases), decoded; `None` for a collection.
    #[inline]
    pub fn str(&self, id: NodeId) -> Option<&str> {
        let node = self.node(self.resolve(id));
        match node.kind {
            Kind::Scalar if node.link != NONE => Some(&self.owned[node.link as usize]),
            Kind::Scalar => Some(Span::new(node.start as usize, node.end as usize).of(self.text)),
            _ => None,
        }
    }

    /// The bytes of a scalar's value: asked of every key, and cheaper than the value as text.
    #[inline]
    pub fn bytes(&self, id: NodeId) -> Option<&[u8]> {
        let node = self.node(self.resolve(id));
        match node.kind {
            Kind::Scalar if node.link != NONE => self.owned.get(node.link as usize).map(|value| value.as_bytes()),
            Kind::Scalar => self.text.as_bytes().get(node.start as usize..node.end as usize),
            _ => None,
        }
    }

    /// Whether the scalar's value differs from its bytes, so that offsets in it need a map.
    pub fn is_decoded(&self, id: NodeId) -> bool {
        let node = self.node(self.resolve(id));
        node.kind == Kind::Scalar && node.link != NONE
    }

    /// Whether the node is a scalar (after following aliases).
    pub fn is_scalar(&self, id: NodeId) -> bool {
        self.node(self.resolve(id)).kind == Kind::Scalar
    }

    /// Whether the node is a mapping (after following aliases).
    pub fn is_mapping(&self, id: NodeId) -> bool {
        self.node(self.resolve(id)).kind == Kind::Mapping
    }

    /// Whether the node is a sequence (after following aliases).
    pub fn is_sequence(&self, id: NodeId) -> bool {
        self.node(self.resolve(id)).kind == Kind::Sequence
    }

    /// The items of a sequence (after following aliases); of anything else, nothing.
    pub fn items(&self, id: NodeId) -> Siblings<'_, 'a> {
        let id = self.resolve(id);
        let node = self.node(id);
        let first = if node.kind == Kind::Sequence { node.link } else { NONE };
        Siblings { tree: self, next: first }
    }

    /// The keys and values of a mapping (after following aliases) as written: duplicate keys each, `<<` as a key.
    pub fn entries(&self, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        let id = self.resolve(id);
        let node = self.node(id);
        let first = if node.kind == Kind::Mapping { node.link } else { NONE };
        let mut siblings = Siblings { tree: self, next: first };
        std::iter::from_fn(move || Some((siblings.next()?, siblings.next()?)))
    }

    /// The value under `key`: the last one where the key stands twice, as Kubernetes reads it; merge keys (`<<`) are
    /// looked through, at most a few levels deep.
    pub fn get(&self, id: NodeId, key: &str) -> Option<NodeId> {
        self.get_within(id, key, 4)
    }

    fn get_within(&self, id: NodeId, key: &str, depth: u8) -> Option<NodeId> {
        let (mut own, mut is_merged) = (None, false);
        for (name, value) in self.entries(id) {
            let bytes = self.bytes(name);
            if bytes == Some(key.as_bytes()) {
                own = Some(value);
            }
            is_merged |= bytes == Some(MERGE.as_bytes());
        }
        if own.is_some() || !is_merged || depth == 0 {
            return own;
        }
        let merges =
            self.entries(id).filter(|&(name, _)| self.bytes(name) == Some(MERGE.as_bytes())).map(|(_, value)| value);
        for merged in merges {
            let found = if self.is_sequence(merged) {
                self.items(merged).find_map(|item| self.get_within(item, key, depth - 1))
            } else {
                self.get_within(merged, key, depth - 1)
            };
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// The value at a path of keys.
    pub fn at(&self, id: NodeId, path: &[&str]) -> Option<NodeId> {
        path.iter().try_fold(id, |node, key| self.get(node, key))
    }

    /// The scalar at a path of keys.
    pub fn str_at(&self, id: NodeId, path: &[&str]) -> Option<&str> {
        self.str(self.at(id, path)?)
    }
}

/// Iterates over the children of a collection.
pub struct Siblings<'t, 'a> {
    tree: &'t Tree<'a>,
    next: u32,
}

impl Iterator for Siblings<'_, '_> {
    type Item = NodeId;

    fn next(&mut self) -> Option<NodeId> {
        if self.next == NONE {
            return None;
        }
        let id = NodeId(self.next);
        self.next = self.tree.node(id).next;
        Some(id)
    }
}
