//! The login page on the way to a client.

use std::sync::Arc;

use chancery_core::authorize::{Seen, Wanted};
use chancery_core::form::Form;
use chancery_core::types::Lifetime;

use super::door::Door;
use super::show::onward;
use super::views::{About, languages};
use super::visit::Visit;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, body};

/// Whoever has just logged in need not do it again within this time.
const A_WHILE: Lifetime = Lifetime::from_seconds(300);

/// `GET`: whoever has logged in already, and is not asked to do it again, goes on.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let seen = visit.see().await?;
    if !seen.needs_login() {
        return onward(&parts.method, &visit.page("authorize"));
    }
    let hint = seen.wanted.as_ref().ok().and_then(|wanted| wanted.login_hint.as_deref()).unwrap_or_default();
    at_door(&visit, &seen, async |door| Ok(door.page(hint, None))).await
}

/// `POST`: logs the person in, and goes on with the request.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let bytes = body::form(&parts.headers, content)?;
    let form = Form::parse(&bytes)?;
    let seen = visit.see().await?;
    let next = match &seen.wanted {
        Ok(wanted) => after(&visit, wanted),
        Err(_) if seen.needs_login() => visit.page("authorize"),
        Err(_) => return onward(&parts.method, &visit.page("authorize")),
    };
    at_door(&visit, &seen, async |door| door.enter(&form, || onward(&parts.method, &next)).await).await
}

async fn at_door(
    visit: &Visit<'_>,
    seen: &Seen,
    then: impl AsyncFnOnce(Door<'_>) -> Result<axum::response::Response, Failure>,
) -> Answer {
    let organization = visit.organization(seen).await?;
    let t = visit.texts(&organization);
    let client = &seen.target.client;
    let door = Door {
        app: visit.app,
        parts: visit.parts,
        organization: &organization,
        client: Some(client.id),
        name: &client.name,
        about: About::of(client, &visit.app.brand),
        t,
        form: visit.page("login"),
        languages: languages(t, |tag| visit.with("login", "ui_locales", tag)),
    };
    then(door).await
}

/// The request again, without the wishes that a login has just fulfilled: for one, and for an account. It stays young enough
/// for what the person is asked next.
fn after(visit: &Visit, wanted: &Wanted) -> String {
    let prompts = visit.prompts_but(&["login", "select_account"]);
    let prompts = ("prompt", &*prompts);
    match wanted.max_age {
        Some(age) if age < A_WHILE => {
            visit.changed("authorize", &[prompts, ("max_age", &A_WHILE.seconds().to_string())])
        }
        _ if wanted.log_in || wanted.choose => visit.changed("authorize", &[prompts]),
        _ => visit.page("authorize"),
    }
}
