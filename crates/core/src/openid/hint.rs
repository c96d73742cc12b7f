//! An ID token that a client brings back, to say whom it means (`id_token_hint`). It proves that we told the client of that
//! person once; whether it has expired does not matter.

use serde::Deserialize;

use crate::env::Env;
use crate::jose::jws;
use crate::types::ClientId;

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The client that the token was made for.
    pub client: ClientId,
    /// What that client calls the person.
    pub subject: String,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: ClientId,
    /// Only ID tokens expire: other answers that are signed alike have none.
    #[serde(rename = "exp")]
    _exp: i64,
}

/// Reads a hint; `None` if it is not an ID token of ours.
pub fn read(text: &str, env: &Env) -> Option<Hint> {
    let header = text.split_once('.')?.0;
    let signer = env.keys.signing_keys().find(|key| key.plain_header == header)?;
    let claims: Claims = jws::open(&signer.jwk, signer.alg, &signer.plain_header, text)?;
    (claims.iss == env.issuer).then_some(Hint { client: claims.aud, subject: claims.sub })
}
