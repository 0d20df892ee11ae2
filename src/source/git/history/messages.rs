//! Messages of commits, kept from the reading of packs until the threads have time to look at them: they wait while one
//! walks the trees.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::graph::ObjectNo;
use crate::source::git::{Reading, share};

/// Bytes of messages that are kept at the most.
const MOST: usize = 16 << 20;

/// Messages that a thread looks at, one after the other.
const BATCH: usize = 64;

/// Room for messages, which all that keep some share.
#[derive(Debug, Default)]
pub struct Room(AtomicUsize);

/// Messages with the numbers of their commits.
#[derive(Debug, Default)]
pub struct Messages(Vec<(ObjectNo, Box<[u8]>)>);

impl Messages {
    /// Keeps a message; whether there was room.
    pub fn keep(&mut self, commit: ObjectNo, message: &[u8], room: &Room) -> bool {
        let has_room = room.0.fetch_add(message.len(), Ordering::Relaxed) + message.len() <= MOST;
        self.0.extend(has_room.then(|| (commit, message.into())));
        has_room
    }

    /// Adds others.
    pub fn append(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    /// The commits in whose messages is nothing to find.
    pub fn silent(&self, reading: &Reading<'_>) -> Vec<ObjectNo> {
        let silent = Mutex::new(Vec::new());
        share(reading.run, self.0.chunks(BATCH).collect(), |batch| {
            let of_batch = batch.iter().filter(|(_, message)| (reading.is_silent)(message)).map(|(commit, _)| *commit);
            let of_batch: Vec<ObjectNo> = of_batch.collect();
            if let Ok(mut silent) = silent.lock() {
                silent.extend(of_batch);
            }
        });
        silent.into_inner().unwrap_or_default()
    }
}
