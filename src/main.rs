//! The `tidewaiter` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    tidewaiter::cli::main()
}
