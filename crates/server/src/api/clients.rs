//! `/api/v2/oauth/clients`: the client registry.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chancery_api::{ClientSecret, OAuthClient, OAuthClientRequest, RoleDivision};
use chancery_core::client::registry::{self, Registered};
use chancery_core::client::{Client, Draft};
use chancery_core::error::ApiCode;
use chancery_core::rbac::RoleGrant;
use chancery_core::rbac::permission::{
    OAUTH_CLIENT_ADD, OAUTH_CLIENT_DELETE, OAUTH_CLIENT_EDIT, OAUTH_CLIENT_VIEW,
};
use chancery_core::types::ClientId;
use futures_util::stream;

use super::{Answer, actor, admit, date};
use crate::app::App;
use crate::failure::Failure;
use crate::http::segment::Segment;
use crate::http::{body, respond};
use crate::settle::{settle, settle_afresh};

const PATH: &str = "/api/v2/oauth/clients";
/// So many clients are read and sent at a time.
const BATCH: usize = 200;

/// `GET`: all clients on one page, streamed, since there may be thousands.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[OAUTH_CLIENT_VIEW]).await?;
    let ids = app.store.client_ids(caller.organization).await?;
    let listing = Listing { app, ids: ids.into(), opened: false, total: 0 };
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
pub async fn create(State(app): State<Arc<App>>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let caller = admit(&app, &parts.headers, &[OAUTH_CLIENT_ADD]).await?;
    let draft = draft(body::json(&parts.headers, content).await?);
    Ok(show(settle_afresh(&app, |facts, env| registry::create(facts, &caller, &draft, env)).await?))
}

/// `GET` of one.
pub async fn read(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[OAUTH_CLIENT_VIEW]).await?;
    let id = client_id(&id)?;
    Ok(show(settle(&app, |facts, _| registry::read(facts, &caller, id)).await?))
}

/// `PUT`: replaces every writable member.
pub async fn update(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let caller = admit(&app, &parts.headers, &[OAUTH_CLIENT_EDIT]).await?;
    let id = client_id(&id)?;
    // A client that is not there is a 404, whatever the body.
    settle(&app, |facts, _| registry::read(facts, &caller, id)).await?;
    let draft = draft(body::json(&parts.headers, content).await?);
    let _turn = app.turn(id).await;
    Ok(show(settle_afresh(&app, |facts, env| registry::update(facts, &caller, id, &draft, env)).await?))
}

/// `DELETE`: the client and its tokens are gone at once.
pub async fn delete(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[OAUTH_CLIENT_DELETE]).await?;
    let id = client_id(&id)?;
    let _turn = app.turn(id).await;
    settle_afresh(&app, |facts, env| registry::delete(facts, &caller, id, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST .../secret`: a fresh secret, in this answer only; whatever body came is not read.
pub async fn reset_secret(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[OAUTH_CLIENT_EDIT]).await?;
    let id = client_id(&id)?;
    let _turn = app.turn(id).await;
    Ok(show(settle_afresh(&app, |facts, env| registry::reset_secret(facts, &caller, id, env)).await?))
}

fn client_id(text: &str) -> Result<ClientId, Failure> {
    ClientId::parse(text).ok_or_else(|| ApiCode::ClientNotFound.into())
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

fn represent(
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
