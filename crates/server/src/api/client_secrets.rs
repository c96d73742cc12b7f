//! `/api/v2/chancery/clients/{clientId}/secrets`: the secrets of a client, one by one.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{
    ClientSecret, OAuthClientSecret, OAuthClientSecretListing, OAuthClientSecretPatch,
    OAuthClientSecretRequest,
};
use chancery_core::client::secrets::{self, Change, NewSecret};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::{OAUTH_CLIENT_EDIT, OAUTH_CLIENT_VIEW};
use chancery_core::types::{ClientId, Secret, SecretId};

use super::clients::client_id;
use super::{Answer, Call, OAUTH, OAUTH_READ, Operation, date};
use crate::http::respond;

const ALL: &str = "/api/v2/chancery/clients/{clientId}/secrets";
const ONE: &str = "/api/v2/chancery/clients/{clientId}/secrets/{secretId}";

const RULES: &[ApiCode] =
    &[ApiCode::ClientNotFound, ApiCode::NotFound, ApiCode::BadClientRole, ApiCode::ConstraintValidation];

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getChanceryClientSecrets", ALL, "List the secrets of a client", |call| Box::pin(list(call)))
        .about("Chancery's own. The newest first, each with its name, its expiry and its last use; never its value.")
        .any(&[OAUTH_CLIENT_VIEW])
        .scopes(OAUTH_READ)
        .answers::<OAuthClientSecretListing>()
        .refuses(&[ApiCode::ClientNotFound]),
    Operation::post("postChanceryClientSecrets", ALL, "Add a secret to a client", |call| Box::pin(add(call)))
        .about("Chancery's own. The answer has the secret, and no later answer has it. The others stay good, or with graceSeconds for so long: so an application is given the new one before the old one ends. The caller must hold every role of the client.")
        .any(&[OAUTH_CLIENT_EDIT])
        .scopes(OAUTH)
        .takes::<OAuthClientSecretRequest>()
        .answers::<OAuthClientSecret>()
        .refuses(&[ApiCode::ClientNotFound, ApiCode::BadClientRole, ApiCode::ConstraintValidation]),
    Operation::patch("patchChanceryClientSecret", ONE, "Name a secret, or say when it expires", |call| Box::pin(change(call)))
        .about("Chancery's own. What is left out stays as it is; an expiry that is past ends it at once.")
        .any(&[OAUTH_CLIENT_EDIT])
        .scopes(OAUTH)
        .takes::<OAuthClientSecretPatch>()
        .answers::<OAuthClientSecret>()
        .refuses(RULES),
    Operation::delete("deleteChanceryClientSecret", ONE, "Remove a secret of a client", |call| Box::pin(remove(call)))
        .about("Chancery's own. The last one can expire, but not be removed.")
        .any(&[OAUTH_CLIENT_EDIT])
        .scopes(OAUTH)
        .answers_nothing()
        .refuses(RULES),
];

/// `GET`.
async fn list(call: Call) -> Answer {
    let id = client_id(&call)?;
    // From the store: memory does not hear when a secret was used.
    let client = call.change(|facts, _| secrets::read(facts, &call.caller, id)).await?;
    let entities: Vec<_> = client.secrets.iter().map(|it| represent(id, it, None)).collect();
    Ok(respond::ok(&OAuthClientSecretListing {
        total: i64::try_from(entities.len()).unwrap_or(i64::MAX),
        entities,
        self_uri: Some(path(id)),
    }))
}

/// `POST`.
async fn add(call: Call) -> Answer {
    let id = client_id(&call)?;
    let asked: OAuthClientSecretRequest = call.json()?;
    let wanted = NewSecret {
        name: asked.name,
        expires: asked.date_expires.map(|it| it.0),
        grace: asked.grace_seconds,
    };
    let _turn = call.app.turn(id).await;
    let (kept, value) = call.change(|facts, env| secrets::add(facts, &call.caller, id, &wanted, env)).await?;
    Ok(respond::ok(&represent(id, &kept, Some(ClientSecret::new(value.expose())))))
}

/// `PATCH`.
async fn change(call: Call) -> Answer {
    let (id, secret) = (client_id(&call)?, SecretId::parse(call.segment("secretId")));
    let asked: OAuthClientSecretPatch = call.json()?;
    let wanted = Change { name: asked.name, expires: asked.date_expires.map(|it| it.0) };
    let _turn = call.app.turn(id).await;
    let kept =
        call.change(|facts, env| secrets::change(facts, &call.caller, id, secret, &wanted, env)).await?;
    Ok(respond::ok(&represent(id, &kept, None)))
}

/// `DELETE`.
async fn remove(call: Call) -> Answer {
    let (id, secret) = (client_id(&call)?, SecretId::parse(call.segment("secretId")));
    let _turn = call.app.turn(id).await;
    call.change(|facts, env| secrets::remove(facts, &call.caller, id, secret, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn represent(client: ClientId, it: &Secret, secret: Option<ClientSecret>) -> OAuthClientSecret {
    OAuthClientSecret {
        id: it.id.to_string(),
        name: it.name.clone(),
        secret,
        date_created: Some(date(it.created_at)),
        date_expires: it.expires_at.map(date),
        date_last_used: it.last_used_at.map(date),
        self_uri: Some(format!("{}/{}", path(client), it.id)),
    }
}

fn path(client: ClientId) -> String {
    format!("/api/v2/chancery/clients/{client}/secrets")
}
