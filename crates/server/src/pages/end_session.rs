//! `/oauth2/logout` (OpenID Connect RP-Initiated Logout 1.0).

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use chancery_core::form::Form;
use chancery_core::session::end::log_out;
use chancery_core::session::end_session::{EndSession, judge};

use super::forged;
use super::logout::{forget, logged_out};
use super::show::{Forms, by_get, html, onward};
use super::views::{LogOutPage, StayedPage};
use super::visit::{Visit, language};
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, body};
use crate::settle::settle_afresh;

/// `GET`: ends the session, or asks first.
pub async fn begin(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let asked = judged(&visit).await?;
    if !asked.asks {
        return end(&visit, &asked).await;
    }
    let page = LogOutPage {
        t: language(&parts, visit.form.find("ui_locales"), None),
        brand: &app.brand,
        app: asked.client.as_ref().map(|client| client.name.as_str()),
        form: &visit.page("logout/answer"),
        csrf: &forged::token(visit.cookie(), &purpose(&visit), &app.keys()),
    };
    Ok(html(StatusCode::OK, &page, Forms::Anywhere))
}

/// `POST` (section 2): the same by a form.
pub async fn post(_: Arc<App>, request: Request) -> Answer {
    by_get(request, "logout").await
}

/// `POST`: what the person said.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let bytes = body::form(&parts.headers, content)?;
    let form = Form::parse(&bytes)?;
    let csrf = form.find("csrf").unwrap_or_default();
    if forged::is_foreign(&parts) || !forged::is_genuine(csrf, visit.cookie(), &purpose(&visit), &app.keys())
    {
        return Err(Failure::Forged);
    }
    if form.find("decision") != Some("leave") {
        let t = language(&parts, visit.form.find("ui_locales"), None);
        return Ok(html(StatusCode::OK, &StayedPage { t, brand: &app.brand }, Forms::Here));
    }
    end(&visit, &judged(&visit).await?).await
}

async fn judged(visit: &Visit<'_>) -> Result<EndSession, Failure> {
    let session = visit.session.as_ref();
    settle_afresh(visit.app, |facts, env| judge(facts, &visit.form, session, env)).await
}

async fn end(visit: &Visit<'_>, asked: &EndSession) -> Result<Response, Failure> {
    if let Some(handle) = &visit.session {
        settle_afresh(visit.app, |facts, env| log_out(facts, handle, env)).await?;
    }
    let mut response = match &asked.onward {
        Some(place) => onward(&visit.parts.method, place)?,
        None => logged_out(visit, asked.client.as_deref()).await?,
    };
    forget(visit.app, &mut response);
    Ok(response)
}

/// What was shown: a yes to it is none to anything else.
fn purpose(visit: &Visit) -> String {
    format!("log out {}", visit.query)
}
