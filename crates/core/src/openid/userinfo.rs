//! The userinfo endpoint (section 5.3): what a client may know of whom its token stands for.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::decision::{Decision, Step, Undecided};
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::jose::{Alg, jws};
use crate::openid::{claims, is_asked, subject};
use crate::tokens::{AccessToken, Audience, verify};

/// An answer that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInfo {
    /// How it will be signed; `None`: it is plain JSON.
    pub alg: Option<Alg>,
    /// The claims.
    pub claims: Map<String, Value>,
}

/// Tells what the bearer of `token` may know.
pub fn userinfo(facts: &Facts, token: Option<&Arc<AccessToken>>, env: &Env) -> Step<UserInfo, OAuthError> {
    let decide = || -> Result<Decision<UserInfo, OAuthError>, Undecided<OAuthError>> {
        let refused = OAuthError::new(ErrorCode::InvalidToken, "the access token is not valid");
        let token = token.filter(|token| token.audience == Audience::Issuer).ok_or(refused)?;
        let (client, user) = verify::holder(facts, token, env)?.ok_or(refused)?;
        let scope = token.scope.within(&client.reach());
        let user = user.filter(|_| is_asked(&scope));
        let user = user.ok_or(OAuthError::new(
            ErrorCode::InsufficientScope,
            "the access token lacks the scope openid",
        ))?;
        let family = token.family.map(|key| facts.family(key)).transpose()?;
        let login = family.and_then(|family| family.as_ref()?.origin.login.as_ref());
        let wishes = login.map(|login| login.claims.clone().within(&client.reach())).unwrap_or_default();
        let mut claims = claims::of(&user, &scope, &wishes.userinfo);
        claims.insert("sub".to_owned(), subject::of(&client, user.id, env.keys).into());
        let alg = client.metadata.userinfo_alg;
        if alg.is_some() {
            // Section 5.3.2.
            claims.insert("iss".to_owned(), env.issuer.into());
            claims.insert("aud".to_owned(), client.id.to_string().into());
        }
        Ok(Decision::allow(UserInfo { alg, claims }))
    };
    decide().into()
}

/// Signs the claims; `None` if the library fails or has no key.
pub fn sign(alg: Alg, claims: &Map<String, Value>, env: &Env) -> Option<String> {
    let signer = env.keys.signing_key(alg, env.now)?;
    jws::sign(&signer.key, &signer.plain_header, &serde_json::to_vec(claims).ok()?)
}
