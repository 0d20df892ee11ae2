//! The result of a run, as the reports get it.

use std::sync::Arc;

use super::{Finding, Origin, Summary};

/// What a run found and did.
#[derive(Debug, Default)]
pub struct Run {
    /// All findings, suppressed ones too, sorted by origin and position.
    pub findings: Vec<Finding>,
    /// The bytes of each blob that has a finding, sorted by origin, for positions and source lines.
    pub sources: Vec<(Origin, Arc<[u8]>)>,
    /// What the run did.
    pub summary: Summary,
}

impl Run {
    /// The bytes of the blob that `origin` names, if it has a finding.
    pub fn source(&self, origin: &Origin) -> Option<&[u8]> {
        let at = self.sources.binary_search_by(|(known, _)| known.cmp(origin)).ok()?;
        Some(&self.sources[at].1)
    }
}
