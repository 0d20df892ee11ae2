//! Real repositories made with git, for the subjects that read one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::text;

/// A repository in a temporary folder. Each commit is a day younger than the one before.
pub struct Repository {
    folder: TempDir,
    commits: u32,
}

/// Runs git in a folder, without the machine's own configuration.
///
/// # Panics
/// If git fails.
pub fn git(folder: &Path, args: &[&str], day: u32) -> String {
    let date = format!("{} +0000", 1_700_000_000 + u64::from(day) * 86_400);
    let mut command = Command::new("git");
    command.args([
        "-c",
        "user.name=Ann Author",
        "-c",
        "user.email=ann@example.org",
        "-c",
        "protocol.file.allow=always",
    ]);
    command.args(args).current_dir(folder);
    for (name, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_SYSTEM", "/dev/null")] {
        command.env(name, value);
    }
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    let output = command.env("GIT_AUTHOR_DATE", &date).env("GIT_COMMITTER_DATE", &date).output().expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", text(&output.stderr));
    text(&output.stdout).trim().to_owned()
}

impl Repository {
    /// An empty repository.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        git(folder.path(), &["init", "-q", "-b", "main"], 0);
        Self { folder, commits: 0 }
    }

    /// The working tree.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of a file beside the repository's own: for clones and working trees.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(".git").join(name)
    }

    /// Runs git in it.
    pub fn git(&self, args: &[&str]) -> String {
        git(self.path(), args, self.commits)
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }

    /// Commits everything in the working tree and gives the commit's id.
    pub fn commit(&mut self, message: &str) -> String {
        self.commits += 1;
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }
}

/// A Secret with a password.
pub fn secret(name: &str, password: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\nstringData:\n  password: {password}\n")
}
