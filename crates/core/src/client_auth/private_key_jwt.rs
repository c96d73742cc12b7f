//! `private_key_jwt` (OpenID Connect Core section 9, RFC 7523 section 3): a short-lived token that the client signed with a key
//! of its own, good for one use.

use std::sync::Arc;

use serde_json::Value;

use crate::client::Client;
use crate::client_auth::{AuthMethod, Claim, ClientAuth, Proof};
use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::grants::exchange::TokenRequest;
use crate::jose::jws::Foreign;
use crate::jose::{KeySet, sha256};
use crate::types::{AssertionKey, Lifetime, Timestamp};
use crate::write::Write;

/// The `client_assertion_type` (RFC 7523 section 2.2).
const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// What its header may say that it is, if it says so.
const TYPES: &[&str] = &["jwt", "client-authentication+jwt"];
/// Clocks differ by so much.
const SKEW: Lifetime = Lifetime::from_seconds(60);
/// No assertion is good for longer: so long its use is remembered.
const LONGEST: Lifetime = Lifetime::from_days(1);
/// No `jti` is longer, in bytes.
const MOST_BYTES: usize = 512;
/// Where clients say that they ask (RFC 7523 section 3): at the issuer, or at an endpoint below it.
const ENDPOINTS: &[&str] = &["", "/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"];

/// See the module.
pub struct PrivateKeyJwt;

impl ClientAuth for PrivateKeyJwt {
    fn method(&self) -> AuthMethod {
        AuthMethod::PrivateKeyJwt
    }

    fn presented(&self, request: &TokenRequest) -> Option<Result<Claim, OAuthError>> {
        if request.dialect == Dialect::Genesys {
            return None;
        }
        let form = request.form;
        let (kind, assertion) = (form.find("client_assertion_type"), form.find("client_assertion"));
        if kind.is_none() && assertion.is_none() {
            return None;
        }
        // RFC 7521 section 4.2.1.
        let refused = |detail| Some(Err(OAuthError::new(ErrorCode::InvalidClient, detail)));
        if kind != Some(TYPE) {
            return refused("the client_assertion_type is not supported");
        }
        let Some(assertion) = assertion else {
            return refused("client_assertion is missing");
        };
        let Some(subject) = Foreign::read(assertion).and_then(|it| text(&it, "sub").map(str::to_owned))
        else {
            return refused("the client assertion cannot be read");
        };
        if form.find("client_id").is_some_and(|id| id != subject) {
            return refused("the form names another client than the assertion");
        }
        Some(Ok(Claim { client_id: subject, proof: Proof::Assertion(assertion.to_owned()) }))
    }
}

fn text<'a>(token: &'a Foreign, name: &str) -> Option<&'a str> {
    token.claims.get(name)?.as_str()
}

/// Judges an assertion of `client`, and answers what is written when it is used.
pub fn judge(
    facts: &Facts,
    client: &Client,
    assertion: &str,
    env: &Env,
) -> Result<Write, Undecided<OAuthError>> {
    let refused = |detail| OAuthError::new(ErrorCode::InvalidClient, detail);
    let token = Foreign::read(assertion).ok_or(refused("the client assertion cannot be read"))?;
    // RFC 8725 section 3.12: what was made for something else is no assertion.
    if token.typ.as_deref().is_some_and(|typ| !TYPES.contains(&typ)) {
        return Err(refused("the client assertion is a token of another type").into());
    }
    let id = client.id.to_string();
    if text(&token, "iss") != Some(&id) || text(&token, "sub") != Some(&id) {
        return Err(refused("the client assertion is not by the client, about itself").into());
    }
    if !is_for_us(&token, env) {
        return Err(refused("the client assertion is for another server").into());
    }
    let moment = |name| moment(&token, name).map_err(refused);
    let expires_at = moment("exp")?.ok_or(refused("the client assertion does not expire"))?;
    if expires_at + SKEW <= env.now {
        return Err(refused("the client assertion has expired").into());
    }
    if expires_at > env.now + LONGEST {
        return Err(refused("the client assertion is good for more than a day").into());
    }
    let begins = [moment("nbf")?, moment("iat")?];
    if begins.into_iter().flatten().any(|begin| begin > env.now + SKEW) {
        return Err(refused("the client assertion is from the future").into());
    }
    let jti = text(&token, "jti").filter(|jti| !jti.is_empty() && jti.len() <= MOST_BYTES);
    let jti = jti.ok_or(refused("the client assertion has no jti"))?;
    if client.metadata.auth_alg.is_some_and(|alg| alg != token.alg) {
        return Err(refused("the client assertion is signed with another algorithm").into());
    }
    let keys = keys(facts, client)?.ok_or(refused("the client has no keys, or they cannot be fetched"))?;
    if !token.is_signed_by(&keys) {
        return Err(refused("the client assertion is not signed by a key of the client").into());
    }
    let key = key(&id, jti);
    if *facts.assertion_use(key)? {
        return Err(refused("the client assertion was used before").into());
    }
    Ok(Write::UseAssertion(key, expires_at + SKEW))
}

/// RFC 7523 section 3: one audience, which is this server.
fn is_for_us(token: &Foreign, env: &Env) -> bool {
    let is_own = |value: &Value| {
        let rest = value.as_str().and_then(|audience| audience.strip_prefix(env.issuer));
        rest.is_some_and(|rest| ENDPOINTS.contains(&rest))
    };
    match token.claims.get("aud") {
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(is_own),
        Some(one) => is_own(one),
        None => false,
    }
}

/// A `NumericDate` (RFC 7519 section 2), fractions dropped.
fn moment(token: &Foreign, name: &str) -> Result<Option<Timestamp>, &'static str> {
    let Some(value) = token.claims.get(name) else { return Ok(None) };
    let seconds = value.as_i64().or_else(|| value.as_f64().filter(|it| it.is_finite()).map(|it| it as i64));
    let seconds = seconds.ok_or("a time in the client assertion is not a number")?;
    Ok(Some(Timestamp::from_seconds(seconds)))
}

fn keys(facts: &Facts, client: &Client) -> Result<Option<Arc<KeySet>>, Undecided<OAuthError>> {
    if let Some(keys) = &client.metadata.jwks {
        return Ok(Some(Arc::new(keys.clone())));
    }
    let Some(place) = &client.metadata.jwks_uri else { return Ok(None) };
    Ok(facts.key_set(Arc::from(place.as_str()))?.clone())
}

fn key(client: &str, jti: &str) -> AssertionKey {
    AssertionKey(sha256([client.as_bytes(), b"\0", jti.as_bytes()].concat()))
}

#[cfg(test)]
mod tests;
