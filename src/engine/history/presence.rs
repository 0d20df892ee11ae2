//! Whether HEAD still has a secret. Where all refs were scanned, it has one of the versions that the secret was seen in; a
//! range may end before the version that HEAD has.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use git2::Oid;

use super::groups::{Group, Key};
use super::settle::is_file;
use crate::engine::Engine;
use crate::model::Secret;
use crate::source::git::history::{History, PathNo};
use crate::source::git::objects::Objects;
use crate::source::git::{Runner, share};

/// Files that HEAD has and the range's end has not are looked at for what was moved there, as many as these at the most.
const MAX_NEW: usize = 2_000;

impl Engine {
    /// For each of the groups of files, whether HEAD has its secret.
    pub(super) fn in_head(
        &self,
        history: &mut History<'_>,
        objects: &Objects,
        groups: &[Group],
        run: &Runner<'_>,
    ) -> Vec<bool> {
        let head = history.in_head();
        let mut present: Vec<bool> =
            groups.iter().map(|group| group.seen.iter().any(|seen| head.contains(&seen.sight.blob))).collect();
        if !history.ends_elsewhere() {
            return present;
        }
        let mut files: HashMap<usize, Vec<(PathNo, Oid)>> = HashMap::new();
        let mut moved = None;
        for (at, group) in groups.iter().enumerate().filter(|(at, group)| !present[*at] && is_file(&group.places)) {
            let mut there: Vec<_> =
                group.places.iter().filter_map(|path| Some((*path, history.at_head(*path)?))).collect();
            if there.is_empty() {
                there.clone_from(moved.get_or_insert_with(|| history.new_in_head(MAX_NEW)));
            }
            files.insert(at, there);
        }
        let distinct: HashSet<(PathNo, Oid)> = files.values().flatten().copied().collect();
        let found: Mutex<HashMap<(PathNo, Oid), HashSet<Secret>>> = Mutex::new(HashMap::new());
        let texts = history.texts();
        share(run, distinct.into_iter().collect(), |(path, blob)| {
            let scanned = self.scan_before(objects, blob, texts.of(path));
            let secrets = scanned.findings.iter().map(|finding| Key::of(finding).into_text()).collect();
            found.lock().unwrap_or_else(PoisonError::into_inner).insert((path, blob), secrets);
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        for (at, files) in files {
            let text = Key::of(&groups[at].finding).into_text();
            present[at] = files.iter().any(|file| found.get(file).is_some_and(|secrets| secrets.contains(&text)));
        }
        present
    }
}
