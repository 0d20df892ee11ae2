//! What was asked before, remembered a thread: manifests say the same few hundred things over and over, and versions of
//! them all the more.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

/// Answers to questions that are texts.
#[derive(Debug)]
pub struct Remembered<T> {
    /// How much is remembered. What comes to the same place takes it over.
    count: usize,
    /// Longer questions are not remembered, in bytes.
    longest: usize,
    places: Vec<Option<(Box<str>, T)>>,
}

impl<T: Copy> Remembered<T> {
    /// Room for `count` answers to questions of at most `longest` bytes.
    pub const fn room(count: usize, longest: usize) -> Self {
        Self { count, longest, places: Vec::new() }
    }

    /// The answer, if it is remembered.
    pub fn get(&self, question: &str) -> Option<T> {
        if question.len() > self.longest || self.places.is_empty() {
            return None;
        }
        let known = self.places[self.place_of(question)].as_ref();
        known.filter(|(known, _)| **known == *question).map(|(_, answer)| *answer)
    }

    /// Remembers an answer.
    pub fn put(&mut self, question: &str, answer: T) {
        if question.len() > self.longest {
            return;
        }
        if self.places.is_empty() {
            self.places.resize_with(self.count, || None);
        }
        let place = self.place_of(question);
        self.places[place] = Some((question.into(), answer));
    }

    fn place_of(&self, question: &str) -> usize {
        FixedState::default().hash_one(question.as_bytes()) as usize % self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_remembered_with_its_whole_question_unless_that_is_long() {
        let mut known = Remembered::room(1, 3);
        assert_eq!(known.get("a"), None);
        known.put("a", 1);
        assert_eq!((known.get("a"), known.get("b")), (Some(1), None));
        known.put("b", 2);
        known.put("long", 3);
        assert_eq!((known.get("a"), known.get("b"), known.get("long")), (None, Some(2), None));
    }
}
