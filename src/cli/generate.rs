//! `tidewaiter completions` and `tidewaiter man`: made from the definition of the command line.

use std::process::ExitCode;

use super::{Failure, print};

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell, mut command: clap::Command) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tidewaiter", &mut script);
    print(&script)
}

/// Prints the manual page of the command that these names lead to, or with none of them those of all that help shows, one
/// behind the other.
pub fn man(command: clap::Command, names: &[String]) -> Result<ExitCode, Failure> {
    let mut command = command.disable_help_subcommand(true);
    // Only then a subcommand knows its whole name.
    command.build();
    let mut page = Vec::new();
    if names.is_empty() {
        add_all(&command, "tidewaiter", &mut page)?;
    } else {
        let mut named = &command;
        for name in names {
            let found = named.find_subcommand(name).filter(|found| !found.is_hide_set());
            named = found.ok_or_else(|| Failure(format!("there is no command `{}`", names.join(" "))))?;
        }
        add(named, &format!("tidewaiter-{}", names.join("-")), &mut page)?;
    }
    print(&page)
}

fn add_all(command: &clap::Command, name: &str, page: &mut Vec<u8>) -> Result<(), Failure> {
    add(command, name, page)?;
    let mut subcommands = shown(command);
    subcommands.try_for_each(|sub| add_all(sub, &format!("{name}-{}", sub.get_name()), page))
}

fn add(command: &clap::Command, name: &str, page: &mut Vec<u8>) -> Result<(), Failure> {
    Ok(clap_mangen::Man::new(command.clone()).title(name).render(page)?)
}

fn shown(command: &clap::Command) -> impl Iterator<Item = &clap::Command> {
    command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set())
}
