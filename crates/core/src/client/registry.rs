//! The rules of the client registry: create, update, delete, reset the secret.

use std::sync::Arc;

use crate::access::Caller;
use crate::client::draft::{Checked, bad_state};
use crate::client::{Client, ClientState, Draft, Metadata, first_epoch};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError, list};
use crate::facts::Facts;
use crate::rbac::authority::{self, stand_on};
use crate::rbac::grants::refuse_too_many;
use crate::rbac::permission::ADMIN;
use crate::rbac::{Authority, DivisionScope, Guard, RoleGrant, SubjectKind, administrators};
use crate::types::{ClientId, ClientSecret, RoleId, Scope, Secret};
use crate::write::{Require, Write};

/// A client with the roles that it holds, and its secret if this is one of the two answers that show it.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The client.
    pub client: Arc<Client>,
    /// Its roles.
    pub grants: Arc<Vec<RoleGrant>>,
    /// The secret, right after it was made.
    pub secret: Option<ClientSecret>,
}

type Outcome<T> = Result<Decision<T, ApiError>, Undecided<ApiError>>;

/// Registers a client.
pub fn create(facts: &Facts, caller: &Caller, draft: &Draft, env: &Env) -> Step<Registered, ApiError> {
    let decide = || -> Outcome<Registered> {
        let checked = draft.check(None, env.policy)?;
        if checked.state.is_some_and(|state| state != ClientState::Active) {
            return Err(bad_state("A client is created in the state active.").into());
        }
        let version = authority::version(facts, caller.organization)?;
        let id = ClientId::random(env.random);
        let grants = role_grants(facts, caller, draft, &checked, id, &[], env)?;
        refuse_too_many(&[], &grants, env)?;
        let limit = env.policy.max_clients;
        if *facts.client_count(caller.organization)? >= limit {
            let error = ApiError::new(ApiCode::TooManyClients).with("limit", limit);
            return Err(error.over("oauth.clients", limit).into());
        }
        let secret = ClientSecret::random(env.random);
        let client = Client {
            id,
            organization: caller.organization,
            name: checked.name,
            description: checked.description,
            token_lifetime: checked.token_lifetime,
            redirect_uris: checked.redirect_uris,
            grant_types: checked.grant_types,
            scope: checked.scope,
            state: ClientState::Active,
            date_to_delete: checked.date_to_delete,
            metadata: Metadata::default(),
            secrets: vec![Secret::keep(&secret, env.keys, env.random, env.now)],
            epoch: first_epoch(env.random),
            version: 1,
            created_at: env.now,
            created_by: Some(caller.actor()),
            modified_at: env.now,
            modified_by: Some(caller.actor()),
        };
        let mut writes = vec![
            Write::Require(Require::ClientsBelow(caller.organization, limit)),
            Write::CreateClient(Box::new(client.clone())),
        ];
        if !grants.is_empty() {
            writes.insert(0, stand_on(caller.organization, version, true));
            writes.push(Write::ReplaceRoleGrants(caller.organization, id.into(), grants.clone()));
        }
        Ok(Decision::write(registered(client, grants, Some(secret)), writes))
    };
    decide().into()
}

/// Replaces every writable member of a client. The last writer wins.
pub fn update(
    facts: &Facts,
    caller: &Caller,
    id: ClientId,
    draft: &Draft,
    env: &Env,
) -> Step<Registered, ApiError> {
    let decide = || -> Outcome<Registered> {
        let version = authority::version(facts, caller.organization)?;
        let current = find(facts, caller, id)?;
        let authority = Authority::load(facts, caller.organization, caller.subject())?;
        let is_admin = authority.has_word(ADMIN);
        if current.state == ClientState::Disabled && !is_admin {
            return Err(bad_state("A disabled client can only be edited by an administrator.").into());
        }
        let checked = draft.check(Some(current), env.policy)?;
        // Whoever registered it is nobody that an administrator knows.
        let openid = Scope::openid();
        let is_mighty =
            checked.grant_types.need_roles() || checked.scope.names().any(|it| !openid.has_named(it));
        if current.metadata.self_registered && is_mighty {
            let reason =
                "A client that registered itself has the scopes of OpenID Connect only, and no roles.";
            return Err(ApiError::constraint("scope", reason).into());
        }
        // A block is not lifted by saying nothing.
        let state = checked.state.unwrap_or(current.state);
        if state == ClientState::Disabled && !is_admin {
            return Err(bad_state("Only an administrator can disable a client.").into());
        }
        guard_held_roles(facts, caller, &authority, id)?;
        let held = facts.role_grants(id.into())?;
        let grants = role_grants(facts, caller, draft, &checked, id, held, env)?;
        let mut client = Client::clone(current);
        // A token carries the epoch, so what is disabled once stays dead when the client is enabled again.
        client.epoch += u32::from(state == ClientState::Disabled && current.state != ClientState::Disabled);
        client.name = checked.name;
        client.description = checked.description;
        client.token_lifetime = checked.token_lifetime;
        client.redirect_uris = checked.redirect_uris;
        client.grant_types = checked.grant_types;
        if current.metadata.self_registered && checked.scope != current.scope {
            client.metadata.most = Some(checked.scope.clone());
        }
        client.scope = checked.scope;
        client.state = state;
        client.date_to_delete = checked.date_to_delete;
        client.modified_at = env.now;
        client.modified_by = Some(caller.actor());
        refuse_too_many(held, &grants, env)?;
        let roles = facts.roles(caller.organization)?;
        let administered = current.can_act_alone() && administrators::administers(roles, held);
        let administers = client.can_act_alone() && administrators::administers(roles, &grants);
        if administered && !administers {
            administrators::keep_one(facts, caller.organization, &[id.into()], None)?;
        }
        let regrants = pairs(held) != pairs(&grants);
        let mut writes = vec![
            stand_on(caller.organization, version, administered != administers || regrants),
            Write::ReplaceClient(Box::new(client.clone())),
        ];
        if regrants {
            writes.push(Write::ReplaceRoleGrants(caller.organization, id.into(), grants.clone()));
        }
        Ok(Decision::write(registered(client, grants, None), writes))
    };
    decide().into()
}

/// Deletes a client with its tokens.
pub fn delete(facts: &Facts, caller: &Caller, id: ClientId, env: &Env) -> Step<(), ApiError> {
    let decide = || -> Outcome<()> {
        let version = authority::version(facts, caller.organization)?;
        let client = find(facts, caller, id)?;
        if env.policy.delete_requires_inactive && client.state != ClientState::Inactive {
            return Err(ApiError::new(ApiCode::CannotDeleteClient).into());
        }
        let held = facts.role_grants(id.into())?;
        let roles = facts.roles(caller.organization)?;
        let administered = client.can_act_alone() && administrators::administers(roles, held);
        if administered {
            administrators::keep_one(facts, caller.organization, &[id.into()], None)?;
        }
        let writes = vec![
            stand_on(caller.organization, version, administered),
            Write::Require(Require::Client(id, client.version)),
            Write::DeleteClient(client.organization, id),
        ];
        Ok(Decision::write((), writes))
    };
    decide().into()
}

/// Replaces all secrets of a client by a fresh one. Tokens already issued stay valid.
pub fn reset_secret(facts: &Facts, caller: &Caller, id: ClientId, env: &Env) -> Step<Registered, ApiError> {
    let decide = || -> Outcome<Registered> {
        let version = authority::version(facts, caller.organization)?;
        let current = find(facts, caller, id)?;
        let authority = Authority::load(facts, caller.organization, caller.subject())?;
        guard_held_roles(facts, caller, &authority, id)?;
        let secret = ClientSecret::random(env.random);
        let mut client = Client::clone(current);
        client.secrets = vec![Secret::keep(&secret, env.keys, env.random, env.now)];
        client.modified_at = env.now;
        client.modified_by = Some(caller.actor());
        let writes = vec![
            stand_on(caller.organization, version, false),
            Write::ReplaceClient(Box::new(client.clone())),
            Write::ReplaceSecrets(id, client.secrets.clone()),
        ];
        let grants = facts.role_grants(id.into())?.to_vec();
        Ok(Decision::write(registered(client, grants, Some(secret)), writes))
    };
    decide().into()
}

/// Reads a client with its roles.
pub fn read(facts: &Facts, caller: &Caller, id: ClientId) -> Step<Registered, ApiError> {
    let decide = || -> Outcome<Registered> {
        let client = find(facts, caller, id)?;
        let grants = facts.role_grants(id.into())?;
        Ok(Decision::allow(Registered {
            client: Arc::clone(client),
            grants: Arc::clone(grants),
            secret: None,
        }))
    };
    decide().into()
}

fn pairs(grants: &[RoleGrant]) -> Vec<(RoleId, DivisionScope)> {
    grants.iter().map(|grant| (grant.role, grant.division)).collect()
}

fn registered(client: Client, grants: Vec<RoleGrant>, secret: Option<ClientSecret>) -> Registered {
    Registered { client: Arc::new(client), grants: Arc::new(grants), secret }
}

pub(super) fn find<'a>(
    facts: &'a Facts,
    caller: &Caller,
    id: ClientId,
) -> Result<&'a Arc<Client>, Undecided<ApiError>> {
    Client::find_in(facts, caller.organization, id)?
        .ok_or_else(|| ApiError::new(ApiCode::ClientNotFound).into())
}

/// The escalation guard on what the client holds already: nobody takes over a client mightier than themselves.
pub(super) fn guard_held_roles(
    facts: &Facts,
    caller: &Caller,
    authority: &Authority,
    id: ClientId,
) -> Result<(), Undecided<ApiError>> {
    let roles = facts.roles(caller.organization)?;
    let grants = facts.role_grants(id.into())?;
    let mut guard = Guard::new(authority);
    let too_mighty: Vec<String> = grants
        .iter()
        .filter(|grant| {
            roles
                .iter()
                .find(|role| role.id == grant.role)
                .is_some_and(|role| !guard.holds(role, grant.division))
        })
        .map(|grant| grant.role.to_string())
        .collect();
    if too_mighty.is_empty() { Ok(()) } else { Err(bad_role(&too_mighty).into()) }
}

/// The grants that the draft asks for; only a client that acts for itself has any. Each must name a role and a
/// division of the organization, and the caller must hold it (the escalation guard).
fn role_grants(
    facts: &Facts,
    caller: &Caller,
    draft: &Draft,
    checked: &Checked,
    id: ClientId,
    held: &[RoleGrant],
    env: &Env,
) -> Result<Vec<RoleGrant>, Undecided<ApiError>> {
    if !checked.grant_types.need_roles() {
        return Ok(Vec::new());
    }
    let roles = facts.roles(caller.organization)?;
    let divisions = facts.divisions(caller.organization)?;
    let authority = Authority::load(facts, caller.organization, caller.subject())?;
    let home = divisions.iter().find(|division| division.home).map(|division| division.id.to_string());
    let asked: Vec<(&str, &str)> = if draft.role_divisions.is_empty() {
        draft.role_ids.iter().map(|role| (role.as_str(), home.as_deref().unwrap_or_default())).collect()
    } else {
        draft.role_divisions.iter().map(|(role, division)| (role.as_str(), division.as_str())).collect()
    };
    if asked.is_empty() {
        return Err(ApiError::new(ApiCode::MissingClientRoles).at("roleDivisions").into());
    }
    let mut guard = Guard::new(&authority);
    let (mut grants, mut bad) = (Vec::<RoleGrant>::new(), Vec::new());
    for (role, division) in asked {
        let found = RoleId::parse(role).and_then(|id| roles.iter().find(|role| role.id == id));
        let place = DivisionScope::parse(division).filter(|place| match place {
            DivisionScope::All => true,
            DivisionScope::One(id) => divisions.iter().any(|division| division.id == *id),
        });
        match (found, place) {
            (Some(role), Some(place)) if guard.holds(role, place) => {
                if !grants.iter().any(|grant| (grant.role, grant.division) == (role.id, place)) {
                    let old = held.iter().find(|grant| (grant.role, grant.division) == (role.id, place));
                    grants.push(RoleGrant {
                        subject: id.into(),
                        kind: SubjectKind::Client,
                        role: role.id,
                        division: place,
                        granted_at: old.map_or(env.now, |grant| grant.granted_at),
                    });
                }
            }
            (None, _) => bad.push(role.to_owned()),
            (Some(_), _) => bad.push(format!("{role}:{division}")),
        }
    }
    if bad.is_empty() { Ok(grants) } else { Err(bad_role(&bad).into()) }
}

fn bad_role(roles: &[String]) -> ApiError {
    ApiError::new(ApiCode::BadClientRole).with("roles", list(roles)).at("roleDivisions")
}

#[cfg(test)]
mod tests;
