//! Who calls the management API: a bearer token (RFC 6750) becomes a caller, or a refusal.

use std::net::IpAddr;
use std::sync::Arc;

use crate::client::{Actor, Client};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::Facts;
use crate::rbac::{Authority, Permission};
use crate::tokens::{AccessToken, Audience, verify};
use crate::types::{OrganizationId, SubjectId};
use crate::user::User;

/// Whoever is behind a valid token.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The organization that everything is looked up in.
    pub organization: OrganizationId,
    /// The client that the token was issued to.
    pub client: Arc<Client>,
    /// The user it stands for; `None`: the client itself.
    pub user: Option<Arc<User>>,
    /// The token.
    pub token: Arc<AccessToken>,
    /// From where the request came.
    pub address: IpAddr,
}

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug)]
pub enum Demand {
    /// A valid token.
    Nothing,
    /// One of these permissions, in any division.
    Any(&'static [Permission]),
    /// All of these permissions, each in any division.
    All(&'static [Permission]),
}

impl Caller {
    /// Whose roles count.
    pub fn subject(&self) -> SubjectId {
        self.user.as_ref().map_or_else(|| self.client.subject(), |user| user.id.into())
    }

    /// Who is named as the author of a change.
    pub fn actor(&self) -> Actor {
        self.user.as_ref().map_or(Actor::Client(self.client.id), |user| Actor::User(user.id))
    }
}

/// Admits the bearer of `token` (one that was opened, if it could be) who comes from an address that the organization
/// lets in, and holds what is demanded.
pub fn admit(
    facts: &Facts,
    token: Option<&Arc<AccessToken>>,
    demand: Demand,
    address: IpAddr,
    env: &Env,
) -> Step<Caller, ApiError> {
    let decide = || -> Result<Decision<Caller, ApiError>, Undecided<ApiError>> {
        let refused = || ApiError::new(ApiCode::BadCredentials);
        let token = token.filter(|token| token.audience == Audience::Management).ok_or_else(refused)?;
        let (client, user) = verify::holder(facts, token, env)?.ok_or_else(refused)?;
        let caller =
            Caller { organization: client.organization, client, user, token: Arc::clone(token), address };
        let organization = facts.organization(caller.organization)?.as_ref().ok_or_else(refused)?;
        if !organization.settings.authentication.admits(address) {
            return Err(ApiError::new(ApiCode::IpNotAuthorized).into());
        }
        let (code, wanted, holds): (_, _, fn(&[Permission], &Authority) -> bool) = match demand {
            Demand::Nothing => return Ok(Decision::allow(caller)),
            Demand::Any(any) => {
                (ApiCode::MissingAnyPermissions, any, |any, own| any.iter().any(|it| own.has(it)))
            }
            Demand::All(all) => {
                (ApiCode::MissingPermissions, all, |all, own| all.iter().all(|it| own.has(it)))
            }
        };
        let authority = Authority::load(facts, caller.organization, caller.subject())?;
        if holds(wanted, &authority) {
            return Ok(Decision::allow(caller));
        }
        let missing = wanted.iter().filter(|permission| !authority.has(permission));
        let names: Vec<_> = missing.map(ToString::to_string).collect();
        Err(ApiError::new(code).with("permissions", names.join(", ")).into())
    };
    decide().into()
}
