//! What the server says of itself: `/.well-known/openid-configuration` (OpenID Connect Discovery 1.0 section 4) and
//! `/.well-known/oauth-authorization-server` (RFC 8414 section 3) are one document.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;
use chancery_core::discovery;
use chancery_core::policy::Registration;

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, path_of, respond};
use crate::pages::texts;

/// The members that are URLs, and the routes that they name.
const ENDPOINTS: &[(&str, &str)] = &[
    ("authorization_endpoint", "oauth2_authorize"),
    ("token_endpoint", "oauth2_token"),
    ("userinfo_endpoint", "userinfo"),
    ("registration_endpoint", "register"),
    ("introspection_endpoint", "introspect"),
    ("revocation_endpoint", "revoke"),
    ("end_session_endpoint", "end_session"),
    ("jwks_uri", "jwks"),
    ("service_documentation", "docs"),
];

/// The document of an issuer with a path, where RFC 8414 section 3.1 looks for it.
pub async fn below(app: Arc<App>, request: Request) -> Answer {
    let (_, authority_and_path) = app.issuer.split_once("://").unwrap_or_default();
    let own = authority_and_path.find('/').map_or("", |slash| &authority_and_path[slash..]);
    let asked = request.uri.path().strip_prefix("/.well-known/oauth-authorization-server");
    if asked.map(|path| path.trim_end_matches('/')) != Some(own) {
        return Err(Failure::NotFound);
    }
    show(app, request).await
}

/// Answers the document. It may be kept for an hour.
pub async fn show(app: Arc<App>, _: Request) -> Answer {
    let paths = ENDPOINTS.iter().filter_map(|(member, route)| Some((*member, path_of(route)?)));
    let is_open = app.policy.registration != Registration::Off;
    let paths: Vec<_> = paths.filter(|(member, _)| is_open || *member != "registration_endpoint").collect();
    let languages: Vec<_> = texts::all().iter().map(|texts| texts.tag).collect();
    let document = app.with_env(|env| discovery::document(&paths, &languages, env));
    let mut response = respond::ok(&document);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}
