//! One entry of a pack: its header, and its bytes unpacked.

use git2::Oid;
use libdeflater::Decompressor;

use super::bytes::Bytes;
use super::delta;
use crate::model::Kept;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A commit.
    Commit,
    /// A folder.
    Tree,
    /// A file's content.
    Blob,
    /// A tag object.
    Tag,
}

/// How an entry is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Whole.
    Whole(Kind),
    /// As a delta against the entry that many bytes before it.
    Offset(u64),
    /// As a delta against an object of the same pack.
    Reference(Oid),
}

/// The most bytes that a header takes: 10 for form and size, 20 for a base.
pub const MAX_HEADER: usize = 32;

/// An entry's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// How the entry is stored.
    pub form: Form,
    /// The unpacked size of what is stored: the object, or the delta.
    pub size: u64,
    /// Bytes of the header itself.
    pub length: usize,
}

impl Header {
    /// Reads a header; `None` if the bytes are none.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let (mut size, mut at, mut shift) = (u64::from(first & 0xF), 1, 4);
        let mut more = first & 0x80 != 0;
        while more {
            let byte = *bytes.get(at)?;
            size |= u64::from(byte & 0x7F).checked_shl(shift).filter(|_| shift < 60)?;
            (more, at, shift) = (byte & 0x80 != 0, at + 1, shift + 7);
        }
        let form = match first >> 4 & 7 {
            1 => Form::Whole(Kind::Commit),
            2 => Form::Whole(Kind::Tree),
            3 => Form::Whole(Kind::Blob),
            4 => Form::Whole(Kind::Tag),
            6 => {
                let (distance, length) = distance(bytes.get(at..)?)?;
                at += length;
                Form::Offset(distance)
            }
            7 => {
                let id = Oid::from_bytes(bytes.get(at..at + 20)?).ok()?;
                at += 20;
                Form::Reference(id)
            }
            _ => return None,
        };
        Some(Self { form, size, length: at })
    }
}

/// The distance to a base: seven bits a byte, the highest first, each further byte adding one.
fn distance(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number: u64 = 0;
    for (at, byte) in bytes.iter().enumerate().take(9) {
        number = number.checked_shl(7)? | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some((number, at + 1));
        }
        number += 1;
    }
    None
}

/// Buffers that are used again and again.
pub struct Scratch {
    packed: Vec<u8>,
    delta: Vec<u8>,
    kept: Vec<Kept>,
    spare: Vec<Vec<u8>>,
    inflate: Decompressor,
    /// Larger objects are left out, in bytes.
    pub limit: u64,
}

impl Default for Scratch {
    fn default() -> Self {
        let inflate = Decompressor::new();
        Self { packed: Vec::new(), delta: Vec::new(), kept: Vec::new(), spare: Vec::new(), inflate, limit: u64::MAX }
    }
}

impl Scratch {
    /// The object at `range` of a pack, made from `base` if it is a delta. `None` if it can't be made or is too large.
    pub fn object(&mut self, pack: &Bytes, range: (u64, u64), base: Option<&[u8]>) -> Option<Vec<u8>> {
        let length = range.1.checked_sub(range.0).filter(|length| *length <= self.limit.saturating_add(1 << 16))?;
        let packed = pack.get(range.0, usize::try_from(length).ok()?, &mut self.packed)?;
        let header = Header::read(packed)?;
        if header.size > self.limit {
            return None;
        }
        let mut object = self.spare.pop().unwrap_or_default();
        let packed = &packed[header.length..];
        let made = match (header.form, base) {
            (Form::Whole(_), _) => unpack(&mut self.inflate, packed, header.size, &mut object),
            (_, Some(base)) => unpack(&mut self.inflate, packed, header.size, &mut self.delta)
                .and_then(|()| delta::sizes(&self.delta).filter(|(_, size, _)| *size <= self.limit))
                .and_then(|_| delta::apply(base, &self.delta, &mut object, &mut self.kept)),
            _ => None,
        };
        if made.is_none() {
            self.give_back(object);
            return None;
        }
        Some(object)
    }

    /// What the object made last keeps of its base, if it was made from one.
    pub fn kept(&self) -> &[Kept] {
        &self.kept
    }

    /// Keeps a buffer for later, unless it is so large that few objects need it.
    pub fn give_back(&mut self, buffer: Vec<u8>) {
        if buffer.capacity() <= 1 << 20 && self.spare.len() < 64 {
            self.spare.push(buffer);
        }
    }
}

/// How many times its packed size an object can have at most, by what deflate does to zeros (zlib's technical details).
const MOST_PACKED: u64 = 1032;

fn unpack(inflate: &mut Decompressor, packed: &[u8], size: u64, into: &mut Vec<u8>) -> Option<()> {
    if size / MOST_PACKED > packed.len() as u64 {
        return None;
    }
    into.resize(usize::try_from(size).ok()?, 0);
    (inflate.zlib_decompress(packed, into).ok()? == into.len()).then_some(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_every_form_are_read() {
        let whole = Header::read(&[0b1011_0101, 0x02]).unwrap();
        assert_eq!((whole.form, whole.size, whole.length), (Form::Whole(Kind::Blob), 5 + (2 << 4), 2));
        let near = Header::read(&[0b0110_0011, 0x81, 0x00]).unwrap();
        assert_eq!((near.form, near.size, near.length), (Form::Offset(256), 3, 3));
        let mut bytes = vec![0b0111_0011];
        bytes.extend([9; 20]);
        let named = Header::read(&bytes).unwrap();
        assert_eq!((named.form, named.length), (Form::Reference(Oid::from_bytes(&[9; 20]).unwrap()), 21));
    }

    #[test]
    fn broken_headers_are_refused() {
        for bytes in [&[][..], &[0b0000_0001], &[0b0101_0001], &[0x80 | 0x30], &[0xB0; 32], &[0b0110_0000], &[0x70, 1]]
        {
            assert!(Header::read(bytes).is_none(), "{bytes:?}");
        }
    }
}
