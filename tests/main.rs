//! Behaviour of the built program, one file a subject.

mod layout;
mod program;
mod robustness;
mod testdata;
mod tour;
