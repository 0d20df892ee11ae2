//! Behaviour of the built program, one file a subject.

mod cli;
mod config;
mod docker;
mod layout;
mod program;
mod robustness;
mod testdata;
mod tour;
