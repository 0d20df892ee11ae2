//! tidewaiter finds secrets in Kubernetes manifests, Dockerfiles and the repositories around them.
//!
//! One way through: source → document → check → suppress → report. [`engine`] joins the stages.

pub mod check;
pub mod cli;
pub mod config;
pub mod document;
pub mod encoding;
pub mod engine;
pub mod hook;
pub mod keyword;
#[cfg(test)] // else the build script's alone
mod literals;
pub mod model;
pub mod pattern;
pub mod replace;
pub mod report;
pub mod rule_file;
pub mod rules;
pub mod shell;
pub mod source;
pub mod suppress;
