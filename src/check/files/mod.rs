//! Checks of files that belong to no platform.

mod shell_script;

pub use shell_script::ShellScript;
