//! What is new among the findings of a staged file: those on changed lines, and those on other lines that the file did not
//! have before, as it was read as something else under its old path, or as something else stood above the value. Only where
//! there are others is the old version scanned, too.

use std::collections::HashMap;

use super::{Engine, Scanned, failed};
use crate::model::{Finding, Neighbours, Origin, Secret, Span};
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
        let findings = std::mem::take(&mut scanned.findings).into_iter();
        let mut stayed: Vec<Finding>;
        (scanned.findings, stayed) = findings.partition(|finding| is_new(finding.span));
        if !stayed.is_empty() {
            let mut known = self.known(&changed.old, neighbours);
            // Of two of the same, the one is new above which something changed.
            stayed.sort_by_key(means_more);
            let is_known = |finding: &Finding| {
                let left = known.get_mut(&identity(finding)).filter(|left| **left > 0);
                left.map(|left| *left -= 1).is_some()
            };
            let mut more;
            (scanned.unchanged, more) = stayed.into_iter().partition(is_known);
            scanned.findings.append(&mut more);
        }
        scanned.unused.retain(|unused| is_new(unused.line));
        scanned
    }

    /// How often what was found in the old versions of a file, and not accepted there.
    fn known(&self, old: &[OldVersion], neighbours: &dyn Neighbours) -> HashMap<Identity, usize> {
        let mut known = HashMap::new();
        for version in old {
            let origin = Origin::Staged { path: version.path.clone() };
            let findings = self.scan_blob(origin, &version.bytes, neighbours).findings;
            let mut counts: HashMap<Identity, usize> = HashMap::new();
            for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
                *counts.entry(identity(finding)).or_default() += 1;
            }
            for (identity, count) in counts {
                let most = known.entry(identity).or_default();
                *most = count.max(*most);
            }
        }
        known
    }
}

/// What is the same of a finding in two versions.
type Identity = (Secret, String);

/// The secret's text, whichever rule found it under which name; where there is none, the rule and the place in the document.
fn identity(finding: &Finding) -> Identity {
    let place = match finding.secret.expose() {
        "" => format!("{}\0{}", finding.rule.id, finding.structural_path),
        _ => String::new(),
    };
    (finding.secret.clone(), place)
}
