//! The consent page: who asks, for what, as whom.

use std::sync::Arc;

use axum::http::StatusCode;
use chancery_core::authorize::{Verdict, Wanted};
use chancery_core::client::Client;
use chancery_core::form::Form;
use chancery_core::types::RedirectUri;

use super::authorize::go_on;
use super::forged;
use super::show::{Forms, html, onward};
use super::views::{About, ConsentPage};
use super::visit::Visit;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, body};

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
    let page = ConsentPage {
        t,
        brand: &app.brand,
        organization: &organization.name,
        app: &seen.target.client.name,
        host: RedirectUri::place(&seen.target.redirect_uri),
        unchecked: seen.target.client.metadata.self_registered,
        user_name: &user.name,
        user_email: &user.email,
        scopes: t.scopes(wanted.agreed().names()),
        about: About::of(&seen.target.client, &app.brand),
        form: &visit.page("consent"),
        csrf: &forged::token(visit.cookie(), &purpose(&visit, &seen.target.client, wanted), &app.keys()),
        other_account: &visit.with("login", "prompt", "login"),
    };
    Ok(html(StatusCode::OK, &page, Forms::Anywhere))
}

/// `POST`: what the person said, in this session and about this request.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let bytes = body::form(&parts.headers, content)?;
    let form = Form::parse(&bytes)?;
    if forged::is_foreign(&parts) {
        return Err(Failure::Forged);
    }
    let seen = visit.see().await?;
    let csrf = form.find("csrf").unwrap_or_default();
    let is_ours = |wanted| {
        let purpose = purpose(&visit, &seen.target.client, wanted);
        forged::is_genuine(csrf, visit.cookie(), &purpose, &app.keys())
    };
    if visit.session.is_none() || !seen.wanted.as_ref().is_ok_and(is_ours) {
        // Another tab logged in or out meanwhile, or the client asks for something else by now: whoever is there is asked
        // anew.
        return onward(&parts.method, &visit.page("authorize"));
    }
    let decision = match form.find("decision") {
        Some("allow") => Verdict::Allow,
        Some("deny") => Verdict::Deny,
        _ => return onward(&parts.method, &visit.page("consent")),
    };
    go_on(&visit, Some(decision)).await
}

/// What was shown: a yes to it is none to anything else.
fn purpose(visit: &Visit, client: &Client, wanted: &Wanted) -> String {
    format!("consent {} {} {}", wanted.agreed(), visit.query, client.name)
}
