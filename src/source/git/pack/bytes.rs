//! The bytes of a pack: in memory where it is small, else read piece by piece. Never mapped, so that a file that shrinks
//! meanwhile is no crash.

use std::fs::File;
use std::io;

/// Bytes of packs that are held in memory: a read for each object would cost more than all of it at once.
pub const HELD: u64 = 64 << 20;

/// Bytes of a pack that a thread reads at once.
const PIECE: usize = 4 << 20;

/// Bytes of the checksum at the end of a pack.
const TRAILER: u64 = 20;

/// The bytes of one pack.
pub struct Bytes {
    file: File,
    /// All bytes, or none.
    whole: Vec<u8>,
    /// Where the last entry ends.
    pub end: u64,
}

impl Bytes {
    /// Of an open file; to be held in memory if no more than `budget` bytes, which become fewer then.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn of(file: File, budget: &mut u64) -> io::Result<Self> {
        let length = file.metadata()?.len();
        let mut whole = Vec::new();
        if let Some(left) = budget.checked_sub(length) {
            *budget = left;
            whole = vec![0; usize::try_from(length).unwrap_or_default()];
        }
        Ok(Self { file, whole, end: length.saturating_sub(TRAILER) })
    }

    /// What is to be held in memory and has to be read for that, in pieces.
    pub fn pieces(&mut self) -> impl Iterator<Item = Piece<'_>> {
        let pieces = self.whole.chunks_mut(PIECE).enumerate();
        pieces.map(|(at, bytes)| Piece { file: &self.file, offset: (at * PIECE) as u64, bytes })
    }

    /// The bytes in memory from `offset` on, if they are.
    pub fn held(&self, offset: u64) -> Option<&[u8]> {
        self.whole.get(usize::try_from(offset).ok()?..)
    }

    /// The `length` bytes at `offset`, which are read into the buffer if they are not in memory; `None` if the file does
    /// not have them.
    pub fn get<'b>(&'b self, offset: u64, length: usize, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
        if !self.whole.is_empty() {
            return self.held(offset)?.get(..length);
        }
        buffer.resize(length, 0);
        read_at(&self.file, buffer, offset).ok()?;
        Some(buffer)
    }
}

/// A stretch of a pack that is to be held in memory.
pub struct Piece<'p> {
    file: &'p File,
    offset: u64,
    bytes: &'p mut [u8],
}

impl Piece<'_> {
    /// Reads it. Where the file does not give it, zeros are left, which are no entry.
    pub fn read(self) {
        if read_at(self.file, self.bytes, self.offset).is_err() {
            self.bytes.fill(0);
        }
    }
}

/// Reads at an offset, without moving anything that another thread relies on.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    #[cfg(unix)]
    {
        std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
    }
    #[cfg(windows)]
    {
        let mut done = 0;
        while done < buffer.len() {
            match std::os::windows::fs::FileExt::seek_read(file, &mut buffer[done..], offset + done as u64)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                count => done += count,
            }
        }
        Ok(())
    }
}
