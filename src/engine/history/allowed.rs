//! What the allowlist accepts at the path where it came, and not at one where it was later moved or copied to, is reported as
//! what came there.

use std::collections::HashMap;
use std::sync::Arc;

use git2::Oid;

use super::groups::Group;
use super::origin;
use crate::engine::{Engine, Scanned};
use crate::model::{Finding, Origin};
use crate::source::git::history::{History, Holder, PathNo};
use crate::source::git::objects::Objects;

/// Blobs as they stood at paths.
pub type Known = HashMap<(Oid, PathNo), Scanned>;

impl Engine {
    /// Gives a finding the first place where the allowlist does not accept it, if there is one.
    pub(super) fn leave_allowed(
        &self,
        history: &mut History<'_>,
        objects: &Objects,
        group: &mut Group,
        known: &mut Known,
    ) {
        if self.allowlist.entries.is_empty()
            || group.places.len() < 2
            || !self.accepts_at(&group.finding, group.finding.origin.path().to_owned())
        {
            return;
        }
        let accepts = |place: &PathNo| self.accepts_at(&group.finding, history.texts().of(*place));
        let open: Vec<PathNo> = group.places.iter().copied().filter(|place| !accepts(place)).collect();
        let mut seen: Vec<_> = group.seen.iter().map(|(sight, _)| sight).collect();
        seen.sort_by_key(|sight| (sight.holder, sight.blob));
        let at = seen.into_iter().find_map(|sight| {
            let place = *sight.places.iter().find(|place| open.contains(place))?;
            let scan = || self.scan_before(objects, sight.blob, history.texts().of(place));
            let scanned = known.entry((sight.blob, place)).or_insert_with(scan);
            let secrets = scanned.source.as_ref().map(|source| source.secrets.clone()).unwrap_or_default();
            let finding = scanned.findings.iter().find(|finding| group.is(finding))?.clone();
            Some((sight.blob, place, finding, secrets))
        });
        let Some((blob, place, finding, secrets)) = at else { return };
        let holder = history.brought(blob, place).unwrap_or(group.holder);
        let path = history.texts().of(place);
        let origin = match history.holders.get(holder as usize) {
            Some(Holder::Commit(commit)) => origin(*commit, path),
            _ => origin(blob, path),
        };
        for (sight, by) in &mut group.seen {
            if sight.places.iter().any(|place| open.contains(place)) {
                by.clone_from(&finding.suppressed);
            }
        }
        group.finding = Finding { origin: Arc::new(origin), ..finding };
        (group.blob, group.holder, group.secrets) = (blob, holder, secrets.into());
    }

    /// Whether the allowlist accepts the finding at this path.
    fn accepts_at(&self, finding: &Finding, path: String) -> bool {
        let origin = Arc::new(Origin::Stdin { path });
        let mut findings = [Finding { origin, suppressed: None, ..finding.clone() }];
        self.allowlist.apply(&mut findings);
        findings[0].suppressed.is_some()
    }
}
