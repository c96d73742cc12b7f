//! The authorization endpoint (RFC 6749 section 3.1): sends the browser to the page that comes next, or back to its client.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::Response;
use chancery_core::authorize::{self, Next, Verdict, Written};
use chancery_store::Made;

use super::show::{Forms, by_get, html, onward};
use super::views::OnwardPage;
use super::visit::{Visit, language};
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::Request;
use crate::settle::settle_afresh_made;

/// `GET`.
pub async fn begin(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    go_on(&visit, None).await
}

/// `POST` (OpenID Connect Core section 3.1.2.1): the same by a form.
pub async fn post(_: Arc<App>, request: Request) -> Answer {
    by_get(request, "authorize").await
}

/// Decides what comes next, and goes there. On facts of this moment: a login that memory does not know yet must not be asked
/// for again.
pub async fn go_on(visit: &Visit<'_>, decision: Option<Verdict>) -> Result<Response, Failure> {
    let app = visit.app;
    let (next, made) =
        settle_afresh_made(app, |facts, env| authorize::authorize(facts, &visit.ask(decision), env)).await?;
    let answer = match next {
        Next::LogIn => return onward(&visit.parts.method, &visit.page("login")),
        Next::Choose => return onward(&visit.parts.method, &visit.page("choose")),
        Next::Consent => return onward(&visit.parts.method, &visit.page("consent")),
        Next::Answer(answer) => answer,
    };
    let key = made.iter().find_map(|made| match made {
        Made::Family(key) => Some(*key),
        Made::Ticket(_) | Made::Session(_) => None,
    });
    let written = app.with_env(|env| answer.write(key, env));
    match written.ok_or_else(|| Failure::Internal("an answer could not be written".to_owned()))? {
        Written::Url(url) => onward(&visit.parts.method, &url),
        Written::Form(action, members) => {
            let t = language(visit.parts, visit.form.find("ui_locales"), None);
            let page = OnwardPage { t, brand: &app.brand, action: &action, members: &members };
            Ok(html(StatusCode::OK, &page, Forms::ByScript))
        }
    }
}
