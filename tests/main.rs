//! Behaviour of the built program, one file a subject.

#![allow(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests plant files and start programs, and say what they skip"
)]

mod action;
mod baseline;
mod baseline_file;
mod baseline_named;
mod baseline_scope;
mod cli;
mod config;
mod docker;
mod embedded;
mod examples;
mod history;
mod history_accepted;
mod history_cache;
mod history_renamed;
mod hook;
mod import;
mod judged;
mod layout;
mod left_out;
mod masking;
mod page;
mod pre_commit;
mod program;
mod report_file;
mod report_merge;
mod reports;
mod repository;
mod robustness;
mod rules;
mod staged;
mod testdata;
mod tokens;
mod tour;
mod validation;
