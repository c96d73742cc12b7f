//! `/api/v2/oauth/authorizations`: what the caller, a person, has allowed to clients.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{DomainEntityRef, OAuthAuthorization, OAuthAuthorizationListing};
use chancery_core::client::Actor;
use chancery_core::consent::{self, Consent, ConsentState};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::OAUTH_CLIENT_AUTHORIZE;
use chancery_core::user::User;

use super::clients::{client_id, represent as represent_client};
use super::{Answer, Call, OAUTH, OAUTH_READ, Operation, actor, date};
use crate::failure::Failure;
use crate::http::respond;

const PATH: &str = "/api/v2/oauth/authorizations";
const ONE: &str = "/api/v2/oauth/authorizations/{clientId}";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get(
        "getOauthAuthorizations",
        PATH,
        "List clients that have been authorized, requested, or revoked by the resource owner",
        |call| Box::pin(list(call)),
    )
    .about("The resource owner is the user behind the token; a client that acts for itself has authorized nobody.")
    .any(&[OAUTH_CLIENT_AUTHORIZE])
    .scopes(OAUTH_READ)
    .answers::<OAuthAuthorizationListing>(),
    Operation::get(
        "getOauthAuthorization",
        ONE,
        "Get a client that is authorized by the resource owner",
        |call| Box::pin(read(call)),
    )
    .any(&[OAUTH_CLIENT_AUTHORIZE])
    .scopes(OAUTH_READ)
    .answers::<OAuthAuthorization>()
    .refuses(&[ApiCode::ClientNotFound, ApiCode::NotFound]),
    Operation::delete(
        "deleteOauthAuthorization",
        ONE,
        "Take back what the resource owner has allowed to a client",
        |call| Box::pin(revoke(call)),
    )
    .about("Chancery's own. Every token that the client has got for this user is dead, the one in use too if it is the client's. Nobody needs a permission to take back what they allowed.")
    .scopes(OAUTH)
    .answers_nothing()
    .refuses(&[ApiCode::NotAUser, ApiCode::ClientNotFound, ApiCode::NotFound]),
];

/// `GET` of all.
async fn list(call: Call) -> Answer {
    let mut entities = Vec::new();
    if let Some(user) = call.caller.user.clone() {
        for it in call.app.store.consents(user.id).await? {
            entities.extend(represent(&call, &user, &it).await?);
        }
    }
    let total = i64::try_from(entities.len()).unwrap_or(i64::MAX);
    Ok(respond::ok(&OAuthAuthorizationListing { total, entities, self_uri: Some(PATH.to_owned()) }))
}

/// `GET` of one.
async fn read(call: Call) -> Answer {
    let id = client_id(&call)?;
    let user = call.caller.user.clone().ok_or(ApiCode::NotFound)?;
    let found = call.look_up(|facts| facts.consent((user.id, id)).cloned()).await?;
    let found = found.ok_or(ApiCode::NotFound)?;
    let shown = represent(&call, &user, &found).await?;
    Ok(respond::ok(&shown.ok_or(ApiCode::ClientNotFound)?))
}

/// `DELETE`.
async fn revoke(call: Call) -> Answer {
    let id = client_id(&call)?;
    let user = call.caller.user.clone().ok_or(ApiCode::NotAUser)?;
    call.change(|facts, env| consent::revoke(facts, user.id, id, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn represent(
    call: &Call,
    user: &Arc<User>,
    it: &Consent,
) -> Result<Option<OAuthAuthorization>, Failure> {
    let client = call.look_up(|facts| facts.client(it.client).cloned()).await?;
    let Some(client) = client else { return Ok(None) };
    let owner = DomainEntityRef { name: Some(user.name.clone()), ..actor(Actor::User(user.id)) };
    Ok(Some(OAuthAuthorization {
        client: Some(represent_client(&client, &[], None)),
        scope: Some(it.scope.names().map(str::to_owned).collect()),
        roles: Some(Vec::new()),
        resource_owner: Some(owner.clone()),
        date_created: Some(date(it.created_at)),
        date_modified: Some(date(it.modified_at)),
        created_by: Some(owner.clone()),
        modified_by: Some(owner),
        pending: Some(false),
        state: Some(match it.state {
            ConsentState::Authorized => "Authorized".to_owned(),
            ConsentState::Revoked => "Revoked".to_owned(),
        }),
        self_uri: Some(format!("{PATH}/{}", client.id)),
    }))
}
