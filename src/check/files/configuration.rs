//! A literal under a credential's name in any other configuration: YAML, JSON, `.env`, properties, INI, TOML, XML,
//! Terraform, Ansible.

use crate::check::credential::{self, NameKind, Setting};
use crate::check::{Check, Context, Pair, Shape, beside, claim};
use crate::model::{Document, Role, Rule, behind_last};
use crate::rules;

/// The rule `files-configuration`.
pub struct Configuration;

impl Check for Configuration {
    fn rule(&self) -> &'static Rule {
        &rules::FILES_CONFIGURATION
    }

    fn applies(&self, doc: &Document<'_>) -> bool {
        !matches!(doc.role, Role::Resource { .. } | Role::Schema | Role::LockFile)
    }

    fn pair(&self, pair: &Pair<'_>, cx: &mut Context<'_>) -> bool {
        if pair.shape == Shape::Item && !is_address(pair.value) {
            claim::item(self.rule(), pair, cx);
            return false;
        }
        if is_key_of_jwk(pair) {
            claim::judge_as(self.rule(), pair, NameKind::Credential, Setting::Environment, cx);
            return true;
        }
        if pair.name != "PWD" && claim::is_dull(pair, cx) {
            return true;
        }
        // `password: Mot de passe`: what a program shows to people.
        if is_translation(&pair.doc.place.path) && !credential::looks_random(pair.value) {
            return true;
        }
        let variable = matches!(pair.shape, Shape::Assignment | Shape::NameValue)
            || is_environment_file(pair)
            || COMMANDS.contains(&pair.name);
        let setting = if variable { Setting::Environment } else { Setting::Configuration };
        // ODBC's word for a password is a shell's for the folder.
        if pair.name == "PWD" && pair.doc.place.file_name().ends_with(".ini") && !pair.value.contains('/') {
            claim::judge_as(self.rule(), pair, NameKind::Password, setting, cx);
        } else {
            claim::judge(self.rule(), pair, setting, cx);
        }
        true
    }
}

/// Whether the pair is what a JSON Web Key keeps secret: the key itself of a symmetric one (`k`), the private part of another
/// (`d`).
fn is_key_of_jwk(pair: &Pair<'_>) -> bool {
    if !matches!(pair.name, "k" | "d") {
        return false;
    }
    match beside::entry_beside(pair, &["kty"]) {
        Some("oct") => pair.name == "k",
        Some("RSA" | "EC" | "OKP") => pair.name == "d",
        _ => false,
    }
}

/// Whether it is a URL with a user and a password of their own: one item of a list says no more than itself.
fn is_address(value: &str) -> bool {
    let Some((_, behind)) = value.split_once("://") else { return false };
    let Some((user, password)) = behind.split_once('@').and_then(|(login, _)| login.split_once(':')) else {
        return false;
    };
    // `https://user:password@host` explains a form.
    !(value.contains(char::is_whitespace) || user.starts_with("user") && password.starts_with("pass"))
}

/// Names of command lines, whose options are looked through: those of systemd's units and of supervisors.
const COMMANDS: [&str; 6] = ["ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecReload", "command"];

/// Files that hold nothing but values to be used as they are.
fn is_environment_file(pair: &Pair<'_>) -> bool {
    let name = pair.doc.place.file_name();
    name.contains(".env") || name.ends_with(".tfvars") || name.ends_with(".properties") || name.starts_with('.')
}

/// Whether the file holds the texts of a program in some language, by the folder it lies in.
pub fn is_translation(path: &str) -> bool {
    let name = behind_last(path, b'/');
    let folders =
        ["locales", "locale", "i18n", "l10n", "lang", "langs", "languages", "translations", "_locales", "intl"];
    let texts = ["locale.", "messages.", "messages_", "translations.", "strings.", "i18n."];
    texts.iter().any(|text| name.starts_with(text)) || path.rsplit('/').skip(1).any(|folder| folders.contains(&folder))
}
