//! The nouns that every stage shares: blobs, spans, documents, rules, findings and the summary.

mod blob;
pub mod date;
mod dockerfile;
mod document;
mod finding;
mod kept;
mod known;
mod reader;
mod redactor;
mod role;
mod rule;
mod run;
mod secret;
mod settings;
mod shard;
mod span;
mod summary;
mod tree;

pub use blob::{Blob, Neighbours, NoNeighbours, Origin};
pub use dockerfile::{
    Args, Assignment, Dockerfile, Flag, Heredoc, Instruction, Joined, Keyword, Reach, Reference, Stage, Word,
};
pub use document::{Body, Document, Entry, Place, Step};
pub use finding::{Confidence, Finding, Fingerprint, Label, Severity, Suppression, What};
#[cfg(test)]
pub use kept::spliced;
pub use kept::{Kept, kept_at, kept_near, seek};
pub use reader::{Nested, Reader};
pub use redactor::{Redactor, apart, mask};
pub use role::Role;
pub use rule::{Rule, Texts, TokenRule};
pub use run::{Position, Run, Source};
pub use secret::Secret;
pub use settings::{FailOn, Settings, parse_size};
pub use shard::{ScanId, Shard};
pub use span::{LineIndex, Span, SpanMap, behind_last, head};
pub use summary::{Problem, ProblemKind, Summary};
pub use tree::{Kind, Node, NodeId, Style, Tree};
