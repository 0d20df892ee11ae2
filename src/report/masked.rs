//! The bytes of a file with its secrets masked, made in chunks where something is shown of them.

use std::collections::BTreeMap;

use crate::model::{Redactor, Span, mask};

/// Bytes of the smallest chunk. Much larger ones would cost more than they spare where a file has one finding.
const CHUNK: usize = 4 << 10;
/// Bytes before what is shown of which masked chunks are kept: the lines of the next finding may begin there.
const KEPT: usize = 32 << 10;

/// A file whose secrets are masked byte for byte, as if all of it were masked at once: what a cut would leave of a secret is
/// masked, too. Parts that are asked for in the order of their positions cost no chunk twice.
pub struct Masked<'f> {
    bytes: &'f [u8],
    secrets: &'f [Span],
    redactors: Vec<&'f Redactor>,
    /// Bytes on both sides of a chunk that tell what in it is masked.
    margin: usize,
    /// Bytes of a chunk, no fewer than the margin's, so that the margins cost at most twice as much as the chunks.
    size: usize,
    /// The masked chunks by their numbers.
    chunks: BTreeMap<usize, Vec<u8>>,
}

impl<'f> Masked<'f> {
    /// A file in which these spans, sorted and apart, are secrets, and whatever the redactors look for.
    pub fn new(bytes: &'f [u8], secrets: &'f [Span], redactors: Vec<&'f Redactor>) -> Self {
        // Twice, as what is masked tells what else is.
        let margin = 2 * redactors.iter().map(|redactor| redactor.reach()).max().unwrap_or_default();
        Self { bytes, secrets, redactors, margin, size: CHUNK.max(margin), chunks: BTreeMap::new() }
    }

    /// The bytes of the file as they are.
    pub fn bytes(&self) -> &'f [u8] {
        self.bytes
    }

    /// The masked bytes of a stretch of the file.
    pub fn part(&mut self, stretch: Span) -> Vec<u8> {
        let first = stretch.start.saturating_sub(KEPT) / self.size;
        self.chunks = self.chunks.split_off(&first);
        let mut part = Vec::with_capacity(stretch.len());
        for number in stretch.start / self.size..stretch.end.div_ceil(self.size) {
            let start = number * self.size;
            if !self.chunks.contains_key(&number) {
                let chunk = self.masked(Span::new(start, start + self.size));
                self.chunks.insert(number, chunk);
            }
            let chunk = &self.chunks[&number];
            let end = (stretch.end - start).min(chunk.len());
            part.extend_from_slice(chunk.get(stretch.start.saturating_sub(start)..end).unwrap_or_default());
        }
        part
    }

    /// The bytes of a chunk, masked together with what stands on both sides of it.
    fn masked(&self, chunk: Span) -> Vec<u8> {
        let length = self.bytes.len();
        let (from, to) = (chunk.start.min(length), chunk.end.min(length));
        let (before, behind) = (from.saturating_sub(self.margin), (to + self.margin).min(length));
        // No redactor sees beyond a line.
        let start = memchr::memrchr(b'\n', &self.bytes[before..from]).map_or(before, |at| before + at + 1);
        let end = memchr::memchr(b'\n', &self.bytes[to..behind]).map_or(behind, |at| to + at);
        let first = self.secrets.partition_point(|span| span.end <= start);
        let near = self.secrets[first..].iter().take_while(|span| span.start < end);
        let spans = near.map(|span| Span::new(span.start.saturating_sub(start), span.end - start));
        let part = hidden(&self.bytes[start..end], spans, &self.redactors);
        part[from - start..to - start].to_vec()
    }
}

/// The bytes with the spans masked, and what the redactors find. They look at the bytes as they are, since half of a known
/// secret may be masked, and at what is left, since what stands beside a mask is a word.
fn hidden(bytes: &[u8], spans: impl Iterator<Item = Span>, redactors: &[&Redactor]) -> Vec<u8> {
    let mut part = bytes.to_vec();
    spans.for_each(|span| mask(&mut part, span));
    redactors.iter().flat_map(|redactor| redactor.matches(bytes)).for_each(|span| mask(&mut part, span));
    if part != bytes {
        let found: Vec<Span> = redactors.iter().flat_map(|redactor| redactor.matches(&part)).collect();
        found.into_iter().for_each(|span| mask(&mut part, span));
    }
    part
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Origin, Run, Secret, Source};

    /// What looks for these texts wherever they stand, and for these words.
    fn redactors(secrets: &[String], words: &[String]) -> [Redactor; 2] {
        let unreported = secrets.iter().map(|secret| Secret::new(secret.as_str())).collect();
        let run = Run { unreported, ..Run::default() };
        let mut start = 0;
        let spans = words.iter().map(|word| {
            start += word.len();
            Span::new(start - word.len(), start)
        });
        let source = Source {
            origin: Arc::new(Origin::File { path: "a".to_owned() }),
            secrets: spans.collect(),
            bytes: Arc::new(words.concat().into_bytes()),
            positions: Vec::new(),
        };
        [Redactor::of(&run, false), Redactor::of_file(&source)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn chunks_are_masked_as_the_whole_is(
            secrets in prop::collection::vec("[ab1]{8,40}", 1..4),
            words in prop::collection::vec("[ab]{4,7}", 1..4),
            pieces in prop::collection::vec((0usize..9, "[ab1 :\"\n]{0,12}| {60,70}:?"), 1..30),
            found in (0usize..200, 0usize..200),
            size in 1usize..80,
            stretches in prop::collection::vec((0usize..400, 0usize..100), 1..20),
        ) {
            let known: Vec<&String> = secrets.iter().chain(&words).collect();
            let pieces = pieces.iter().map(|(n, text)| format!("{text}{}", known.get(*n).map_or("", |known| known)));
            let text = pieces.collect::<String>();
            let redactors = redactors(&secrets, &words);
            let spans = [Span::new(found.0.min(text.len()), (found.0 + found.1).min(text.len()))];
            let all: Vec<_> = redactors.iter().collect();
            let expected = hidden(text.as_bytes(), spans.iter().copied(), &all);
            let mut masked = Masked::new(text.as_bytes(), &spans, redactors.iter().collect());
            masked.size = size;
            for (start, length) in stretches {
                let stretch = Span::new(start.min(text.len()), (start + length).min(text.len()));
                let part = masked.part(stretch);
                prop_assert_eq!(String::from_utf8_lossy(&part), String::from_utf8_lossy(&expected[stretch.start..stretch.end]));
            }
            prop_assert_eq!(masked.part(Span::new(0, text.len())), expected);
        }
    }

    #[test]
    fn no_part_of_a_secret_shows_where_it_is_cut() {
        let secret: String = (0..40_000).map(|n| char::from(b'a' + (n * n / 7 % 26) as u8)).collect();
        let text = format!("note: \"{secret}\", password: ...");
        let redactors = redactors(std::slice::from_ref(&secret), &[]);
        let mut masked = Masked::new(text.as_bytes(), &[], redactors.iter().collect());
        for start in [10, 20_000, 39_990] {
            assert_eq!(masked.part(Span::new(start, start + 17)), [b'*'; 17]);
        }
    }

    #[test]
    fn many_parts_beside_a_long_secret_cost_each_chunk_once() {
        let secret: String = (0..30_000).map(|n| char::from(b'a' + (n * n / 7 % 26) as u8)).collect();
        let text = "{\"password\": \"x\"}, ".repeat(5_000);
        let redactors = redactors(&[secret], &[]);
        let mut masked = Masked::new(text.as_bytes(), &[], redactors.iter().collect());
        let start = std::time::Instant::now();
        for at in (0..text.len() - 200).step_by(19) {
            assert_eq!(masked.part(Span::new(at, at + 180)), text.as_bytes()[at..at + 180]);
        }
        assert!(masked.chunks.len() < 4 && start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }

    #[test]
    fn nothing_is_masked_far_from_what_is_shown() {
        let text = "x".repeat(1 << 20);
        let mut masked = Masked::new(text.as_bytes(), &[], Vec::new());
        masked.part(Span::new(500_000, 500_200));
        assert_eq!(masked.chunks.values().map(Vec::len).sum::<usize>(), CHUNK);
        masked.part(Span::new(700_000, 700_200));
        assert_eq!(masked.chunks.values().map(Vec::len).sum::<usize>(), CHUNK);
    }
}
