//! `.dockerignore`: which files of the build context the builder gets.
//!
//! The rules are those of <https://docs.docker.com/build/concepts/context/#dockerignore-files>: Go's `filepath.Match`
//! plus `**`, `!` takes back, the last line that matches decides, a pattern that matches a folder covers what is in it.

use globset::{GlobBuilder, GlobMatcher};

/// The patterns of a `.dockerignore`.
#[derive(Default)]
pub struct IgnoreFile {
    patterns: Vec<(GlobMatcher, Effect)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Exclude,
    TakeBack,
}

impl IgnoreFile {
    /// Reads the lines; a line that is no valid pattern is passed over.
    pub fn parse(text: &str) -> Self {
        let lines = text.trim_start_matches('\u{feff}').lines();
        Self { patterns: lines.filter_map(pattern).collect() }
    }

    /// Whether the file at `path` (relative to the context's root) is kept from the build.
    pub fn excludes(&self, path: &str) -> bool {
        let parents = path.match_indices('/').map(|(at, _)| &path[..at]);
        let prefixes: Vec<&str> = parents.chain([path]).collect();
        let decisive = self.patterns.iter().rev().find(|(glob, _)| prefixes.iter().any(|prefix| glob.is_match(prefix)));
        decisive.is_some_and(|(_, effect)| *effect == Effect::Exclude)
    }
}

/// A matcher in the syntax of a `.dockerignore` line and of a `COPY` source, where braces mean themselves.
pub fn glob(pattern: &str) -> Option<GlobMatcher> {
    let escaped = pattern.replace('{', "[{]").replace('}', "[}]");
    let glob = GlobBuilder::new(&escaped).literal_separator(true).backslash_escape(true).build().ok()?;
    Some(glob.compile_matcher())
}

fn pattern(line: &str) -> Option<(GlobMatcher, Effect)> {
    if line.starts_with('#') {
        return None;
    }
    let line = line.trim();
    let (effect, rest) = match line.strip_prefix('!') {
        Some(rest) => (Effect::TakeBack, rest.trim()),
        None => (Effect::Exclude, line),
    };
    let clean = clean(rest);
    if clean.is_empty() { None } else { Some((glob(&clean)?, effect)) }
}

/// The path without `.`, empty and resolved `..` components, and without slashes at its ends.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(lines: &str, path: &str) -> bool {
        IgnoreFile::parse(lines).excludes(path)
    }

    #[test]
    fn a_pattern_is_anchored_at_the_root() {
        assert!(excluded(".env", ".env"));
        assert!(excluded("/.env", ".env"));
        assert!(excluded("./a/../.env", ".env"));
        assert!(!excluded(".env", "sub/.env"));
        assert!(excluded("*/.env", "sub/.env"));
        assert!(!excluded("*/.env", "a/b/.env"));
    }

    #[test]
    fn two_stars_cross_folders() {
        assert!(excluded("**/.env", ".env"));
        assert!(excluded("**/.env", "a/b/.env"));
        assert!(excluded("**/*.pem", "a/key.pem"));
        assert!(excluded("a/**/k.pem", "a/b/c/k.pem"));
        assert!(excluded("**", "x"));
    }

    #[test]
    fn a_folder_covers_what_is_in_it() {
        assert!(excluded("secrets", "secrets/a/.env"));
        assert!(excluded("secrets/", "secrets/.env"));
        assert!(excluded("**/secrets", "x/secrets/.env"));
    }

    #[test]
    fn the_last_match_decides() {
        assert!(!excluded(".env*\n!.env.local", ".env.local"));
        assert!(excluded("!.env.local\n.env*", ".env.local"));
        assert!(!excluded("*\n!src", "src/.env"));
        assert!(excluded("*\n!src\nsrc/.env", "src/.env"));
    }

    #[test]
    fn comments_braces_and_broken_lines_match_nothing() {
        assert!(!excluded("#.env\n[\n\n", ".env"));
        assert!(!excluded("{a,b}", "a"));
        assert!(excluded("{a,b}", "{a,b}"));
        assert!(excluded("[.]env\r\n", ".env"));
    }
}
