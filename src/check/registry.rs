//! The table of structural checks: one line a check.

use super::{Check, docker, files};

/// All structural checks.
pub static CHECKS: &[&dyn Check] = &[
    &docker::AddUrl,
    &docker::ArgDefault,
    &docker::ArgName,
    &docker::BuildContext,
    &docker::Command,
    &docker::CopySecret,
    &docker::Env,
    &docker::Label,
    &docker::Run,
    &files::ShellScript,
];
