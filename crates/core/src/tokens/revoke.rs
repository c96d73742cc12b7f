//! Revocation (RFC 7009): a client gives a token back.

use std::sync::Arc;

use crate::client_auth::{self, Proven};
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::grants::exchange::TokenRequest;
use crate::grants::spend;
use crate::tokens::AccessToken;
use crate::tokens::refresh::RefreshToken;
use crate::write::{Revoked, RevokedId, Write};

/// Revokes a token of the client that asks: an access token that was opened, if it could be, or a refresh token with all that
/// came of its login (section 2.1). Of any other token nothing is done and nothing is said.
pub fn revoke(
    facts: &Facts,
    request: &TokenRequest,
    opened: Option<&Arc<AccessToken>>,
    env: &Env,
) -> Step<(), OAuthError> {
    let decide = || -> Result<Decision<(), OAuthError>, Undecided<OAuthError>> {
        let proven = client_auth::authenticate(facts, request, env)?;
        let text = request.form.find("token");
        let missing = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        let text = text.ok_or_else(|| Undecided::from(missing).with(&proven.writes))?;
        let mut writes = match opened {
            Some(token) => access(facts, &proven, token)?,
            None => refresh(facts, &proven, text, env)?,
        };
        writes.extend(proven.writes);
        Ok(Decision::write((), writes))
    };
    decide().into()
}

fn access(facts: &Facts, proven: &Proven, token: &AccessToken) -> Result<Vec<Write>, Undecided<OAuthError>> {
    let client = proven.client;
    if token.client != client.id {
        return Ok(Vec::new());
    }
    let family = match token.family {
        Some(key) => facts.family(key)?.as_ref(),
        None => None,
    };
    // The same proof as it was issued for.
    if family.is_none_or(|family| family.origin.client_authenticated) {
        proven.demand()?;
    }
    let (id, expires_at) = (RevokedId::Token(token.id), token.expires_at);
    Ok(vec![Write::Revoke(Revoked { organization: client.organization, id, expires_at })])
}

fn refresh(
    facts: &Facts,
    proven: &Proven,
    text: &str,
    env: &Env,
) -> Result<Vec<Write>, Undecided<OAuthError>> {
    let Some(token) = RefreshToken::open(text, env.keys) else { return Ok(Vec::new()) };
    let stored = facts.family(token.family)?.as_deref();
    let Some(family) = stored.and_then(|stored| token.of(stored)) else { return Ok(Vec::new()) };
    let origin = &family.origin;
    if origin.client != proven.client.id || !family.is_live(env.now) {
        return Ok(Vec::new());
    }
    // The same proof as a refresh demands.
    if origin.client_authenticated {
        proven.demand()?;
    }
    Ok(spend::revoke(origin.organization, family.key, env.now))
}
