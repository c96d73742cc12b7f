//! The key set (RFC 7517 section 5): every key that signs, is about to, or signed something still alive.

use std::sync::Arc;

use axum::http::HeaderValue;
use axum::http::header::CACHE_CONTROL;

use crate::api::Answer;
use crate::app::App;
use crate::http::{Request, respond};

/// Answers the key set. It may be kept for an hour: a key is published a day before it signs.
pub async fn show(app: Arc<App>, _: Request) -> Answer {
    let keys = app.signing_keys().await?;
    let keys: Vec<_> = keys.published(app.clock.now()).map(|key| &key.jwk).collect();
    let mut response = respond::ok(&serde_json::json!({ "keys": keys }));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
    Ok(response)
}
