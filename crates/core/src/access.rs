//! Who calls the management API: a bearer token (RFC 6750) becomes a caller, or a refusal.

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

/// Admits the bearer of `token` (one that was opened, if it could be) who holds any of `permissions`; an empty
/// list demands none.
pub fn admit(
    facts: &Facts,
    token: Option<&Arc<AccessToken>>,
    permissions: &[Permission],
    env: &Env,
) -> Step<Caller, ApiError> {
    let decide = || -> Result<Decision<Caller, ApiError>, Undecided<ApiError>> {
        let refused = || ApiError::new(ApiCode::BadCredentials);
        let token = token.filter(|token| token.audience == Audience::Management).ok_or_else(refused)?;
        let (client, user) = verify::holder(facts, token, env)?.ok_or_else(refused)?;
        let caller = Caller { organization: client.organization, client, user, token: Arc::clone(token) };
        if !permissions.is_empty() {
            let authority = Authority::load(facts, caller.organization, caller.subject())?;
            if !permissions.iter().any(|permission| authority.has(permission)) {
                let names: Vec<_> = permissions.iter().map(ToString::to_string).collect();
                return Err(ApiError::new(ApiCode::MissingAnyPermissions)
                    .with("permissions", names.join(", "))
                    .into());
            }
        }
        Ok(Decision::allow(caller))
    };
    decide().into()
}
