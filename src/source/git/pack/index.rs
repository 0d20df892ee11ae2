//! The index beside a pack, version 2: which object stands at which offset.

use std::fs;
use std::io;
use std::path::Path;

use git2::Oid;

const MAGIC: &[u8] = b"\xFFtOc\0\0\0\x02";
const FANOUT: usize = MAGIC.len() + 256 * 4;

/// Gives the ids of a pack's objects, in order, with their offsets.
///
/// # Errors
/// A file that can't be read, or is no index of version 2 (git has written no other since 2008); some may have been given.
pub fn read(path: &Path, give: impl FnMut(Oid, u64)) -> io::Result<()> {
    parse(&fs::read(path)?, give).ok_or_else(|| io::ErrorKind::InvalidData.into())
}

fn parse(bytes: &[u8], mut give: impl FnMut(Oid, u64)) -> Option<()> {
    if !bytes.starts_with(MAGIC) {
        return None;
    }
    let count = number(bytes.get(FANOUT - 4..FANOUT)?) as usize;
    let ids = bytes.get(FANOUT..)?.get(..count.checked_mul(20)?)?;
    let behind = &bytes[FANOUT + ids.len()..];
    // Checksums of four bytes stand between the ids and the offsets.
    let offsets = behind.get(count * 4..count * 8)?;
    let large = &behind[count * 8..];
    for (id, offset) in ids.chunks_exact(20).zip(offsets.chunks_exact(4)) {
        let mut offset = number(offset);
        if offset >> 31 == 1 {
            let at = (offset & 0x7FFF_FFFF) as usize * 8;
            offset = number(large.get(at..at + 8)?);
        }
        give(Oid::from_bytes(id).ok()?, offset);
    }
    Some(())
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn index(offset: u32, large: &[u64]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([0; 255 * 4]);
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend([7; 20]);
        bytes.extend([0; 4]);
        bytes.extend(offset.to_be_bytes());
        large.iter().for_each(|offset| bytes.extend(offset.to_be_bytes()));
        bytes
    }

    fn listed(bytes: &[u8]) -> Option<Vec<(Oid, u64)>> {
        let mut found = Vec::new();
        parse(bytes, |id, offset| found.push((id, offset))).map(|()| found)
    }

    #[test]
    fn offsets_of_four_and_eight_bytes_are_read() {
        assert_eq!(listed(&index(12, &[])).unwrap(), [(Oid::from_bytes(&[7; 20]).unwrap(), 12)]);
        assert_eq!(listed(&index(1 << 31, &[1 << 40])).unwrap()[0].1, 1 << 40);
    }

    #[test]
    fn what_is_cut_short_is_refused() {
        let whole = index(1 << 31, &[1 << 40]);
        for end in 0..whole.len() {
            assert!(listed(&whole[..end]).is_none(), "{end}");
        }
    }
}
