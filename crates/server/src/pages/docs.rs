//! `/docs`: the API for people to read and try; `/openapi.json`: the same for programs. Nothing is loaded from elsewhere.

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::Request;
use crate::openapi;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
);
/// Asked again each time, so that a new version is seen at once.
const REVALIDATE: HeaderValue = HeaderValue::from_static("no-cache");

macro_rules! assets {
    ($($name:literal)+) => {
        /// What the page loads.
        const ASSETS: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../assets/docs/", $name)))),+];
    };
}

assets! {
    "attempt.js"
    "base.css"
    "docs.css"
    "docs.js"
    "document.js"
    "element.js"
    "members.js"
    "operation.js"
    "overview.js"
    "request.js"
    "schema.js"
    "seal.svg"
    "session.js"
    "sidebar.js"
    "theme.js"
}

/// The document.
pub async fn openapi(app: Arc<App>, _: Request) -> Answer {
    let document = app.document.get_or_init(|| openapi::document(&app.issuer).to_string().into()).clone();
    Ok(([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")], document).into_response())
}

/// The page.
pub async fn page(_: Arc<App>, _: Request) -> Answer {
    Ok(show("text/html; charset=utf-8", include_str!("../../assets/docs/index.html")))
}

/// A part of the page.
pub async fn asset(_: Arc<App>, request: Request) -> Answer {
    let name = request.uri.path().strip_prefix("/docs/").unwrap_or_default();
    let (name, text) = ASSETS.iter().find(|(known, _)| *known == name).ok_or(Failure::NotFound)?;
    let kind = match name.rsplit_once('.') {
        Some((_, "css")) => "text/css; charset=utf-8",
        Some((_, "svg")) => "image/svg+xml",
        _ => "text/javascript; charset=utf-8",
    };
    Ok(show(kind, text))
}

fn show(kind: &'static str, text: &'static str) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, REVALIDATE);
    headers.insert(CONTENT_SECURITY_POLICY, POLICY);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}
