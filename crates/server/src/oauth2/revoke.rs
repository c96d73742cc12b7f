//! The revocation endpoint (RFC 7009).

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_core::tokens::revoke::revoke;

use super::asking::about_a_token;
use crate::api::Answer;
use crate::app::App;
use crate::http::Request;

/// `POST`. Section 2.2: a token that is none is as good as revoked.
pub async fn answer(app: Arc<App>, request: Request) -> Answer {
    about_a_token(&app, request, revoke).await?;
    Ok(StatusCode::OK.into_response())
}
