//! The rules of the directory: create, update and delete users, and revoke their tokens.

use std::sync::Arc;

use crate::access::Caller;
use crate::audit::{Entry, kinds};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError, list};
use crate::facts::Facts;
use crate::rbac::authority::{self, stand_on};
use crate::rbac::permission::{
    ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN, DIRECTORY_USER_ADD, DIRECTORY_USER_DELETE, DIRECTORY_USER_EDIT,
};
use crate::rbac::{Authority, DivisionScope, Guard, Permission};
use crate::types::{DivisionId, UserId};
use crate::user::draft::{Draft, required, stale};
use crate::user::{NewPassword, Profile, User, UserState, rules};
use crate::write::Write;

type Outcome<T> = Result<Decision<T, ApiError>, Undecided<ApiError>>;

/// Adds a user, with a password if one is given.
pub fn create(
    facts: &Facts,
    caller: &Caller,
    draft: &Draft,
    password: Option<&NewPassword>,
    env: &Env,
) -> Step<User, ApiError> {
    let decide = || -> Outcome<User> {
        let version = authority::version(facts, caller.organization)?;
        let name = draft.name()?.ok_or_else(|| required("name"))?;
        let email = draft.email()?.ok_or_else(|| required("email"))?;
        let named = draft.division.as_deref().ok_or_else(|| required("divisionId"))?;
        let division = division(facts, caller, named)?;
        may(facts, caller, &[DIRECTORY_USER_ADD], &[], division)?;
        let mut profile = Profile::default();
        draft.apply(&mut profile)?;
        refuse_taken(facts, caller, &email, None)?;
        if let Some(new) = password {
            check_password(facts, caller, new, &email)?;
        }
        let user = User {
            id: UserId::random(env.random),
            organization: caller.organization,
            division,
            name,
            email,
            state: draft.state()?.unwrap_or(UserState::Active),
            password: password.map(|new| new.hash.clone()),
            password_changed_at: None,
            former_passwords: Vec::new(),
            profile,
            epoch: 1,
            version: 1,
            created_at: env.now,
            last_token_at: None,
            last_login_at: None,
        };
        let writes = vec![stand_on(caller.organization, version, false), Write::CreateUser(user.clone())];
        Ok(Decision::write(user, writes))
    };
    decide().into()
}

/// Changes what the draft names. A user who is deactivated loses all tokens and sessions for good.
pub fn update(facts: &Facts, caller: &Caller, id: UserId, draft: &Draft, env: &Env) -> Step<User, ApiError> {
    let decide = || -> Outcome<User> {
        let version = authority::version(facts, caller.organization)?;
        let current = find(facts, caller, id)?;
        let edit = |division| {
            let anywhere = [ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN];
            may(facts, caller, &[DIRECTORY_USER_EDIT], &anywhere, division)
        };
        edit(current.division)?;
        let based_on = draft.version.ok_or_else(|| required("version"))?;
        if based_on != i64::from(current.version) {
            return Err(stale().into());
        }
        let mut user = User::clone(current);
        if let Some(named) = &draft.division {
            user.division = division(facts, caller, named)?;
            edit(user.division)?;
        }
        user.name = draft.name()?.unwrap_or(user.name);
        draft.apply(&mut user.profile)?;
        if let Some(email) = draft.email()?.filter(|email| *email != current.email) {
            // Whoever gets the mail gets the account.
            guard(facts, caller, current)?;
            refuse_taken(facts, caller, &email, Some(id))?;
            user.email = email;
            // What was known of the old address nobody knows of the new one.
            user.profile.claims.remove("email_verified");
        }
        // OpenID Connect Core section 5.1: of whatever claim.
        user.profile.claims.insert("updated_at".to_owned(), env.now.seconds().into());
        let mut writes = vec![stand_on(caller.organization, version, false)];
        if let Some(state) = draft.state()? {
            if state == UserState::Inactive && current.state == UserState::Active {
                // A token carries the epoch, so what was deactivated once stays dead.
                user.epoch += 1;
                writes.push(Write::EndSessions(id, None));
            }
            user.state = state;
        }
        writes.push(Write::ReplaceUser(Box::new(user.clone())));
        Ok(Decision::write(User { version: user.version + 1, ..user }, writes))
    };
    decide().into()
}

/// Deletes a user, with all that stands on it.
pub fn delete(facts: &Facts, caller: &Caller, id: UserId) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        let version = authority::version(facts, caller.organization)?;
        let user = find(facts, caller, id)?;
        let anywhere = [ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN];
        may(facts, caller, &[DIRECTORY_USER_DELETE], &anywhere, user.division)?;
        let holds = !facts.role_grants(id.into())?.is_empty();
        let writes = vec![
            stand_on(caller.organization, version, holds),
            Write::DeleteUser(caller.organization, id, user.version),
        ];
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// Kills all tokens and sessions of a user.
pub fn revoke_tokens(facts: &Facts, caller: &Caller, id: UserId, env: &Env) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        let user = find(facts, caller, id)?;
        let revoked = User { epoch: user.epoch + 1, ..User::clone(user) };
        let entry = Entry::by(caller, kinds::TOKENS_REVOKED, ("user", id), env.now);
        let writes = vec![
            Write::ReplaceUser(Box::new(revoked)),
            Write::EndSessions(id, None),
            Write::Audit(Box::new(entry)),
        ];
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// The user of that id, if the organization has it and it is not deleted.
pub fn find<'a>(facts: &'a Facts, caller: &Caller, id: UserId) -> Result<&'a Arc<User>, Undecided<ApiError>> {
    let is_there =
        |user: &&Arc<User>| user.organization == caller.organization && user.state != UserState::Deleted;
    facts.user(id)?.as_ref().filter(is_there).ok_or_else(|| ApiError::new(ApiCode::NotFound).into())
}

/// The escalation guard: whoever could log in as the user must hold what the user holds.
pub fn guard(facts: &Facts, caller: &Caller, user: &User) -> Result<(), Undecided<ApiError>> {
    if caller.subject() == user.id.into() {
        return Ok(());
    }
    let authority = Authority::load(facts, caller.organization, caller.subject())?;
    let roles = facts.roles(caller.organization)?;
    let mut guard = Guard::new(&authority);
    for grant in facts.role_grants(user.id.into())?.iter() {
        let Some(role) = roles.iter().find(|role| role.id == grant.role) else { continue };
        let lacking = guard.lacks(role, grant.division);
        if !lacking.is_empty() {
            let error = ApiError::new(ApiCode::MissingDivisionPermissionImplied);
            return Err(error.with("permissions", list(lacking)).into());
        }
    }
    Ok(())
}

/// Whether the caller holds one of `here` in the division, or one of `anywhere` in any.
pub fn may(
    facts: &Facts,
    caller: &Caller,
    here: &[Permission],
    anywhere: &[Permission],
    division: DivisionId,
) -> Result<(), Undecided<ApiError>> {
    let authority = Authority::load(facts, caller.organization, caller.subject())?;
    let place = DivisionScope::One(division);
    if here.iter().any(|it| authority.has_in(it, place)) || anywhere.iter().any(|it| authority.has(it)) {
        return Ok(());
    }
    let named: Vec<String> = here.iter().map(|permission| format!("{permission}:{division}")).collect();
    Err(ApiError::new(ApiCode::MissingDivisionPermission).with("permissions", list(&named)).into())
}

/// What a new password must be in this organization.
pub fn check_password(
    facts: &Facts,
    caller: &Caller,
    new: &NewPassword,
    email: &str,
) -> Result<(), Undecided<ApiError>> {
    let organization = facts.organization(caller.organization)?.as_ref();
    let organization = organization.ok_or_else(|| ApiError::new(ApiCode::NotFound))?;
    Ok(rules::check(&new.password, email, &organization.settings.authentication.password)?)
}

fn division(facts: &Facts, caller: &Caller, named: &str) -> Result<DivisionId, Undecided<ApiError>> {
    let id = DivisionId::parse(named);
    let known = facts.divisions(caller.organization)?.iter().find(|it| Some(it.id) == id);
    let unknown = || ApiError::constraint("divisionId", "There is no such division.");
    Ok(known.ok_or_else(unknown)?.id)
}

fn refuse_taken(
    facts: &Facts,
    caller: &Caller,
    email: &str,
    but: Option<UserId>,
) -> Result<(), Undecided<ApiError>> {
    let holder = facts.user_by_email((caller.organization, email.into()))?.as_ref();
    if holder.is_some_and(|user| Some(user.id) != but) {
        let reason = "Another user of the organization has this email.";
        return Err(ApiError::because(ApiCode::GeneralConflict, reason).at("email").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
