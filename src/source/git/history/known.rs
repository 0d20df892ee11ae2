//! What a scan that goes on from an earlier one knows without walking: the files of HEAD, and through their paths, of which
//! the cache has digests, most of the files in which the earlier one found something.

use std::sync::Mutex;

use foldhash::{HashMap, HashSet};
use git2::{ObjectType, Oid};

use super::graph::read;
use crate::source::git::cache::{Mark, Sight, path_mark};
use crate::source::git::object::{CommitText, EntryKind, entries};
use crate::source::git::objects::Objects;
use crate::source::git::{Odb, Runner};

/// Fewer folders than these are read before the other threads have begun.
const FEW: usize = 4;

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

/// A folder of HEAD, and the path to what is in it.
type Folder = (Oid, Vec<u8>);

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
    pub fn read(head: Oid, sights: &[Sight], objects: &Objects, run: &Runner<'_>) -> Self {
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
        // Paths in the order of their bytes are in the order of the trees.
        files.values_mut().for_each(|files| files.sort_unstable());
        Self { head: Some(all.blobs), files }
    }
}

/// What is in HEAD, read by all threads, level by level. One that can't be read has nothing.
fn contents(head: Oid, wanted: &HashSet<Mark>, objects: &Objects, run: &Runner<'_>) -> Content {
    let root = |odb: &Odb<'_>| CommitText::read(read(odb, head, ObjectType::Commit).ok()?.data()).map(|text| text.tree);
    let root = objects.with(|repository| Ok(root(&repository.odb()?)));
    let mut level: Vec<Folder> = root.ok().flatten().map(|tree| (tree, Vec::new())).into_iter().collect();
    let mut seen: HashSet<Oid> = level.iter().map(|(tree, _)| *tree).collect();
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
        level = next.into_iter().filter(|(tree, _)| seen.insert(*tree)).collect();
    }
    all.into_inner().unwrap_or_default()
}

/// What is in a folder; `None` if it can't be read.
fn content(odb: &Odb<'_>, (tree, path): &Folder, wanted: &HashSet<Mark>) -> Option<Content> {
    let tree = read(odb, *tree, ObjectType::Tree).ok()?;
    let mut content = Content::default();
    entries(tree.data(), |entry| {
        let path = || [path, entry.name].concat();
        match entry.kind {
            EntryKind::Tree => content.folders.push((entry.id(), [&path()[..], b"/"].concat())),
            EntryKind::Blob => {
                let mark = path_mark(&path());
                if wanted.contains(&mark) {
                    content.paths.insert(mark, path());
                }
                content.blobs.insert(entry.id());
            }
            EntryKind::Submodule => {}
        }
    })?;
    Some(content)
}
