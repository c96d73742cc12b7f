//! A client that says who it is, wherever it has to: its failures are counted, and too many of them are not heard.

use std::sync::Arc;

use chancery_core::client_auth;
use chancery_core::decision::Step;
use chancery_core::dialect::Dialect;
use chancery_core::env::Env;
use chancery_core::error::{ErrorCode, OAuthError};
use chancery_core::facts::Facts;
use chancery_core::form::Form;
use chancery_core::grants::exchange::TokenRequest;
use chancery_core::tokens::AccessToken;
use chancery_store::Made;

use crate::app::App;
use crate::failure::Failure;
use crate::http::{Head, Request, authorization, body};
use crate::limits::Requester;
use crate::settle::settle_made;

/// Settles what a client asks for.
pub async fn settle_for<T: Send>(
    app: &Arc<App>,
    parts: &Head,
    request: &TokenRequest<'_>,
    mut decide: impl FnMut(&Facts, &TokenRequest, &Env) -> Step<T, OAuthError> + Send,
) -> Result<(T, Vec<Made>), Failure> {
    let who = || client_auth::claimed(request).map(|client| Requester(client, parts.address));
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
pub fn admit(app: &Arc<App>, parts: &Head, request: &TokenRequest<'_>) -> Result<(), Failure> {
    if app.limits.watches_token_requests(&app.policy, app.clock.now())
        && let Some(client) = client_auth::claimed(request)
    {
        let who = Requester(client, parts.address);
        app.limits.token_request(&who, &app.policy, app.clock.now())?;
    }
    Ok(())
}

/// Settles what a client asks for about a token at the standard side. Judged only where this node knows what was revoked
/// elsewhere. Answers the head of the request too.
pub async fn about_a_token<T: Send>(
    app: &Arc<App>,
    request: Request,
    mut decide: impl FnMut(&Facts, &TokenRequest, Option<&Arc<AccessToken>>, &Env) -> Step<T, OAuthError> + Send,
) -> Result<(T, Head), Failure> {
    let (parts, content) = request.into_parts();
    let bytes = body::form(&parts.headers, content)?;
    let form = Form::parse(&bytes)?;
    let header = authorization::find(&parts.headers);
    let request = TokenRequest::new(Dialect::Standard, header.as_ref(), &form);
    admit(app, &parts, &request)?;
    if app.is_deaf() {
        return Err(Failure::Unavailable("no word of other nodes".to_owned()));
    }
    let opened = form.find("token").and_then(|text| app.open_token(text));
    let decide =
        |facts: &Facts, request: &TokenRequest, env: &Env| decide(facts, request, opened.as_ref(), env);
    let (answer, _) = settle_for(app, &parts, &request, decide).await?;
    Ok((answer, parts))
}
