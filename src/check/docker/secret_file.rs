//! Files that hold credentials: known by their name, confirmed or cleared by their content.

use crate::check::Context;
use crate::check::credential::{self, Setting};
use crate::model::{Confidence, Document, SpanMap, behind_last};

/// What a file of this name holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A private key, in PEM most likely.
    Key,
    /// A key store, protected by a password.
    Store,
    /// Variables: `.env`.
    Env,
    /// The credentials of a program.
    Login,
    /// A folder of such files.
    Folder,
}

impl Kind {
    /// What to call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Key => "private key",
            Kind::Store => "key store",
            Kind::Env => "environment file",
            Kind::Login => "credentials file",
            Kind::Folder => "folder of credentials",
        }
    }
}

/// What the content of a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// A credential stands in it.
    Secret,
    /// None does.
    Harmless,
    /// It can't be told.
    Unknown,
}

/// Whole names of files that programs keep credentials in, in lower case.
const LOGINS: &[&str] = &[
    ".npmrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".dockercfg",
    ".dockerconfigjson",
    "kubeconfig",
    ".pgpass",
    ".my.cnf",
    ".vault-token",
    ".htpasswd",
    ".s3cfg",
    ".boto",
    ".terraformrc",
    "terraform.tfstate",
    "application_default_credentials.json",
];

/// Ends of paths of such files.
const LOGIN_PATHS: &[&str] = &[
    ".aws/credentials",
    ".docker/config.json",
    ".kube/config",
    ".config/gh/hosts.yml",
    ".gem/credentials",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".m2/settings.xml",
    ".composer/auth.json",
];

/// Folders of such files.
const FOLDERS: &[&str] = &[".ssh", ".aws", ".kube", ".gnupg"];

/// Parts of a key file's name that say that it is public.
const PUBLIC: &[&str] = &[
    "license",
    "licence",
    "pub",
    "public",
    "ca",
    "cacert",
    "cacerts",
    "cert",
    "certs",
    "crt",
    "certificate",
    "chain",
    "fullchain",
    "bundle",
    "root",
    "trust",
    "truststore",
    "gpg",
    "apt",
    "repo",
    "rpm",
    "dhparam",
    "dhparams",
    "dh",
    "archive",
    "keyring",
    "release",
    "csr",
    "roots",
    "example",
    "sample",
];

/// Endings of an environment file's name that say that it is a model to copy.
const MODELS: &[&str] =
    &["example", "sample", "template", "dist", "default", "defaults", "tpl", "tmpl", "schema", "j2"];

/// What a file of this path would hold by its name; wild cards may stand in it.
pub fn by_name(path: &str) -> Option<Kind> {
    let path = path.trim_end_matches('/').to_lowercase();
    let name = behind_last(&path, b'/');
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    if LOGINS.contains(&name) || ends_with_path(&path, LOGIN_PATHS) || extension == "kubeconfig" {
        return Some(Kind::Login);
    }
    if extension == "json" && is_account(stem) {
        return Some(Kind::Login);
    }
    if FOLDERS.contains(&name) {
        return Some(Kind::Folder);
    }
    let parts = || stem.split(|c: char| !c.is_ascii_alphanumeric());
    match extension {
        "p12" | "pfx" | "jks" | "keystore" | "ppk" | "kdbx" => {
            return (!parts().any(|p| p == "truststore")).then_some(Kind::Store);
        }
        "pem" | "key" => return (!parts().any(|part| PUBLIC.contains(&part))).then_some(Kind::Key),
        _ => {}
    }
    if is_key_name(name) { Some(Kind::Key) } else { is_env(name).then_some(Kind::Env) }
}

fn ends_with_path(path: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| path.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('/')))
}

/// `service-account.json`, `gcp_credentials.json`; not a model of one.
fn is_account(stem: &str) -> bool {
    let letters: String = stem.chars().filter(char::is_ascii_alphanumeric).collect();
    let parts = || stem.split(|c: char| !c.is_ascii_alphanumeric());
    (letters.contains("serviceaccount") || letters.ends_with("credentials")) && !parts().any(|p| MODELS.contains(&p))
}

/// `id_rsa`, `deploy_ed25519`; not `id_rsa.pub`.
fn is_key_name(name: &str) -> bool {
    let name = name.trim_end_matches(['*', '?']);
    name.rsplit_once('_').is_some_and(|(_, kind)| matches!(kind, "rsa" | "dsa" | "ecdsa" | "ed25519"))
}

/// `.env`, `.env.production`, `prod.env`; not `.env.example`.
fn is_env(name: &str) -> bool {
    let variant = match name.strip_prefix(".env") {
        Some(rest) => rest.trim_start_matches(['.', '-', '_', '*']),
        None => match name.strip_suffix(".env") {
            Some(stem) => stem,
            None => return false,
        },
    };
    let whole = name == ".env" || name.starts_with(".env.") || name.starts_with(".env*") || name.ends_with(".env");
    whole && !is_model(variant)
}

/// Whether a file of this path is a model to be copied and filled in: `npmrc.example`.
pub fn is_model(path: &str) -> bool {
    let name = behind_last(path, b'/');
    name.split(['.', '-', '_']).any(|part| MODELS.contains(&part))
}

/// What the content of a file of this kind says. `path` is its name, by which its format is recognised.
pub fn by_content(kind: Kind, path: &str, bytes: &[u8], doc: &Document<'_>, cx: &mut Context<'_>) -> Content {
    if has_private_key(bytes) {
        return Content::Secret;
    }
    match (kind, std::str::from_utf8(bytes)) {
        (Kind::Folder | Kind::Store, _) | (Kind::Key, Err(_)) => Content::Unknown,
        (Kind::Key, Ok(text)) if text.contains("-----BEGIN") || text.trim().is_empty() => Content::Harmless,
        (Kind::Key, Ok(_)) => Content::Unknown,
        (Kind::Env | Kind::Login, Err(_)) => Content::Unknown,
        (Kind::Env | Kind::Login, Ok(text)) => {
            let name = behind_last(path, b'/');
            let secret = text.lines().any(|line| has_credential(name, line.trim())) || {
                let found = cx.look_into(doc, text, SpanMap::at(0), name, "");
                found.iter().any(|finding| finding.confidence >= Confidence::Medium)
            };
            if secret { Content::Secret } else { Content::Harmless }
        }
    }
}

fn has_private_key(bytes: &[u8]) -> bool {
    memchr::memmem::find(bytes, b"PRIVATE KEY").is_some() && memchr::memmem::find(bytes, b"-----BEGIN").is_some()
}

/// Whether the line of the file called `file` gives a credential: `name=value`, `name: value`, `password value` (netrc),
/// an address with a password, or the form that the file has.
fn has_credential(file: &str, line: &str) -> bool {
    if line.starts_with(['#', ';']) {
        return false;
    }
    let last = |name: &'_ str| name.rfind([' ', '/', ':']).map_or(0, |at| at + 1);
    let named =
        |mark: char| line.split_once(mark).map(|(name, value)| (&name.trim_end()[last(name.trim_end())..], value));
    let candidates = [
        named('='),
        named(':'),
        line.split_once("password ").map(|(_, value)| ("password", value)),
        line.contains("://").then_some(("url", line)),
        (file == ".pgpass").then(|| line.rsplit_once(':')).flatten().map(|(_, value)| ("password", value)),
        (file == ".vault-token").then_some(("token", line)),
    ];
    candidates.into_iter().flatten().any(|(name, value)| {
        let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'']);
        credential::judge(name.trim_matches(['"', '\'']), value, Setting::Configuration)
            .is_some_and(|judgement| judgement.confidence >= Confidence::Medium)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secret_files() {
        for path in [
            ".env",
            "app/.env.production",
            "prod.env",
            ".env*",
            "id_rsa",
            "keys/deploy_ed25519",
            "server.pem",
            "tls.key",
            "*.pem",
        ] {
            assert!(by_name(path).is_some(), "{path}");
        }
        for path in ["service-account.json", "keys/gcp_credentials.json", "serviceAccountKey.json"] {
            assert!(by_name(path).is_some(), "{path}");
        }
        for path in [".npmrc", "x/.aws/credentials", ".docker/config.json", "kubeconfig", "a.p12", "home/.ssh/"] {
            assert!(by_name(path).is_some(), "{path}");
        }
    }

    #[test]
    fn lines_that_give_a_credential() {
        assert!(has_credential(".npmrc", "//registry.npmjs.org/:_authToken=w7Lq29ZxVk4tR83p"));
        assert!(has_credential(".netrc", "machine git.internal login x password Wt82Lq7Zx39v"));
        assert!(has_credential(".pgpass", "db.internal:5432:app:app:Wt82Lq7Zx39v"));
        assert!(has_credential(".git-credentials", "https://bot:Wt82Lq7Zx39v@git.internal"));
        assert!(!has_credential(".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}"));
        assert!(!has_credential(".env", "# DB_PASSWORD=Wt82Lq7Zx39v"));
    }

    #[test]
    fn names_of_other_files() {
        for path in [
            ".env.example",
            "service-account.example.json",
            "accounts.json",
            "sample.env",
            ".envrc.md",
            "id_rsa.pub",
            "ca.pem",
            "rds-ca-bundle.pem",
            "docker.gpg.key",
            "config.json",
            "credentials",
            "src",
            ".",
            "environment.ts",
            "fullchain.pem",
            "package.json",
            "truststore.jks",
        ] {
            assert_eq!(by_name(path), None, "{path}");
        }
    }
}
