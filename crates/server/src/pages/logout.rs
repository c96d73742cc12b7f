//! `/logout`: ends the browser's session, and goes back to the client if it registered the place.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use chancery_core::audit::{Entry, kinds};
use chancery_core::client::Actor;
use chancery_core::decision::{Decision, Step};
use chancery_core::env::Env;
use chancery_core::error::ApiError;
use chancery_core::facts::Facts;
use chancery_core::session;
use chancery_core::ticket::Handle;
use chancery_core::types::ClientId;
use chancery_core::write::Write;

use super::show::{html, onward};
use super::views::LoggedOutPage;
use super::visit::{Visit, language};
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::settle::{look_up, settle};

/// `GET`.
pub async fn end(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    log_out(&app, visit.session.as_ref()).await?;
    let client = visit.form.find("client_id").and_then(ClientId::parse);
    let client = match client {
        Some(id) => look_up(&app, |facts| facts.client(id).cloned()).await?,
        None => None,
    };
    let wished = visit.form.find("redirect_uri").unwrap_or_default();
    let is_registered = |uri: &chancery_core::types::RedirectUri| uri.admits(wished);
    let mut response = match &client {
        Some(client) if client.redirect_uris.iter().any(is_registered) => onward(&parts.method, wished)?,
        _ => {
            let organization = match &client {
                Some(client) => {
                    let id = client.organization;
                    look_up(&app, |facts| facts.organization(id).cloned()).await?
                }
                None => None,
            };
            let default = organization.as_ref().map(|it| it.default_language.as_str());
            let t = language(&parts, visit.form.find("ui_locales"), default);
            let organization = organization.as_ref().map(|it| it.name.as_str());
            html(StatusCode::OK, &LoggedOutPage { t, brand: &app.brand, organization }, &[])
        }
    };
    forget(&app, &mut response);
    Ok(response)
}

/// Takes the cookie away.
pub fn forget(app: &App, response: &mut Response) {
    response.headers_mut().extend(app.cookies.session.clear().map(|cookie| (SET_COOKIE, cookie)));
}

/// Ends the session that the cookie proves.
pub async fn log_out(app: &Arc<App>, handle: Option<&Handle>) -> Result<(), Failure> {
    let Some(handle) = handle else { return Ok(()) };
    settle(app, |facts: &Facts, env: &Env| -> Step<(), ApiError> {
        let found = match session::find(facts, handle, env) {
            Ok(found) => found,
            Err(undecided) => return Err(undecided).into(),
        };
        let writes = found.map_or(Vec::new(), |(session, user)| {
            let entry = Entry {
                actor: Some(Actor::User(user.id)),
                ..Entry::of(user.organization, kinds::LOGOUT, env.now)
            };
            vec![Write::EndSession(session.key), Write::Audit(Box::new(entry))]
        });
        Step::Done(Decision::write((), writes))
    })
    .await
}
