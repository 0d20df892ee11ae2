//! The result of a run, as the reports get it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Finding, Origin, Secret, Shard, Span, Summary};

/// What a run found and did.
#[derive(Debug, Default)]
pub struct Run {
    /// All findings, suppressed ones too, sorted by origin and position.
    pub findings: Vec<Finding>,
    /// What staged files have on lines that are not new, and had before, accepted or not. An entry of a baseline that accepts
    /// it accepts nothing else.
    pub unchanged: Vec<Finding>,
    /// Staged files with unchanged findings that came from other paths.
    pub moved: HashSet<Arc<Origin>>,
    /// Secrets that were found and lie below a threshold. They may stand again in a line that is shown.
    pub unreported: Vec<Secret>,
    /// Each blob that has a finding, sorted by origin.
    pub sources: Vec<Source>,
    /// What the run did.
    pub summary: Summary,
    /// The folder that paths are relative to, as the user gave it; empty for the current one.
    pub root: PathBuf,
}

/// A blob that has a finding, for positions and source lines.
#[derive(Clone, Debug)]
pub struct Source {
    /// The blob.
    pub origin: Arc<Origin>,
    /// Its bytes.
    pub bytes: Arc<Vec<u8>>,
    /// The bytes of everything that was found in it, also of what no report shows because it lies below a threshold or its
    /// rule was not to run: none of it may be seen in a source line. Sorted; they may overlap.
    pub secrets: Vec<Span>,
    /// Where spans stand, for a blob whose bytes do not tell: that of a report which was read back, or UTF-16. Sorted.
    pub positions: Vec<(Span, Position)>,
}

/// A span in lines (from 1) and columns (from 1, in characters); the end is behind the last character.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column behind the last character.
    pub end_column: usize,
}

impl Run {
    /// Both runs as one; where their roots differ, paths are relative to the current folder.
    #[must_use]
    pub fn joined(mut self, mut other: Run) -> Run {
        if self.root != other.root {
            (self, other) = (self.unrooted(), other.unrooted());
        }
        self.findings.extend(other.findings);
        self.sort_findings();
        self.unchanged.extend(other.unchanged);
        self.moved.extend(other.moved);
        self.unreported.extend(other.unreported);
        self.sources.extend(other.sources);
        self.sources.sort_by(|a, b| a.origin.cmp(&b.origin));
        self.summary = self.summary.joined(other.summary);
        self
    }

    /// Brings the findings into their order: by origin, position and rule.
    pub fn sort_findings(&mut self) {
        self.findings.sort_by(|a, b| (&a.origin, a.span, &a.rule.id).cmp(&(&b.origin, b.span, &b.rule.id)));
    }

    /// Whether the paths of files are not reached from the current folder as they are.
    pub fn is_rooted(&self) -> bool {
        self.root != Path::new("") && self.root != Path::new(".")
    }

    /// The path of a blob; that of a file as it is reached from the current folder.
    pub fn path_from_here<'o>(&self, origin: &'o Origin) -> Cow<'o, str> {
        match origin {
            Origin::File { path } if self.is_rooted() => {
                Cow::Owned(self.root.join(path).to_string_lossy().into_owned())
            }
            other => Cow::Borrowed(other.path()),
        }
    }

    /// The same run, whose paths of files are relative to the current folder.
    fn unrooted(mut self) -> Run {
        if self.is_rooted() {
            let moved = |origin: &Arc<Origin>| match **origin {
                Origin::File { .. } => Arc::new(Origin::File { path: self.path_from_here(origin).into_owned() }),
                _ => Arc::clone(origin),
            };
            let findings: Vec<_> = self.findings.iter().map(|finding| moved(&finding.origin)).collect();
            let sources: Vec<_> = self.sources.iter().map(|source| moved(&source.origin)).collect();
            self.findings.iter_mut().zip(findings).for_each(|(finding, origin)| finding.origin = origin);
            self.sources.iter_mut().zip(sources).for_each(|(source, origin)| source.origin = origin);
        }
        Run { root: PathBuf::new(), ..self }
    }

    /// Without what `known` has of the same parts: a part's report may be there twice, alone or joined with others. Gives
    /// these parts, and whether their files and bytes still count, as those of joined parts are not told apart.
    pub fn without_parts_of(&mut self, known: &Run) -> (Vec<Shard>, bool) {
        let is_known = |shard: &Shard| shard.scan.is_some() && known.summary.shards.contains(shard);
        let shards = std::mem::take(&mut self.summary.shards);
        let (doubled, rest): (Vec<Shard>, Vec<Shard>) = shards.into_iter().partition(is_known);
        self.summary.shards = rest;
        if doubled.is_empty() {
            return (doubled, false);
        }
        let key = |finding: &Finding| (finding.origin.clone(), finding.span, &finding.rule.id, finding.fingerprint.0);
        let found: HashSet<_> = known.findings.iter().map(key).collect();
        self.findings.retain(|finding| !found.contains(&key(finding)));
        if self.summary.shards.is_empty() {
            // Whatever else was scanned is in the report with its findings and problems; how much it was is not told apart.
            let Summary { files, bytes, binary, unlisted, .. } = &mut self.summary;
            (*files, *bytes, *binary, *unlisted) = (0, 0, 0, 0);
            self.summary.unmatched.clone_from(&known.summary.unmatched);
        }
        (doubled, !self.summary.shards.is_empty())
    }

    /// The blob that `origin` names, if it has a finding.
    pub fn source(&self, origin: &Origin) -> Option<&Source> {
        let at = self.sources.binary_search_by(|known| (*known.origin).cmp(origin)).ok()?;
        Some(&self.sources[at])
    }
}
