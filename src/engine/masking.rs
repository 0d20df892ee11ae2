//! What rules that do not run would find in files whose lines are shown: no such line may tell it.

use rayon::prelude::*;

use super::Engine;
use crate::model::{Confidence, NoNeighbours, Run, Secret, Settings, Severity, Source, Span};

/// Files from which on threads share the work.
const MANY: usize = 8;

impl Engine {
    /// The same run, whose files with findings are known to hold also what all other rules find in them. Where all rules
    /// run, nothing is looked at again.
    pub(super) fn masked(&self, mut run: Run) -> Run {
        if self.settings.only_rules.is_empty() && self.settings.excluded_rules.is_empty() {
            return run;
        }
        let settings = Settings {
            only_rules: Vec::new(),
            excluded_rules: Vec::new(),
            min_severity: Severity::Info,
            min_confidence: Confidence::Low,
            ..self.settings.clone()
        };
        let all = Engine::new(settings, self.threads);
        let found: Vec<Vec<Secret>> = match self.pool() {
            Ok(pool) if run.sources.len() >= MANY => {
                pool.install(|| run.sources.par_iter_mut().map(|source| all.add_secrets(source)).collect())
            }
            _ => run.sources.iter_mut().map(|source| all.add_secrets(source)).collect(),
        };
        run.unreported.extend(found.into_iter().flatten());
        run
    }

    /// Adds to the secrets of a file all that this engine finds in it, and gives their texts: of what is encoded, the bytes
    /// tell none.
    fn add_secrets(&self, source: &mut Source) -> Vec<Secret> {
        // The files beside it tell which files a Dockerfile takes in, and nothing of what stands in its lines.
        let scanned = self.scan_blob((*source.origin).clone(), &source.bytes, &NoNeighbours);
        if scanned.unread {
            // An internal error: nothing is known of any line.
            source.secrets.push(Span::new(0, source.bytes.len()));
        }
        source.secrets.extend(scanned.source.into_iter().flat_map(|found| found.secrets));
        source.secrets.sort_unstable();
        source.secrets.dedup();
        scanned.findings.into_iter().map(|finding| finding.secret).chain(scanned.unreported).collect()
    }
}
