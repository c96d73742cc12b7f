//! What a registered client is told of itself (RFC 7591 section 3.2.1): every member as it holds.

use serde_json::{Map, Value, json};

use super::{Registered, method};
use crate::client_auth::AuthMethod;
use crate::env::Env;
use crate::grants::GrantType;
use crate::jose::Alg;

/// The document.
pub fn document(registered: &Registered, env: &Env) -> Map<String, Value> {
    let Registered { client, secret, token } = registered;
    let metadata = &client.metadata;
    let grants: Vec<_> = GrantType::ALL
        .iter()
        .filter(|(one, _)| client.grant_types.contains(*one))
        .map(|(_, name)| *name)
        .collect();
    let mut document = metadata.about.clone();
    let mut say = |name: &str, value: Value| document.insert(name.to_owned(), value);
    say("client_id", client.id.to_string().into());
    say("client_id_issued_at", client.created_at.seconds().into());
    say("client_name", client.name.clone().into());
    say("redirect_uris", json!(client.redirect_uris));
    say("grant_types", grants.into());
    let responses = [(GrantType::AuthorizationCode, "code"), (GrantType::Implicit, "token")];
    let responses = responses.into_iter().filter(|(grant, _)| client.grant_types.contains(*grant));
    say("response_types", responses.map(|(_, name)| name).collect::<Vec<_>>().into());
    say("token_endpoint_auth_method", json!(method(client)));
    say("subject_type", if metadata.sector.is_some() { "pairwise" } else { "public" }.into());
    say("id_token_signed_response_alg", metadata.id_token_alg.unwrap_or(Alg::Rs256).as_str().into());
    if !metadata.about.contains_key("application_type") {
        say("application_type", "web".into());
    }
    if !metadata.post_logout_redirect_uris.is_empty() {
        say("post_logout_redirect_uris", json!(metadata.post_logout_redirect_uris));
    }
    let optional = [
        // Section 3.3 of RFC 6749 knows no empty scope.
        ("scope", (!client.scope.is_empty()).then(|| client.scope.to_string().into())),
        ("jwks", metadata.jwks.as_ref().map(|it| json!(it))),
        ("jwks_uri", metadata.jwks_uri.as_ref().map(|it| json!(it))),
        ("token_endpoint_auth_signing_alg", metadata.auth_alg.map(|it| json!(it))),
        ("userinfo_signed_response_alg", metadata.userinfo_alg.map(|it| json!(it))),
        ("introspection_signed_response_alg", metadata.introspection_alg.map(|it| json!(it))),
        ("default_max_age", metadata.default_max_age.map(|it| json!(it))),
        ("client_secret", secret.as_ref().map(|it| it.expose().into())),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            say(name, value);
        }
    }
    if matches!(method(client), AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost) {
        // Required wherever there is a secret; zero: never.
        say("client_secret_expires_at", 0.into());
    }
    say("registration_access_token", token.expose().into());
    say("registration_client_uri", format!("{}/oauth2/register/{}", env.issuer, client.id).into());
    document
}
