//! The password of the resource owner (RFC 6749 section 4.3): off unless the operator wants it, and never at the standard
//! endpoint (RFC 9700 section 2.4 forbids it).

use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::error::{ErrorCode, OAuthError};
use crate::grants::{Ask, Authorization, Behalf, Grant, GrantType};
use crate::policy::Policy;
use crate::session::login;
use crate::user::Password;

/// See the module.
pub struct PasswordGrant;

impl Grant for PasswordGrant {
    fn grant_type(&self) -> GrantType {
        GrantType::Password
    }

    fn is_offered(&self, dialect: Dialect, policy: &Policy) -> bool {
        dialect == Dialect::Genesys && policy.password_grant
    }

    fn authorize(&self, ask: &Ask) -> Result<Authorization, Undecided<OAuthError>> {
        let client = ask.proven.client;
        let member =
            |name, missing| ask.form.find(name).ok_or(OAuthError::new(ErrorCode::InvalidRequest, missing));
        let email = member("username", "username is missing")?;
        let password = Password::new(member("password", "password is missing")?);
        let refused = OAuthError::new(ErrorCode::InvalidGrant, "the user name or the password is not right");
        let organization = ask.facts.organization(client.organization)?.as_ref().ok_or(refused)?;
        // Judged with the rest, so that the answer does not say which part was wrong.
        let named = ask.form.find("orgName");
        let is_named = named.is_none_or(|name| name.eq_ignore_ascii_case(&organization.short_name));
        let user = login::recognise(ask.facts, client.organization, email, &password)
            .map_err(|undecided| undecided.map(|()| refused))?;
        let Some(user) = user.filter(|_| is_named) else {
            let failed = login::failed(ask.facts, client.organization, email, Some(client.id), ask.env)?;
            return Err(Undecided::RefusedWith(refused, vec![failed]));
        };
        let writes = login::done(user, Some(client.id), ask.env);
        let user =
            Behalf { user: user.id, user_epoch: user.epoch, client_epoch: client.epoch, consent_epoch: None };
        Ok(Authorization { writes, ..Authorization::of(user, client.scope.clone()) })
    }
}
