//! Whether a secret's sightings come to an open finding, and where it is open first.

use std::collections::HashMap;
use std::sync::Arc;

use git2::Oid;

use super::groups::{Group, Key, Seen, numbered};
use super::origin;
use crate::engine::Engine;
use crate::model::{Finding, Span};
use crate::source::git::history::{Heads, History, Holder, PathNo};
use crate::source::git::objects::Objects;

/// A blob as it stood at a path: what was found in it, and where.
struct Version {
    findings: HashMap<(Key, u32), Finding>,
    secrets: Arc<[Span]>,
}

/// What is looked up once for all groups.
#[derive(Default)]
pub struct Lookup {
    versions: HashMap<(Oid, PathNo), Version>,
    heads: Heads,
}

impl Engine {
    /// Notes in the group's finding who accepted it. Where HEAD has it (or the end of a range that was asked for), that counts,
    /// else wherever it was seen: it is accepted if it was everywhere. An open one is shown as what is open first.
    pub(super) fn judge(&self, history: &mut History<'_>, objects: &Objects, group: &mut Group, lookup: &mut Lookup) {
        if group.seen.iter().all(|seen| seen.accepted.is_none()) {
            return;
        }
        let all = || group.seen.iter().flat_map(|seen| seen.sight.places.iter().map(move |place| (seen, *place)));
        let mut is_in_head = |seen: &Seen, place| lookup.heads.has(history, seen.sight.blob, place);
        let mut counted: Vec<_> = all().filter(|(seen, place)| is_in_head(seen, *place)).collect();
        if counted.is_empty() {
            counted.extend(all());
        }
        let Some((seen, place)) = counted.iter().copied().find(|(seen, _)| seen.accepted.is_none()) else {
            group.finding.suppressed = counted.first().and_then(|(seen, _)| seen.accepted.clone());
            return;
        };
        if group.finding.suppressed.take().is_none() {
            return;
        }
        let (blob, nth) = (seen.sight.blob, seen.nth);
        let version = lookup.versions.entry((blob, place)).or_insert_with(|| {
            let scanned = self.scan_before(objects, blob, history.texts().of(place));
            let secrets = scanned.source.map(|source| source.secrets).unwrap_or_default().into();
            let findings = numbered(scanned.findings).into_iter();
            Version { findings: findings.map(|(key, nth, finding)| ((key, nth), finding)).collect(), secrets }
        });
        // Under another path a rule may see it with other eyes; open it is all the same.
        let Some(finding) = version.findings.get(&(Key::of(&group.finding), nth)) else { return };
        let holder = lookup.heads.brought(history, blob, place).unwrap_or(seen.sight.holder);
        let path = history.texts().of(place);
        let origin = match history.holders.get(holder as usize) {
            Some(Holder::Commit(commit)) => origin(*commit, path),
            _ => origin(blob, path),
        };
        group.finding = Finding { origin: Arc::new(origin), suppressed: None, ..finding.clone() };
        (group.blob, group.holder, group.secrets) = (blob, holder, Arc::clone(&version.secrets));
    }
}
