//! Pairs that are nobody's: references, and what stands where only references and names stand.

use super::beside;
use super::credential::{self, NameKind};
use super::{Pair, Shape};
use crate::model::{Document, Role};

/// Keys below which values only name where something is, or say what may be.
const NO_VALUES_BELOW: [&str; 14] = [
    "valueFrom",
    "secretKeyRef",
    "configMapKeyRef",
    "fieldRef",
    "encryptedData",
    "labels",
    "selector",
    "nodeSelector",
    "openAPIV3Schema",
    "imagePullSecrets",
    "sops",
    "commonAnnotations",
    "creationRules",
    "remoteRef",
];

/// Kinds that describe secrets kept elsewhere, or what may be done with them.
const KINDS_WITHOUT_VALUES: [&str; 21] = [
    "SealedSecret",
    "ExternalSecret",
    "ClusterExternalSecret",
    "PushSecret",
    "SecretStore",
    "ClusterSecretStore",
    "VaultStaticSecret",
    "VaultDynamicSecret",
    "VaultPKISecret",
    "VaultAuth",
    "VaultConnection",
    "SecretProviderClass",
    "CustomResourceDefinition",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "NetworkPolicy",
    "SopsSecret",
    "BitwardenSecret",
    "InfisicalSecret",
];

/// Whether the resource only says where secrets are kept, or what may be done with them.
pub fn only_describes(doc: &Document<'_>) -> bool {
    KINDS_WITHOUT_VALUES.contains(&doc.role.kind())
}

/// Whether the pair is a reference, or stands where only references stand.
pub(super) fn is_nobodys(pair: &Pair<'_>) -> bool {
    // The provider `fake` of a SecretStore holds its values itself.
    only_describes(pair.doc) && !pair.path.has_key("fake")
        || pair.name.starts_with("checksum/")
        || pair.path.keys().any(|key| is_reference_key(key) && !is_label_of_compose(pair, key))
        || is_set_below_reference(pair)
        // Ciphertext looks random, a readable value below `encrypted` is none.
        || (pair.path.has_key("encrypted") || pair.name.eq_ignore_ascii_case("ciphertext"))
            && credential::looks_random(pair.value)
        || is_package(pair.name)
        || is_encrypted_for_build(pair)
        || is_secret_of_quadlet(pair)
        || is_token_of_parser(pair)
        || is_token_of_model(pair)
        || is_pass_to_upstream(pair)
        || is_key_in_secret(pair)
        || is_tagged(pair)
        || is_annotated_path(pair)
        || names_key_of_secret(pair)
        || is_one_of_names(pair)
        || is_described_as_name(pair)
}

/// Whether the pair stands below `secretEnv` beside the key that encrypts it, as Cloud Build has it.
fn is_encrypted_for_build(pair: &Pair<'_>) -> bool {
    pair.path.keys().rev().nth(1) == Some("secretEnv")
        && pair.path.has_key("secrets")
        && credential::looks_random(pair.value)
}

/// Whether the name is that of a package of npm's with its scope, as lists of dependencies have them: `@loom/secret`.
fn is_package(name: &str) -> bool {
    name.strip_prefix('@').is_some_and(|name| name.contains('/'))
}

/// Whether a unit of Podman's names a secret that Podman keeps: `Secret=web-login,type=env`.
fn is_secret_of_quadlet(pair: &Pair<'_>) -> bool {
    let kinds = [".build", ".container", ".image", ".kube", ".pod"];
    pair.name == "Secret" && kinds.iter().any(|kind| pair.doc.place.file_name().ends_with(kind))
}

/// Whether the pair stands beside where something begins and ends in a text: a token of a parser's. What is valid between
/// two times stands beside dates.
fn is_token_of_parser(pair: &Pair<'_>) -> bool {
    let is_place = |text: &str| text.len() < 9 && text.bytes().all(|b| b.is_ascii_digit());
    let has = |known: &str| beside::entries_beside(pair).any(|(key, value)| key == known && is_place(value));
    pair.path.keys().next_back() == Some("value") && has("start") && has("end")
}

/// Whether the pair is a piece of what a language model wrote, beside how likely it was: `{token: " stands", logprob: -0.1}`.
fn is_token_of_model(pair: &Pair<'_>) -> bool {
    pair.name == "token" && beside::stands_beside(pair, &["logprob"])
}

/// Whether an action of nginx's Ingress Controller passes requests on to an upstream: `action: {pass: tea}`.
fn is_pass_to_upstream(pair: &Pair<'_>) -> bool {
    let named = pair.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    pair.name == "pass" && named && pair.path.keys().rev().nth(1) == Some("action")
}

/// Whether the mapping around says under which keys a Secret holds what: `secretKeys: {password: db-password}`.
fn is_key_in_secret(pair: &Pair<'_>) -> bool {
    let around = pair.path.keys().rev().nth(1);
    around.is_some_and(|key| credential::ends_with(key, &["keys", "mapping"]) && key.len() > 4)
        && pair.value.contains('-')
        && !credential::looks_random(pair.value)
        && credential::ends_with(pair.value, &[pair.name, "password", "secret", "token", "key"])
}

/// Whether the mapping around lists names: `cookieNames: {accessToken: …}` says what a cookie is called.
fn is_one_of_names(pair: &Pair<'_>) -> bool {
    pair.path.keys().rev().nth(1).is_some_and(|key| credential::ends_with(key, &["names", "name"]))
        && credential::name_kind(pair.name) != NameKind::Password
        && !credential::looks_random(pair.value)
}

/// Whether the parameter's own description says that it takes the name of a Secret.
fn is_described_as_name(pair: &Pair<'_>) -> bool {
    if pair.shape != Shape::NameValue {
        return false;
    }
    let described = pair.doc.tree().zip(pair.path.mapping()).and_then(|(tree, at)| tree.str_at(at, &["description"]));
    described.is_some_and(says_name_of_secret)
}

/// Whether a sentence has the words `name of the secret`, or the like.
fn says_name_of_secret(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.windows(4).any(|words| {
        words[..2] == ["name", "of"]
            && matches!(words[2], "the" | "a" | "an")
            && (words[3] == "secret" || words[3] == "existing")
    }) && words.contains(&"secret")
}

/// Whether an annotation gives a path, wherever annotations are listed (`podAnnotations` of a chart's values): that of a
/// secret in a vault, as `vault.hashicorp.com/agent-inject-secret-db: secret/data/db`.
fn is_annotated_path(pair: &Pair<'_>) -> bool {
    let annotation = pair.name.split_once('/').is_some_and(|(domain, _)| domain.contains('.'));
    annotation
        && pair.value.contains('/')
        && pair.value.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./".contains(&b))
}

/// Whether a tag of the application's own yields the value: CloudFormation's `!Ref`, Home Assistant's `!secret`.
fn is_tagged(pair: &Pair<'_>) -> bool {
    let tag = pair.node.and_then(|node| pair.doc.tree()?.tag(node)).unwrap_or_default();
    tag.len() > 1 && tag.starts_with('!') && !tag.starts_with("!!") && tag != "!unsafe"
}

fn is_reference_key(key: &str) -> bool {
    NO_VALUES_BELOW.contains(&key)
        || key.ends_with("Labels")
        || key.ends_with("Ref")
        || key.ends_with("Refs")
        || key.ends_with("KeySelector")
}

/// Whether a JSON patch sets what stands below such a key: `/metadata/labels/secret`.
fn is_set_below_reference(pair: &Pair<'_>) -> bool {
    pair.shape == Shape::NameValue && pair.name.starts_with('/') && pair.name.rsplit('/').skip(1).any(is_reference_key)
}

/// Whether the key holds labels of a container, which are settings of other programs; those of a resource select it.
fn is_label_of_compose(pair: &Pair<'_>, key: &str) -> bool {
    key == "labels" && pair.doc.role == Role::Compose
}

/// Whether the pair stands beside a `secretName`, and names the key in that Secret.
fn names_key_of_secret(pair: &Pair<'_>) -> bool {
    let of_secret = pair.path.keys().rev().nth(1).is_some_and(|key| key.ends_with("Secret"));
    (of_secret || matches!(pair.name, "secretKey" | "key")) && beside::stands_beside(pair, &["secretName"])
}
