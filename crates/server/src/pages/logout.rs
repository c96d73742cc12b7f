//! `/logout`: ends the browser's session, and goes back to the client if it registered the place.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;
use axum::response::Response;
use chancery_core::client::Client;
use chancery_core::session::end::log_out;
use chancery_core::types::{ClientId, RedirectUri};

use super::show::{Forms, html, onward};
use super::views::LoggedOutPage;
use super::visit::{Visit, language};
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::Request;
use crate::settle::{look_up, settle_afresh};

/// `GET`.
pub async fn end(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    if let Some(handle) = &visit.session {
        settle_afresh(&app, |facts, env| log_out(facts, handle, env)).await?;
    }
    let client = visit.form.find("client_id").and_then(ClientId::parse);
    let client = match client {
        Some(id) => look_up(&app, |facts| facts.client(id).cloned()).await?,
        None => None,
    };
    // The vendor's side knows those only that an administrator made.
    let client = client.filter(|client| !client.metadata.self_registered);
    let wished = visit.form.find("redirect_uri").unwrap_or_default();
    let is_registered = |uri: &RedirectUri| uri.admits(wished);
    let mut response = match &client {
        Some(client) if client.redirect_uris.iter().any(is_registered) => onward(&parts.method, wished)?,
        _ => logged_out(&visit, client.as_deref()).await?,
    };
    forget(&app, &mut response);
    Ok(response)
}

/// The page of whoever has no session any more.
pub async fn logged_out(visit: &Visit<'_>, client: Option<&Client>) -> Result<Response, Failure> {
    let organization = match client {
        Some(client) => {
            let id = client.organization;
            look_up(visit.app, |facts| facts.organization(id).cloned()).await?
        }
        None => None,
    };
    let default = organization.as_ref().map(|it| it.default_language.as_str());
    let t = language(visit.parts, visit.form.find("ui_locales"), default);
    let organization = organization.as_ref().map(|it| it.name.as_str());
    let page = LoggedOutPage { t, brand: &visit.app.brand, organization };
    Ok(html(StatusCode::OK, &page, Forms::Here))
}

/// Takes the cookie away.
pub fn forget(app: &App, response: &mut Response) {
    response.headers_mut().extend(app.cookies.session.clear().map(|cookie| (SET_COOKIE, cookie)));
}
