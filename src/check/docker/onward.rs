//! Which files of one stage a `COPY --from=` takes on into the final image.

use super::Site;
use super::ignore_file::clean;
use crate::model::{Dockerfile, Instruction, Keyword, Reach};

/// The paths that the final image's stages copy from other stages.
pub struct Onward {
    /// The stage copied from, and the path in it, without slashes at its ends.
    taken: Vec<(usize, String)>,
    /// Where an instruction starts that sets the working directory, and that directory.
    directories: Vec<(usize, String)>,
}

/// How many copied paths are looked at, and how long a working directory may be: no file of people needs more.
const MAX_TAKEN: usize = 256;
const MAX_PATH: usize = 4096;

impl Onward {
    /// Reads the `COPY --from=` of the stages that are the final image's.
    pub fn new(file: &Dockerfile<'_>) -> Self {
        let copies = file.instructions.iter().filter(|i| i.keyword == Keyword::Copy && file.reach(i) == Reach::Final);
        let taken = copies
            .filter_map(|copy| Some((source_stage(file, copy)?, copy.words().split_last()?.1)))
            .flat_map(|(stage, sources)| sources.iter().map(move |source| (stage, clean(&source.text))))
            .take(MAX_TAKEN)
            .collect();
        Self { taken, directories: directories(file) }
    }

    /// How far the file `inner` comes that the site copies into its stage. `inner` is a path below the source, or the
    /// file's own name where the source is the file.
    pub fn reach(&self, site: &Site<'_>, inner: &str) -> Reach {
        let Some(path) = self.target(site, inner).filter(|_| site.reach == Reach::Copied) else { return site.reach };
        let below = |folder: &str| {
            folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let taken = |(stage, folder): &(usize, String)| site.instruction.stage == Some(*stage) && below(folder);
        if self.taken.iter().any(taken) { Reach::Final } else { site.reach }
    }

    /// Where the copy puts the file in its stage, without slashes at the ends.
    fn target(&self, site: &Site<'_>, inner: &str) -> Option<String> {
        let (destination, sources) = site.instruction.words().split_last()?;
        let folder = sources.len() > 1 || destination.text.ends_with(['/', '.']) || inner.contains('/');
        let path = if folder { format!("{}/{inner}", destination.text) } else { destination.text.to_string() };
        let next = self.directories.partition_point(|(start, _)| *start < site.instruction.span.start);
        let directory = next.checked_sub(1).map_or("", |at| &self.directories[at].1);
        Some(clean(&if path.starts_with('/') { path } else { format!("{directory}/{path}") }))
    }
}

/// The stage that `--from=` names: the last one of that name, or its number.
fn source_stage(file: &Dockerfile<'_>, copy: &Instruction<'_>) -> Option<usize> {
    let from = &copy.flag("from")?.text;
    let named = |name: &str| name.eq_ignore_ascii_case(from);
    let by_name = file.stages.iter().rposition(|stage| stage.name.as_ref().is_some_and(|name| named(&name.text)));
    by_name.or_else(|| from.parse().ok())
}

/// The working directories; that of a base image, which is not known, is taken to be the root.
fn directories(file: &Dockerfile<'_>) -> Vec<(usize, String)> {
    let mut directories: Vec<(usize, String)> = Vec::new();
    for instruction in &file.instructions {
        let directory = match (instruction.keyword, instruction.words().first()) {
            (Keyword::From, _) => String::new(),
            (Keyword::Workdir, Some(word)) if word.text.starts_with('/') => word.text.to_string(),
            (Keyword::Workdir, Some(word)) => {
                let before = directories.last().map_or("", |(_, directory)| directory);
                format!("{before}/{}", word.text)
            }
            _ => continue,
        };
        let directory = if directory.len() > MAX_PATH { String::new() } else { directory };
        directories.push((instruction.span.start, directory));
    }
    directories
}
