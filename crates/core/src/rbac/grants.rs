//! The rules for granting roles to users and clients, and for taking them away.

use crate::access::Caller;
use crate::client::Client;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError, list};
use crate::facts::{Facts, Load};
use crate::rbac::authority::{self, stand_on};
use crate::rbac::permission::{AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_DELETE};
use crate::rbac::roles::unique;
use crate::rbac::{
    Authority, DivisionScope, Guard, Permission, Role, RoleGrant, SubjectKind, administrators,
};
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
    /// Not this role, wherever it is held.
    Withdraw(String),
    /// These roles and no others: each where it is held already, else in the home division.
    Hold(Vec<String>),
}

/// How a role or division that does not exist is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// 404: it stands in the path.
    NotFound,
    /// 400 `bad.role.divisions` at `grants`.
    BadRoleDivisions,
    /// 400 `general.bad.request`, at this member if it is one of several.
    BadRequest(Option<&'static str>),
}

type Pair = (RoleId, DivisionScope);

/// A change once all that it names is known to exist.
enum Plan {
    Add(Vec<Pair>),
    Remove(Vec<Pair>),
    Replace(Vec<Pair>),
    Withdraw(RoleId),
    Hold(Vec<RoleId>, DivisionScope),
}

impl Plan {
    fn keeps(&self, grant: &RoleGrant) -> bool {
        let pair = (grant.role, grant.division);
        match self {
            Self::Add(_) => true,
            Self::Remove(pairs) => !pairs.contains(&pair),
            Self::Replace(pairs) => pairs.contains(&pair),
            Self::Withdraw(role) => grant.role != *role,
            Self::Hold(roles, _) => roles.contains(&grant.role),
        }
    }

    /// What is not held yet.
    fn adds(&self, held: &[RoleGrant]) -> Vec<Pair> {
        let is_new = |pair: &Pair| !held.iter().any(|grant| (grant.role, grant.division) == *pair);
        match self {
            Self::Add(pairs) | Self::Replace(pairs) => pairs.iter().copied().filter(is_new).collect(),
            Self::Remove(_) | Self::Withdraw(_) => Vec::new(),
            Self::Hold(roles, home) => {
                let lacking = roles.iter().filter(|role| !held.iter().any(|grant| grant.role == **role));
                lacking.map(|role| (*role, *home)).collect()
            }
        }
    }
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
        let version = authority::version(facts, caller.organization)?;
        let subjects = find_all(facts, caller.organization, subjects)?;
        facts.together(subjects.iter().map(|(subject, _)| Load::RoleGrants(*subject)))?;
        let plan = plan(facts, caller.organization, change, unknown)?;
        let roles = facts.roles(caller.organization)?;
        let authority = Authority::load(facts, caller.organization, caller.subject())?;
        let mut guard = Guard::new(&authority);
        let (mut writes, mut losing) = (Vec::new(), Vec::new());
        for (subject, kind) in &subjects {
            let held = facts.role_grants(*subject)?;
            let mut after: Vec<RoleGrant> = held.iter().filter(|grant| plan.keeps(grant)).cloned().collect();
            for gone in held.iter().filter(|grant| !plan.keeps(grant)) {
                demand(
                    &mut guard,
                    &authority,
                    roles,
                    &AUTHORIZATION_GRANT_DELETE,
                    (gone.role, gone.division),
                )?;
            }
            let adds = plan.adds(held);
            if !adds.is_empty() && registered_itself(facts, *subject, *kind)? {
                let reason = "A client that registered itself holds no roles.";
                return Err(ApiError::constraint("subjectId", reason).into());
            }
            for (role, division) in adds {
                demand(&mut guard, &authority, roles, &AUTHORIZATION_GRANT_ADD, (role, division))?;
                after.push(RoleGrant { subject: *subject, kind: *kind, role, division, granted_at: env.now });
            }
            refuse_too_many(held, &after, env)?;
            if administrators::administers(roles, held) && !administrators::administers(roles, &after) {
                losing.push(*subject);
            }
            if after != **held {
                // What is gone by then is granted nothing.
                writes.push(Write::Require(still_there(facts, *subject, *kind)?));
                writes.push(Write::ReplaceRoleGrants(caller.organization, *subject, after));
            }
        }
        if !losing.is_empty() {
            administrators::keep_one(facts, caller.organization, &losing, None)?;
        }
        if !writes.is_empty() {
            writes.insert(0, stand_on(caller.organization, version, true));
        }
        Ok(Decision::write(subjects.into_iter().map(|(subject, _)| subject).collect(), writes))
    };
    decide().into()
}

/// Whoever did so is nobody that an administrator knows.
fn registered_itself(
    facts: &Facts,
    subject: SubjectId,
    kind: SubjectKind,
) -> Result<bool, Undecided<ApiError>> {
    if kind != SubjectKind::Client {
        return Ok(false);
    }
    Ok(facts.client(ClientId::from(subject))?.as_ref().is_some_and(|it| it.metadata.self_registered))
}

fn still_there(facts: &Facts, subject: SubjectId, kind: SubjectKind) -> Result<Require, Undecided<ApiError>> {
    let gone = || ApiError::new(ApiCode::NotFound);
    Ok(match kind {
        SubjectKind::Client => {
            let id = ClientId::from(subject);
            Require::Client(id, facts.client(id)?.as_ref().ok_or_else(gone)?.version)
        }
        SubjectKind::User => {
            let id = UserId::from(subject);
            Require::User(id, facts.user(id)?.as_ref().ok_or_else(gone)?.version)
        }
    })
}

/// Refuses more grants than a subject may hold. Whoever is over a limit that was lowered can come down step by step.
pub fn refuse_too_many(held: &[RoleGrant], after: &[RoleGrant], env: &Env) -> Result<(), ApiError> {
    let limit = env.policy.max_role_assignments;
    if after.len() <= held.len().max(limit as usize) {
        return Ok(());
    }
    let error = ApiError::new(ApiCode::MaxRoleAssignmentsExceeded).with("limit", limit);
    Err(error.over("role.assignments", limit))
}

/// The escalation guard: the caller may grant in that division, and holds there what the role carries.
fn demand(
    guard: &mut Guard,
    authority: &Authority,
    roles: &[Role],
    permission: &Permission,
    (role, division): (RoleId, DivisionScope),
) -> Result<(), ApiError> {
    if !authority.has_in(permission, division) {
        let named = format!("{permission}:{division}");
        return Err(ApiError::new(ApiCode::MissingDivisionPermissions).with("permissions", named));
    }
    // A grant of a role that is gone carries nothing.
    let Some(role) = roles.iter().find(|known| known.id == role) else { return Ok(()) };
    let lacking = guard.lacks(role, division);
    if lacking.is_empty() {
        return Ok(());
    }
    let error = ApiError::new(ApiCode::MissingDivisionPermissionImplied);
    Err(error.with("permissions", list(lacking)))
}

/// Finds all that a change names, each once. What is to be taken away may name a division that is gone already.
fn plan(
    facts: &Facts,
    organization: OrganizationId,
    change: &Change,
    unknown: Unknown,
) -> Result<Plan, Undecided<ApiError>> {
    let (roles, divisions) = (facts.roles(organization)?, facts.divisions(organization)?);
    let removing = matches!(change, Change::Remove(_));
    let known = |text: &str| RoleId::parse(text).filter(|id| roles.iter().any(|role| role.id == *id));
    let mut bad = Vec::new();
    let mut role = |text: &String| {
        let found = known(text);
        if found.is_none() {
            bad.push(text.clone());
        }
        found
    };
    let plan = match change {
        Change::Withdraw(text) => role(text).map(Plan::Withdraw),
        Change::Hold(texts) => {
            let home = divisions.iter().find(|division| division.home);
            let roles = texts.iter().filter_map(role).collect();
            home.map(|home| Plan::Hold(unique(roles), DivisionScope::One(home.id)))
        }
        Change::Add(named) | Change::Remove(named) | Change::Replace(named) => {
            let exists = |place: &DivisionScope| match place {
                DivisionScope::All => true,
                DivisionScope::One(id) => removing || divisions.iter().any(|division| division.id == *id),
            };
            let mut pairs = Vec::new();
            for (text, place) in named {
                match (known(text), DivisionScope::parse(place).filter(exists)) {
                    (Some(role), Some(place)) => pairs.push((role, place)),
                    _ => bad.push(format!("{text}:{place}")),
                }
            }
            let pairs = unique(pairs);
            Some(match change {
                Change::Add(_) => Plan::Add(pairs),
                Change::Remove(_) => Plan::Remove(pairs),
                _ => Plan::Replace(pairs),
            })
        }
    };
    plan.filter(|_| bad.is_empty()).ok_or_else(|| refused(&bad, unknown).into())
}

fn refused(bad: &[String], unknown: Unknown) -> ApiError {
    match unknown {
        Unknown::NotFound => ApiError::new(ApiCode::NotFound),
        Unknown::BadRoleDivisions => {
            ApiError::new(ApiCode::BadRoleDivisions).with("roles", list(bad)).at("grants")
        }
        Unknown::BadRequest(field) => {
            let reason = format!("One or more roles or divisions are unknown: [{}]", list(bad));
            let error = ApiError::new(ApiCode::GeneralBadRequest).with("reason", reason);
            match field {
                Some(field) => error.at(field),
                None => error,
            }
        }
    }
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
