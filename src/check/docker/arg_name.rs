//! `ARG TOKEN` without a value, and `ENV TOKEN=$TOKEN` that takes it: whoever builds the image bakes the credential in.
//!
//! The history of an image keeps the build arguments of the final stage; a stage that is thrown away takes its
//! arguments with it (<https://docs.docker.com/build/building/secrets/>).

use super::scope::Scope;
use super::{Evidence, Site, sites};
use crate::check::credential::name_kind;
use crate::check::{Check, Context};
use crate::model::{Assignment, Confidence, Document, Keyword, Reach, Rule};
use crate::rules;

/// The rule `docker-arg-name`.
pub struct ArgName;

impl Check for ArgName {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_ARG_NAME
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let mut scope = Scope::default();
        for site in sites(doc, &[Keyword::Arg, Keyword::Env]) {
            if site.reach == Reach::Final {
                for pair in site.instruction.pairs().iter().filter(|pair| is_open(&site, &scope, pair)) {
                    report(&site, pair, cx);
                }
            }
            scope.enter(site.instruction);
        }
    }
}

/// Whether the pair takes its value from whoever builds the image.
fn is_open(site: &Site<'_>, scope: &Scope<'_>, pair: &Assignment<'_>) -> bool {
    let names_one = || name_kind(&pair.name.text).is_credential();
    match (site.instruction.keyword, &pair.value) {
        (Keyword::Arg, None) => names_one() && scope.global(&pair.name.text).is_none(),
        (Keyword::Arg, Some(value)) => value.text.is_empty() && names_one(),
        (_, Some(value)) => {
            let reference = value.only_reference().filter(|r| r.default.as_ref().is_none_or(|d| d.is_empty()));
            let declared = |name: &str| scope.is_open(site.file, site.instruction.stage, name);
            reference.is_some_and(|r| declared(&value.text[r.name.clone()])) && names_one()
        }
        _ => false,
    }
}

fn report(site: &Site<'_>, pair: &Assignment<'_>, cx: &mut Context<'_>) {
    let evidence = Evidence {
        span: pair.name.span,
        secret: "",
        what: "a credential's name; the build puts the value into the image".into(),
        confidence: Confidence::Medium,
        severity: None,
        label: None,
        name: &pair.name.text,
    };
    site.report(&rules::DOCKER_ARG_NAME, evidence, cx);
}
