//! The literal password of an address of which another part is filled in later.

use super::credential::{self, Judgement, NameKind, Setting};
use super::template;

/// A literal password in a URL of which another part is filled in later: `postgres://app:password@$(DB_HOST)/db`,
/// `amqp://app:password@{{ .Values.host }}`, or what is to be filled in where nothing else is given.
pub fn password(name: &str, value: &str) -> Option<Judgement> {
    if !["://", "@tcp("].iter().any(|mark| value.contains(mark)) || !template::is_filled_in(value) {
        return None;
    }
    if let Some(default) = credential::default_password(value) {
        let judged = credential::judge("password", &value[default.clone()], Setting::Environment)?;
        return Some(Judgement { secret: default, ..judged });
    }
    let around = template::blanked(value)?;
    let judged = credential::judge_as(NameKind::Neutral, name, &around, Setting::Environment)?;
    (!template::is_filled_in(&value[judged.secret.clone()])).then_some(judged)
}
