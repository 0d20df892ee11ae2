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
    /// For each of the groups, whether HEAD has its secret; `None` if too much is new in HEAD to tell. Messages have their own
    /// way to tell.
    pub(super) fn in_head(
        &self,
        history: &mut History<'_>,
        objects: &Objects,
        groups: &[Group],
        run: &Runner<'_>,
    ) -> Vec<Option<bool>> {
        let head = history.in_head();
        let is_there = |group: &Group| group.seen.iter().any(|seen| head.contains(&seen.sight.blob));
        let mut present: Vec<Option<bool>> = groups.iter().map(|group| Some(is_there(group))).collect();
        let text = |group: &Group| Key::of(&group.finding).into_text();
        // Another rule may find it in the file that HEAD has.
        let mut there: HashMap<(PathNo, Secret), HashSet<&str>> = HashMap::new();
        for (group, _) in groups.iter().zip(&present).filter(|(_, is_there)| **is_there == Some(true)) {
            for path in &group.places {
                there.entry((*path, text(group))).or_default().insert(&group.finding.rule.id);
            }
        }
        for (group, is_there) in groups.iter().zip(&mut present).filter(|(group, _)| is_file(&group.places)) {
            let own: &str = &group.finding.rule.id;
            let mut others = group.places.iter().filter_map(|path| there.get(&(*path, text(group)))).flatten();
            *is_there = Some(*is_there == Some(true) || others.any(|rule| *rule != own));
        }
        let left: Vec<usize> =
            (0..groups.len()).filter(|at| present[*at] == Some(false) && is_file(&groups[*at].places)).collect();
        if left.is_empty() || !history.ends_elsewhere() {
            return present;
        }
        let new = history.new_in_head(MAX_NEW);
        let is_known = new.len() < MAX_NEW;
        let new: HashSet<(PathNo, Oid)> = new.into_iter().collect();
        let mut files = new.clone();
        for path in left.iter().flat_map(|at| &groups[*at].places) {
            files.extend(history.at_head(*path).map(|blob| (*path, blob)));
        }
        // Under its own path, or in any of the files that are new.
        let found: Mutex<HashSet<(Option<PathNo>, Secret)>> = Mutex::new(HashSet::new());
        let texts = history.texts();
        share(run, files.into_iter().collect(), |file| {
            let scanned = self.scan_before(objects, file.1, texts.of(file.0));
            let path = (!new.contains(&file)).then_some(file.0);
            let secrets = scanned.findings.iter().map(|finding| (path, Key::of(finding).into_text()));
            found.lock().unwrap_or_else(PoisonError::into_inner).extend(secrets);
        });
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        for at in left {
            let text = text(&groups[at]);
            let mut paths = groups[at].places.iter().map(|path| Some(*path)).chain([None]);
            let has = paths.any(|path| found.contains(&(path, text.clone())));
            present[at] = (has || is_known).then_some(has);
        }
        present
    }
}
