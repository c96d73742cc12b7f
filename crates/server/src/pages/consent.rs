//! The consent page: who asks, for what, as whom.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::StatusCode;
use chancery_core::authorize::Verdict;
use chancery_core::form::Form;
use chancery_core::types::RedirectUri;

use super::authorize::go_on;
use super::forged;
use super::show::{html, onward};
use super::views::ConsentPage;
use super::visit::Visit;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::body;

/// `GET`.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let seen = visit.see().await?;
    let (Ok(wanted), Some((_, user))) = (&seen.wanted, &seen.person) else {
        return onward(&parts.method, &visit.page("authorize"));
    };
    let organization = visit.organization(&seen).await?;
    let t = visit.texts(&organization);
    let source = RedirectUri::source(&seen.target.redirect_uri);
    let page = ConsentPage {
        t,
        brand: &app.brand,
        organization: &organization.name,
        app: &seen.target.client.name,
        host: source.split_once("://").map_or(source, |(_, host)| host),
        user_name: &user.name,
        user_email: &user.email,
        scopes: t.scopes(wanted.scope.names()),
        form: &visit.page("consent"),
        csrf: &forged::token(cookie(&visit), &purpose(&visit), &app.keys()),
        other_account: &visit.with("login", "prompt", "login"),
    };
    Ok(html(StatusCode::OK, &page, &[source]))
}

/// `POST`: what the person said, in this session and about this request.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let bytes = body::form(&parts.headers, content).await?;
    let form = Form::parse(&bytes)?;
    let csrf = form.find("csrf").unwrap_or_default();
    let is_ours = forged::is_genuine(csrf, cookie(&visit), &purpose(&visit), &app.keys());
    if visit.session.is_none() || forged::is_foreign(&parts) || !is_ours {
        return Err(Failure::Forged);
    }
    let decision = match form.find("decision") {
        Some("allow") => Verdict::Allow,
        Some("deny") => Verdict::Deny,
        _ => return onward(&parts.method, &visit.page("consent")),
    };
    go_on(&visit, Some(decision)).await
}

fn cookie<'a>(visit: &'a Visit) -> &'a str {
    visit.app.cookies.session.find(&visit.parts.headers).unwrap_or_default()
}

fn purpose(visit: &Visit) -> String {
    format!("consent {}", visit.query)
}
