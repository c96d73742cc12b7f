//! What the standard side adds to clients, people and families.

use chancery_core::client::Metadata;
use chancery_core::client_auth::AuthMethod;
use chancery_core::jose::{Alg, KeySet};
use chancery_core::openid::{ClaimsRequest, Login};
use chancery_core::types::{Digest, KeyId, Lifetime, RedirectUri, Scope};
use serde_json::{Map, Value, json};

use super::{NOW, UNICODE};

/// With everything filled in.
pub fn metadata() -> Metadata {
    let key = json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "kid": UNICODE }] });
    Metadata {
        auth_method: Some(AuthMethod::ClientSecretPost),
        auth_alg: Some(Alg::Es256),
        jwks: Some(KeySet::read(&key).expect("a key set")),
        jwks_uri: Some("https://a.example/keys".to_owned()),
        id_token_alg: Some(Alg::EdDsa),
        userinfo_alg: Some(Alg::Ps256),
        introspection_alg: Some(Alg::EdDsa),
        sector: Some("a.example".to_owned()),
        post_logout_redirect_uris: vec![RedirectUri::parse("https://a.example/out").expect("a URI")],
        default_max_age: Some(Lifetime::from_seconds(60)),
        about: claims(),
        registration: Some(Digest { key: KeyId(1), bytes: [7; 32] }),
        most: Some(Scope::openid()),
        self_registered: true,
    }
}

/// With a nonce and wishes.
pub fn login() -> Login {
    let claims = json!({
        "userinfo": { "email": { "essential": true } },
        "id_token": { "sub": { "value": UNICODE } },
    });
    let claims = ClaimsRequest::parse(&claims.to_string()).expect("a request");
    Login { auth_time: NOW, nonce: Some(UNICODE.to_owned()), claims }
}

/// One of each kind.
pub fn claims() -> Map<String, Value> {
    let claims = json!({ "given_name": UNICODE, "email_verified": true, "address": { "locality": UNICODE } });
    claims.as_object().expect("an object").clone()
}
