//! What the server says of itself (RFC 8414 section 2, OpenID Connect Discovery 1.0 section 3). It is made of the tables that
//! requests are answered by, so that nothing is announced that does not work.

use serde_json::{Map, Value, json};

use crate::authorize::ResponseMode;
use crate::authorize::checks::prompt::PROMPTS;
use crate::client_auth::{self, AuthMethod};
use crate::dialect::Dialect;
use crate::env::Env;
use crate::grants;
use crate::jose::Alg;
use crate::openid::{ACR, claims};
use crate::types::Scope;

/// The document. `endpoints` are its members that are URLs, with their paths; `languages` the tags of the pages' languages.
pub fn document(endpoints: &[(&str, &str)], languages: &[&str], env: &Env) -> Map<String, Value> {
    let algorithms: Vec<_> = Alg::ALL.iter().map(|(_, name)| *name).collect();
    let methods: Vec<_> = client_auth::ALL.iter().map(|method| method.method()).collect();
    let grants = grants::ALL.iter().filter(|grant| grant.is_offered(Dialect::Standard, env.policy));
    let grants: Vec<_> = grants.map(|grant| grant.grant_type().as_str()).collect();
    let login = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr"];
    let claims: Vec<_> = login.into_iter().chain(claims::ALL.iter().map(|claim| claim.name)).collect();
    let modes: Vec<_> = ResponseMode::ALL.iter().map(|(_, name)| *name).collect();
    let mut document = Map::new();
    let mut say = |name: &str, value: Value| document.insert(name.to_owned(), value);
    say("issuer", env.issuer.into());
    for (name, path) in endpoints {
        say(name, format!("{}{path}", env.issuer).into());
    }
    say("scopes_supported", Scope::openid().names().collect::<Vec<_>>().into());
    say("response_types_supported", json!(["code"]));
    say("response_modes_supported", modes.into());
    say("grant_types_supported", grants.into());
    say("prompt_values_supported", PROMPTS.into());
    say("acr_values_supported", json!([ACR]));
    say("subject_types_supported", json!(["public", "pairwise"]));
    say("id_token_signing_alg_values_supported", algorithms.clone().into());
    say("userinfo_signing_alg_values_supported", algorithms.clone().into());
    say("token_endpoint_auth_methods_supported", json!(methods));
    say("revocation_endpoint_auth_methods_supported", json!(methods));
    for endpoint in ["token", "revocation", "introspection"] {
        say(&format!("{endpoint}_endpoint_auth_signing_alg_values_supported"), algorithms.clone().into());
    }
    // A client that proves nothing is told of no token.
    let proofs: Vec<_> = methods.iter().filter(|method| **method != AuthMethod::None).collect();
    say("introspection_endpoint_auth_methods_supported", json!(proofs));
    say("code_challenge_methods_supported", json!(["S256"]));
    say("introspection_signing_alg_values_supported", algorithms.into());
    say("claim_types_supported", json!(["normal"]));
    say("claims_supported", claims.into());
    say("claims_parameter_supported", true.into());
    say("request_parameter_supported", false.into());
    // Left out, it would mean yes.
    say("request_uri_parameter_supported", false.into());
    say("authorization_response_iss_parameter_supported", true.into());
    say("ui_locales_supported", languages.into());
    document
}
