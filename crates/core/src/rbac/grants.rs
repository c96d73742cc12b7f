//! The rules for granting roles to users and clients, and for taking them away.

use crate::access::Caller;
use crate::client::Client;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError, list};
use crate::facts::{Facts, Load};
use crate::organization::settings;
use crate::rbac::permission::{AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_DELETE};
use crate::rbac::{Authority, DivisionScope, Role, RoleGrant, SubjectKind, administrators};
use crate::types::{ClientId, OrganizationId, RoleId, SubjectId, UserId};
use crate::user::UserState;
use crate::write::{Require, Write};

/// A role in a division, as a caller names them.
pub type Named = (String, String);

/// What is to become of a subject's roles.
#[derive(Clone, Debug)]
pub enum Change {
    /// These too.
    Add(Vec<Named>),
    /// Not these.
    Remove(Vec<Named>),
    /// These and no others.
    Replace(Vec<Named>),
}

/// How a pair that does not exist is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// 404: the pair stands in the path.
    NotFound,
    /// 400 `bad.role.divisions`: it stands in the body.
    BadRoleDivisions,
}

/// Changes the roles of several subjects in the same way, all or none. A subject that is not there is 404.
pub fn change(
    facts: &Facts,
    caller: &Caller,
    subjects: &[String],
    change: &Change,
    unknown: Unknown,
    env: &Env,
) -> Step<Vec<SubjectId>, ApiError> {
    let decide = || -> Result<Decision<Vec<SubjectId>, ApiError>, Undecided<ApiError>> {
        let version = settings::authority(facts, caller)?;
        let subjects = find_all(facts, caller.organization, subjects)?;
        facts.together(subjects.iter().map(|(subject, _)| Load::RoleGrants(*subject)))?;
        let (Change::Add(named) | Change::Remove(named) | Change::Replace(named)) = change;
        let pairs = resolve(facts, caller.organization, named, unknown, matches!(change, Change::Remove(_)))?;
        let roles = facts.roles(caller.organization)?;
        let authority = Authority::load(facts, caller.organization, caller.subject())?;
        let (mut writes, mut takes, mut losing) = (Vec::new(), false, Vec::new());
        for (subject, kind) in &subjects {
            let held = facts.role_grants(*subject)?;
            let wanted = |grant: &RoleGrant| pairs.contains(&(grant.role, grant.division));
            let stays = |grant: &&RoleGrant| match change {
                Change::Add(_) => true,
                Change::Remove(_) => !wanted(grant),
                Change::Replace(_) => wanted(grant),
            };
            let mut after: Vec<RoleGrant> = held.iter().filter(stays).cloned().collect();
            for gone in held.iter().filter(|grant| !stays(grant)) {
                guard(&authority, roles, &AUTHORIZATION_GRANT_DELETE, (gone.role, gone.division))?;
                takes = true;
            }
            if !matches!(change, Change::Remove(_)) {
                for pair in &pairs {
                    if !held.iter().any(|grant| (grant.role, grant.division) == *pair) {
                        guard(&authority, roles, &AUTHORIZATION_GRANT_ADD, *pair)?;
                        after.push(RoleGrant {
                            subject: *subject,
                            kind: *kind,
                            role: pair.0,
                            division: pair.1,
                            granted_at: env.now,
                        });
                    }
                }
            }
            let limit = env.policy.max_role_assignments;
            if after.len() > limit as usize && after.len() > held.len() {
                let error = ApiError::new(ApiCode::MaxRoleAssignmentsExceeded).with("limit", limit);
                return Err(error.over("role.assignments", limit).into());
            }
            if administrators::administers(roles, held) && !administrators::administers(roles, &after) {
                losing.push(*subject);
            }
            if after != **held {
                writes.push(Write::ReplaceRoleGrants(caller.organization, *subject, after));
            }
        }
        if !losing.is_empty() {
            administrators::keep_one(facts, caller.organization, &losing, None)?;
        }
        if !writes.is_empty() {
            writes.insert(
                0,
                if takes {
                    Write::AdvanceAuthority(caller.organization, version)
                } else {
                    Write::Require(Require::Authority(caller.organization, version))
                },
            );
        }
        Ok(Decision::write(subjects.into_iter().map(|(subject, _)| subject).collect(), writes))
    };
    decide().into()
}

/// The escalation guard: the caller may grant in that division, and holds there what the role carries.
fn guard(
    authority: &Authority,
    roles: &[Role],
    permission: &crate::rbac::Permission,
    (role, division): (RoleId, DivisionScope),
) -> Result<(), ApiError> {
    if !authority.has_in(permission, division) {
        let named = format!("{permission}:{division}");
        return Err(ApiError::new(ApiCode::MissingDivisionPermissions).with("permissions", named));
    }
    // A grant of a role that is gone carries nothing.
    let Some(role) = roles.iter().find(|known| known.id == role) else { return Ok(()) };
    let lacking = authority.lacks(role, division);
    if lacking.is_empty() {
        return Ok(());
    }
    let error = ApiError::new(ApiCode::MissingDivisionPermissionImplied);
    Err(error.with("permissions", list(&lacking)))
}

/// The pairs, duplicates dropped. What is to be taken away may name what is gone already.
fn resolve(
    facts: &Facts,
    organization: OrganizationId,
    named: &[Named],
    unknown: Unknown,
    removing: bool,
) -> Result<Vec<(RoleId, DivisionScope)>, Undecided<ApiError>> {
    let (roles, divisions) = (facts.roles(organization)?, facts.divisions(organization)?);
    let exists = |place: &DivisionScope| match place {
        DivisionScope::All => true,
        DivisionScope::One(id) => divisions.iter().any(|division| division.id == *id),
    };
    let (mut pairs, mut bad) = (Vec::new(), Vec::new());
    for (role, division) in named {
        let found = RoleId::parse(role).filter(|id| roles.iter().any(|role| role.id == *id));
        match (found, DivisionScope::parse(division).filter(|place| removing || exists(place))) {
            (Some(role), Some(place)) if pairs.contains(&(role, place)) => {}
            (Some(role), Some(place)) => pairs.push((role, place)),
            _ => bad.push(format!("{role}:{division}")),
        }
    }
    if bad.is_empty() {
        return Ok(pairs);
    }
    Err(match unknown {
        Unknown::NotFound => ApiError::new(ApiCode::NotFound),
        Unknown::BadRoleDivisions => {
            ApiError::new(ApiCode::BadRoleDivisions).with("roles", list(&bad)).at("grants")
        }
    }
    .into())
}

/// The subjects of these ids, each once; all are asked for in two rounds.
fn find_all(
    facts: &Facts,
    organization: OrganizationId,
    ids: &[String],
) -> Result<Vec<(SubjectId, SubjectKind)>, Undecided<ApiError>> {
    let clients = ids.iter().filter_map(|id| ClientId::parse(id));
    let users = ids.iter().filter_map(|id| UserId::parse(id));
    facts.together(clients.map(Load::Client).chain(users.map(Load::User)))?;
    let mut found: Vec<(SubjectId, SubjectKind)> = Vec::new();
    for id in ids {
        let subject = find(facts, organization, id)?.ok_or_else(|| ApiError::new(ApiCode::NotFound))?;
        if !found.contains(&(subject.0, subject.1)) {
            found.push((subject.0, subject.1));
        }
    }
    Ok(found)
}

/// The subject of that id with its kind and name, if the organization has it. A deleted user is none.
pub fn find<E>(
    facts: &Facts,
    organization: OrganizationId,
    id: &str,
) -> Result<Option<(SubjectId, SubjectKind, String)>, Undecided<E>> {
    if let Some(id) = ClientId::parse(id)
        && let Some(client) = Client::find_in(facts, organization, id)?
    {
        return Ok(Some((id.into(), SubjectKind::Client, client.name.clone())));
    }
    let Some(id) = UserId::parse(id) else { return Ok(None) };
    let is_member = |user: &&std::sync::Arc<crate::user::User>| {
        user.organization == organization && user.state != UserState::Deleted
    };
    let user = facts.user(id)?.as_ref().filter(is_member);
    Ok(user.map(|user| (id.into(), SubjectKind::User, user.name.clone())))
}

#[cfg(test)]
mod tests;
