//! The cookie of a browser in which somebody has logged in before: it need not wait for whoever else is guessing. It is
//! bound to the user as they were then, so a new password, or a new owner of the address, makes it void.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::request::Parts;
use chancery_core::session::login::normal;
use chancery_core::types::{OrganizationId, UserId};

use super::forged;
use crate::app::App;
use crate::failure::Failure;
use crate::settle::look_up;

/// The cookie is bound to no other cookie.
const ALONE: &str = "device";

/// Whether the browser has logged in to the account of that address before.
pub async fn is_known(
    app: &Arc<App>,
    parts: &Parts,
    organization: OrganizationId,
    email: &str,
) -> Result<bool, Failure> {
    let Some(cookie) = app.cookies.device.find(&parts.headers) else { return Ok(false) };
    let user = look_up(app, |facts| facts.user_by_email((organization, normal(email))).cloned()).await?;
    Ok(user.is_some_and(|it| forged::is_genuine(cookie, ALONE, &purpose(it.id, it.epoch), &app.keys())))
}

/// The cookie for whoever has just logged in.
pub fn cookie(app: &App, user: UserId, epoch: u32) -> Option<HeaderValue> {
    app.cookies.device.set(&forged::token(ALONE, &purpose(user, epoch), &app.keys()))
}

fn purpose(user: UserId, epoch: u32) -> String {
    format!("{user} {epoch}")
}
