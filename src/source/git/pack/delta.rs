//! Deltas: an object said as copies from its base and new bytes.

use crate::model::Kept;

/// The sizes that a delta names for its base and its result, and its instructions.
pub fn sizes(delta: &[u8]) -> Option<(u64, u64, &[u8])> {
    let (base, rest) = size(delta)?;
    let (result, rest) = size(rest)?;
    Some((base, result, rest))
}

/// Seven bits a byte, the lowest first.
fn size(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut number = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((number, &bytes[at + 1..]));
        }
    }
    None
}

/// Makes the object, and tells what it keeps of its base, in order; `None` for a delta that does not fit its base or itself.
pub fn apply(base: &[u8], delta: &[u8], result: &mut Vec<u8>, kept: &mut Vec<Kept>) -> Option<()> {
    let (base_size, result_size, mut rest) = sizes(delta)?;
    let result_size = usize::try_from(result_size).ok()?;
    if base_size != base.len() as u64 {
        return None;
    }
    result.clear();
    kept.clear();
    while let Some((op, after)) = rest.split_first() {
        rest = after;
        let new = if op & 0x80 == 0 {
            // Zero is reserved.
            let (new, after) = rest.split_at_checked(usize::from(*op)).filter(|(new, _)| !new.is_empty())?;
            rest = after;
            new
        } else {
            let (start, length);
            (start, length, rest) = copy(*op, rest)?;
            let copied = base.get(start..start.checked_add(length)?)?;
            keep(kept, Kept { at: result.len(), from: start, length });
            copied
        };
        if result.len() + new.len() > result_size {
            return None;
        }
        result.extend_from_slice(new);
    }
    (result.len() == result_size).then_some(())
}

/// Adds a stretch, to the last one where it goes on with it: a copy says 16 MiB at most, and git's say 64 KiB.
fn keep(kept: &mut Vec<Kept>, next: Kept) {
    match kept.last_mut() {
        Some(last) if last.end() == next.at && last.from + last.length == next.from => last.length += next.length,
        _ => kept.push(next),
    }
}

/// Where a copy starts and how long it is: the op's low bits say which bytes of both follow.
fn copy(op: u8, mut rest: &[u8]) -> Option<(usize, usize, &[u8])> {
    let (mut start, mut length) = (0, 0);
    for bit in 0..7 {
        if op >> bit & 1 == 1 {
            let (byte, after) = rest.split_first()?;
            rest = after;
            match bit {
                0..4 => start |= usize::from(*byte) << (8 * bit),
                _ => length |= usize::from(*byte) << (8 * (bit - 4)),
            }
        }
    }
    Some((start, if length == 0 { 0x10000 } else { length }, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn made(base: &[u8], delta: &[u8]) -> Option<Vec<u8>> {
        let (mut result, mut kept) = (Vec::new(), Vec::new());
        apply(base, delta, &mut result, &mut kept)?;
        for stretch in kept {
            assert_eq!(result[stretch.at..stretch.end()], base[stretch.from..stretch.from + stretch.length]);
        }
        Some(result)
    }

    #[test]
    fn copies_and_new_bytes_are_put_together() {
        // Base of 6, result of 5: copy 3 from offset 2, then the two bytes `xy`.
        assert_eq!(made(b"abcdef", &[6, 5, 0b1001_0001, 2, 3, 2, b'x', b'y']).unwrap(), b"cdexy");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for delta in [
            &[6, 5, 0b1001_0001, 2][..],
            &[6, 5, 0b1001_0001, 5, 3],
            &[5, 1, 1, b'x'],
            &[6, 1, 2, b'x', b'y'],
            &[6, 2, 1, b'x'],
            &[6, 0, 0],
            &[],
            &[0x80; 12],
        ] {
            assert!(made(b"abcdef", delta).is_none(), "{delta:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(base: Vec<u8>, delta: Vec<u8>) {
            let _ = made(&base, &delta);
        }
    }
}
