//! Writing a file so that a failure or an interruption leaves the old one or the new one, and nothing beside it.

use std::fs;
use std::io;
use std::mem;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The file that is being written, to be removed if a signal comes.
static PARTIAL: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Writes a file beside its place and moves it there when it is whole; the permissions of one that stood there stay. What is to survive a crash of the machine is for
/// `write` to sync.
///
/// # Errors
/// A place that can't be written to, or whatever `write` says.
pub fn replace(target: &Path, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no file name"))?;
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", process::id()));
    let partial = target.with_file_name(partial);
    let written = begin(&partial).and_then(|mut file| {
        // Before anything is in it.
        keep_permissions(&file, target)?;
        write(&mut file)
    });
    let moved = written.and_then(|()| fs::rename(&partial, target)).inspect_err(|_| {
        let _ = fs::remove_file(&partial);
    });
    *noted() = None;
    moved
}

/// Removes what is half written, for a program that a signal ends. No other file is begun from then on.
pub fn abandon() {
    let mut noted = noted();
    if let Some(partial) = noted.take() {
        let _ = fs::remove_file(partial);
    }
    mem::forget(noted);
}

/// Creates the file and notes it in one step, so that no signal is answered between them.
fn begin(partial: &Path) -> io::Result<fs::File> {
    let mut noted = noted();
    // A file that a run left which could not clean up goes; a link that somebody planted in its place is not followed.
    let _ = fs::remove_file(partial);
    let file = fs::File::create_new(partial)?;
    *noted = Some(partial.to_owned());
    Ok(file)
}

/// Gives the file the permissions of the one that it replaces, if there is one.
fn keep_permissions(file: &fs::File, target: &Path) -> io::Result<()> {
    let Ok(found) = fs::metadata(target) else { return Ok(()) };
    // Some file systems have no others than those that every file has.
    if file.metadata()?.permissions() == found.permissions() {
        return Ok(());
    }
    file.set_permissions(found.permissions())
}

fn noted() -> MutexGuard<'static, Option<PathBuf>> {
    PARTIAL.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Write as _;

    #[test]
    fn a_failure_leaves_the_old_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report");
        replace(&file, |out| out.write_all(b"first")).unwrap();
        let failed = replace(&file, |out| out.write_all(b"sec").and(Err(io::Error::other("full"))));
        assert_eq!(failed.unwrap_err().to_string(), "full");
        assert_eq!(fs::read(&file).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(replace(Path::new("/"), |_| Ok(())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_not_read_stays_one() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report");
        for mode in [0o600, 0o664] {
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            replace(&file, |out| out.write_all(b"text")).unwrap();
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, mode);
            assert_eq!(fs::read(&file).unwrap(), b"text");
        }
    }
}
