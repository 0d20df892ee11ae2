//! Reports that are written to files: where, and who may read them.

use std::fs;

use crate::program::{folder, text, tidewaiter};
use crate::repository::secret;

#[test]
fn a_report_that_has_no_place_is_refused_before_the_scan() {
    let folder = folder(&[("app.yaml", &secret("app", "kestrel-Harbour-71")), ("file", "")]);
    for (place, said) in [("none/r.json", "there is no folder none"), ("file/r.json", "file is no folder")] {
        let output = tidewaiter(&["scan", "--output", &format!("json={place}")], folder.path());
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "nothing was scanned");
    }
    assert_eq!(tidewaiter(&["scan", "--output", "json=r.json"], folder.path()).status.code(), Some(1));
}

#[test]
fn two_reports_to_one_file_are_refused_however_it_is_spelled() {
    let folder = folder(&[("app.yaml", &secret("app", "kestrel-Harbour-71")), ("sub/keep", "")]);
    let scan = |second: &str| {
        let output = tidewaiter(&["scan", "--output", "json=z.json", "--output", second], folder.path());
        (output.status.code(), text(&output.stderr))
    };
    let full = format!("sarif={}", folder.path().join("z.json").display());
    for second in ["sarif=z.json", "sarif=./z.json", "sarif=sub/../z.json", &full] {
        let (code, said) = scan(second);
        assert!(code == Some(2) && said.contains("two reports can't be written to one file"), "{second}: {said}");
        assert!(!folder.path().join("z.json").exists(), "{second}");
    }
    #[cfg(unix)]
    for is_there in [false, true] {
        let link = folder.path().join("link");
        let _ = fs::remove_file(&link);
        std::os::unix::fs::symlink("z.json", link).expect("a link");
        if is_there {
            fs::write(folder.path().join("z.json"), "").expect("written");
        }
        assert_eq!(scan("sarif=link").0, Some(2));
        assert_eq!(fs::read(folder.path().join("z.json")).unwrap_or_default(), b"");
    }
    assert_eq!(scan("sarif=sub/z.json").0, Some(1));
}

#[cfg(unix)]
#[test]
fn a_report_is_no_more_open_than_it_should_be() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(&[("app.yaml", &secret("app", "kestrel-Harbour-71"))]);
    let mode = |name: &str| fs::metadata(folder.path().join(name)).expect("a report").permissions().mode() & 0o777;
    let write = |name: &str, more: &[&str]| {
        let output = format!("json={name}");
        let args = [&["scan", "app.yaml", "-q", "--output", &output], more].concat();
        assert_eq!(tidewaiter(&args, folder.path()).status.code(), Some(1));
        assert!(fs::metadata(folder.path().join(name)).expect("a report").len() > 0);
    };
    write("shown", &["--show-secrets"]);
    assert_eq!(mode("shown"), 0o600);
    for kept in [0o600, 0o640] {
        fs::write(folder.path().join("kept"), "").expect("written");
        fs::set_permissions(folder.path().join("kept"), fs::Permissions::from_mode(kept)).expect("changed");
        for more in [&[][..], &["--show-secrets"]] {
            write("kept", more);
            assert_eq!(mode("kept"), kept);
        }
    }
}
