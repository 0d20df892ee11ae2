//! A reader of DER (ITU-T X.690), as far as keys need it: tags, lengths, and what is there of a cut value.

/// Tags of the values that keys are made of.
pub const INTEGER: u8 = 0x02;
/// Bits.
pub const BIT_STRING: u8 = 0x03;
/// Bytes.
pub const OCTET_STRING: u8 = 0x04;
/// Which algorithm, which curve.
pub const OBJECT_ID: u8 = 0x06;
/// Values in a row.
pub const SEQUENCE: u8 = 0x30;

/// A value.
#[derive(Clone, Copy, Debug)]
pub struct Value<'b> {
    /// What it is.
    pub tag: u8,
    /// Its content, as much as is there.
    pub content: &'b [u8],
    /// The length it says it has, in bytes.
    pub length: usize,
}

impl<'b> Value<'b> {
    /// Whether all of it is there.
    pub fn is_whole(&self) -> bool {
        self.content.len() == self.length
    }

    /// The values inside.
    pub fn values(&self) -> Values<'b> {
        Values(self.content)
    }

    /// Bits of an integer: its length without leading zero bytes, in bits.
    pub fn bits(&self) -> usize {
        self.length.saturating_sub(usize::from(self.content.first() == Some(&0))) * 8
    }
}

/// Values one after the other.
pub struct Values<'b>(&'b [u8]);

impl Values<'_> {
    /// Whether nothing is left. What is left after the last value is none.
    pub fn is_done(&self) -> bool {
        self.0.is_empty()
    }
}

/// The values in `bytes`.
pub fn values(bytes: &[u8]) -> Values<'_> {
    Values(bytes)
}

impl<'b> Iterator for Values<'b> {
    type Item = Value<'b>;

    fn next(&mut self) -> Option<Value<'b>> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7F => (usize::from(first), rest),
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7F))?;
                (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
            }
            // Lengths without end and beyond 4 GiB are none of a key's.
            _ => return None,
        };
        let (content, rest) = rest.split_at(length.min(rest.len()));
        self.0 = rest;
        Some(Value { tag, content, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_a_row_and_cut_ones_are_known() {
        let bytes = [SEQUENCE, 0x81, 0x06, INTEGER, 1, 7, OCTET_STRING, 9, 1];
        let outer: Vec<_> = values(&bytes).collect();
        assert_eq!((outer.len(), outer[0].is_whole()), (1, true));
        let inner: Vec<_> = outer[0].values().collect();
        assert_eq!((inner[0].content, inner[1].length, inner[1].is_whole()), (&[7][..], 9, false));
    }

    #[test]
    fn broken_lengths_end_the_row() {
        for bytes in [&[SEQUENCE][..], &[SEQUENCE, 0x80], &[SEQUENCE, 0x82, 1], &[SEQUENCE, 0xFF, 0, 0]] {
            assert_eq!(values(bytes).count(), 0, "{bytes:?}");
        }
    }
}
