//! Windows: a value of very many nodes as several trees, so that its memory is bounded.
//!
//! A tree that has grown by a window's nodes is cut: it is given away, and the next one begins with the collections that
//! are still open, without what was read of them. What a collection's small entries say (`kind`, `name`, `metadata`) holds
//! for all that stands in it, so that every window has them, also those that stand behind it in the text: a first pass
//! finds the collections that windows cut, and where their small entries stand.

use std::collections::HashMap;

use super::{Broken, Open, Parser};
use crate::model::{Kind, NodeId, Tree};

/// Nodes of a window: few enough for a processor's cache.
pub const NODES: usize = 1 << 15;

/// Small entries of one collection that the windows share.
const MAX_ENTRIES: usize = 64;

/// Bytes from the start of a small entry's key to the end of its value, at most.
const MAX_BYTES: usize = 2 << 10;

/// Where the small entries of large collections stand: by the offset of the collection, those of their keys' contents.
#[derive(Default)]
pub struct SmallEntries(HashMap<usize, Vec<usize>>);

impl SmallEntries {
    /// Adds those of a collection that has been read to its end.
    pub fn add(&mut self, tree: &Tree<'_>, id: NodeId) {
        let keys = small_entries(tree, id).map(|(key, _)| tree.span(key).start).collect();
        self.0.insert(tree.span(id).start, keys);
    }
}

/// The small entries of a mapping that are closed, as many as count.
fn small_entries(tree: &Tree<'_>, id: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> {
    let is_small =
        |&(key, value): &(NodeId, NodeId)| tree.span(value).end.saturating_sub(tree.span(key).start) <= MAX_BYTES;
    tree.entries(id).filter(is_small).take(MAX_ENTRIES)
}

/// Parses the value that `text` starts with and gives it in windows of so many nodes; gives the offset behind it and the
/// white space after it.
///
/// # Errors
/// The text is no JSON there, or nests too deep; `sink` has got nothing then.
pub fn give<'a>(text: &'a str, window: usize, sink: &mut dyn FnMut(Tree<'a>)) -> Result<usize, Broken> {
    let mut first = Parser::new(text);
    first.run(window, &mut |parser| {
        parser.open.iter_mut().for_each(|open| open.large = true);
        parser.cut();
    })?;
    let (len, small) = (first.at, first.small);
    drop(first.tree);
    let mut second = Parser::new(&text[..len]);
    second.run(window, &mut |parser| {
        parser.add_later(&small);
        sink(parser.cut());
    })?;
    sink(second.tree);
    Ok(len)
}

impl<'a> Parser<'a> {
    /// Reads a value and the white space after it; `full` makes room in a tree that has grown by `window` nodes.
    fn run(&mut self, window: usize, full: &mut dyn FnMut(&mut Self)) -> Result<(), Broken> {
        let mut limit = window;
        self.value()?;
        while !self.open.is_empty() {
            self.step()?;
            if self.tree.len() >= limit && !self.open.is_empty() {
                full(self);
                limit = self.tree.len().saturating_add(window);
            }
        }
        self.space();
        Ok(())
    }

    /// Begins a new tree with the open collections and their small entries so far, and gives the one that was.
    fn cut(&mut self) -> Tree<'a> {
        let mut old = std::mem::replace(&mut self.tree, Tree::new(self.text));
        self.tree.reserve(old.len());
        let ids: Vec<NodeId> = self.open.iter().map(|open| open.id).collect();
        let mut open = std::mem::take(&mut self.open);
        for (at, (open, id)) in open.iter_mut().zip(&ids).enumerate() {
            old.set_end(*id, self.at);
            if at == 0 {
                open.id = copy(&old, *id, &mut self.tree);
            }
        }
        for at in 0..open.len() {
            let inner = ids.get(at + 1).copied();
            let copied = self.copy_open(&old, ids[at], inner, &mut open[at]);
            if let (Some(next), Some(copied)) = (open.get_mut(at + 1), copied) {
                next.id = copied;
            }
        }
        self.open = open;
        old
    }

    /// Fills the copy of an open collection of `old`; the copy of the open one in it, if there is one.
    fn copy_open(&mut self, old: &Tree<'a>, id: NodeId, inner: Option<NodeId>, open: &mut Open) -> Option<NodeId> {
        open.last = None;
        let mut link = |tree: &mut Tree<'a>, node: NodeId| match open.last.replace(node) {
            None => tree.set_first_child(open.id, node),
            Some(last) => tree.set_next(last, node),
        };
        let mut copied = None;
        if open.mapping {
            let small: Vec<_> = small_entries(old, id).filter(|(key, _)| old.span(*key).start < self.at).collect();
            let around = old.entries(id).find(|(_, value)| Some(*value) == inner);
            let kept = small.into_iter().filter(|(_, value)| Some(*value) != inner);
            for (key, value) in kept {
                for node in [key, value] {
                    let node = copy_all(old, node, &mut self.tree);
                    link(&mut self.tree, node);
                }
            }
            for node in around.into_iter().flat_map(|(key, value)| [key, value]) {
                let node = copy(old, node, &mut self.tree);
                link(&mut self.tree, node);
                copied = Some(node);
            }
        } else {
            let passed = old.items(id).filter(|item| Some(*item) != inner).count();
            self.tree.set_first_number(open.id, old.first_number(id).saturating_add(passed as u32));
            if let Some(inner) = inner {
                let node = copy(old, inner, &mut self.tree);
                link(&mut self.tree, node);
                copied = Some(node);
            }
        }
        copied
    }

    /// Adds to the open mappings the small entries that stand behind what has been read.
    fn add_later(&mut self, small: &SmallEntries) {
        let mut inner = Parser::new(self.text);
        std::mem::swap(&mut inner.tree, &mut self.tree);
        for open in self.open.iter().filter(|open| open.mapping) {
            let start = inner.tree.span(open.id).start;
            let later = small.0.get(&start).into_iter().flatten().filter(|key| **key > self.at);
            inner.open = vec![Open { id: open.id, last: open.last, first: false, mapping: true, large: false }];
            for key in later {
                // The text has been read once without an error.
                inner.at = key - 1;
                let entry = inner.entry();
                while entry.is_ok() && inner.open.len() > 1 && inner.step().is_ok() {}
            }
        }
        std::mem::swap(&mut inner.tree, &mut self.tree);
    }
}

/// Copies a node without its children.
fn copy<'a>(from: &Tree<'_>, id: NodeId, to: &mut Tree<'a>) -> NodeId {
    let copied = to.push(from.kind(id), from.style(id), from.span(id));
    if let Some(value) = from.str(id).filter(|_| from.is_decoded(id)) {
        to.set_value(copied, value.into());
    }
    copied
}

/// Copies a node and all that stands in it, which is small.
fn copy_all<'a>(from: &Tree<'_>, id: NodeId, to: &mut Tree<'a>) -> NodeId {
    let copied = copy(from, id, to);
    let children: Vec<NodeId> = match from.kind(id) {
        Kind::Mapping => from.entries(id).flat_map(|(key, value)| [key, value]).collect(),
        _ => from.items(id).collect(),
    };
    let mut last = None;
    for child in children {
        let child = copy_all(from, child, to);
        match last.replace(child) {
            None => to.set_first_child(copied, child),
            Some(last) => to.set_next(last, child),
        }
    }
    if from.first_number(id) > 0 {
        to.set_first_number(copied, from.first_number(id));
    }
    copied
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::parse;
    use super::*;

    /// Every scalar of a tree with the way to it.
    fn scalars(tree: &Tree<'_>, id: NodeId, path: &str, out: &mut Vec<String>) {
        match tree.kind(id) {
            Kind::Mapping => {
                for (key, value) in tree.entries(id) {
                    scalars(tree, value, &format!("{path}.{}", tree.str(key).unwrap_or_default()), out);
                }
            }
            Kind::Sequence => {
                for (at, item) in (tree.first_number(id)..).zip(tree.items(id)) {
                    scalars(tree, item, &format!("{path}[{at}]"), out);
                }
            }
            _ => out.push(format!("{path}={}", tree.str(id).unwrap_or_default())),
        }
    }

    fn windows(text: &str, window: usize) -> Vec<Vec<String>> {
        let mut out = Vec::new();
        let len = parse(text, window, &mut |tree: Tree<'_>| {
            let mut found = Vec::new();
            scalars(&tree, tree.root().expect("a root"), "", &mut found);
            out.push(found);
        });
        assert_eq!(len, Ok(text.len()));
        out
    }

    #[test]
    fn small_entries_hold_for_every_window() {
        let items: Vec<Value> = (0..50).map(|n| json!({"n": n})).collect();
        let object = json!({"apiVersion": "v1", "items": items, "kind": "List", "zone": {"a": "b"}});
        let found = windows(&object.to_string(), 40);
        assert!(found.len() > 3);
        for window in &found {
            for entry in [".apiVersion=v1", ".kind=List", ".zone.a=b"] {
                assert!(window.iter().any(|scalar| scalar == entry), "{entry}: {window:?}");
            }
        }
        assert!(found[1].iter().any(|scalar| scalar == ".items[20].n=20"), "{found:?}");
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<u8>().prop_map(Value::from), "[a\"é]{0,3}".prop_map(Value::from)];
        leaf.prop_recursive(5, 200, 12, |inner| {
            let objects = prop::collection::btree_map("[a-e\n]{1,3}", inner.clone(), 0..12);
            prop_oneof![
                prop::collection::vec(inner, 0..12).prop_map(Value::from),
                objects.prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn windows_have_together_what_the_whole_has(value in values(), window in 1usize..60) {
            let text = value.to_string();
            let sorted = |mut found: Vec<String>| {
                found.sort_unstable();
                found.dedup();
                found
            };
            let whole = sorted(windows(&text, usize::MAX).concat());
            prop_assert_eq!(sorted(windows(&text, window).concat()), whole);
        }
    }
}
