//! Logging in with an address and a password: the same work and the same answer, whichever of the two is wrong.

use std::net::IpAddr;
use std::sync::Arc;

use crate::audit::{Entry, kinds};
use crate::client::Actor;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::facts::Facts;
use crate::session::{NewSession, proved};
use crate::ticket::{Handle, Verifier};
use crate::types::{ClientId, OrganizationId, UserId};
use crate::user::{Password, PasswordCheck, User, UserState};
use crate::write::{Require, Write};

/// No browser's name for itself is kept at greater length, in characters.
const AGENT: usize = 256;

/// An attempt to log in.
pub struct Attempt<'a> {
    /// The organization that the login is for.
    pub organization: OrganizationId,
    /// The address that was typed.
    pub email: &'a str,
    /// The password that was typed.
    pub password: &'a Password,
    /// The client that wants to know.
    pub client: Option<ClientId>,
    /// What this browser's cookie says of the session that it had.
    pub old: Option<&'a Handle>,
    /// From where.
    pub address: IpAddr,
    /// With what browser, in its own words.
    pub agent: &'a str,
}

/// A login; the session's key comes with the commit.
pub struct LoggedIn {
    /// Who.
    pub user: UserId,
    /// The user's epoch.
    pub user_epoch: u32,
    /// What the cookie proves the session with.
    pub verifier: Verifier,
}

/// The address or the password is wrong, or the person cannot act. Nobody is told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongCredentials;

/// Logs a person in: a new session, whatever this browser had before (no fixation).
pub fn log_in(facts: &Facts, attempt: &Attempt, env: &Env) -> Step<LoggedIn, WrongCredentials> {
    let decide = || -> Result<Decision<LoggedIn, WrongCredentials>, Undecided<WrongCredentials>> {
        let user = recognise(facts, attempt.organization, attempt.email, attempt.password)?;
        let Some(user) = user else {
            let failed = failed(facts, attempt.organization, attempt.email, attempt.client, env)?;
            return Err(Undecided::RefusedWith(WrongCredentials, vec![failed]));
        };
        let verifier = Verifier::random(env.random);
        let session = NewSession {
            organization: user.organization,
            user: user.id,
            user_epoch: user.epoch,
            digest: verifier.digest(env.keys),
            address: Some(attempt.address),
            agent: attempt.agent.chars().filter(|c| !c.is_control()).take(AGENT).collect(),
            created_at: env.now,
            expires_at: env.now + env.policy.login.session_lifetime,
        };
        let mut writes = vec![Write::Require(Require::User(user.id, user.version))];
        // Rows are counted, so a cookie that proves nothing would end anybody's.
        let old = attempt.old.map(|handle| proved(facts, handle, env)).transpose()?.flatten();
        writes.extend(old.map(|session| Write::EndSession(session.key)));
        writes.push(Write::CreateSession(session));
        writes.extend(done(user, attempt.client, env));
        Ok(Decision::write(LoggedIn { user: user.id, user_epoch: user.epoch, verifier }, writes))
    };
    decide().into()
}

/// The user of that address whose password this is, if there is one who can act. An unknown address costs the same
/// comparison.
pub fn recognise<'a, E>(
    facts: &'a Facts,
    organization: OrganizationId,
    email: &str,
    password: &Password,
) -> Result<Option<&'a Arc<User>>, Undecided<E>> {
    let user = facts.user_by_email((organization, normal(email)))?.as_ref();
    let hash = user.and_then(|user| user.password.clone());
    let is_right = *facts.verdict(PasswordCheck { password: password.clone(), hash })?;
    Ok(user.filter(|user| is_right && user.state == UserState::Active))
}

/// What is written of a login.
pub fn done(user: &User, client: Option<ClientId>, env: &Env) -> Vec<Write> {
    let entry = Entry {
        actor: Some(Actor::User(user.id)),
        client,
        ..Entry::of(user.organization, kinds::LOGIN, env.now)
    };
    vec![Write::RecordLogin(user.id, env.now), Write::Audit(Box::new(entry))]
}

/// What is written of a failure: against whom, if there is such a person, but never what was typed.
pub fn failed<E>(
    facts: &Facts,
    organization: OrganizationId,
    email: &str,
    client: Option<ClientId>,
    env: &Env,
) -> Result<Write, Undecided<E>> {
    let user = facts.user_by_email((organization, normal(email)))?.as_ref();
    Ok(Write::Audit(Box::new(Entry {
        client,
        entity: user.map(|user| ("user".to_owned(), user.id.to_string())),
        ..Entry::of(organization, kinds::LOGIN_FAILED, env.now)
    })))
}

/// The form in which addresses are kept and compared.
pub fn normal(email: &str) -> Arc<str> {
    email.trim().to_lowercase().into()
}

#[cfg(test)]
mod tests;
