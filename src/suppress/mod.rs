//! The suppress stage: marks findings that someone accepted, and says which acceptances match nothing any more.

pub mod allowlist;
pub mod baseline;
pub mod frame;
pub mod inline;

pub use allowlist::{Allowlist, Exception, Structure};
