//! Paths as a tree of names: a history has millions of them, and most share their folders.

use std::collections::HashMap;

use super::graph::Graph;

/// A path's number.
pub type PathNo = u32;

/// The paths that were met.
pub struct Paths {
    nodes: Vec<(PathNo, u32)>,
    numbers: HashMap<(PathNo, u32), PathNo>,
}

impl Paths {
    /// The root of a repository.
    pub const ROOT: PathNo = 0;

    /// The root alone.
    pub fn new() -> Self {
        Self { nodes: vec![(Self::ROOT, 0)], numbers: HashMap::new() }
    }

    /// The path `name` below `folder`.
    pub fn below(&mut self, folder: PathNo, name: u32) -> PathNo {
        *self.numbers.entry((folder, name)).or_insert_with(|| {
            self.nodes.push((folder, name));
            (self.nodes.len() - 1) as PathNo
        })
    }

    /// Whether `path` is `name` below `folder`.
    pub fn is(&self, path: PathNo, folder: PathNo, name: u32) -> bool {
        self.nodes[path as usize] == (folder, name)
    }

    /// The names' numbers from the root.
    pub fn names(&self, mut path: PathNo) -> Vec<u32> {
        let mut names = Vec::new();
        while path != Self::ROOT {
            let (folder, name) = self.nodes[path as usize];
            names.push(name);
            path = folder;
        }
        names.reverse();
        names
    }

    /// The path as text; bytes that are no UTF-8 are shown as U+FFFD.
    pub fn text(&self, path: PathNo, graph: &Graph<'_>) -> String {
        let names: Vec<_> = self.names(path).iter().map(|name| graph.name(*name)).collect();
        String::from_utf8_lossy(&names.join(&b'/')).into_owned()
    }
}
