//! What a scan that goes on from an earlier one knows without walking: the files of HEAD, and through their paths, of which
//! the cache has digests, most of the files in which the earlier one found something.

use std::sync::{Arc, Mutex};

use foldhash::{HashMap, HashSet};
use git2::{ObjectType, Oid};

use super::graph::read;
use crate::source::git::cache::{Mark, PathMark, Trace};
use crate::source::git::object::{CommitText, EntryKind, entries};
use crate::source::git::objects::Objects;
use crate::source::git::{Odb, Runner};

/// Fewer folders than these are read before the other threads have begun.
const FEW: usize = 4;

/// Folders deeper than this, and what is in them, are not known by their paths.
const MAX_DEPTH: usize = 256;

/// The files that a commit brought, as paths and blobs, in the order of its tree.
pub type Files = HashMap<Oid, Vec<(Vec<u8>, Oid)>>;

/// What need not be walked.
#[derive(Default)]
pub struct Known {
    /// The blobs of HEAD, if they were looked at.
    pub head: Option<HashSet<Oid>>,
    /// What the commits of sights brought, as far as it counts: of those whose paths HEAD still has, all.
    pub files: Files,
}

/// A folder of HEAD.
#[derive(Clone)]
struct Folder {
    tree: Oid,
    /// The way there; none where a name holds a slash, or too far down.
    way: Option<Arc<Way>>,
}

/// The path of a folder; the root has no name.
#[derive(Default)]
struct Way {
    mark: PathMark,
    depth: usize,
    name: Box<[u8]>,
    above: Option<Arc<Way>>,
}

impl Way {
    /// That of the folder `name` in this one.
    fn below(self: &Arc<Self>, name: &[u8]) -> Option<Arc<Self>> {
        let is_known = self.depth < MAX_DEPTH && !name.contains(&b'/');
        let way = || Self {
            mark: self.mark.folder(name),
            depth: self.depth + 1,
            name: name.into(),
            above: Some(Arc::clone(self)),
        };
        is_known.then(|| Arc::new(way()))
    }

    /// The path of the file `name`.
    fn path(&self, name: &[u8]) -> Vec<u8> {
        let ways = std::iter::successors(Some(self), |way| way.above.as_deref());
        let mut names: Vec<&[u8]> = ways.filter(|way| way.above.is_some()).map(|way| &*way.name).collect();
        names.reverse();
        names.push(name);
        names.join(&b'/')
    }
}

/// What is in folders of HEAD.
#[derive(Default)]
struct Content {
    folders: Vec<Folder>,
    blobs: HashSet<Oid>,
    /// Those of the paths that were asked for.
    paths: HashMap<Mark, Vec<u8>>,
}

impl Known {
    /// Looks through the files of `head` for the paths of the sights.
    pub fn read(head: Oid, sights: &[Trace], objects: &Objects, run: &Runner<'_>) -> Self {
        let wanted: HashSet<Mark> = sights.iter().map(|sight| sight.path).collect();
        let all = contents(head, &wanted, objects, run);
        let mut files = Files::default();
        for sight in sights {
            let of_commit = files.entry(sight.commit).or_default();
            if let Some(path) = all.paths.get(&sight.path) {
                of_commit.push((path.clone(), sight.blob));
            }
        }
        for sight in sights.iter().filter(|sight| !sight.is_message() && !all.paths.contains_key(&sight.path)) {
            files.remove(&sight.commit);
        }
        // That is the order of sorted trees, as git writes them.
        files.values_mut().for_each(|files| files.sort_unstable());
        Self { head: Some(all.blobs), files }
    }
}

/// What is in HEAD, read by all threads, level by level. One that can't be read has nothing.
fn contents(head: Oid, wanted: &HashSet<Mark>, objects: &Objects, run: &Runner<'_>) -> Content {
    let root = |odb: &Odb<'_>| CommitText::read(read(odb, head, ObjectType::Commit).ok()?.data()).map(|text| text.tree);
    let root = objects.with(|repository| Ok(root(&repository.odb()?)));
    let root = root.ok().flatten().map(|tree| Folder { tree, way: Some(Arc::default()) });
    let mut level: Vec<Folder> = root.into_iter().collect();
    let mut seen: HashSet<Oid> = level.iter().map(|folder| folder.tree).collect();
    let all = Mutex::new(Content::default());
    while !level.is_empty() {
        let look = |at: usize| {
            let found = objects.with(|repository| Ok(content(&repository.odb()?, &level[at], wanted)));
            if let (Ok(Some(found)), Ok(mut all)) = (found, all.lock()) {
                all.folders.extend(found.folders);
                all.blobs.extend(found.blobs);
                all.paths.extend(found.paths);
            }
        };
        if level.len() < FEW {
            (0..level.len()).for_each(look);
        } else {
            run(level.len(), &look);
        }
        let next = all.lock().map(|mut all| std::mem::take(&mut all.folders)).unwrap_or_default();
        // A distinct folder is looked at once: equal ones may be nested without end.
        level = next.into_iter().filter(|folder| seen.insert(folder.tree)).collect();
    }
    all.into_inner().unwrap_or_default()
}

/// What is in a folder; `None` if it can't be read.
fn content(odb: &Odb<'_>, folder: &Folder, wanted: &HashSet<Mark>) -> Option<Content> {
    let tree = read(odb, folder.tree, ObjectType::Tree).ok()?;
    let mut content = Content::default();
    entries(tree.data(), |entry| match entry.kind {
        EntryKind::Tree => {
            let way = folder.way.as_ref().and_then(|way| way.below(entry.name));
            content.folders.push(Folder { tree: entry.id(), way });
        }
        EntryKind::Blob => {
            content.blobs.insert(entry.id());
            let way = folder.way.as_ref().filter(|_| !entry.name.contains(&b'/'));
            let marked = way.map(|way| (way, way.mark.file(entry.name)));
            if let Some((way, mark)) = marked.filter(|(_, mark)| wanted.contains(mark)) {
                content.paths.insert(mark, way.path(entry.name));
            }
        }
        EntryKind::Submodule => {}
    })?;
    Some(content)
}
