//! Where a person says as whom, when a client asks (`prompt=select_account`, OpenID Connect Core section 3.1.2.1).

use std::sync::Arc;

use axum::http::StatusCode;

use super::show::{Forms, html, onward};
use super::views::ChoosePage;
use super::visit::Visit;
use crate::api::Answer;
use crate::app::App;
use crate::http::Request;

/// `GET`.
pub async fn show(app: Arc<App>, request: Request) -> Answer {
    let (parts, _) = request.into_parts();
    let visit = Visit::of(&app, &parts)?;
    let seen = visit.see().await?;
    let (Ok(_), Some((_, user))) = (&seen.wanted, &seen.person) else {
        return onward(&parts.method, &visit.page("authorize"));
    };
    let organization = visit.organization(&seen).await?;
    let page = ChoosePage {
        t: visit.texts(&organization),
        brand: &app.brand,
        organization: &organization.name,
        app: &seen.target.client.name,
        user_name: &user.name,
        user_email: &user.email,
        go_on: &visit.prompting("authorize", &["select_account"]),
        other_account: &visit.with("login", "prompt", "login"),
    };
    Ok(html(StatusCode::OK, &page, Forms::Here))
}
