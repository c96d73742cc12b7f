//! `/api/v2/oauth/clients`: the client registry.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chancery_api::{ClientSecret, OAuthClient, OAuthClientEntityListing, OAuthClientRequest, RoleDivision};
use chancery_core::client::registry::{self, Registered};
use chancery_core::client::{Client, Draft};
use chancery_core::error::ApiCode;
use chancery_core::rbac::RoleGrant;
use chancery_core::rbac::permission::{
    OAUTH_CLIENT_ADD, OAUTH_CLIENT_DELETE, OAUTH_CLIENT_EDIT, OAUTH_CLIENT_VIEW,
};
use chancery_core::types::ClientId;
use futures_util::stream;

use super::{Answer, Call, OAUTH, OAUTH_READ, Operation, actor, date};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;

const PATH: &str = "/api/v2/oauth/clients";
const ONE: &str = "/api/v2/oauth/clients/{clientId}";
const SECRET: &str = "/api/v2/oauth/clients/{clientId}/secret";

/// What a new client can be refused for.
const CREATE_RULES: &[ApiCode] = &[
    ApiCode::GrantTypeRequired,
    ApiCode::BadGrantType,
    ApiCode::MissingClientRoles,
    ApiCode::BadClientRole,
    ApiCode::MissingClientScope,
    ApiCode::InvalidScope,
    ApiCode::BadClientState,
    ApiCode::MaxRoleAssignmentsExceeded,
    ApiCode::TooManyClients,
];
/// What a change of a client can be refused for.
const UPDATE_RULES: &[ApiCode] = &[
    ApiCode::GrantTypeRequired,
    ApiCode::BadGrantType,
    ApiCode::MissingClientRoles,
    ApiCode::BadClientRole,
    ApiCode::MissingClientScope,
    ApiCode::InvalidScope,
    ApiCode::BadClientState,
    ApiCode::MaxRoleAssignmentsExceeded,
    ApiCode::GeneralBadRequest,
    ApiCode::ClientNotFound,
];

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getOauthClients", PATH, "The list of OAuth clients", |call| Box::pin(list(call)))
    .about("All clients stand on one page.")
        .any(&[OAUTH_CLIENT_VIEW])
        .scopes(OAUTH_READ)
        .answers::<OAuthClientEntityListing>(),
    Operation::post("postOauthClients", PATH, "Create OAuth client", |call| Box::pin(create(call)))
    .about("The answer has the secret, and no later answer has it. The caller must hold every role that the client is to have.")
        .any(&[OAUTH_CLIENT_ADD])
        .scopes(OAUTH)
        .takes::<OAuthClientRequest>()
        .answers::<OAuthClient>()
        .refuses(CREATE_RULES),
    Operation::get("getOauthClient", ONE, "Get OAuth client", |call| Box::pin(read(call)))
        .any(&[OAUTH_CLIENT_VIEW])
        .scopes(OAUTH_READ)
        .answers::<OAuthClient>()
        .refuses(&[ApiCode::ClientNotFound]),
    Operation::put("putOauthClient", ONE, "Update OAuth client", |call| Box::pin(update(call)))
    .about("Replaces every writable member. The caller must hold every role that the client has or is to have. Only holders of the permission admin disable a client or enable it again.")
        .any(&[OAUTH_CLIENT_EDIT])
        .scopes(OAUTH)
        .takes::<OAuthClientRequest>()
        .answers::<OAuthClient>()
        .refuses(UPDATE_RULES),
    Operation::delete("deleteOauthClient", ONE, "Delete OAuth client", |call| Box::pin(delete(call)))
    .about("The client's tokens die with it. With the option delete_requires_inactive, the client must be inactive first.")
        .any(&[OAUTH_CLIENT_DELETE])
        .scopes(OAUTH)
        .answers_nothing()
        .refuses(&[ApiCode::ClientNotFound, ApiCode::CannotDeleteClient, ApiCode::GeneralBadRequest]),
    Operation::post("postOauthClientSecret", SECRET, "Regenerate client secret", |call| {
        Box::pin(reset_secret(call))
    })
    .about("The old secrets stop working at once; tokens live on. The answer has the new secret, and no later answer has it.")
    .any(&[OAUTH_CLIENT_EDIT])
    .scopes(OAUTH)
    .answers::<OAuthClient>()
    .refuses(&[ApiCode::ClientNotFound, ApiCode::BadClientRole]),
];

/// So many clients are read and sent at a time.
const BATCH: usize = 200;

/// `GET`: all clients on one page, streamed, since there may be thousands.
async fn list(call: Call) -> Answer {
    let ids = call.app.store.client_ids(call.caller.organization).await?;
    let listing = Listing { app: call.app, ids: ids.into(), opened: false, total: 0 };
    // The first batch is read before the status is sent, so that a store that is away is a 503.
    let (first, listing) = listing.next().await?;
    let rest = stream::try_unfold(listing, |listing| async move {
        match listing {
            Some(listing) => listing.next().await.map(Some).map_err(|failure| {
                // The status is out; all that is left is to break off, so that nobody takes a part for the whole.
                tracing::error!(%failure, "a listing broke off");
                std::io::Error::other(failure)
            }),
            None => Ok(None),
        }
    });
    let whole = stream::StreamExt::chain(stream::iter([Ok::<_, std::io::Error>(first)]), rest);
    Ok(([(CONTENT_TYPE, "application/json")], Body::from_stream(whole)).into_response())
}

/// A listing that is being written.
struct Listing {
    app: Arc<App>,
    ids: std::collections::VecDeque<ClientId>,
    opened: bool,
    total: usize,
}

impl Listing {
    /// The next piece of the answer, and what is left; nothing after the last piece.
    async fn next(mut self) -> Result<(Bytes, Option<Self>), Failure> {
        let batch: Vec<_> = self.ids.drain(..self.ids.len().min(BATCH)).collect();
        let mut text = Vec::with_capacity(batch.len() * 600 + 300);
        if !self.opened {
            text.extend_from_slice(br#"{"entities":["#);
            self.opened = true;
        }
        for (client, grants) in self.app.store.clients(batch).await? {
            if self.total > 0 {
                text.push(b',');
            }
            self.total += 1;
            let client = represent(&client, &grants, None);
            serde_json::to_writer(&mut text, &client)
                .map_err(|error| Failure::Internal(error.to_string()))?;
        }
        if !self.ids.is_empty() {
            return Ok((text.into(), Some(self)));
        }
        let total = self.total;
        let end = format!(
            r#"],"pageSize":{total},"pageNumber":1,"total":{total},"firstUri":"{PATH}","lastUri":"{PATH}","selfUri":"{PATH}","pageCount":1}}"#
        );
        text.extend_from_slice(end.as_bytes());
        Ok((text.into(), None))
    }
}

/// `POST`: registers a client; its secret is in this answer only.
async fn create(call: Call) -> Answer {
    let draft = draft(call.json()?);
    // What changes what anybody holds takes turns; clients without roles need not wait for each other.
    let _turn = match draft.names_roles() {
        true => call.app.turn(call.caller.organization).await,
        false => None,
    };
    Ok(show(call.change(|facts, env| registry::create(facts, &call.caller, &draft, env)).await?))
}

/// `GET` of one.
async fn read(call: Call) -> Answer {
    let id = client_id(&call)?;
    Ok(show(call.settle(|facts, _| registry::read(facts, &call.caller, id)).await?))
}

/// `PUT`: replaces every writable member.
async fn update(call: Call) -> Answer {
    let id = client_id(&call)?;
    // A client that is not there is a 404, whatever the body.
    call.settle(|facts, _| registry::read(facts, &call.caller, id)).await?;
    let draft = draft(call.json()?);
    let _turn = call.app.turn(id).await;
    Ok(show(call.change(|facts, env| registry::update(facts, &call.caller, id, &draft, env)).await?))
}

/// `DELETE`: the client and its tokens are gone at once.
async fn delete(call: Call) -> Answer {
    let id = client_id(&call)?;
    let _turn = call.app.turn(id).await;
    call.change(|facts, env| registry::delete(facts, &call.caller, id, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST .../secret`: a fresh secret, in this answer only; whatever body came is not read.
async fn reset_secret(call: Call) -> Answer {
    let id = client_id(&call)?;
    let _turn = call.app.turn(id).await;
    Ok(show(call.change(|facts, env| registry::reset_secret(facts, &call.caller, id, env)).await?))
}

/// The client that the path names.
pub fn client_id(call: &Call) -> Result<ClientId, Failure> {
    ClientId::parse(call.segment("clientId")).ok_or_else(|| ApiCode::ClientNotFound.into())
}

fn draft(request: OAuthClientRequest) -> Draft {
    let pairs = request.role_divisions.unwrap_or_default();
    Draft {
        name: request.name,
        token_lifetime: request.access_token_validity_seconds,
        description: request.description,
        redirect_uris: request.registered_redirect_uri.unwrap_or_default(),
        role_ids: request.role_ids.unwrap_or_default(),
        grant_type: request.authorized_grant_type,
        scope: request.scope.unwrap_or_default(),
        role_divisions: pairs.into_iter().map(|pair| (pair.role_id, pair.division_id)).collect(),
        state: request.state,
        date_to_delete: request.date_to_delete.map(|date| date.0),
    }
}

fn show(registered: Registered) -> Response {
    respond::ok(&represent(&registered.client, &registered.grants, registered.secret.as_ref()))
}

/// The wire form of grants, as pairs.
pub fn role_divisions(grants: &[RoleGrant]) -> Vec<RoleDivision> {
    let pair =
        |it: &RoleGrant| RoleDivision { role_id: it.role.to_string(), division_id: it.division.to_string() };
    grants.iter().map(pair).collect()
}

/// The wire form.
pub fn represent(
    client: &Client,
    grants: &[RoleGrant],
    secret: Option<&chancery_core::types::ClientSecret>,
) -> OAuthClient {
    let mut role_ids: Vec<String> = Vec::new();
    for it in grants {
        let id = it.role.to_string();
        if !role_ids.contains(&id) {
            role_ids.push(id);
        }
    }
    OAuthClient {
        id: client.id.to_string(),
        name: client.name.clone(),
        access_token_validity_seconds: Some(i64::from(client.token_lifetime.seconds())),
        description: client.description.clone(),
        registered_redirect_uri: Some(
            client.redirect_uris.iter().map(|uri| uri.as_str().to_owned()).collect(),
        ),
        secret: secret.map(|secret| ClientSecret::new(secret.expose())),
        role_ids: Some(role_ids),
        date_created: Some(date(client.created_at)),
        date_modified: Some(date(client.modified_at)),
        created_by: client.created_by.map(actor),
        modified_by: client.modified_by.map(actor),
        authorized_grant_type: client.authorized_grant_type().to_owned(),
        scope: Some(client.scope.names().map(str::to_owned).collect()),
        role_divisions: Some(role_divisions(grants)),
        state: Some(client.state.as_str().to_owned()),
        date_to_delete: client.date_to_delete.map(date),
        self_uri: Some(format!("{PATH}/{}", client.id)),
    }
}
