//! What the pages load: one stylesheet, one script, the operator's colours and logo, and those of applications.

use std::sync::Arc;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chancery_core::types::ClientId;

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::Request;
use crate::settle::look_up;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// `GET /pages/{asset}`.
pub async fn asset(app: Arc<App>, request: Request) -> Answer {
    let name = request.uri.path().strip_prefix("/pages/").unwrap_or_default();
    let (kind, bytes) = match (name, &app.brand.logo) {
        ("pages.css", _) => (CSS, Bytes::from_static(include_bytes!("../../assets/pages/pages.css"))),
        ("onward.js", _) => (JS, Bytes::from_static(include_bytes!("../../assets/pages/onward.js"))),
        ("brand.css", _) => (CSS, Bytes::from(app.brand.css())),
        ("logo", Some(logo)) => (logo.kind, logo.bytes.clone()),
        _ => return Err(Failure::NotFound),
    };
    // Asked again each time, so that a new version is seen at once.
    Ok(sent(kind, "no-cache", bytes))
}

/// `GET /oauth2/logo/{clientId}`: the picture at the client's `logo_uri` (OpenID Connect Dynamic Client Registration 1.0 section
/// 2), fetched by this server, so that nobody but it learns who is about to log in.
pub async fn client_logo(app: Arc<App>, request: Request) -> Answer {
    let id = request.uri.path().rsplit('/').next().and_then(ClientId::parse).ok_or(Failure::NotFound)?;
    let client = look_up(&app, |facts| facts.client(id).cloned()).await?.ok_or(Failure::NotFound)?;
    let place = client.metadata.about("logo_uri").ok_or(Failure::NotFound)?;
    let logo = app.outbound.picture(&Arc::from(place)).await.ok_or(Failure::NotFound)?;
    Ok(sent(logo.kind, "private, max-age=600", logo.bytes.clone()))
}

fn sent(kind: &'static str, keep: &'static str, bytes: Bytes) -> Response {
    let headers = [
        (CONTENT_TYPE, kind),
        (CACHE_CONTROL, keep),
        // An image that is opened by itself is a document too, and runs nothing.
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    (headers, bytes).into_response()
}
