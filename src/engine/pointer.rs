//! Git LFS pointers: small files that stand for a content which lies elsewhere, and which a scan does not see.

use memchr::memmem;

use crate::model::{Origin, Problem, ProblemKind};

/// What a pointer begins with, today and where the releases before the first public one wrote it. Source: `v1Aliases` of
/// git-lfs.
const VERSIONS: [&[u8]; 3] = [
    b"version https://git-lfs.github.com/spec/v1",
    b"version https://hawser.github.com/spec/v1",
    b"version http://git-media.io/v/2",
];

/// Pointers are smaller than this, in bytes.
const LIMIT: usize = 1024;

/// That the content a pointer stands for was not scanned, if the blob is one. Said once for all with their number.
pub fn said(origin: &Origin, bytes: &[u8]) -> Option<Problem> {
    let has_version = || VERSIONS.iter().any(|version| bytes.starts_with(version));
    let is_pointer = bytes.len() < LIMIT && has_version() && memmem::find(bytes, b"\noid ").is_some();
    is_pointer.then(|| {
        let advice = match origin {
            Origin::File { .. } | Origin::Stdin { .. } => "`git lfs pull` brings it",
            // The index and the commits have nothing but pointers, always.
            _ => "after `git lfs pull`, `tidewaiter scan` looks at that of the checked-out files",
        };
        let message = format!("of the files are Git LFS pointers, whose content was not scanned; {advice}");
        Problem { count: 1, ..Problem::new("Git LFS", ProblemKind::Skipped, message) }
    })
}
