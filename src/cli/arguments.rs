//! The process's arguments: read, or refused in words that can be shown.

use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::{Cli, Failure};
use crate::report::printable;

/// The command line. Ends the process where it is not understood, with 2, or asks for help, with 0.
///
/// # Errors
/// An argument that says something to the program and is a file's name as well.
pub fn read() -> Result<Cli, Failure> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(name) = ambiguous(&arguments) {
        return Err(Failure(format!(
            "`{name}` is a file here, and says something to the program as well; write `./{name}` for the file, and rename \
             it if that is not what is meant"
        )));
    }
    Cli::try_parse_from(&arguments).map_err(|error| safe(error, &arguments).exit())
}

/// The first argument that is an option, `--` or `-` and a file here as well. Whoever passes on names of files as they are,
/// `pre-commit` for one, would have a file leave out rules, or itself.
fn ambiguous(arguments: &[OsString]) -> Option<String> {
    let is_dash = |argument: &OsString| argument == "-";
    let end = arguments.iter().position(|argument| argument == "--").map_or(arguments.len(), |at| at + 1);
    let (before, after) = arguments.split_at(end);
    let options = before.iter().skip(1).filter(|argument| argument.as_encoded_bytes().starts_with(b"-"));
    let mut said = options.chain(after.iter().filter(|argument| is_dash(argument)));
    let found = said.find(|argument| Path::new(argument).symlink_metadata().is_ok())?;
    Some(found.to_string_lossy().into_owned())
}

/// The message, in which no argument that it quotes begins a line of its own.
pub fn in_one_line(mut message: String) -> String {
    let breaks = |text: &&str| text.contains(['\n', '\r']);
    for argument in std::env::args_os().skip(1) {
        let argument = argument.to_string_lossy();
        let value = argument.split_once('=').map(|(_, value)| value);
        for quoted in [Some(&*argument), value].into_iter().flatten().filter(breaks) {
            message = message.replace(quoted, &printable(quoted));
        }
    }
    message
}

/// The error for the arguments with what could steer a terminal or a CI system escaped: it quotes them.
fn safe(error: clap::Error, arguments: &[OsString]) -> clap::Error {
    if !error.use_stderr() {
        return error;
    }
    let shown = arguments.iter().map(|argument| printable(&argument.to_string_lossy()));
    match Cli::try_parse_from(shown) {
        Err(again) if again.use_stderr() => again,
        _ => Cli::command().error(ErrorKind::InvalidValue, "an argument has characters that have no place in it"),
    }
}
