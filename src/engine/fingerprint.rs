//! Fingerprints: the identity of a finding across line moves.
//!
//! A digest of rule, path, structural path and the ordinal among findings that share these. The secret is no part of it:
//! a digest of a weak secret would confirm a guess. In a history one place may have held several secrets one after the
//! other; there the commit that introduced each tells them apart.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use sha2::{Digest, Sha256};

use crate::model::{Finding, Fingerprint};

/// Sets the fingerprints of a blob's findings, which are in order.
pub fn set(findings: &mut [Finding]) {
    // By a hash of rule and path: there may be a million of them. Two that share one would only be counted together.
    let hasher = BuildHasherDefault::<DefaultHasher>::default();
    let mut seen: HashMap<u64, u32> = HashMap::new();
    for finding in findings {
        let ordinal = seen.entry(hasher.hash_one((&finding.rule.id, &finding.structural_path))).or_default();
        let mut digest = Sha256::new();
        for part in [&*finding.rule.id, finding.origin.path(), &finding.structural_path] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        digest.update(ordinal.to_le_bytes());
        *ordinal += 1;
        finding.fingerprint = shortened(digest);
    }
}

/// Adds the commit that introduced it to a finding's fingerprint.
pub fn add_commit(finding: &mut Finding, commit: &str) {
    let digest = Sha256::new().chain_update(finding.fingerprint.to_string()).chain_update(commit);
    finding.fingerprint = shortened(digest);
}

fn shortened(digest: Sha256) -> Fingerprint {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    Fingerprint(bytes)
}
