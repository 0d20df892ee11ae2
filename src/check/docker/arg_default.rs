//! `ARG` whose default is a credential: it stands in the Dockerfile and in the history of the image.

use std::collections::HashMap;

use super::sites;
use crate::check::credential::Setting;
use crate::check::{Check, Context};
use crate::model::{Document, Keyword, Reach, Rule};
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
        let declared = declared_again(doc);
        for mut site in sites(doc, &[Keyword::Arg]) {
            if site.instruction.stage.is_none() {
                let names = site.instruction.pairs().iter().map(|pair| &*pair.name.text);
                site.reach = names.filter_map(|name| declared.get(name).copied()).max().unwrap_or(Reach::Discarded);
            }
            site.report_pairs(self.rule(), Setting::Environment, cx);
        }
    }
}

/// How far the arguments come that stages declare without a value: they take that of an `ARG` before the first `FROM`.
fn declared_again<'d>(doc: &'d Document<'d>) -> HashMap<&'d str, Reach> {
    let mut declared = HashMap::new();
    for site in sites(doc, &[Keyword::Arg]).filter(|site| site.instruction.stage.is_some()) {
        for pair in site.instruction.pairs().iter().filter(|pair| pair.value.is_none()) {
            let reach = declared.entry(&*pair.name.text).or_insert(site.reach);
            *reach = site.reach.max(*reach);
        }
    }
    declared
}
