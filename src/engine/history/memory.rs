//! What one scan of a history leaves for the next, in the folder of `--cache`.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::HistoryScan;
use super::scan::Tally;
use super::settle::Settled;
use crate::model::{Problem, ProblemKind, Settings};
use crate::source::git::Repository;
use crate::source::git::cache::{Cache, Mark};
use crate::source::git::history::{self, History};
use crate::suppress::Allowlist;

/// The cache of a repository.
pub struct Memory {
    /// The file, if there is to be one.
    file: Option<PathBuf>,
    /// Program and settings: others judge otherwise.
    key: String,
    /// What earlier scans learnt.
    pub cache: Cache,
}

impl Memory {
    /// Loads what an earlier scan left, if a folder is given.
    pub fn open(repository: &Repository, settings: &Settings, allowlist: &Allowlist, scan: &HistoryScan) -> Self {
        let Some(folder) = &scan.cache else {
            return Self { file: None, key: String::new(), cache: Cache::default() };
        };
        let key = key(repository, settings, allowlist);
        let name = format!("{}\0{:?}", repository.commondir().display(), scan.shard);
        let name = data_encoding::HEXLOWER.encode(&Sha256::digest(name)[..16]);
        let file = folder.join(name).with_extension("cache");
        let mut cache = Cache::load(&file, &key);
        if !scan.shard.is_whole() {
            // Which shard a file belongs to is seen from its whole history.
            cache.heads.clear();
        }
        Self { file: Some(file), key, cache }
    }

    /// Whether anything is to be kept.
    pub fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Keeps what this scan learnt. A cache that can't be written is told and no more.
    pub fn keep(
        self,
        scan: &HistoryScan,
        history: &History<'_>,
        known: Vec<Mark>,
        tally: &mut Tally,
        settled: &Settled,
    ) -> Option<Problem> {
        let file = self.file?;
        let mut cache = self.cache;
        let mut clean = std::mem::take(&mut tally.clean);
        if scan.options.is_everything() {
            // What could not be read this time is to be tried, and told, the next time, too.
            let problems = history.problems.iter().chain(&tally.summary.problems);
            let is_read = !problems.into_iter().any(|problem| problem.kind == ProblemKind::Incomplete);
            let is_whole = is_read && history.left_out == 0;
            let others = std::mem::take(&mut cache.others);
            (cache.heads, cache.sights, cache.dates) = (Vec::new(), Vec::new(), Vec::new());
            if is_whole {
                (cache.heads, cache.dates) = (history.heads(), history.dates());
                // What this scan did not look at is known from the one that did.
                let known = others.iter().filter(|_| !history.is_whole()).chain(&settled.others);
                cache.others = known.copied().collect();
                // What lies below a threshold is masked in shown lines as long as a scan meets it.
                let hidden =
                    tally.hidden.iter().filter_map(|(holder, blob, place)| history.trace(*holder, *blob, *place));
                cache.sights = settled.sights.iter().copied().chain(hidden).collect();
                cache.sights.sort_unstable();
                cache.sights.dedup();
                cache.others.sort_unstable();
                cache.others.dedup();
                cache.others.retain(|other| cache.sights.binary_search(other).is_err());
            }
        }
        // A whole scan met all that is worth keeping.
        clean.extend(if scan.options.is_everything() && history.is_whole() { known } else { cache.clean });
        clean.sort_unstable();
        clean.dedup();
        cache.clean = clean;
        let error = cache.save(&file, &self.key).err()?;
        let path = file.parent().unwrap_or(Path::new("")).display().to_string();
        Some(Problem::new(path, ProblemKind::Skipped, format!("the cache can't be written: {error}")))
    }
}

/// What the results depend on, beside the objects.
fn key(repository: &Repository, settings: &Settings, allowlist: &Allowlist) -> String {
    // A program that can't be read shares its cache with none.
    let program = program().unwrap_or_else(|_| format!("{:?} {}", SystemTime::now(), process::id()));
    let border = history::border(repository);
    let (version, allowlist) = (env!("CARGO_PKG_VERSION"), allowlist.description());
    format!("{version}\0{program}\0{settings:?}\0{allowlist}\0{border}")
}

/// Tells builds of one version apart, which may have other rules at the same size. Where the program is unoptimised, hashing
/// it would take longer than many a scan; such a one is built anew each time.
fn program() -> io::Result<String> {
    let mut file = fs::File::open(std::env::current_exe()?)?;
    let found = file.metadata()?;
    if cfg!(debug_assertions) {
        return Ok(format!("{} {:?}", found.len(), found.modified()?));
    }
    // Nobody chooses a program to match another here, and a digest would take longer than what the cache spares.
    let (mut sum, mut buffer) = (libdeflater::Crc::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(format!("{} {:x}", found.len(), sum.sum())),
            read => sum.update(&buffer[..read]),
        }
    }
}
