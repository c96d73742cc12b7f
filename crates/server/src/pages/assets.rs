//! What the pages load: one stylesheet, one script, the operator's colours and logo.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use bytes::Bytes;

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// `GET /pages/{asset}`.
pub async fn asset(app: Arc<App>, request: Request) -> Answer {
    let name = request.uri().path().strip_prefix("/pages/").unwrap_or_default();
    let (kind, bytes) = match (name, &app.brand.logo) {
        ("pages.css", _) => (CSS, Bytes::from_static(include_bytes!("../../assets/pages/pages.css"))),
        ("onward.js", _) => (JS, Bytes::from_static(include_bytes!("../../assets/pages/onward.js"))),
        ("brand.css", _) => (CSS, Bytes::from(app.brand.css())),
        ("logo", Some(logo)) => (logo.kind, logo.bytes.clone()),
        _ => return Err(Failure::NotFound),
    };
    let headers = [
        (CONTENT_TYPE, kind),
        // Asked again each time, so that a new version is seen at once.
        (CACHE_CONTROL, "no-cache"),
        // An image that is opened by itself is a document too, and runs nothing.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    Ok((headers, bytes).into_response())
}
