//! The end of every scan: thresholds, reports, exit code.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::Failure;
use super::interrupt::replace;
use super::options::{self, Output, Running};
use crate::config::baseline;
use crate::model::{Run, Settings};
use crate::report::{self, Format, View};
use crate::suppress::frame::real;

/// Writes the reports of a run and gives the exit code.
///
/// # Errors
/// A report that could not be written whole: a full disk must not look like a clean run.
pub fn finish(run: &Run, settings: &Settings, output: &Output, running: &Running) -> Result<ExitCode, Failure> {
    let mut places = HashSet::new();
    for (_, path) in &output.output {
        let place = place(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        if !places.insert(place) {
            return Err(Failure(format!("{}: two reports can't be written to one file", path.display())));
        }
    }
    // Before the job summary takes more: what has room in it now is said to be there.
    let (view, file_view) = (output.view(), output.file_view());
    for (format, path) in &output.output {
        write_file(*format, run, &file_view, path)?;
    }
    job_summary(run, output, &file_view)?;
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    match write_whole(output.format, run, &view, &mut out) {
        // The reader has seen enough (`| head`); what was found still counts.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        Err(error) => return Err(Failure(format!("standard output can't be written: {error}"))),
        Ok(left_out) => say_left_out("standard output", left_out),
    }
    if output.quiet {
        for sentence in report::not_scanned(run, &view) {
            let _ = writeln!(io::stderr(), "tidewaiter: {sentence}");
        }
    }
    Ok(exit_code(run, settings, running))
}

/// Writes a report to the stream and gives the number of findings that it leaves out.
fn write_whole(format: Format, run: &Run, view: &View, out: &mut dyn Write) -> io::Result<usize> {
    let left_out = report::write(format, run, view, out)?;
    out.flush().map(|()| left_out)
}

/// Says that a report is not the whole list, so that nobody takes it for that.
fn say_left_out(place: &str, left_out: usize) {
    if left_out > 0 {
        let _ = writeln!(
            io::stderr(),
            "tidewaiter: {place}: findings left out, the least grave ones, as the format's platform takes no more: {left_out}"
        );
    }
}

/// Adds the list to the job summary of GitHub Actions, where the annotations show only its beginning.
fn job_summary(run: &Run, output: &Output, view: &View) -> Result<(), Failure> {
    let annotates =
        output.format == Format::Github || output.output.iter().any(|(format, _)| *format == Format::Github);
    let Some(summary) = options::job_summary().filter(|_| annotates) else { return Ok(()) };
    let mut text = Vec::new();
    let view = View { room: summary.room, ..*view };
    report::write(Format::Markdown, run, &view, &mut text)
        .and_then(|left_out| {
            fs::OpenOptions::new().append(true).create(true).open(&summary.path)?.write_all(&text)?;
            say_left_out("the job summary", left_out);
            Ok(())
        })
        .map_err(|error| Failure(format!("the job summary can't be written: {error}")))
}

fn exit_code(run: &Run, settings: &Settings, running: &Running) -> ExitCode {
    let fails = run.findings.iter().any(|f| f.suppressed.is_none() && settings.fail_on.counts(f.severity));
    let incomplete = run.summary.is_incomplete() && !running.allow_incomplete;
    ExitCode::from(match (fails, incomplete) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    })
}

/// Writes a report beside its destination and moves it there when it is whole. A link stays one, and what is no file
/// (a pipe, a device) is written to: replacing it would take it away from everyone.
fn write_file(format: Format, run: &Run, view: &View, path: &Path) -> Result<(), Failure> {
    let said = |error: io::Error| Failure(format!("{}: {error}", path.display()));
    let mut left_out = 0;
    let mut write = |file: &mut dyn Write| {
        left_out = write_whole(format, run, view, &mut BufWriter::new(file))?;
        Ok(())
    };
    match opened(path) {
        // Opened again, it would have a place of its own to write to, and what follows would lie over it.
        Some("1") => write(&mut io::stdout().lock()).map_err(said)?,
        Some("2") => write(&mut io::stderr().lock()).map_err(said)?,
        other => {
            if other.is_some() || fs::metadata(path).is_ok_and(|found| !found.is_file()) {
                let file = fs::OpenOptions::new().append(true).open(path);
                file.and_then(|mut file| write(&mut file)).map_err(said)?;
            } else {
                let is_private = view.show_secrets && !path.exists();
                replace(path, |file| if is_private { make_private(file) } else { Ok(()) }.and_then(|()| write(file)))?;
            }
        }
    }
    say_left_out(&path.display().to_string(), left_out);
    Ok(())
}

/// The file that a report takes the place of, however its path is spelled. What is no file, or open already, takes one
/// report behind the other, and is known by its path alone.
fn place(path: &Path) -> io::Result<PathBuf> {
    if opened(path).is_some() || fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Ok(path.to_owned());
    }
    match path.file_name() {
        Some(name) if fs::symlink_metadata(path).is_err() => Ok(real(baseline::folder(path)).join(name)),
        _ => fs::canonicalize(path),
    }
}

/// Leaves the file to its owner alone.
fn make_private(file: &fs::File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    let _ = file;
    Ok(())
}

/// What a path leads to that is open already (`/dev/stdout`), be it a file: its number among what this program has open, or
/// the path itself where another program has it.
fn opened(path: &Path) -> Option<&str> {
    let parts: Vec<&str> = path.strip_prefix("/").ok()?.iter().map(OsStr::to_str).collect::<Option<_>>()?;
    match parts[..] {
        ["dev", "stdout"] => Some("1"),
        ["dev", "stderr"] => Some("2"),
        ["dev", "fd", number] | ["proc", "self" | "thread-self", "fd", number] => Some(number),
        ["proc", _, "fd", _] => path.to_str(),
        _ => None,
    }
}
