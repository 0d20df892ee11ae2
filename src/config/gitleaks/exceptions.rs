//! gitleaks' allowlists as entries of ours: each of our entries holds if all its conditions do, so that conditions of which
//! one is enough become entries of their own.

use super::form::{Allowlist, Form};
use super::pattern::Secret;
use super::yaml::{Writer, quoted};
use super::{File, Import, pattern};
use crate::suppress::allowlist;

/// An entry: its conditions by key.
type Conditions = Vec<(&'static str, String)>;

impl Import {
    /// The `.tidewaiter.yaml`.
    pub(super) fn config(&mut self, file: &File, form: &Form, rules_path: &str) -> String {
        let mut entries = Writer { text: String::new() };
        for rule in &form.rules {
            for list in rule.allowlist.iter().chain(&rule.allowlists) {
                let place = format!("an allowlist of rule `{}`", rule.id);
                match self.names.get(&rule.id).cloned() {
                    Some(name) => self.allowlist(&place, list, &[Some(name)], &mut entries),
                    None => self.lose(format!("{place}: the rule itself is not carried over")),
                }
            }
        }
        for list in form.allowlist.iter().chain(&form.allowlists) {
            let place = "an allowlist of all rules";
            let targets = self.targets(place, list);
            self.allowlist(place, list, &targets, &mut entries);
        }
        let switched_off = self.extended(form);
        let mut out = Writer::new(&format!("Made from {} by `tidewaiter rules import`.", file.path));
        for lost in &self.lost {
            out.comment(&format!("Not carried over: {lost}."));
        }
        for note in &self.notes {
            out.comment(&format!("Carried over: {note}."));
        }
        if !self.names.is_empty() {
            out.text.push_str(&format!("rule-files: [{}]\n", quoted(rules_path)));
        }
        if !switched_off.is_empty() {
            out.key("rules");
            switched_off.iter().for_each(|id| out.text.push_str(&format!("  {id}: off\n")));
        }
        if !entries.text.is_empty() {
            out.key("allowlist");
            out.text.push_str(&entries.text);
        }
        out.text
    }

    /// What the file builds on; gives the rules of ours that it switches off.
    fn extended(&mut self, form: &Form) -> Vec<String> {
        if form.extend.usedefault {
            self.lose("`extend.useDefault`: tidewaiter's own rules run beside these");
        }
        if let Some(path) = &form.extend.path {
            self.lose(format!("`extend.path`: import `{path}`, too, and name both results"));
        }
        let (known, unknown): (Vec<&String>, Vec<_>) =
            form.extend.disabledrules.iter().partition(|id| crate::rules::TOKENS.iter().any(|rule| rule.id == **id));
        for id in unknown {
            self.lose(format!("`extend.disabledRules`: there is no rule `{id}` here"));
        }
        known.into_iter().cloned().collect()
    }

    /// The rules for which a list holds; `None` is all.
    fn targets(&mut self, place: &str, list: &Allowlist) -> Vec<Option<String>> {
        if list.targetrules.is_empty() {
            return vec![None];
        }
        let mut targets = Vec::new();
        for id in &list.targetrules {
            let built_in = crate::rules::TOKENS.iter().any(|rule| rule.id == *id).then_some(id);
            match self.names.get(id).or(built_in) {
                Some(name) => targets.push(Some(name.clone())),
                None => self.lose(format!("{place}: there is no rule `{id}` here")),
            }
        }
        targets
    }

    fn allowlist(&mut self, place: &str, list: &Allowlist, targets: &[Option<String>], out: &mut Writer) {
        self.others(place, &list.others);
        let conditions = self.conditions(place, list);
        let reason = list.description.trim().trim_end_matches('.');
        for target in targets {
            for entry in &conditions {
                let rule = target.iter().map(|name| ("rule", name.clone()));
                for (at, (key, value)) in entry.iter().cloned().chain(rule).enumerate() {
                    if at == 0 { out.item(key, &value) } else { out.field(key, &value) }
                }
                out.field("reason", if reason.is_empty() { "accepted in gitleaks" } else { reason });
            }
        }
    }

    /// The entries' conditions.
    fn conditions(&mut self, place: &str, list: &Allowlist) -> Vec<Conditions> {
        let all = list.condition.eq_ignore_ascii_case("and") || list.condition == "&&";
        if !list.commits.is_empty() {
            self.lose(format!("{place}: `commits` have no counterpart"));
        }
        let of_secret = matches!(list.regextarget.as_str(), "" | "secret");
        if !list.regexes.is_empty() && !of_secret {
            self.lose(format!(
                "{place}: regexes of the `{}` have no counterpart, only those of the secret",
                list.regextarget
            ));
        }
        // Where all conditions must hold, an entry without one of them would accept more.
        if all && (!list.commits.is_empty() || !list.regexes.is_empty() && !of_secret) {
            self.lose(format!("{place}: as all its conditions must hold, nothing of it"));
            return Vec::new();
        }
        let paths = self.patterns(place, &list.paths);
        let mut values = if of_secret { self.patterns(place, &list.regexes) } else { Vec::new() };
        let stopwords: Vec<String> = list.stopwords.iter().map(|word| regex_syntax::escape(word)).collect();
        let stopwords = (!stopwords.is_empty()).then(|| format!("(?i){}", stopwords.join("|")));
        if !all {
            values.extend(stopwords);
            let single = |key: &'static str| move |value: String| vec![(key, value)];
            return paths
                .into_iter()
                .map(single("path-pattern"))
                .chain(values.into_iter().map(single("value")))
                .collect();
        }
        if stopwords.is_some() && !values.is_empty()
            || paths.len() < list.paths.len()
            || values.len() < list.regexes.len()
        {
            self.lose(format!("{place}: as all its conditions must hold, nothing of it"));
            return Vec::new();
        }
        values.extend(stopwords);
        let any = |list: Vec<String>| (!list.is_empty()).then(|| list.join("|"));
        let both =
            any(paths).map(|path| ("path-pattern", path)).into_iter().chain(any(values).map(|value| ("value", value)));
        Some(both.collect::<Conditions>()).filter(|entry| !entry.is_empty()).into_iter().collect()
    }

    /// The patterns that can be used.
    fn patterns(&mut self, place: &str, list: &[String]) -> Vec<String> {
        let mut out = Vec::new();
        for pattern in list {
            let ours = pattern::translate(pattern, Secret::Whole);
            match allowlist::compile(&ours) {
                Ok(_) => out.push(ours),
                Err(_) => self.lose(format!("{place}: `{pattern}` is no regular expression here")),
            }
        }
        out
    }
}
