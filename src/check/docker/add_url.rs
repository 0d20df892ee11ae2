//! `ADD https://user:password@host/…`: the address, password and all, stands in the history of the image.

use super::{Evidence, judge, sites};
use crate::check::credential::Setting;
use crate::check::{Check, Context};
use crate::model::{Document, Keyword, Rule};
use crate::rules;

/// The rule `docker-add-url`.
pub struct AddUrl;

impl Check for AddUrl {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_ADD_URL
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        for site in sites(doc, &[Keyword::Add]) {
            for word in site.instruction.words().iter().filter(|word| word.text.contains("://")) {
                let Some((judgement, range)) = judge("url", word, Setting::CommandLine) else { continue };
                let evidence = Evidence {
                    span: word.span_of(range.clone()),
                    secret: &word.text[range],
                    what: judgement.what,
                    confidence: judgement.confidence,
                    severity: judgement.severity,
                    label: Some((site.instruction.keyword_span, "the image's history keeps this line")),
                    name: "",
                };
                site.report(self.rule(), evidence, cx);
            }
        }
    }
}
