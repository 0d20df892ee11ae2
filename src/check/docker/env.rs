//! `ENV` with a credential's value: baked into the image's configuration, which everyone who pulls it can read.

use super::scope::Scope;
use super::{Evidence, judge, sites};
use crate::check::credential::Setting;
use crate::check::{Check, Context, command_line};
use crate::model::{Document, Keyword, Rule};
use crate::rules;

/// The rule `docker-env`.
pub struct Env;

impl Check for Env {
    fn rule(&self) -> &'static Rule {
        &rules::DOCKER_ENV
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        super::is_dockerfile(doc)
    }

    fn document(&self, doc: &Document<'_>, cx: &mut Context<'_>) {
        let mut scope = Scope::default();
        for site in sites(doc, &[Keyword::Env, Keyword::Arg]) {
            if site.instruction.keyword == Keyword::Env {
                site.report_pairs(self.rule(), Setting::Environment, cx);
                substituted(&site, &scope, cx);
                options(&site, cx);
            }
            scope.enter(site.instruction);
        }
    }
}

/// `ARG X=literal` and then `ENV DB_PASSWORD=$X`: the literal stands elsewhere, under a name that says nothing.
fn substituted(site: &super::Site<'_>, scope: &Scope<'_>, cx: &mut Context<'_>) {
    for pair in site.instruction.pairs() {
        let Some(reference) = pair.value.as_ref().and_then(|v| Some(&v.text[v.only_reference()?.name.clone()])) else {
            continue;
        };
        let Some(literal) = scope.literal(site.file, site.instruction.stage, reference) else { continue };
        if judge(reference, literal, Setting::Environment).is_some() {
            continue;
        }
        let Some((judgement, range)) = judge(&pair.name.text, literal, Setting::Environment) else { continue };
        let evidence = Evidence {
            span: literal.span_of(range.clone()),
            secret: &literal.text[range],
            what: judgement.what,
            confidence: judgement.confidence,
            severity: judgement.severity,
            label: Some((pair.name.span, "this variable takes the value")),
            name: &pair.name.text,
        };
        site.report(&rules::DOCKER_ENV, evidence, cx);
    }
}

/// `JAVA_OPTS="-Ddb.password=…"`: options of a command line under a name that says nothing.
fn options(site: &super::Site<'_>, cx: &mut Context<'_>) {
    for pair in site.instruction.pairs() {
        let Some(value) = pair.value.as_ref().filter(|value| value.text.starts_with('-') || value.text.contains(" -"))
        else {
            continue;
        };
        if judge(&pair.name.text, value, Setting::Environment).is_some() {
            continue;
        }
        // Options alone do not say for which program; only a Java machine's (`-Dname=value`) need to be known as such.
        let program = if value.text.starts_with('-') { "java " } else { "" };
        command_line::script(&format!("{program}{}", value.text), &mut |credential| {
            let inner = |at: usize| at.saturating_sub(program.len());
            let range = inner(credential.at.range.start)..inner(credential.at.range.end);
            let evidence = Evidence {
                span: value.span_of(range),
                secret: credential.secret.expose(),
                what: credential.judgement.what,
                confidence: credential.judgement.confidence,
                severity: credential.judgement.severity,
                label: Some((pair.name.span, "options in this variable")),
                name: &pair.name.text,
            };
            site.report(&rules::DOCKER_ENV, evidence, cx);
        });
    }
}
