//! `LABEL` with a credential's value: readable without even starting the image.

use super::sites;
use crate::check::credential::Setting;
use crate::check::{Check, Context};
use crate::model::{Document, Keyword, Rule};
use crate::rules;

/// The rule `docker-label`.
pub struct Label;

impl Check for Label {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_LABEL
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        for site in sites(doc, &[Keyword::Label]) {
            site.report_pairs(self.rule(), Setting::Configuration, cx);
        }
    }
}
