//! Bad input: each gets a clear message, costs nothing else its result, and never ends as clean in silence.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{findings, report, text, tidewaiter};
use crate::repository::{Repository, secret};

const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n  password: kestrel-Harbour-71\n";

/// A folder with one good Secret in it and whatever `make` adds.
fn folder(make: impl FnOnce(&Path)) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("good.yaml"), SECRET).expect("writable");
    make(folder.path());
    folder
}

fn problems(report: &Value) -> Vec<(String, String)> {
    let list = report["summary"]["problems"].as_array().cloned().unwrap_or_default();
    list.iter()
        .map(|p| (p["path"].as_str().unwrap_or("").to_owned(), p["message"].as_str().unwrap_or("").to_owned()))
        .collect()
}

/// Scans the folder; the good Secret must be found whatever stands beside it. Gives the problems of the other file.
fn beside_good(make: impl FnOnce(&Path)) -> (Value, Vec<(String, String)>) {
    let folder = folder(make);
    let (report, code) = report(&["scan", "."], folder.path());
    assert_eq!(code, 1, "{report}");
    assert!(findings(&report).iter().any(|f| f["path"] == "good.yaml" && f["line"] == 5), "{report}");
    let problems = problems(&report);
    (report, problems)
}

fn write(name: &str, content: impl AsRef<[u8]>) -> impl FnOnce(&Path) {
    move |folder| fs::write(folder.join(name), content).expect("writable")
}

#[test]
fn a_path_that_does_not_exist_ends_with_2() {
    let folder = folder(|_| {});
    let output = tidewaiter(&["scan", "nowhere"], folder.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("nowhere"));
}

#[test]
fn a_broken_document_does_not_hide_its_neighbours() {
    let broken = format!("{SECRET}---\na: [1, 2\nb: }}\npassword: mill-93-Osprey\n---\n{SECRET}");
    let (report, problems) = beside_good(write("broken.yaml", broken));
    let lines: Vec<u64> =
        findings(&report).iter().filter(|f| f["path"] == "broken.yaml").filter_map(|f| f["line"].as_u64()).collect();
    assert!(lines.contains(&5) && lines.contains(&9) && lines.contains(&15), "{lines:?}");
    assert!(problems.iter().any(|(path, _)| path == "broken.yaml"), "{problems:?}");
}

#[test]
fn alias_bombs_cost_nothing() {
    let mut bomb = "a0: &a0 [password, password]\n".to_owned();
    for level in 1..40 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    }
    beside_good(write("bomb.yaml", bomb));
}

#[test]
fn deep_nesting_is_said() {
    for (name, text) in [
        ("deep.json", "[".repeat(10_000) + "\"password\"" + &"]".repeat(10_000)),
        ("deep.yaml", "a: ".to_owned() + &"[".repeat(10_000) + "password" + &"]".repeat(10_000)),
        ("deeper.json", "{\"password\":".repeat(10_000) + "\"kestrel-Harbour-72\"" + &"}".repeat(10_000)),
        ("blocks.yaml", (0..10_000).map(|depth| " ".repeat(depth % 2000) + "password:\n").collect()),
    ] {
        let (report, problems) = beside_good(write(name, &text));
        assert!(problems.iter().any(|(path, _)| path == name), "{name}: {report}");
        let is_found = findings(&report).iter().any(|f| f["path"] == name);
        assert_eq!(is_found, text.contains("Harbour"), "{name}");
    }
}

#[test]
fn a_manifest_with_invalid_utf8_or_a_nul_is_scanned_and_said() {
    for (name, byte) in [("latin.yaml", 0xE9), ("nul.yaml", 0)] {
        let mut bytes = b"# caf".to_vec();
        bytes.push(byte);
        bytes.extend(b"\n");
        bytes.extend(SECRET.as_bytes());
        let (report, problems) = beside_good(write(name, bytes));
        assert!(findings(&report).iter().any(|f| f["path"] == name && f["line"] == 6), "{report}");
        assert!(problems.iter().any(|(path, _)| path == name), "{problems:?}");
    }
}

#[test]
fn a_file_over_the_size_limit_is_named_and_not_clean() {
    let folder = TempDir::new().expect("a temporary folder");
    fs::write(folder.path().join("large.yaml"), "a: b\n".repeat(1000)).expect("writable");
    let (report, code) = report(&["scan", ".", "--max-file-size", "1KiB"], folder.path());
    assert_eq!(code, 2);
    assert!(problems(&report).iter().any(|(path, why)| path == "large.yaml" && why.contains("larger")));
    let output = tidewaiter(&["scan", ".", "--max-file-size", "1KiB", "--allow-incomplete"], folder.path());
    assert_eq!(output.status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn links_in_a_loop_and_a_fifo_do_not_hang() {
    let (_, problems) = beside_good(|folder| {
        std::os::unix::fs::symlink(folder, folder.join("loop")).expect("a link");
        let made = std::process::Command::new("mkfifo").arg(folder.join("pipe")).status();
        assert!(made.is_ok_and(|status| status.success()));
    });
    assert_eq!(problems.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["pipe"]);
}

/// A clone can bring such links; reading them would never end.
#[cfg(unix)]
#[test]
fn an_ignore_file_that_never_ends_is_said_and_not_read() {
    for name in [".gitignore", ".tidewaiterignore"] {
        let (_, problems) = beside_good(|folder| {
            std::fs::create_dir(folder.join("sub")).expect("a folder");
            std::os::unix::fs::symlink("/dev/zero", folder.join("sub").join(name)).expect("a link");
        });
        assert!(matches!(&problems[..], [(path, why)] if path == "sub" && why.contains(name)), "{problems:?}");
        let folder = folder(|folder| std::os::unix::fs::symlink("/dev/zero", folder.join(name)).expect("a link"));
        let (said, code) = report(&["scan", "."], folder.path());
        assert_eq!((code, said["summary"]["files"].as_u64()), (2, Some(0)));
        assert_eq!(report(&["scan", ".", "--no-ignore"], folder.path()).1, 1);
    }
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_panic() {
    use std::process::{Command, Stdio};
    let folder = folder(|_| {});
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "."])
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the built program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(matches!(output.status.code(), Some(1 | 2)), "{:?}", output.status);
    assert!(!text(&output.stderr).contains("panicked"));
}

#[test]
fn a_dockerfile_that_ends_early_is_scanned_and_said() {
    for end in ["RUN echo a \\\n", "RUN <<EOF\necho a\n", "RUN [\"a\", \\"] {
        let dockerfile = format!("FROM alpine\nENV DB_PASSWORD=kestrel-Harbour-72\n{end}");
        let (report, _) = beside_good(write("Dockerfile", dockerfile));
        assert!(findings(&report).iter().any(|f| f["path"] == "Dockerfile" && f["line"] == 2), "{report}");
    }
}

#[test]
fn a_long_line_takes_time_in_proportion() {
    let line = format!("{{\"a\": \"{}\", \"password\": \"kestrel-Harbour-72\"}}", "x".repeat(20 << 20));
    let (report, _) = beside_good(write("long.json", line));
    assert!(findings(&report).iter().any(|f| f["path"] == "long.json"), "{}", report["summary"]);
}

/// A large value is read in windows, which are not to look through the whole text each.
#[test]
fn a_large_value_with_many_names_takes_time_in_proportion() {
    let (names, numbers) = ("pw= ".repeat(2_000_000), "1,".repeat(2_000_000));
    let start = std::time::Instant::now();
    beside_good(write("large.json", format!("{{\"a\": \"{names}\", \"b\": [{numbers}1]}}")));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// The file takes no room on the disk: it has no text at all, and is not opened.
#[test]
fn a_line_of_100_megabytes_is_over_the_default_limit_which_is_said() {
    let (_, problems) = beside_good(|folder| {
        let file = fs::File::create(folder.join("line.json")).expect("writable");
        file.set_len(100 << 20).expect("a sparse file");
    });
    assert!(problems.iter().any(|(path, why)| path == "line.json" && why.contains("larger")), "{problems:?}");
}

/// Files go while others are read: what is left is found, and the run ends in order.
#[test]
fn files_that_vanish_during_a_scan_cost_nothing_else() {
    let folder = folder(|folder| {
        for number in 0..2_000 {
            fs::write(folder.join(format!("{number}.yaml")), SECRET).expect("writable");
        }
    });
    let root = folder.path();
    let (report, code) = std::thread::scope(|scope| {
        scope.spawn(|| (0..2_000).for_each(|number| _ = fs::remove_file(root.join(format!("{number}.yaml")))));
        report(&["scan", ".", "--no-config"], root)
    });
    assert_eq!(code, 1, "{report}");
    assert!(findings(&report).iter().any(|f| f["path"] == "good.yaml"), "{report}");
    for (path, why) in problems(&report) {
        assert!(why.contains("not found") || why.contains("shrank"), "{path}: {why}");
    }
}

#[test]
fn undecoded_text_under_data_is_a_finding() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  password: kestrel-Harbour_71!\n";
    let (report, _) = beside_good(write("undecoded.yaml", secret));
    assert!(findings(&report).iter().any(|f| f["path"] == "undecoded.yaml" && f["line"] == 5), "{report}");
}

#[test]
fn utf16_is_decoded_and_spans_hold() {
    let wide: Vec<u8> = [0xFF, 0xFE].into_iter().chain(SECRET.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let (report, _) = beside_good(write("wide.yaml", wide));
    let found = findings(&report).iter().find(|f| f["path"] == "wide.yaml").cloned().unwrap_or_default();
    assert_eq!(found["start_byte"], 2 + 2 * SECRET.find("kestrel").unwrap_or(0) as u64);
}

#[test]
fn utf16_without_a_byte_order_mark_is_decoded_and_utf32_is_said() {
    let wide: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (report, _) = beside_good(write("wide.yaml", wide));
    let found = findings(&report).iter().find(|f| f["path"] == "wide.yaml").cloned().unwrap_or_default();
    assert_eq!((&found["line"], &found["column"], &found["end_column"]), (&5.into(), &13.into(), &31.into()));
    for text in [format!("\u{FEFF}{SECRET}"), format!("\u{FEFF}é\n{SECRET}"), format!("é\n{SECRET}")] {
        for bytes in [u32::to_le_bytes, u32::to_be_bytes] {
            let wider: Vec<u8> = text.chars().flat_map(|c| bytes(c.into())).collect();
            let (report, problems) = beside_good(write("wider.yaml", wider));
            assert!(problems.iter().any(|(path, why)| path == "wider.yaml" && why.contains("UTF-32")), "{problems:?}");
            assert_eq!((&report["summary"]["files"], &report["summary"]["incomplete"]), (&1.into(), &true.into()));
        }
    }
}

/// Some kilobytes of packed data can hold gigabytes, packed again.
#[test]
fn packed_data_inflates_to_a_bounded_size_which_is_said() {
    let pack = |text: &[u8]| {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        writer.write_all(text).expect("packed");
        data_encoding::BASE64.encode(&writer.finish().expect("packed"))
    };
    let inner = format!("packed: {}\n", pack(&b"some text. ".repeat(100_000)));
    let (_, problems) = beside_good(write("bomb.txt", pack(inner.repeat(3_000).as_bytes())));
    assert!(problems.iter().any(|(path, why)| path == "bomb.txt" && why.contains("inflates")), "{problems:?}");
}

/// Files and folders that another user may not read are said, and the run does not end as clean.
#[cfg(unix)]
#[test]
fn what_may_not_be_read_is_said() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let allow = |name: &str, mode: u32| {
        fs::set_permissions(at(name), fs::Permissions::from_mode(mode)).expect("permissions are set");
    };
    for name in ["open", "closed"] {
        fs::create_dir(at(name)).expect("a folder");
    }
    fs::write(at("open/fine.yaml"), "a: b\n").expect("written");
    fs::write(at("open/shut.yaml"), "a: b\n").expect("written");
    crate::program::copy_program(Path::new(env!("CARGO_BIN_EXE_tidewaiter")), &at("tidewaiter"));
    [(".", 0o755), ("tidewaiter", 0o755), ("open", 0o755), ("open/shut.yaml", 0o000), ("closed", 0o000)]
        .into_iter()
        .for_each(|(name, mode)| allow(name, mode));
    // Root may read everything: the program runs as nobody then.
    let is_root = fs::read_dir(at("closed")).is_ok();
    let mut command = if is_root {
        let mut command = std::process::Command::new("setpriv");
        command.args(["--reuid", "65534", "--regid", "65534", "--clear-groups"]).arg(at("tidewaiter"));
        command
    } else {
        std::process::Command::new(at("tidewaiter"))
    };
    let output = command.args(["scan", "open", "closed", "--no-config"]).current_dir(folder.path()).output();
    allow("closed", 0o755);
    let Ok(output) = output else {
        eprintln!("skipped: setpriv is not there, and root may read everything");
        return;
    };
    let said = text(&output.stdout) + &text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("not scanned: closed") && said.contains("shut.yaml"), "{said}");
}

/// Starts a scan that writes a long report, and sends it this signal as soon as the partial file is there; `None` if the
/// program was faster.
#[cfg(unix)]
fn interrupted(folder: &Path, signal: &str) -> Option<i32> {
    let report = folder.join("report.html");
    let _ = fs::remove_file(&report);
    let output = format!("html={}", report.display());
    let mut child = Command::new(env!("CARGO_BIN_EXE_tidewaiter"))
        .args(["scan", "many.yaml", "--quiet", "--output", &output])
        .current_dir(folder)
        .stdout(Stdio::null())
        .spawn()
        .expect("runs");
    let is_partial = || {
        let entries = fs::read_dir(folder).expect("readable").flatten();
        entries.into_iter().any(|entry| entry.file_name().to_string_lossy().ends_with(".partial"))
    };
    while child.try_wait().expect("a child").is_none() {
        if is_partial() {
            let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("kill runs");
            let ended = child.wait().expect("a child");
            return (sent.success() && !report.exists()).then(|| ended.code().unwrap_or(0));
        }
    }
    None
}

/// A signal between two reports must not let the second one begin.
#[cfg(unix)]
#[test]
fn a_run_that_is_interrupted_between_reports_leaves_no_half_of_one() {
    let folder = folder(write("app.env", "password=kestrel-Harbour-7\n"));
    for round in 0..12 {
        let reports = folder.path().join(round.to_string());
        fs::create_dir(&reports).expect("a folder");
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
        command.args(["scan", "app.env", "--quiet"]).current_dir(folder.path()).stdout(Stdio::null());
        for number in 0..300 {
            command.arg("--output").arg(format!("json={}", reports.join(number.to_string()).display()));
        }
        let mut child = command.spawn().expect("runs");
        let written = || fs::read_dir(&reports).expect("readable").flatten().map(|entry| entry.file_name());
        while written().count() < 1 + round * 7 && child.try_wait().expect("a child").is_none() {}
        Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill runs");
        child.wait().expect("a child");
        let partial: Vec<_> = written().filter(|name| name.to_string_lossy().contains("partial")).collect();
        assert!(partial.is_empty(), "round {round}: {partial:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_report_and_says_so() {
    let secrets: String = (0..30_000).map(|n| format!("password{n}: kestrel-Harbour-{n}\n")).collect();
    let folder = folder(write("many.yaml", secrets));
    for signal in ["-TERM", "-QUIT"] {
        let code = (0..20).find_map(|_| interrupted(folder.path(), signal));
        assert_eq!(code, Some(130), "{signal}");
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("readable").flatten().map(|e| e.file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn what_nests_too_deep_is_searched_wherever_it_stands_in_a_stream() {
    let deep = |inner: &str| format!("{{\"x\": {{{inner}\"d\": {}{}}}}}\n", "[".repeat(2000), "]".repeat(2000));
    let rest = format!("{}url: https://kiln:Kx7vQ2mZpL9t@example.org/x\n", "a: b\n".repeat(500));
    let secret = "\"api_password\": \"Kx7vQ2mZpL9t\", ";
    for (stream, count) in [(format!("{}---\n{rest}", deep("")), 1), (format!("{rest}---\n{}", deep(secret)), 2)] {
        let folder = TempDir::new().expect("a temporary folder");
        write("a.yaml", &stream)(folder.path());
        let output = tidewaiter(&["scan", "a.yaml", "--format", "json"], folder.path());
        assert!(!text(&output.stderr).contains("internal error"), "{}", text(&output.stderr));
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        assert_eq!(findings(&report).len(), count, "{report}");
    }
}

/// What the program says, and its exit code; it must end within a time in which it could do all this many times.
fn ends(args: &[&str], folder: &Path) -> (String, Option<i32>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidewaiter"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
    let mut child = command.spawn().expect("the built program starts");
    let start = std::time::Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if start.elapsed().as_secs() > 20 {
            child.kill().expect("a child");
            panic!("{args:?} does not end");
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let output = child.wait_with_output().expect("it ended");
    (text(&output.stdout) + &text(&output.stderr), output.status.code())
}

/// Cuts the file of a loose object short, as a crash or a full disk leaves it; gives its id and what it was.
fn cut(repository: &Repository, revision: &str) -> (String, (std::path::PathBuf, Vec<u8>)) {
    let id = repository.git(&["rev-parse", revision]);
    let file = repository.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    let whole = fs::read(&file).expect("a loose object");
    fs::remove_file(&file).expect("removed");
    fs::write(&file, &whole[..whole.len() * 2 / 3]).expect("written");
    (id, (file, whole))
}

/// libgit2 waits without end for the rest of such an object.
#[test]
fn objects_that_end_too_early_are_said() {
    let mut repository = Repository::new();
    let numbers: String = (0..100).map(|number| format!("{number}\n")).collect();
    repository.write("deep/er/a.txt", &numbers);
    repository.commit("first");
    repository.git(&["tag", "-a", "-m", &numbers, "v1"]);
    repository.write("b.yaml", &secret("b", "kestrel-Harbour-71"));
    repository.commit("second");
    let history: &[&[&str]] = &[&["history"], &["history", "--unreachable"], &["history", "HEAD"]];
    let range: &[&[&str]] = &[&["history", "HEAD~1"], &["history", "HEAD^!"], &["history", "v1...HEAD"]];
    let blob: &[&[&str]] = &[&["history", "HEAD:deep/er/a.txt"], &["history", ":deep/er/a.txt"]];
    for (revision, runs) in [
        ("HEAD:deep/er/a.txt", &[history, blob].concat()),
        ("HEAD:deep/er", &history.to_vec()),
        ("HEAD^{tree}", &history.to_vec()),
        ("HEAD", &[history, range].concat()),
        ("HEAD~1", &[history, &range[..1]].concat()),
        ("v1", &[&history[..2], &range[2..], &[&["history", "v1"]], &[&["history", "v1~0"]]].concat()),
    ] {
        let (id, (file, whole)) = cut(&repository, revision);
        for args in runs {
            let (said, code) = ends(args, repository.path());
            // Where the rest could be scanned, what it holds counts.
            let expected = if said.contains("1 finding (") { 1 } else { 2 };
            assert_eq!(code, Some(expected), "{revision} {args:?}: {said}");
            assert!(said.contains(&format!("object {id} is corrupt")), "{revision} {args:?}: {said}");
        }
        fs::write(file, whole).expect("written");
    }
    for runs in [history, range] {
        runs.iter().for_each(|args| assert!(!ends(args, repository.path()).0.contains("corrupt")));
    }
}

#[test]
fn a_staged_change_beside_an_object_that_ends_too_early_is_said() {
    let mut repository = Repository::new();
    let numbers: String = (0..100).map(|number| format!("{number}\n")).collect();
    repository.write("deep/er/a.txt", &numbers);
    repository.write("deep/er/b.txt", &numbers.repeat(2));
    repository.commit("first");
    repository.write("deep/er/a.txt", &numbers.repeat(3));
    repository.git(&["add", "."]);
    for revision in [":deep/er/a.txt", "HEAD:deep/er/a.txt", "HEAD:deep/er", "HEAD:deep", "HEAD^{tree}", "HEAD"] {
        let (id, (file, whole)) = cut(&repository, revision);
        let (said, code) = ends(&["staged"], repository.path());
        assert_eq!(code, Some(2), "{revision}: {said}");
        assert!(said.contains(&format!("object {id} is corrupt")), "{revision}: {said}");
        fs::write(file, whole).expect("written");
    }
    repository.git(&["mv", "deep/er/b.txt", "c.txt"]);
    repository.write("c.txt", &format!("{}more\n", numbers.repeat(2)));
    repository.git(&["add", "."]);
    let (_, (file, whole)) = cut(&repository, "HEAD:deep/er/b.txt");
    assert_eq!(ends(&["staged"], repository.path()).1, Some(0), "where it came from is unknown, and all of it scanned");
    fs::write(file, whole).expect("written");
    assert_eq!(ends(&["staged"], repository.path()).1, Some(0));
}

/// git reads packs first.
#[test]
fn a_broken_object_that_a_pack_has_whole_costs_nothing() {
    let mut repository = Repository::new();
    repository.write("b.yaml", &secret("b", "kestrel-Harbour-71"));
    repository.commit("first");
    repository.git(&["repack", "-q", "-a"]);
    for revision in ["HEAD", "HEAD^{tree}", "HEAD:b.yaml"] {
        cut(&repository, revision);
    }
    let (said, code) = ends(&["history"], repository.path());
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("corrupt"), "{said}");
}
