//! What a signal does: the file that is being written goes, and the exit code says that the run did not end by itself.

use std::fs;
use std::io;
use std::path::Path;
use std::process;
use std::sync::Once;

use super::Failure;
use crate::replace;

/// Exit code of a run that a signal ended: 128 and the number of `SIGINT`, as shells have it.
const INTERRUPTED: i32 = 130;

/// Replaces a file by one that is there for good when this returns. A signal in between leaves the old one alone. A link
/// stays one: the file that it leads to is replaced.
///
/// # Errors
/// A place that can't be written to, or a link that leads nowhere.
pub fn replace(target: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> Result<(), Failure> {
    watch();
    let real = if target.is_symlink() { fs::canonicalize(target) } else { Ok(target.to_owned()) };
    let replaced = real.and_then(|real| replace::replace(&real, |file| write(file).and_then(|()| file.sync_all())));
    replaced.map_err(|error| Failure(format!("{}: {error}", target.display())))
}

/// Cleans up on SIGINT, SIGTERM, SIGHUP and SIGQUIT from the first call on; until then a signal just ends the program.
pub fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(on_signal);
}

/// Without a handler a signal leaves the partial file, and ends the program all the same.
#[cfg(unix)]
fn on_signal() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    let signals = signal_hook::iterator::Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
    let Ok(mut signals) = signals else { return };
    let _ = std::thread::Builder::new().spawn(move || {
        if signals.forever().next().is_some() {
            end();
        }
    });
}

#[cfg(not(unix))]
fn on_signal() {
    let _ = ctrlc::set_handler(end);
}

#[allow(clippy::disallowed_methods)] // No destructor runs in the handler's thread; the partial file is removed by hand.
fn end() {
    replace::abandon();
    process::exit(INTERRUPTED);
}
