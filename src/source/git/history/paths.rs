//! Paths as a tree of names: a history has millions of them, and most share their folders.

use std::sync::Arc;

use foldhash::HashMap;

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

    /// The root alone, which stands below nothing.
    pub fn new() -> Self {
        Self { nodes: vec![(PathNo::MAX, u32::MAX)], numbers: HashMap::default() }
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
    pub fn names(&self, path: PathNo) -> Vec<u32> {
        let mut names: Vec<u32> = self.upwards(path).collect();
        names.reverse();
        names
    }

    /// The names' numbers, up to the root.
    fn upwards(&self, mut path: PathNo) -> impl Iterator<Item = u32> {
        std::iter::from_fn(move || {
            let (folder, name) = (path != Self::ROOT).then(|| self.nodes[path as usize])?;
            path = folder;
            Some(name)
        })
    }
}

/// Paths as text, for whichever thread asks.
#[derive(Clone, Copy)]
pub struct Texts<'h> {
    pub(super) paths: &'h Paths,
    pub(super) names: &'h [Arc<[u8]>],
}

impl Texts<'_> {
    /// The path as text; bytes that are no UTF-8 are shown as U+FFFD.
    pub fn of(&self, path: PathNo) -> String {
        let bytes = self.bytes(path);
        String::from_utf8(bytes).unwrap_or_else(|bytes| String::from_utf8_lossy(bytes.as_bytes()).into_owned())
    }

    /// The path's bytes, if none of its names holds a slash, as no sane one does, so that the names can be told again.
    pub fn plain(&self, path: PathNo) -> Option<Vec<u8>> {
        let mut names = self.paths.upwards(path).map(|name| &self.names[name as usize]);
        names.all(|name| !name.contains(&b'/')).then(|| self.bytes(path))
    }

    /// The path's bytes.
    fn bytes(&self, path: PathNo) -> Vec<u8> {
        let names = || self.paths.upwards(path).map(|name| &*self.names[name as usize]);
        let mut end: usize = names().map(|name| name.len() + 1).sum();
        let mut text = vec![b'/'; end.saturating_sub(1)];
        for name in names() {
            text[end - 1 - name.len()..end - 1].copy_from_slice(name);
            end -= name.len() + 1;
        }
        text
    }
}
