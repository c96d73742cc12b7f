//! The management API, one resource a file. Each operation begins by admitting its caller.

pub mod clients;
pub mod divisions;
pub mod organizations;
pub mod paging;
pub mod permissions;
pub mod roles;
pub mod scopes;
pub mod subjects;
pub mod tokens;
pub mod users;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use chancery_api::{DateTime, DomainEntityRef};
use chancery_core::access::{self, Caller};
use chancery_core::client::Actor;
use chancery_core::error::ApiCode;
use chancery_core::rbac::Permission;
use chancery_core::types::Timestamp;

use crate::app::App;
use crate::failure::Failure;
use crate::http::authorization;
use crate::settle::settle;

/// What an operation answers.
pub type Answer = Result<Response, Failure>;

/// Admits the bearer of a valid token who holds any of `permissions`; an empty list demands none.
pub async fn admit(
    app: &Arc<App>,
    headers: &HeaderMap,
    permissions: &[Permission],
) -> Result<Caller, Failure> {
    let header = authorization::find(headers);
    let bearer = header.and_then(|header| header.credentials("bearer")).filter(|token| !token.is_empty());
    let bearer = bearer.ok_or(ApiCode::AuthenticationRequired)?;
    if app.is_deaf() {
        return Err(Failure::Unavailable("no word of other nodes".to_owned()));
    }
    let token = app.open_token(bearer);
    settle(app, |facts, env| access::admit(facts, token.as_ref(), permissions, env)).await
}

/// A path of the API that does not exist; only whoever could use it is told.
pub async fn unknown(State(app): State<Arc<App>>, request: Request) -> Answer {
    admit(&app, request.headers(), &[]).await?;
    Err(Failure::NotFound)
}

fn date(at: Timestamp) -> DateTime {
    DateTime(at.to_rfc3339())
}

fn actor(actor: Actor) -> DomainEntityRef {
    let (id, self_uri) = match actor {
        Actor::User(id) => (id.to_string(), format!("/api/v2/users/{id}")),
        Actor::Client(id) => (id.to_string(), format!("/api/v2/oauth/clients/{id}")),
    };
    DomainEntityRef { id, name: None, self_uri: Some(self_uri) }
}
