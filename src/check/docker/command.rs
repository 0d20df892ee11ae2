//! `CMD`, `ENTRYPOINT` and `HEALTHCHECK` with a credential: part of the image's configuration, and seen in the process list.

use super::run::{self, Place};
use super::sites;
use crate::check::{Check, Context};
use crate::model::{Args, Document, Keyword, Rule};
use crate::rules;

/// The rule `docker-command`.
pub struct Command;

impl Check for Command {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_COMMAND
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        for site in sites(doc, &[Keyword::Cmd, Keyword::Entrypoint, Keyword::Healthcheck]) {
            match &site.instruction.args {
                Args::Json(words) => run::argv(self.rule(), &site, words, cx),
                _ => run::script(self.rule(), &site, Place::Arguments, cx),
            }
        }
    }
}
