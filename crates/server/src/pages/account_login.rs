//! `/account/login`: the login page on the way to nobody's client but the person's own account.

use std::sync::Arc;

use crate::http::Head;
use axum::response::Response;
use chancery_core::form::Form;
use chancery_core::organization::Organization;

use super::account::is_signed_in;
use super::door::Door;
use super::show::onward;
use super::views::About;
use super::views::languages;
use super::visit::language;
use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, body};

/// `GET`: whoever is signed in already goes on.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    if is_signed_in(&app, &parts).await? {
        return onward(&parts.method, "../account");
    }
    at_door(&app, &parts, async |door| Ok(door.page("", None))).await
}

/// `POST`.
pub async fn submit(app: Arc<App>, request: Request) -> Answer {
    let (parts, content) = request.into_parts();
    let bytes = body::form(&parts.headers, content)?;
    let form = Form::parse(&bytes)?;
    let next = || onward(&parts.method, "../account");
    at_door(&app, &parts, async |door| door.enter(&form, next).await).await
}

async fn at_door(
    app: &Arc<App>,
    parts: &Head,
    then: impl AsyncFnOnce(Door<'_>) -> Result<Response, Failure>,
) -> Answer {
    let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
    let organization = organization(app, query.find("org")).await?.ok_or(Failure::NotFound)?;
    let t = language(parts, query.find("ui_locales"), Some(&organization.default_language));
    let page = |tag: &str| {
        let mut text = form_urlencoded::Serializer::new(String::new());
        text.append_pair("org", &organization.short_name).append_pair("ui_locales", tag);
        format!("login?{}", text.finish())
    };
    let door = Door {
        app,
        parts,
        organization: &organization,
        client: None,
        name: t.account.title.as_str(),
        about: About::default(),
        t,
        form: page(t.tag),
        languages: languages(t, page),
    };
    then(door).await
}

/// The organization of that short name; without a name, the only one that there is.
pub async fn organization(app: &App, named: Option<&str>) -> Result<Option<Organization>, Failure> {
    let mut all = app.store.organizations().await?;
    Ok(match named {
        Some(name) => all.into_iter().find(|it| it.short_name.eq_ignore_ascii_case(name)),
        None if all.len() == 1 => all.pop(),
        None => None,
    })
}
