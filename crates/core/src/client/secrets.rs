//! The secrets of a client, one by one: named, with an expiry, and a grace for the old ones when a new one comes.

use std::sync::Arc;

use crate::access::Caller;
use crate::audit::{Entry, kinds};
use crate::client::Client;
use crate::client::registry::{find, guard_held_roles};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::rbac::Authority;
use crate::rbac::authority::{self, stand_on};
use crate::types::{ClientId, ClientSecret, Lifetime, Secret, SecretId, Timestamp};
use crate::write::Write;

/// Most secrets of a client that have not expired.
pub const MOST: usize = 10;
/// Most characters of a name.
pub const NAME_CHARACTERS: usize = 100;
/// The old secrets are good for at most so long beside a new one.
pub const LONGEST_GRACE: Lifetime = Lifetime::from_days(90);

/// What a new secret is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSecret {
    /// What it is for.
    pub name: Option<String>,
    /// `dateExpires`: from then on it is refused.
    pub expires: Option<String>,
    /// `graceSeconds`: the others end after so many; `None`: they stay as they are.
    pub grace: Option<i64>,
}

/// What becomes of a secret; `None` where it stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// What it is for.
    pub name: Option<String>,
    /// `dateExpires`; what is past ends it at once.
    pub expires: Option<String>,
}

type Outcome<T> = Result<Decision<T, ApiError>, Undecided<ApiError>>;

/// Reads them.
pub fn read(facts: &Facts, caller: &Caller, id: ClientId) -> Step<Arc<Client>, ApiError> {
    let decide = || -> Outcome<Arc<Client>> { Ok(Decision::allow(Arc::clone(find(facts, caller, id)?))) };
    decide().into()
}

/// Adds one. Those that have expired are forgotten.
pub fn add(
    facts: &Facts,
    caller: &Caller,
    id: ClientId,
    wanted: &NewSecret,
    env: &Env,
) -> Step<(Secret, ClientSecret), ApiError> {
    let decide = || -> Outcome<(Secret, ClientSecret)> {
        let value = ClientSecret::random(env.random);
        let mut made = Secret::keep(&value, env.keys, env.random, env.now);
        made.name = wanted.name.as_deref().map(name).transpose()?;
        made.expires_at = wanted.expires.as_deref().map(moment).transpose()?;
        if made.expires_at.is_some_and(|end| end <= env.now) {
            return Err(ApiError::constraint("dateExpires", "A new secret expires in the future.").into());
        }
        let grace = wanted.grace.map(grace).transpose()?;
        replace(facts, caller, id, env, kinds::CLIENT_SECRET_ADDED, |secrets| {
            secrets.retain(|secret| secret.is_live(env.now));
            if let Some(grace) = grace {
                let end = env.now + grace;
                secrets.retain_mut(|secret| {
                    secret.expires_at = Some(secret.expires_at.map_or(end, |own| own.min(end)));
                    secret.is_live(env.now)
                });
            }
            if secrets.len() >= MOST {
                return Err(ApiError::constraint(
                    "clientId",
                    "A client has at most 10 secrets that have not expired.",
                ));
            }
            // The newest first: it is the one that most requests will present.
            secrets.insert(0, made.clone());
            Ok(((made.clone(), value.clone()), made.id))
        })
    };
    decide().into()
}

/// Changes one.
pub fn change(
    facts: &Facts,
    caller: &Caller,
    id: ClientId,
    secret: Option<SecretId>,
    wanted: &Change,
    env: &Env,
) -> Step<Secret, ApiError> {
    let decide = || -> Outcome<Secret> {
        let name = wanted.name.as_deref().map(name).transpose()?;
        let expires = wanted.expires.as_deref().map(moment).transpose()?;
        replace(facts, caller, id, env, kinds::CLIENT_SECRET_CHANGED, |secrets| {
            let found = secrets.iter_mut().find(|it| Some(it.id) == secret).ok_or(ApiCode::NotFound)?;
            if expires.is_some() && !found.is_live(env.now) {
                // It was ended because others know it: that is not taken back.
                let reason = "A secret that has ended stays ended: add a new one.";
                return Err(ApiError::constraint("dateExpires", reason));
            }
            found.name = name.clone().or(found.name.take());
            // A moment that is past is now: it was good until somebody ended it.
            found.expires_at = expires.map(|end| end.max(env.now)).or(found.expires_at);
            Ok((found.clone(), found.id))
        })
    };
    decide().into()
}

/// Forgets one. The last one stays: a client without a secret would be known by its id alone.
pub fn remove(
    facts: &Facts,
    caller: &Caller,
    id: ClientId,
    secret: Option<SecretId>,
    env: &Env,
) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        replace(facts, caller, id, env, kinds::CLIENT_SECRET_REMOVED, |secrets| {
            let index = secrets.iter().position(|it| Some(it.id) == secret).ok_or(ApiCode::NotFound)?;
            if secrets.len() == 1 {
                return Err(ApiError::constraint(
                    "secretId",
                    "The last secret of a client can expire, but not be removed.",
                ));
            }
            Ok(((), secrets.remove(index).id))
        })
    };
    decide().into()
}

fn replace<T>(
    facts: &Facts,
    caller: &Caller,
    id: ClientId,
    env: &Env,
    kind: &'static str,
    edit: impl FnOnce(&mut Vec<Secret>) -> Result<(T, SecretId), ApiError>,
) -> Outcome<T> {
    let version = authority::version(facts, caller.organization)?;
    let mut client = Client::clone(find(facts, caller, id)?);
    let authority = Authority::load(facts, caller.organization, caller.subject())?;
    // Whoever has a secret of the client acts as the client.
    guard_held_roles(facts, caller, &authority, id)?;
    let (answer, which) = edit(&mut client.secrets)?;
    client.modified_at = env.now;
    client.modified_by = Some(caller.actor());
    let secrets = client.secrets.clone();
    let entry = Entry::by(caller, kind, ("client", id), env.now);
    let writes = vec![
        stand_on(caller.organization, version, false),
        Write::ReplaceClient(Box::new(client)),
        Write::ReplaceSecrets(id, secrets),
        Write::Audit(Box::new(Entry { detail: Some(which.to_string()), ..entry })),
    ];
    Ok(Decision::write(answer, writes))
}

fn name(text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARACTERS || text.chars().any(char::is_control) {
        return Err(ApiError::constraint("name", "The name of a secret has 1 to 100 characters."));
    }
    Ok(text.to_owned())
}

fn moment(text: &str) -> Result<Timestamp, ApiError> {
    Timestamp::parse(text)
        .ok_or_else(|| ApiError::constraint("dateExpires", "dateExpires is a moment (RFC 3339)."))
}

fn grace(seconds: i64) -> Result<Lifetime, ApiError> {
    let seconds = u32::try_from(seconds).ok().map(Lifetime::from_seconds);
    seconds
        .filter(|it| *it <= LONGEST_GRACE)
        .ok_or_else(|| ApiError::constraint("graceSeconds", "graceSeconds is 0 to 7776000 (90 days)."))
}

#[cfg(test)]
mod tests;
