//! Fingerprints: the identity of a finding across line moves.
//!
//! A digest of rule, path, structural path and the ordinal among findings that share these. The secret is no part of it:
//! a digest of a weak secret would confirm a guess. In a history one place may have held several secrets one after the
//! other; there the commit that introduced each tells them apart.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::model::Finding;

/// Sets the fingerprints of a blob's findings, which are in order.
pub fn set(findings: &mut [Finding]) {
    let mut seen: HashMap<(String, String), u32> = HashMap::new();
    for finding in findings {
        let ordinal = seen.entry((finding.rule.id.to_string(), finding.structural_path.clone())).or_default();
        let mut digest = Sha256::new();
        for part in [&*finding.rule.id, finding.origin.path(), &finding.structural_path] {
            digest.update(part.as_bytes());
            digest.update([0]);
        }
        digest.update(ordinal.to_le_bytes());
        *ordinal += 1;
        finding.fingerprint = data_encoding::HEXLOWER.encode(&digest.finalize()[..16]);
    }
}

/// Adds the commit that introduced it to a finding's fingerprint.
pub fn add_commit(finding: &mut Finding, commit: &str) {
    let digest = Sha256::new().chain_update(&finding.fingerprint).chain_update(commit).finalize();
    finding.fingerprint = data_encoding::HEXLOWER.encode(&digest[..16]);
}
