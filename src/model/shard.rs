//! A part of a scan that one of several machines does.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

/// Tells scans apart: a digest of what is scanned, and of the settings that its findings depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScanId(u64);

impl ScanId {
    /// That of the scan which this text describes.
    pub fn of(description: &str) -> Self {
        Self(number(description))
    }
}

impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for ScanId {
    type Err = String;

    /// Sixteen hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, String> {
        let number = u64::from_str_radix(text, 16).ok().filter(|_| text.len() == 16);
        number.map(Self).ok_or_else(|| "expected the 16 hexadecimal digits of a scan".to_owned())
    }
}

/// The first bytes of a digest. The same on every machine and in every version.
fn number(text: &str) -> u64 {
    Sha256::digest(text.as_bytes()).iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The part `index` (from 0) of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
    /// The scan that it is a part of; reports of older versions do not say it.
    pub scan: Option<ScanId>,
}

impl Default for Shard {
    /// Everything.
    fn default() -> Self {
        Self { index: 0, count: 1, scan: None }
    }
}

/// How often each part is there, by scan and number of parts.
type Times = BTreeMap<(Option<ScanId>, u64), BTreeMap<u64, usize>>;

impl Shard {
    /// Whether there is no other part.
    pub fn is_whole(self) -> bool {
        self.count == 1
    }

    /// Whether these are all parts of the scans that they belong to, each once.
    pub fn are_whole(shards: &[Shard]) -> bool {
        let is_whole = |((_, count), times): (&(Option<ScanId>, u64), &BTreeMap<u64, usize>)| {
            times.len() as u64 == *count && times.values().all(|times| *times == 1)
        };
        !shards.is_empty() && times(shards).iter().all(is_whole)
    }

    /// The parts that are there less often than others of the same scan and number of parts, the first `limit` of them. Of
    /// reports that do not say their scan several scans' may be joined, so that each part is there more than once.
    pub fn missing(shards: &[Shard], limit: usize) -> Vec<Shard> {
        let missing = times(shards).into_iter().flat_map(|((scan, count), times)| {
            let most = times.values().max().copied().unwrap_or_default();
            let lacks = move |index: &u64| times.get(index).is_none_or(|times| *times < most);
            (0..count).filter(lacks).map(move |index| Shard { index, count, scan })
        });
        missing.take(limit).collect()
    }

    /// The part in words: `part 2 of 3`.
    pub fn words(self) -> String {
        format!("part {} of {}", self.index + 1, self.count)
    }

    /// Whether what goes by this name belongs to the part. The same on every machine and in every version.
    pub fn takes(self, name: &str) -> bool {
        self.is_whole() || number(name) % self.count == self.index
    }
}

fn times(shards: &[Shard]) -> Times {
    let mut times = Times::new();
    for shard in shards {
        *times.entry((shard.scan, shard.count)).or_default().entry(shard.index).or_default() += 1;
    }
    times
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
            Some((k, n)) if (1..=n).contains(&k) => Ok(Self { index: k - 1, count: n, scan: None }),
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
    fn parts_of_different_scans_make_no_whole() {
        let part = |text: &str, scan: &str| Shard { scan: Some(ScanId::of(scan)), ..text.parse().unwrap() };
        let (one, two) = (part("1/2", "a"), part("2/2", "b"));
        assert!(!Shard::are_whole(&[one, two]) && Shard::missing(&[one, two], 9).len() == 2);
        let all = [one, part("2/2", "a"), two, part("1/2", "b")];
        assert!(Shard::are_whole(&all) && Shard::missing(&all, 9).is_empty());
        assert_eq!(two.scan.unwrap().to_string().parse(), Ok(ScanId::of("b")));
    }

    #[test]
    fn a_part_that_does_not_exist_is_refused() {
        for text in ["0/3", "4/3", "1/0", "1", "a/b", "-1/2"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
