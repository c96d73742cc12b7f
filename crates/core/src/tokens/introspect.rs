//! Introspection (RFC 7662): whether a token is good, and what it says, for a client that may know.

use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use crate::client::Client;
use crate::client_auth;
use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::grants::exchange::TokenRequest;
use crate::jose::{Alg, jws};
use crate::openid::subject;
use crate::rbac::Authority;
use crate::rbac::permission::OAUTH_TOKEN_VIEW;
use crate::tokens::refresh::RefreshToken;
use crate::tokens::{AccessToken, Audience, verify};
use crate::types::{ClientId, Scope, TokenId, UserId};

/// What a client is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introspection {
    /// Whom it is for.
    pub client: ClientId,
    /// How it is signed, if it is.
    pub alg: Alg,
    /// The answer.
    pub members: Members,
}

/// What is said of a token (section 2.2). Of one that is not good, or that is none of the client's business, nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Members {
    active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_id: Option<ClientId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jti: Option<TokenId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<String>,
}

/// Answers what `token` is: an access token that was opened, if it could be, or a refresh token.
pub fn introspect(
    facts: &Facts,
    request: &TokenRequest,
    opened: Option<&Arc<AccessToken>>,
    env: &Env,
) -> Step<Introspection, OAuthError> {
    let decide = || -> Result<Decision<Introspection, OAuthError>, Undecided<OAuthError>> {
        // Section 2.1: whoever proves nothing could try tokens one by one.
        let proven = client_auth::authenticate(facts, request, env)?;
        proven.demand()?;
        let active = client_auth::refuse_unless_active(proven.client);
        active.map_err(|error| Undecided::from(error).with(&proven.writes))?;
        let text = request.form.find("token");
        let missing = OAuthError::new(ErrorCode::InvalidRequest, "token is missing");
        let text = text.ok_or_else(|| Undecided::from(missing).with(&proven.writes))?;
        let members = match opened {
            Some(token) => access(facts, proven.client, token, env)?,
            None => refresh(facts, proven.client, text, env)?,
        };
        let members = members.unwrap_or_default();
        let alg = proven.client.metadata.introspection_alg.unwrap_or(Alg::Rs256);
        Ok(Decision::write(Introspection { client: proven.client.id, alg, members }, proven.writes))
    };
    decide().into()
}

type Told = Result<Option<Members>, Undecided<OAuthError>>;

fn access(facts: &Facts, asking: &Client, token: &Arc<AccessToken>, env: &Env) -> Told {
    let Some((client, user)) = verify::holder(facts, token, env)? else { return Ok(None) };
    if !may_know(facts, asking, &client, token.audience)? {
        return Ok(None);
    }
    let audience = match token.audience {
        Audience::Issuer => env.issuer.to_owned(),
        Audience::Management => env.management_audience(),
    };
    // An address is told to those only who may know it.
    let known = user.as_ref().filter(|_| token.scope.has_named("email"));
    Ok(Some(Members {
        token_type: Some("Bearer"),
        aud: Some(audience),
        iat: Some(token.issued_at.seconds()),
        exp: Some(token.expires_at.seconds()),
        jti: Some(token.id),
        username: known.map(|user| user.email.clone()),
        ..about(&client, user.as_ref().map(|user| user.id), &token.scope, env)
    }))
}

fn refresh(facts: &Facts, asking: &Client, text: &str, env: &Env) -> Told {
    let Some(token) = RefreshToken::open(text, env.keys) else { return Ok(None) };
    let stored = facts.family(token.family)?.as_deref();
    let Some(family) = stored.and_then(|stored| token.of(stored)) else { return Ok(None) };
    let origin = &family.origin;
    let is_good = family.is_live(env.now)
        && token.generation == family.generation
        && origin.client == asking.id
        && origin.client_epoch == asking.epoch
        && verify::user(facts, (origin.user, origin.user_epoch), asking)?.is_some()
        && verify::consented(facts, origin.user, asking.id, origin.consent_epoch)?;
    if !is_good {
        return Ok(None);
    }
    let exp = Some(origin.expires_at.seconds());
    Ok(Some(Members { exp, ..about(asking, Some(origin.user), &origin.scope, env) }))
}

/// Its own tokens, and those of its organization if an administrator let it; not those that only this server takes (section 4).
fn may_know(
    facts: &Facts,
    asking: &Client,
    owner: &Client,
    audience: Audience,
) -> Result<bool, Undecided<OAuthError>> {
    if asking.id == owner.id {
        return Ok(true);
    }
    if asking.organization != owner.organization || audience != Audience::Issuer {
        return Ok(false);
    }
    let authority = Authority::load(facts, asking.organization, asking.subject());
    Ok(authority?.has(&OAUTH_TOKEN_VIEW))
}

fn about(client: &Client, user: Option<UserId>, scope: &Scope, env: &Env) -> Members {
    Members {
        active: true,
        client_id: Some(client.id),
        scope: Some(scope.to_string()).filter(|scope| !scope.is_empty()),
        sub: Some(user.map_or_else(|| client.id.to_string(), |user| subject::of(client, user, env.keys))),
        iss: Some(env.issuer.to_owned()),
        ..Members::default()
    }
}

/// The answer as a signed token (RFC 9701 section 5); `None` if the library fails or has no key.
pub fn sign(answer: &Introspection, env: &Env) -> Option<String> {
    let signer = env.keys.signing_key(answer.alg, env.now)?;
    let claims = json!({
        "iss": env.issuer,
        "aud": answer.client.to_string(),
        "iat": env.now.seconds(),
        "token_introspection": answer.members,
    });
    let header = jws::header("token-introspection+jwt", answer.alg, signer.jwk.kid());
    jws::sign(&signer.key, &header, &serde_json::to_vec(&claims).ok()?)
}
