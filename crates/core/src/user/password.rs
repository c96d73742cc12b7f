//! Setting a password: one's own with the old one, or another's with the permission and all that the other holds.

use crate::access::Caller;
use crate::audit::{Entry, kinds};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::{Facts, Load};
use crate::organization::Organization;
use crate::rbac::authority::{self, stand_on};
use crate::rbac::permission::DIRECTORY_USER_SET_PASSWORD;
use crate::session::{NewSession, Session};
use crate::ticket::Verifier;
use crate::types::{Lifetime, UserId};
use crate::user::registry::{check_password, find, guard, may};
use crate::user::rules::{REMEMBERED, check};
use crate::user::{Password, PasswordCheck, PasswordHash, User};
use crate::write::Write;

/// A new password, and what would be kept of it. The hash is costly, so the shell makes it beforehand.
#[derive(Clone, Debug)]
pub struct NewPassword {
    /// What was typed.
    pub password: Password,
    /// What is kept.
    pub hash: PasswordHash,
}

type Outcome<T> = Result<Decision<T, ApiError>, Undecided<ApiError>>;

/// Sets the password of a user, as an administrator does.
pub fn set(facts: &Facts, caller: &Caller, id: UserId, new: &NewPassword, env: &Env) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        let version = authority::version(facts, caller.organization)?;
        let user = find(facts, caller, id)?;
        may(facts, caller, &[DIRECTORY_USER_SET_PASSWORD], &[], user.division)?;
        guard(facts, caller, user)?;
        check_password(facts, caller, new, &user.email)?;
        refuse_former(facts, user, &new.password)?;
        let mut writes = vec![stand_on(caller.organization, version, false)];
        writes.extend(replace(user, new, false, env));
        let entry = Entry::by(caller, kinds::PASSWORD_SET, ("user", id), env.now);
        writes.push(Write::Audit(Box::new(entry)));
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// Changes a person's own password. The session that the person does it in goes on under another cookie; the answer is
/// what proves it.
pub fn change(
    facts: &Facts,
    user: UserId,
    old: &Password,
    new: &NewPassword,
    session: Option<&Session>,
    entry: &Entry,
    env: &Env,
) -> Step<Option<Verifier>, ApiError> {
    let decide = || -> Outcome<Option<Verifier>> {
        let gone = || ApiError::new(ApiCode::NotFound);
        let user = facts.user(user)?.as_ref().ok_or_else(gone)?;
        let organization = facts.organization(user.organization)?.as_deref().ok_or_else(gone)?;
        let hash = user.password.clone();
        if !*facts.verdict(PasswordCheck { password: old.clone(), hash })? {
            let entry = Entry { kind: kinds::PASSWORD_REFUSED.to_owned(), ..entry.clone() };
            let writes = vec![Write::Audit(Box::new(entry))];
            return Err(Undecided::RefusedWith(ApiCode::InvalidOldPassword.into(), writes));
        }
        refuse_too_young(user, organization, env)?;
        check(&new.password, &user.email, &organization.settings.authentication.password)?;
        refuse_former(facts, user, &new.password)?;
        let mut writes = replace(user, new, true, env);
        let mut verifier = None;
        if let Some(session) = session.filter(|_| env.policy.login.revoke_on_password_change) {
            let fresh = Verifier::random(env.random);
            writes.push(Write::CreateSession(NewSession {
                user_epoch: user.epoch + 1,
                digest: fresh.digest(env.keys),
                // The password was proved just now; from the login on, a session that is old would have idled.
                created_at: env.now,
                ..session.origin.clone()
            }));
            verifier = Some(fresh);
        }
        writes.push(Write::Audit(Box::new(entry.clone())));
        Ok(Decision::write(verifier, writes))
    };
    decide().into()
}

fn refuse_too_young(user: &User, organization: &Organization, env: &Env) -> Result<(), ApiError> {
    let least = organization.settings.authentication.password.minimum_age_seconds.unwrap_or_default();
    let is_young = |at| env.now < at + Lifetime::from_seconds(least);
    match user.password_changed_at {
        Some(at) if is_young(at) => Err(ApiCode::PasswordTooYoung.into()),
        _ => Ok(()),
    }
}

/// Neither the current password nor one of the last.
fn refuse_former(facts: &Facts, user: &User, new: &Password) -> Result<(), Undecided<ApiError>> {
    let known = user.password.iter().chain(&user.former_passwords);
    let checks: Vec<PasswordCheck> =
        known.map(|hash| PasswordCheck { password: new.clone(), hash: Some(hash.clone()) }).collect();
    facts.together(checks.iter().cloned().map(Load::Verdict))?;
    for check in checks {
        if *facts.verdict(check)? {
            return Err(ApiError::new(ApiCode::PasswordReused).into());
        }
    }
    Ok(())
}

fn replace(user: &User, new: &NewPassword, by_owner: bool, env: &Env) -> Vec<Write> {
    let mut next = user.clone();
    next.former_passwords.splice(0..0, next.password.replace(new.hash.clone()));
    next.former_passwords.truncate(REMEMBERED);
    next.password_changed_at = by_owner.then_some(env.now);
    if !env.policy.login.revoke_on_password_change {
        return vec![Write::ReplaceUser(Box::new(next))];
    }
    next.epoch += 1;
    vec![Write::ReplaceUser(Box::new(next)), Write::EndSessions(user.id, None)]
}

#[cfg(test)]
mod tests;
