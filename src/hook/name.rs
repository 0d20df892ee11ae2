//! Whether a hook reads its own name: under another one it would do something else, or nothing.

use std::fs;
use std::path::Path;

/// How scripts come by their own name.
const OWN: [&str; 15] = [
    "$0",
    "${0",
    "BASH_SOURCE",
    "argv[0]",
    "argv.pop(0)",
    "process.argv[1]",
    "process.argv.slice(1",
    "inspect.get",
    "PROGRAM_NAME",
    "__file__",
    "__FILE__",
    "__filename",
    "FindBin",
    "MyInvocation",
    "PSCommandPath",
];

/// Ways to write one and the same, without quotes.
const SAME: [(&str, &str); 7] = [
    ("\"", ""),
    (" -- ", " "),
    ("${BASH_SOURCE[0]}", "$0"),
    ("$BASH_SOURCE", "$0"),
    ("${0}", "$0"),
    ("$(readlink -f $0)", "$0"),
    ("$(realpath $0)", "$0"),
];

/// The folder of the hook, which stays the same.
const FOLDER: [&str; 9] = [
    "$(dirname $0)",
    "`dirname $0`",
    "${0%/*}",
    "dirname($0)",
    "dirname(__file__)",
    "dirname(os.path.abspath(__file__))",
    "dirname(__FILE__)",
    "Path(__file__).parent",
    "Path(__file__).resolve().parent",
];

/// Words of a shell that a command may follow.
const BEFORE_COMMAND: [&str; 8] = ["if", "then", "else", "elif", "do", "while", "until", "!"];

/// Starts of paths whose files are not made for hooks: a shell's own settings.
const FOREIGN: [&str; 4] = ["/", "~/", "$HOME/", "${HOME}/"];

/// Whether the hook may do what its own name says. In doubt it may: a program, or what is too large for a script.
pub fn is_read(file: &Path) -> bool {
    // What does not exist or leads nowhere does nothing.
    let Ok(found) = fs::metadata(file) else { return false };
    if !found.is_file() || found.len() > 1 << 20 {
        return true;
    }
    let Ok(bytes) = fs::read(file) else { return true };
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next().unwrap_or_default();
    let is_shell = !first.starts_with("#!") || first.contains("sh");
    let lines = || text.lines().filter(|line| !line.trim_start().starts_with('#'));
    text.contains('\0') || lines().any(names_itself) || (is_shell && lines().any(reads_another))
}

fn names_itself(line: &str) -> bool {
    let mut line = SAME.iter().fold(line.to_owned(), |line, (one, other)| line.replace(one, other));
    for folder in FOLDER {
        line = line.replace(folder, "");
    }
    OWN.iter().any(|own| line.match_indices(own).any(|(at, _)| !is_line_of_awk(&line[..at])))
}

/// Whether `$0` after this is a line that awk reads.
fn is_line_of_awk(before: &str) -> bool {
    before.find("awk ").is_some_and(|awk| before[awk..].matches('\'').count() % 2 == 1)
}

/// Whether the shell reads another script here, which sees our name as its own.
fn reads_another(line: &str) -> bool {
    let is_command = |part: &str| {
        let mut words = part.split_whitespace().skip_while(|word| BEFORE_COMMAND.contains(word));
        let reads = matches!(words.next(), Some("." | "source" | "\\."));
        let path = words.next().map(|path| path.trim_start_matches(['"', '\'']));
        reads && path.is_some_and(|path| !FOREIGN.iter().any(|start| path.starts_with(start)))
    };
    line.split([';', '&', '|', '(', '{']).any(is_command)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test writes a file")]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_seen_and_folders_are_none() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("hook");
        let check = |script: &str, is: bool| {
            fs::write(&file, script).unwrap();
            assert_eq!(is_read(&file), is, "{script}");
        };
        for line in [
            r#"exec team "$(basename "$0")""#,
            r#"exec team "${0##*/}""#,
            r#". "$(dirname "$0")/husky.sh""#,
            r#"[ -f x ] && . "$(dirname -- "$0")/_/husky.sh""#,
            r#"here=$(dirname "$0"); . "$here/husky.sh""#,
            "if true; then source ./lib.sh; fi",
            r#"for each in "$0".d/*; do "$each"; done"#,
            r#"exec "$(dirname "$0")/_dispatch" "$0" "$@""#,
            r#"name=${BASH_SOURCE[0]##*/}"#,
            r#"awk '{print $1}' "$0""#,
        ] {
            check(&format!("#!/bin/sh\n{line}\n"), true);
        }
        check("#!/usr/bin/env python3\nname = Path(__file__).name\n", true);
        check("#!/usr/bin/env ruby\nrun File.basename($PROGRAM_NAME)\n", true);
        check("#!/usr/bin/env python3\nname = sys.argv.pop(0)\n", true);
        check("#!/usr/bin/env python3\nname = inspect.getsourcefile(main)\n", true);
        check("#!/usr/bin/env node\nconst name = path.basename(process.argv[1]);\n", true);
        check("#!/usr/bin/env node\nconst [remote] = process.argv.slice(2);\n", false);
        check("\x7fELF\0", true);
        for line in [
            r#"cd "$(dirname "$0")/../..""#,
            r#"HERE="$(cd "$(dirname -- "$0")" && pwd)""#,
            r#"exec "${0%/*}/lint" "$@""#,
            r#"here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"#,
            "# goes by $0",
            r#". "$HOME/.nvm/nvm.sh""#,
            "git add .; find . -name x | grep .",
            r#"git diff | awk '{ print $0 }'"#,
        ] {
            check(&format!("#!/bin/sh\n{line}\n"), false);
        }
        check("#!/usr/bin/env python3\nsource = 1\nhere = Path(__file__).parent\n", false);
        assert!(!is_read(&folder.path().join("nowhere")));
    }
}
