//! `/oauth/authorize` (RFC 6749 section 3.1): sends the browser to the page that comes next, or back to its client.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use chancery_core::authorize::answer::Made as Key;
use chancery_core::authorize::{self, Next, Verdict};
use chancery_store::Made;

use super::show::onward;
use super::visit::Visit;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::settle::settle_afresh_made;

/// `GET /oauth/authorize`.
pub async fn begin(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    go_on(&visit, None).await
}

/// Decides what comes next, and goes there. On facts of this moment: a login that memory does not know yet must not be asked
/// for again.
pub async fn go_on(visit: &Visit<'_>, decision: Option<Verdict>) -> Result<Response, Failure> {
    let app = visit.app;
    let (next, made) =
        settle_afresh_made(app, |facts, env| authorize::authorize(facts, &visit.ask(decision), env)).await?;
    match next {
        Next::LogIn => onward(&visit.parts.method, &visit.page("login")),
        Next::Consent => onward(&visit.parts.method, &visit.page("consent")),
        Next::Answer(answer) => {
            let key = made.iter().find_map(|made| match made {
                Made::Ticket(key) => Some(Key::Ticket(*key)),
                Made::Family(key) => Some(Key::Family(*key)),
                Made::Session(_) => None,
            });
            let url = app.with_env(|env| answer.url(key, env));
            onward(
                &visit.parts.method,
                &url.ok_or_else(|| Failure::Internal("an answer could not be written".to_owned()))?,
            )
        }
    }
}
