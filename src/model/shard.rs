//! A part of a scan that one of several machines does.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// The part `index` (from 0) of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

impl Default for Shard {
    /// Everything.
    fn default() -> Self {
        Self { index: 0, count: 1 }
    }
}

impl Shard {
    /// Whether there is no other part.
    pub fn is_whole(self) -> bool {
        self.count == 1
    }

    /// Whether these are all parts of one scan, each once.
    pub fn are_whole(shards: &[Shard]) -> bool {
        let mut indices: Vec<u64> = shards.iter().map(|shard| shard.index).collect();
        indices.sort_unstable();
        let count = shards.first().map_or(0, |first| first.count);
        shards.iter().all(|shard| shard.count == count) && count > 0 && indices.into_iter().eq(0..count)
    }

    /// The parts that are there less often than others of the same number of parts, the first `limit` of them. Reports of
    /// several scans may be joined, so that each part is there more than once.
    pub fn missing(shards: &[Shard], limit: usize) -> Vec<Shard> {
        let mut times: BTreeMap<u64, BTreeMap<u64, usize>> = BTreeMap::new();
        for shard in shards {
            *times.entry(shard.count).or_default().entry(shard.index).or_default() += 1;
        }
        let missing = times.into_iter().flat_map(|(count, times)| {
            let most = times.values().max().copied().unwrap_or_default();
            let lacks = move |index: &u64| times.get(index).is_none_or(|times| *times < most);
            (0..count).filter(lacks).map(move |index| Shard { index, count })
        });
        missing.take(limit).collect()
    }

    /// Whether what goes by this name belongs to the part. The same on every machine and in every version.
    pub fn takes(self, name: &str) -> bool {
        self.is_whole() || {
            let digest = Sha256::digest(name.as_bytes());
            let number = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
            number % self.count == self.index
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index + 1, self.count)
    }
}

impl FromStr for Shard {
    type Err = String;

    /// `K/N`, counted from 1.
    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(k, n)| Some((k.parse::<u64>().ok()?, n.parse::<u64>().ok()?)));
        match parsed {
            Some((k, n)) if (1..=n).contains(&k) => Ok(Self { index: k - 1, count: n }),
            _ => Err("expected K/N with K from 1 to N, such as 2/8".to_owned()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn each_name_belongs_to_exactly_one_part() {
        let parts: Vec<Shard> = (1..=3).map(|k| format!("{k}/3").parse().unwrap()).collect();
        for name in ["a", "b/c.yaml", "", "ü"] {
            assert_eq!(parts.iter().filter(|part| part.takes(name)).count(), 1, "{name}");
        }
        assert!(Shard::default().takes("a"));
    }

    #[test]
    fn parts_that_others_leave_behind_are_missing() {
        let missing = |there: &[&str], limit| {
            let there: Vec<Shard> = there.iter().map(|text| text.parse().unwrap()).collect();
            Shard::missing(&there, limit).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert!(missing(&[], 9).is_empty());
        assert!(missing(&["2/2", "1/2", "1/2", "2/2", "1/1"], 9).is_empty());
        assert_eq!(missing(&["1/3", "2/3", "2/3", "1/2"], 9), ["2/2", "1/3", "3/3"]);
        assert_eq!(missing(&["2/18446744073709551615"], 2), ["1/18446744073709551615", "3/18446744073709551615"]);
    }

    #[test]
    fn a_part_that_does_not_exist_is_refused() {
        for text in ["0/3", "4/3", "1/0", "1", "a/b", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
