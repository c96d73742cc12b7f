//! Who calls the management API: a bearer token (RFC 6750) becomes a caller, or a refusal.

use std::net::IpAddr;
use std::sync::Arc;

use crate::client::{Actor, Client};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ApiCode, ApiError};
use crate::facts::{Facts, Load};
use crate::organization::idle::Idle;
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
    /// When the token lapses without use; `None`: never before its time.
    pub idle: Option<Idle>,
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

/// What a call is about.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// What the operation asks of its caller.
    pub demand: Demand,
    /// A person's token needs one of these, where scopes are enforced; none: any token will do.
    pub scopes: &'static [&'static str],
    /// From where it comes.
    pub address: IpAddr,
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
/// lets in, has a scope for it, and holds what is demanded.
pub fn admit(
    facts: &Facts,
    token: Option<&Arc<AccessToken>>,
    asked: &Asked,
    env: &Env,
) -> Step<Caller, ApiError> {
    let Asked { demand, scopes, address } = *asked;
    let decide = || -> Result<Decision<Caller, ApiError>, Undecided<ApiError>> {
        let refused = || ApiError::new(ApiCode::BadCredentials);
        let token = token.filter(|token| token.audience == Audience::Management).ok_or_else(refused)?;
        let (client, user) = verify::holder(facts, token, env)?.ok_or_else(refused)?;
        let token = Arc::clone(token);
        let mut caller =
            Caller { organization: client.organization, client, user, token, address, idle: None };
        if !matches!(demand, Demand::Nothing) {
            let (id, subject) = (caller.organization, caller.subject());
            facts.together([Load::Organization(id), Load::Roles(id), Load::RoleGrants(subject)])?;
        }
        let organization = facts.organization(caller.organization)?.as_ref().ok_or_else(refused)?;
        if !organization.settings.authentication.admits(address) {
            return Err(ApiError::new(ApiCode::IpNotAuthorized).into());
        }
        if caller.user.is_some() {
            caller.idle = organization.settings.idle.limit();
            if verify::has_lapsed(facts, caller.idle, caller.token.family, env)? {
                return Err(refused().into());
            }
            // The client's too: what was taken from it since, its tokens do not keep.
            let has = [&caller.token.scope, &caller.client.scope].iter().all(|it| it.has_any(scopes));
            if (env.policy.enforce_scopes || caller.token.scoped) && !scopes.is_empty() && !has {
                let error = ApiError::new(ApiCode::NotAuthorizedForScope);
                return Err(error.with("scope", scopes.join(", ")).into());
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientState;
    use crate::organization::settings::Authentication;
    use crate::rbac::DivisionScope;
    use crate::rbac::permission::{OAUTH_CLIENT_ADD, OAUTH_CLIENT_EDIT, OAUTH_CLIENT_VIEW};
    use crate::tenant::Tenant;
    use crate::user::UserState;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    fn admitted(tenant: &Tenant, token: &Arc<AccessToken>, demand: Demand) -> Result<Caller, ApiError> {
        let asked = Asked { demand, scopes: &[], address: HERE };
        let decision = tenant.decide(|facts, env| admit(facts, Some(token), &asked, env));
        assert!(decision.writes.is_empty());
        decision.outcome
    }

    #[test]
    fn a_token_is_good_for_its_audience_and_while_its_client_is() {
        let mut tenant = Tenant::found();
        let token = tenant.admin().token;
        let caller = admitted(&tenant, &token, Demand::Nothing).expect("a good token");
        assert_eq!((caller.organization, caller.client.id), (tenant.id(), tenant.admin));
        assert_eq!((caller.address, caller.subject()), (HERE, tenant.admin.into()));
        assert_eq!(caller.actor(), Actor::Client(tenant.admin));
        let code = |tenant: &Tenant, token: Option<&Arc<AccessToken>>| {
            let asked = Asked { demand: Demand::Nothing, scopes: &[], address: HERE };
            tenant.refused(|facts, env| admit(facts, token, &asked, env)).code
        };
        let for_the_issuer = Arc::new(AccessToken { audience: Audience::Issuer, ..(*token).clone() });
        assert_eq!(code(&tenant, None), ApiCode::BadCredentials);
        assert_eq!(code(&tenant, Some(&for_the_issuer)), ApiCode::BadCredentials);
        tenant.clients.get_mut(&tenant.admin).expect("a client").state = ClientState::Disabled;
        assert_eq!(code(&tenant, Some(&token)), ApiCode::BadCredentials);
    }

    #[test]
    fn a_token_for_a_user_counts_what_the_user_holds() {
        let mut tenant = Tenant::found();
        let user = tenant.user("somebody@example.com");
        let token = AccessToken { user: Some((user, 1)), ..(*tenant.admin().token).clone() };
        let token = Arc::new(token);
        let demand = Demand::Any(&[OAUTH_CLIENT_VIEW]);
        let error = admitted(&tenant, &token, demand).expect_err("the client's roles are not the user's");
        assert_eq!(error.code, ApiCode::MissingAnyPermissions);
        let views = tenant.role("views", &["oauth:client:view"]);
        tenant.hold(user, views, DivisionScope::One(tenant.home()));
        let caller = admitted(&tenant, &token, demand).expect("held in one division");
        assert_eq!((caller.subject(), caller.actor()), (user.into(), Actor::User(user)));
        tenant.users.get_mut(&user).expect("a user").state = UserState::Inactive;
        let error = admitted(&tenant, &token, demand).expect_err("a user who cannot act");
        assert_eq!(error.code, ApiCode::BadCredentials);
    }

    #[test]
    fn what_is_demanded_is_held_in_any_division() {
        const BOTH: &[Permission] = &[OAUTH_CLIENT_VIEW, OAUTH_CLIENT_ADD];
        const NEITHER: &[Permission] = &[OAUTH_CLIENT_ADD, OAUTH_CLIENT_EDIT];
        let mut tenant = Tenant::found();
        let views = tenant.role("views", &["oauth:client:view"]);
        let place = DivisionScope::One(tenant.division("somewhere"));
        let nobody = tenant.client(&[]);
        let viewer = tenant.client(&[(views, place)]);
        let (any, all) = (ApiCode::MissingAnyPermissions, ApiCode::MissingPermissions);
        for (client, demand, expected) in [
            (nobody, Demand::Nothing, None),
            (nobody, Demand::Any(&[OAUTH_CLIENT_VIEW]), Some((any, "oauth:client:view"))),
            (nobody, Demand::All(BOTH), Some((all, "oauth:client:view, oauth:client:add"))),
            (nobody, Demand::All(&[]), None),
            (nobody, Demand::Any(&[]), Some((any, ""))),
            (viewer, Demand::Any(BOTH), None),
            (viewer, Demand::All(&[OAUTH_CLIENT_VIEW]), None),
            (viewer, Demand::All(BOTH), Some((all, "oauth:client:add"))),
            (viewer, Demand::Any(NEITHER), Some((any, "oauth:client:add, oauth:client:edit"))),
        ] {
            let error = admitted(&tenant, &tenant.caller(client).token, demand).err();
            let found = error.as_ref().map(|error| (error.code, error.params[0].1.as_str()));
            assert_eq!(found, expected, "{demand:?}");
        }
    }

    #[test]
    fn an_address_that_is_not_listed_is_told_so_before_its_permissions() {
        let mut tenant = Tenant::found();
        let nobody = tenant.client(&[]);
        let demand = Demand::Any(&[OAUTH_CLIENT_VIEW]);
        for (list, expected) in [
            (vec!["192.0.2.2".to_owned()], ApiCode::IpNotAuthorized),
            (vec!["192.0.2.0/24".to_owned()], ApiCode::MissingAnyPermissions),
            (vec![], ApiCode::MissingAnyPermissions),
        ] {
            tenant.organization.settings.authentication =
                Authentication { ip_allowlist: list, ..Authentication::default() };
            let error = admitted(&tenant, &tenant.caller(nobody).token, demand).expect_err("a refusal");
            assert_eq!(error.code, expected);
        }
    }
}

#[cfg(test)]
mod people;
