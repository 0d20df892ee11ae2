//! Writing a file so that an interruption leaves the old one or the new one, and nothing beside it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, Once, PoisonError};

use super::Failure;

/// Exit code of a run that a signal ended: 128 and the number of `SIGINT`, as shells have it.
const INTERRUPTED: i32 = 130;

/// The file that is being written, to be removed if a signal comes.
static PARTIAL: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Writes a file beside its place and moves it there when it is whole. A signal in between removes it and ends the program.
///
/// # Errors
/// A place that can't be written to.
pub fn replace(target: &Path, write: impl FnOnce(fs::File) -> io::Result<fs::File>) -> Result<(), Failure> {
    let name = target.file_name().ok_or_else(|| Failure(format!("{}: no file name", target.display())))?;
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", process::id()));
    let partial = target.with_file_name(partial);
    watch();
    note(Some(partial.clone()));
    // A file that a run left which could not clean up goes; a link that somebody planted in its place is not followed.
    let _ = fs::remove_file(&partial);
    let written = fs::File::create_new(&partial).and_then(write).and_then(|file| file.sync_all());
    let moved = written.and_then(|()| fs::rename(&partial, target));
    note(None);
    moved.map_err(|error| {
        let _ = fs::remove_file(&partial);
        Failure(format!("{}: {error}", target.display()))
    })
}

fn note(partial: Option<PathBuf>) {
    *PARTIAL.lock().unwrap_or_else(PoisonError::into_inner) = partial;
}

/// Cleans up on SIGINT, SIGTERM and SIGHUP from the first file on; until then a signal just ends the program.
#[allow(clippy::disallowed_methods)] // No destructor runs in the handler's thread; the partial file is removed by hand.
fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        // Without a handler a signal leaves the partial file, and ends the program all the same.
        let _ = ctrlc::set_handler(|| {
            if let Some(partial) = PARTIAL.lock().unwrap_or_else(PoisonError::into_inner).take() {
                let _ = fs::remove_file(partial);
            }
            process::exit(INTERRUPTED);
        });
    });
}
