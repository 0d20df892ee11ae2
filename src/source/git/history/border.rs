//! Where the history is cut or mended: at the border of a shallow clone, and by other parents in `info/grafts`.

use foldhash::HashMap;
use git2::Oid;

use crate::source::git::Repository;

/// Where the history is cut or mended by files of the repository: a scan under others saw another history.
pub fn border(repository: &Repository) -> String {
    let shallow = std::fs::read_to_string(repository.commondir().join("shallow")).unwrap_or_default();
    format!("{shallow}\0{}", grafts_file(repository))
}

/// The text of `info/grafts`; empty if there is none.
pub fn grafts_file(repository: &Repository) -> String {
    std::fs::read_to_string(repository.commondir().join("info/grafts")).unwrap_or_default()
}

/// Whether a line of that file names a commit.
pub fn is_graft(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

/// Parents that replace a commit's own: `info/grafts`, and none at the border of a shallow clone.
pub fn grafts(repository: &Repository) -> HashMap<Oid, Vec<Oid>> {
    let border = border(repository);
    let (shallow, mended) = border.split_once('\0').unwrap_or_default();
    let mut grafts = HashMap::default();
    for line in mended.lines().filter(|line| is_graft(line)) {
        let mut ids = line.split_whitespace().map_while(|id| Oid::from_str(id).ok());
        if let Some(commit) = ids.next() {
            grafts.insert(commit, ids.collect());
        }
    }
    for id in shallow.lines().filter_map(|line| Oid::from_str(line.trim()).ok()) {
        grafts.insert(id, Vec::new());
    }
    grafts
}
