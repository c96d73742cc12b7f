//! The rules for changing divisions.

use crate::access::Caller;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::organization::Division;
use crate::rbac::authority::{self, stand_on};
use crate::rbac::permission::{AUTHORIZATION_DIVISION_DELETE, AUTHORIZATION_DIVISION_EDIT};
use crate::rbac::{Authority, DivisionScope, Permission};
use crate::types::DivisionId;
use crate::write::Write;

/// Most characters of a name.
const NAME_CHARACTERS: usize = 256;
/// Most characters of a description.
const DESCRIPTION_CHARACTERS: usize = 4096;

/// A division as a caller describes it; `None` where the caller said nothing.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// `name`.
    pub name: Option<String>,
    /// `description`.
    pub description: Option<String>,
}

type Outcome<T> = Result<Decision<T, ApiError>, Undecided<ApiError>>;

/// Makes a division.
pub fn create(facts: &Facts, caller: &Caller, draft: &Draft, env: &Env) -> Step<Division, ApiError> {
    let decide = || -> Outcome<Division> {
        let (name, description) = draft.check()?;
        let version = authority::version(facts, caller.organization)?;
        let divisions = facts.divisions(caller.organization)?;
        refuse_too_many(divisions, env)?;
        refuse_taken(divisions, &name, None)?;
        let id = DivisionId::random(env.random);
        let division = Division { id, organization: caller.organization, name, description, home: false };
        let writes =
            vec![stand_on(caller.organization, version, true), Write::CreateDivision(division.clone())];
        Ok(Decision::write(division, writes))
    };
    decide().into()
}

/// Replaces name and description.
pub fn update(facts: &Facts, caller: &Caller, id: DivisionId, draft: &Draft) -> Step<Division, ApiError> {
    let decide = || -> Outcome<Division> {
        let version = authority::version(facts, caller.organization)?;
        let divisions = facts.divisions(caller.organization)?;
        let current = find(divisions, id)?;
        demand(facts, caller, &AUTHORIZATION_DIVISION_EDIT, id)?;
        let (name, description) = draft.check()?;
        refuse_taken(divisions, &name, Some(id))?;
        let division = Division { name, description, ..current.clone() };
        let writes =
            vec![stand_on(caller.organization, version, true), Write::ReplaceDivision(division.clone())];
        Ok(Decision::write(division, writes))
    };
    decide().into()
}

/// Deletes a division. One that is in use only by force: its users move to the home division, the grants in it end.
pub fn delete(facts: &Facts, caller: &Caller, id: DivisionId, force: bool, env: &Env) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        let refuse = |reason| Err(ApiError::because(ApiCode::PreconditionFailure, reason).into());
        let version = authority::version(facts, caller.organization)?;
        let divisions = facts.divisions(caller.organization)?;
        let current = find(divisions, id)?;
        demand(facts, caller, &AUTHORIZATION_DIVISION_DELETE, id)?;
        if current.home {
            return refuse("The home division cannot be deleted.");
        }
        if !force && !facts.division_use(id)?.is_empty() {
            return refuse("The division is in use. Move what is in it, or delete it with force=true.");
        }
        let home = divisions.iter().find(|division| division.home).map_or(id, |home| home.id);
        let organization = caller.organization;
        let writes = vec![
            stand_on(organization, version, true),
            Write::DeleteDivision { organization, id, home, at: env.now },
        ];
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// Brings a deleted division back, empty. One that is not deleted is as good as brought back.
pub fn restore(facts: &Facts, caller: &Caller, id: DivisionId, env: &Env) -> Step<Division, ApiError> {
    let decide = || -> Outcome<Division> {
        let version = authority::version(facts, caller.organization)?;
        let divisions = facts.divisions(caller.organization)?;
        if let Ok(division) = find(divisions, id) {
            return Ok(Decision::allow(division.clone()));
        }
        let division = find(facts.deleted_divisions(caller.organization)?, id)?;
        refuse_too_many(divisions, env)?;
        refuse_taken(divisions, &division.name, None)?;
        let writes = vec![
            stand_on(caller.organization, version, true),
            Write::RestoreDivision(caller.organization, id),
        ];
        Ok(Decision::write(division.clone(), writes))
    };
    decide().into()
}

/// The division, if the organization has it.
pub fn find(divisions: &[Division], id: DivisionId) -> Result<&Division, ApiError> {
    divisions.iter().find(|division| division.id == id).ok_or_else(|| ApiError::new(ApiCode::NotFound))
}

/// Refuses a caller who has the permission elsewhere only.
fn demand(
    facts: &Facts,
    caller: &Caller,
    permission: &Permission,
    id: DivisionId,
) -> Result<(), Undecided<ApiError>> {
    let authority = Authority::load(facts, caller.organization, caller.subject())?;
    if authority.has_in(permission, DivisionScope::One(id)) {
        return Ok(());
    }
    let named = format!("{permission}:{id}");
    Err(ApiError::new(ApiCode::MissingDivisionPermission).with("permissions", named).into())
}

fn refuse_too_many(divisions: &[Division], env: &Env) -> Result<(), ApiError> {
    let limit = env.policy.max_divisions;
    if divisions.len() < limit as usize {
        return Ok(());
    }
    Err(ApiError::new(ApiCode::MaxScopesExceeded).with("limit", limit).over("divisions", limit))
}

fn refuse_taken(divisions: &[Division], name: &str, own: Option<DivisionId>) -> Result<(), ApiError> {
    let taken = |other: &Division| Some(other.id) != own && other.name.to_lowercase() == name.to_lowercase();
    if divisions.iter().any(taken) {
        return Err(ApiError::new(ApiCode::ResourceAlreadyExists).at("name"));
    }
    Ok(())
}

impl Draft {
    fn check(&self) -> Result<(String, String), ApiError> {
        let name = self.name.as_deref().unwrap_or_default().trim();
        let description = self.description.clone().unwrap_or_default();
        if name.is_empty() || name.chars().any(char::is_control) || name == "*" {
            let reason = "A division has a name, without control characters.";
            return Err(ApiError::because(ApiCode::DivisionNameInvalid, reason).at("name"));
        }
        let too_long = |field, reason| Err(ApiError::because(ApiCode::MaxLengthExceeded, reason).at(field));
        if name.chars().count() > NAME_CHARACTERS {
            return too_long("name", "A name has at most 256 characters.");
        }
        if description.chars().count() > DESCRIPTION_CHARACTERS {
            return too_long("description", "A description has at most 4096 characters.");
        }
        if description.contains('\0') {
            return Err(ApiError::constraint("description", "A description has no NUL."));
        }
        Ok((name.to_owned(), description))
    }
}

#[cfg(test)]
mod tests;
