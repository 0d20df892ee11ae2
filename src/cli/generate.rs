//! `tidewaiter completions` and `tidewaiter man`: made from the definition of the command line.

use std::process::ExitCode;

use super::{Failure, print};

/// Prints a completion script.
pub fn completions(shell: clap_complete::Shell, mut command: clap::Command) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "tidewaiter", &mut script);
    print(&script)
}

/// Prints the manual page, that of each subcommand behind it.
pub fn man(command: clap::Command) -> Result<ExitCode, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut page)?;
    for subcommand in command.get_subcommands().filter(|sub| sub.get_name() != "help") {
        let name = format!("tidewaiter-{}", subcommand.get_name());
        clap_mangen::Man::new(subcommand.clone()).title(name).render(&mut page)?;
    }
    print(&page)
}
