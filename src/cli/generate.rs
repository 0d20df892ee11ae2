//! `tidewaiter completions` and `tidewaiter man`: made from the definition of the command line.

use std::process::ExitCode;

use super::{Failure, print};

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell, mut command: clap::Command) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tidewaiter", &mut script);
    print(&script)
}

/// Prints the manual page, that of each subcommand that help shows behind it.
pub fn man(mut command: clap::Command) -> Result<ExitCode, Failure> {
    // Only then a subcommand knows its whole name.
    command.build();
    let mut page = Vec::new();
    add(&command, "tidewaiter", &mut page)?;
    print(&page)
}

fn add(command: &clap::Command, name: &str, page: &mut Vec<u8>) -> Result<(), Failure> {
    clap_mangen::Man::new(command.clone()).title(name).render(page)?;
    let subcommands = command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set());
    subcommands.into_iter().try_for_each(|sub| add(sub, &format!("{name}-{}", sub.get_name()), page))
}
