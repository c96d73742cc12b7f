//! The ID token (section 2): tells its client who logged in, when and how.

use aws_lc_rs::digest::{SHA256, SHA512, digest};
use serde_json::{Map, Value};

use crate::client::Client;
use crate::env::Env;
use crate::jose::{Alg, base64url, jws};
use crate::openid::{ACR, AMR, Login, claims, subject};
use crate::types::{Lifetime, Scope};
use crate::user::User;

/// A client takes an ID token right away.
const LIFETIME: Lifetime = Lifetime::from_seconds(3600);

/// An ID token that is not written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdToken {
    /// How it will be signed.
    pub alg: Alg,
    claims: Map<String, Value>,
}

/// What `client` is told. Claims of a scope are told at userinfo (section 5.4); those asked for one by one, here.
pub fn build(client: &Client, user: &User, login: &Login, env: &Env) -> IdToken {
    // What the client lost since, it is not told.
    let wishes = login.claims.clone().within(&client.reach());
    let mut told = claims::of(user, &Scope::EMPTY, &wishes.id_token);
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("iss", env.issuer.into());
    tell("sub", subject::of(client, user.id, env.keys).into());
    tell("aud", client.id.to_string().into());
    tell("azp", client.id.to_string().into());
    tell("iat", env.now.seconds().into());
    tell("exp", (env.now + LIFETIME).seconds().into());
    tell("auth_time", login.auth_time.seconds().into());
    tell("acr", ACR.into());
    tell("amr", vec![AMR].into());
    if let Some(nonce) = &login.nonce {
        tell("nonce", nonce.clone().into());
    }
    IdToken { alg: client.metadata.id_token_alg.unwrap_or(Alg::Rs256), claims: told }
}

/// Writes it down, bound to the access token that it comes with (`at_hash`, section 3.1.3.6); `None` if the library fails or
/// has no key.
pub fn render(id_token: &IdToken, access_token: &str, env: &Env) -> Option<String> {
    let mut claims = id_token.claims.clone();
    claims.insert("at_hash".to_owned(), half_hash(id_token.alg, access_token).into());
    let signer = env.keys.signing_key(id_token.alg, env.now)?;
    jws::sign(&signer.key, &signer.plain_header, &serde_json::to_vec(&claims).ok()?)
}

/// The left half of the digest that the signature is made with.
fn half_hash(alg: Alg, text: &str) -> String {
    let algorithm = if alg == Alg::EdDsa { &SHA512 } else { &SHA256 };
    let whole = digest(algorithm, text.as_bytes());
    base64url(&whole.as_ref()[..whole.as_ref().len() / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_has_its_hash() {
        // Section 3.1.3.6, as in appendix A.3.
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half_hash(Alg::Rs256, token), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(half_hash(Alg::EdDsa, token).len(), 43);
    }
}
