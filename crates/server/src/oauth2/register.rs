//! Clients that register themselves (RFC 7591), and manage what they registered (RFC 7592).

use std::sync::Arc;

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use bytes::Bytes;
use chancery_core::client::registration::{self, Registered, document};
use chancery_core::error::{ErrorCode, OAuthError};
use chancery_core::jose::json;
use chancery_core::policy::Registration;
use chancery_core::types::ClientId;
use serde_json::Value;

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Head, Request, authorization, respond};
use crate::settle::settle_afresh;

/// `POST /oauth2/register`.
pub async fn create(app: Arc<App>, request: Request) -> Answer {
    if app.policy.registration == Registration::Off {
        return Err(Failure::NotFound);
    }
    let (parts, content) = request.into_parts();
    let document = read(&parts.headers, content)?;
    let token = bearer(&parts.headers);
    let everybodys = match (app.policy.registration, token) {
        (Registration::Open, None) => {
            app.limits.registration(parts.address, app.clock.now())?;
            app.store.organizations().await?.first().map(|it| it.id)
        }
        _ => None,
    };
    let registered =
        settle_afresh(&app, |facts, env| registration::register(facts, &document, token, everybodys, env))
            .await?;
    Ok(answer(&app, StatusCode::CREATED, &registered))
}

/// `GET /oauth2/register/{clientId}`.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (id, token) = (client(&parts), bearer(&parts.headers));
    let registered = settle_afresh(&app, |facts, env| registration::read(facts, id, token, env)).await?;
    Ok(answer(&app, StatusCode::OK, &registered))
}

/// `PUT /oauth2/register/{clientId}`.
pub async fn update(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let document = read(&parts.headers, content)?;
    let (id, token) = (client(&parts), bearer(&parts.headers));
    let registered =
        settle_afresh(&app, |facts, env| registration::update(facts, id, token, &document, env)).await?;
    Ok(answer(&app, StatusCode::OK, &registered))
}

/// `DELETE /oauth2/register/{clientId}`.
pub async fn delete(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let (id, token) = (client(&parts), bearer(&parts.headers));
    settle_afresh(&app, |facts, env| registration::delete(facts, id, token, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn answer(app: &App, status: StatusCode, registered: &Registered) -> axum::response::Response {
    respond::json(status, &app.with_env(|env| document(registered, env)))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = authorization::find(headers)?.credentials("bearer")?;
    Some(header).filter(|token| !token.is_empty())
}

/// The last part of the path.
fn client(parts: &Head) -> Option<ClientId> {
    parts.uri.path().rsplit('/').next().and_then(ClientId::parse)
}

fn read(headers: &HeaderMap, content: Bytes) -> Result<Value, Failure> {
    let refused = |detail| Failure::from(OAuthError::new(ErrorCode::InvalidClientMetadata, detail));
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(refused("the body must be application/json"));
    }
    json::read(&content).ok_or_else(|| refused("the body is not JSON, or a member stands twice"))
}
