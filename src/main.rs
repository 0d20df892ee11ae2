//! The `tidewaiter` program.

use std::process::ExitCode;

/// A scan makes millions of short-lived names and spans on all cores.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tidewaiter::cli::main()
}
