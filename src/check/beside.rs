//! What stands beside a pair, or around it, and so says that its value is used as it is: the id of a client, its addresses.

use super::credential::{self, NameKind, Setting};
use super::{Pair, Shape};
use crate::model::Role;

/// Entries of a mapping that are looked through for what tells of the others.
pub(super) const BESIDE: usize = 64;

/// Whether the value is the secret itself by its place, however it reads.
pub(super) fn is_used(pair: &Pair<'_>, kind: NameKind, setting: Setting) -> bool {
    is_weak_by_place(pair, kind)
        || setting == Setting::Configuration && (is_beside_its_id(pair, kind) || is_secret_of_client(pair))
}

/// Whether a value that only says its name again is a weak secret: beside the client that it belongs to, or below what holds
/// credentials (`credentials: {secret: secret}`). Elsewhere it names a key.
fn is_weak_by_place(pair: &Pair<'_>, kind: NameKind) -> bool {
    const AROUND: [&str; 5] = ["auth", "authentication", "credential", "credentials", "jwt"];
    const BESIDE_IT: [&str; 4] = ["clientId", "clientID", "client_id", "client-id"];
    if kind != NameKind::Credential || pair.value != pair.name || !credential::is_common_password(pair.value) {
        return false;
    }
    let around = pair.path.keys().rev().nth(1).is_some_and(|key| AROUND.contains(&key));
    around || stands_beside(pair, &BESIDE_IT)
}

/// Whether the pair is the secret of a client that its server keeps, beside where a login leads back to: what stands there is
/// the secret itself, whatever names it looks like.
fn is_secret_of_client(pair: &Pair<'_>) -> bool {
    const LED_BACK: [&str; 5] =
        ["redirectUris", "redirectURIs", "redirect_uris", "redirectUri", "clientAuthenticatorType"];
    pair.name == "secret" && pair.shape == Shape::Entry && stands_beside(pair, &LED_BACK)
}

/// Whether one of the keys stands in the same mapping.
pub(super) fn stands_beside(pair: &Pair<'_>, known: &[&str]) -> bool {
    entry_beside(pair, known).is_some()
}

/// The first value in the same mapping under one of the keys.
pub(super) fn entry_beside<'d>(pair: &Pair<'d>, known: &[&str]) -> Option<&'d str> {
    entries_beside(pair).find(|(key, _)| known.contains(key)).map(|(_, value)| value)
}

/// The keys in the same mapping with their values, which are empty where they are no scalars; of a long mapping, the first.
pub(super) fn entries_beside<'d>(pair: &Pair<'d>) -> impl Iterator<Item = (&'d str, &'d str)> {
    pair.doc.tree().zip(pair.path.mapping()).into_iter().flat_map(|(tree, mapping)| {
        let entries = tree.entries(mapping).take(BESIDE);
        entries.filter_map(|(key, value)| Some((tree.str(key)?, tree.str(value).unwrap_or_default())))
    })
}

/// Whether the id that belongs to the secret stands beside it, as `client-id` beside `client-secret`: so it is the secret
/// itself, however it reads. In a resource a name with dashes may still be that of a Secret.
fn is_beside_its_id(pair: &Pair<'_>, kind: NameKind) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_ascii_lowercase();
    if kind != NameKind::Credential || pair.shape != Shape::Entry || pair.name.len() > 64 {
        return false;
    }
    let name = letters(pair.name);
    // The second of a pair of keys is as sure, but beside what names a Secret.
    let of_pair = matches!(name.as_str(), "secretaccesskey" | "accesskeysecret")
        && !stands_beside(pair, &["secret", "secretName", "existingSecret", "name"]);
    let owner = if of_pair { Some("accesskey") } else { name.strip_suffix("secret") };
    let Some(owner) = owner.filter(|owner| !owner.is_empty()) else { return false };
    let may_be_name = matches!(pair.doc.role, Role::Resource { .. }) && pair.value.contains('-');
    !may_be_name
        && !letters(pair.value).ends_with(&name)
        && entries_beside(pair).any(|(key, _)| key.len() < 64 && letters(key).strip_suffix("id") == Some(owner))
}
