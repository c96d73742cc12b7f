//! Access tokens as JWT (RFC 9068): a resource server verifies them offline.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::env::Env;
use crate::jose::jws;
use crate::tokens::{AccessToken, Audience};
use crate::types::{ClientId, FamilyKey, Scope, Timestamp, TokenId, UserId};

/// The claims of RFC 9068 section 2.2, and five of ours that only this server reads.
#[derive(Serialize, Deserialize)]
struct Claims<'a> {
    iss: Cow<'a, str>,
    sub: String,
    aud: Cow<'a, str>,
    client_id: ClientId,
    exp: i64,
    iat: i64,
    jti: TokenId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    scope: String,
    /// The epoch of the client.
    cep: u32,
    /// The epoch of the user; there if, and only if, `sub` is a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    uep: Option<u32>,
    /// The epoch of the consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    con: Option<u32>,
    /// Whether the scope counts at the management API in any case.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    scp: bool,
    /// The family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fam: Option<FamilyKey>,
}

/// Signs a token with the current key.
pub fn sign(token: &AccessToken, env: &Env) -> Option<String> {
    let claims = Claims {
        iss: env.issuer.into(),
        // RFC 9068 section 2.2: where no user is involved, the subject is the client.
        sub: token.user.map_or_else(|| token.client.to_string(), |(user, _)| user.to_string()),
        aud: match token.audience {
            Audience::Management => env.management_audience().into(),
            Audience::Issuer => env.issuer.into(),
        },
        client_id: token.client,
        exp: token.expires_at.seconds(),
        iat: token.issued_at.seconds(),
        jti: token.id,
        scope: token.scope.to_string(),
        cep: token.client_epoch,
        uep: token.user.map(|(_, epoch)| epoch),
        con: token.consent_epoch,
        scp: token.scoped,
        fam: token.family,
    };
    let signer = env.keys.signing_key(env.policy.access_token_alg, env.now)?;
    jws::sign(&signer.key, &signer.header, &serde_json::to_vec(&claims).ok()?)
}

/// Opens a token that one of our keys signed, for this issuer.
pub fn open(text: &str, env: &Env) -> Option<AccessToken> {
    let header = text.split_once('.')?.0;
    let signer = env.keys.signing_keys().find(|key| key.header == header)?;
    let claims: Claims<'_> = jws::open(&signer.jwk, signer.alg, &signer.header, text)?;
    if claims.iss != env.issuer {
        return None;
    }
    let audience = Audience::find(&claims.aud, env)?;
    let user = match claims.uep {
        Some(epoch) => Some((UserId::parse(&claims.sub)?, epoch)),
        None => None,
    };
    Some(AccessToken {
        id: claims.jti,
        client: claims.client_id,
        client_epoch: claims.cep,
        user,
        consent_epoch: claims.con,
        family: claims.fam,
        audience,
        scope: Scope::parse(&claims.scope)?,
        scoped: claims.scp,
        issued_at: Timestamp::from_seconds(claims.iat),
        expires_at: Timestamp::from_seconds(claims.exp),
    })
}
