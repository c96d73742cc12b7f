//! The introspection endpoint (RFC 7662), with signed answers for those that ask for them (RFC 9701).

use std::sync::Arc;

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::IntoResponse;
use chancery_core::tokens::introspect::{introspect, sign};

use super::asking::about_a_token;
use crate::api::Answer;
use crate::app::App;
use crate::http::{Request, respond};

/// RFC 9701 section 4.
const SIGNED: &str = "application/token-introspection+jwt";

/// `POST`.
pub async fn answer(app: Arc<App>, request: Request) -> Answer {
    let (told, parts) = about_a_token(&app, request, introspect).await?;
    if !wants_it_signed(&parts.headers) {
        return Ok(respond::ok(&told.members));
    }
    let signed = app.sign(told.alg, move |env| sign(&told, env)).await?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(SIGNED))], signed).into_response())
}

fn wants_it_signed(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_signed = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(SIGNED));
        let weight = parts.find_map(|it| it.strip_prefix("q=").or_else(|| it.strip_prefix("Q=")));
        is_signed && weight.is_none_or(|weight| weight.parse().is_ok_and(|weight: f32| weight > 0.0))
    })
}
