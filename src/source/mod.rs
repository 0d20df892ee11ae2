//! The source stage: where bytes come from, and what they are before anyone asks what they mean.

pub mod git;
mod ignore_files;
pub mod text;
mod tracked;
pub mod tree;
