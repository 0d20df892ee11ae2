//! `ARG` whose default is a credential: it stands in the Dockerfile and in the history of the image.

use super::sites;
use crate::check::credential::Setting;
use crate::check::{Check, Context};
use crate::model::{Dockerfile, Document, Instruction, Keyword, Reach, Rule};
use crate::rules;

/// The rule `docker-arg-default`.
pub struct ArgDefault;

impl Check for ArgDefault {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_ARG_DEFAULT
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        for mut site in sites(doc, &[Keyword::Arg]) {
            if site.instruction.stage.is_none() {
                site.reach = global_reach(site.file, site.instruction);
            }
            site.report_pairs(self.rule(), Setting::Environment, cx);
        }
    }
}

/// An `ARG` before the first `FROM` reaches as far as the farthest stage that declares one of its names again.
fn global_reach(file: &Dockerfile<'_>, global: &Instruction<'_>) -> Reach {
    let declares = |i: &&Instruction<'_>| {
        let same = |name: &str| global.pairs().iter().any(|pair| pair.name.text == name);
        i.keyword == Keyword::Arg
            && i.stage.is_some()
            && i.pairs().iter().any(|p| p.value.is_none() && same(&p.name.text))
    };
    file.instructions.iter().filter(declares).map(|i| file.reach(i)).max().unwrap_or(Reach::Discarded)
}
