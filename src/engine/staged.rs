//! What is new among the findings of a staged file: those on changed lines, and those on other lines that the file did not
//! have before, as it was read as something else under its old path, or as something else stood above the value.

use std::collections::HashSet;

use super::{Engine, Scanned, failed};
use crate::model::{Finding, Neighbours, Origin, Span};
use crate::source::git::staged::{Changed, OldVersion, StagedFile};
use crate::source::tree;

impl Engine {
    pub(super) fn scan_changes(&self, file: &StagedFile, changed: &Changed, neighbours: &dyn Neighbours) -> Scanned {
        let bytes = &changed.bytes;
        if bytes.len() as u64 > self.settings.max_file_size {
            return failed(&file.path, tree::too_large(Some(bytes.len() as u64), self.settings.max_file_size));
        }
        let mut scanned =
            self.scan_blob(Origin::Staged { path: file.path.clone() }, bytes, neighbours).with_bytes(bytes);
        let is_new = |span: Span| changed.spans.iter().any(|changed| changed.overlaps(span));
        let means_more = |finding: &Finding| finding.labels.iter().any(|label| is_new(label.span));
        let is_moved = changed.old.iter().any(|old| old.path != file.path);
        let mut stayed = scanned.findings.iter().filter(|finding| !is_new(finding.span));
        // Reading the old version costs as much as the new one, and mostly nothing depends on it.
        if stayed.any(|finding| is_moved || means_more(finding)) {
            let known: Vec<Finding> = changed.old.iter().flat_map(|old| self.scan_old(old, neighbours)).collect();
            let known: HashSet<_> = known.iter().map(identity).collect();
            scanned.findings.retain(|finding| is_new(finding.span) || !known.contains(&identity(finding)));
        } else {
            scanned.findings.retain(|finding| is_new(finding.span));
        }
        scanned.unused.retain(|unused| is_new(unused.line));
        scanned
    }

    /// What is found in an old version of a file and not accepted there.
    fn scan_old(&self, old: &OldVersion, neighbours: &dyn Neighbours) -> Vec<Finding> {
        let origin = Origin::Staged { path: old.path.clone() };
        let mut findings = self.scan_blob(origin, &old.bytes, neighbours).findings;
        findings.retain(|finding| finding.suppressed.is_none());
        findings
    }
}

/// What is the same of a finding in two versions: the rule, and the secret's text.
fn identity(finding: &Finding) -> (&str, &str) {
    (&finding.rule.id, finding.secret.expose())
}
