//! What was asked before, remembered a thread: manifests say the same few hundred things over and over, and versions of
//! them all the more.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

/// How much is remembered. What comes to the same place takes it over.
const PLACES: usize = 2048;

/// Longer questions are not remembered, in bytes.
const LONGEST: usize = 160;

/// Answers to questions that are texts.
#[derive(Debug)]
pub struct Remembered<T> {
    places: Vec<Option<(Box<str>, T)>>,
}

impl<T: Copy> Remembered<T> {
    /// Nothing yet.
    pub const NOTHING: Self = Self { places: Vec::new() };

    /// The answer, which is worked out where it is not remembered. `None` is not remembered.
    pub fn get(&mut self, question: &str, answer: impl FnOnce() -> Option<T>) -> Option<T> {
        if question.len() > LONGEST {
            return answer();
        }
        if self.places.is_empty() {
            self.places.resize_with(PLACES, || None);
        }
        let place = &mut self.places[FixedState::default().hash_one(question.as_bytes()) as usize % PLACES];
        match place {
            Some((known, answer)) if **known == *question => Some(*answer),
            _ => {
                let answer = answer()?;
                *place = Some((question.into(), answer));
                Some(answer)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_worked_out_once_unless_it_is_none() {
        let mut known = Remembered::NOTHING;
        assert_eq!(known.get("a", || None), None);
        assert_eq!(known.get("a", || Some(1)), Some(1));
        assert_eq!(known.get("a", || Some(2)), Some(1));
        assert_eq!(known.get("b", || Some(3)), Some(3));
        let long = "x".repeat(LONGEST + 1);
        assert_eq!((known.get(&long, || Some(4)), known.get(&long, || Some(5))), (Some(4), Some(5)));
    }
}
