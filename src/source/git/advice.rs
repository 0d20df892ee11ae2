//! Words of the commands that a message advises, as a POSIX shell reads them back.

use std::path::Path;

/// The path as one word; quoted only where a shell would make something else of it.
pub fn path(path: &Path) -> String {
    word(&path.to_string_lossy())
}

/// The text as one word; quoted only where a shell would make something else of it.
pub fn word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+,:@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) { text.to_owned() } else { quoted(text) }
}

/// The text in single quotes.
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::git::GitError;

    #[test]
    fn what_is_advised_for_another_users_repository_can_be_pasted() {
        let said = GitError::Unsafe("/q uo'te".into()).to_string();
        assert!(said.ends_with(r"--add safe.directory '/q uo'\''te'`"), "{said}");
    }

    #[test]
    fn only_what_a_shell_reads_otherwise_is_quoted() {
        for (text, expected) in [
            ("/srv/app-1.git", "/srv/app-1.git"),
            ("/with space", "'/with space'"),
            ("/q uo'te", r"'/q uo'\''te'"),
            ("~/x", "'~/x'"),
            ("$(x)", "'$(x)'"),
            ("", "''"),
        ] {
            assert_eq!(word(text), expected);
        }
    }
}
