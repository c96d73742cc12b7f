//! A client that says who it is, wherever it has to: its failures are counted, and too many of them are not heard.

use std::sync::Arc;

use axum::http::request::Parts;
use chancery_core::client_auth;
use chancery_core::decision::Step;
use chancery_core::env::Env;
use chancery_core::error::{ErrorCode, OAuthError};
use chancery_core::facts::Facts;
use chancery_core::form::Form;
use chancery_core::grants::exchange::TokenRequest;
use chancery_core::tokens::AccessToken;
use chancery_store::Made;

use crate::app::App;
use crate::failure::Failure;
use crate::http::address;
use crate::limits::Requester;
use crate::settle::settle_made;

/// Settles what a client asks for.
pub async fn settle_for<T>(
    app: &Arc<App>,
    parts: &Parts,
    request: &TokenRequest<'_>,
    mut decide: impl FnMut(&Facts, &TokenRequest, &Env) -> Step<T, OAuthError>,
) -> Result<(T, Vec<Made>), Failure> {
    let who =
        || client_auth::claimed(request).map(|client| Requester(client, address::of(parts, &app.edges)));
    let settled = settle_made(app, |facts, env| decide(facts, request, env)).await;
    if let Err(Failure::OAuth(error)) = &settled
        && error.code == ErrorCode::InvalidClient
        && let Some(who) = who()
    {
        app.limits.failed(&who, &app.policy, app.clock.now());
    }
    settled
}

/// Refuses whoever asks too often, before anything is looked at.
pub fn admit(app: &Arc<App>, parts: &Parts, request: &TokenRequest<'_>) -> Result<(), Failure> {
    if app.limits.watches_token_requests(&app.policy, app.clock.now())
        && let Some(client) = client_auth::claimed(request)
    {
        let who = Requester(client, address::of(parts, &app.edges));
        app.limits.token_request(&who, &app.policy, app.clock.now())?;
    }
    Ok(())
}

/// The token that a client asks about at the standard side, if it is an access token of ours. Judged only where this node
/// knows what was revoked elsewhere.
pub fn opened(app: &App, form: &Form) -> Result<Option<Arc<AccessToken>>, Failure> {
    if app.is_deaf() {
        return Err(Failure::Unavailable("no word of other nodes".to_owned()));
    }
    Ok(form.find("token").and_then(|text| app.open_token(text)))
}
