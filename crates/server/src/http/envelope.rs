//! What every answer of a group has in common: correlation ids, cache headers, and the form of its failures.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{ALLOW, CACHE_CONTROL, CONNECTION, EXPIRES, PRAGMA};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;

use crate::app::App;
use crate::failure::Failure;
use crate::http::{Group, body, respond};

/// The id of a request, in the answer's headers, in error bodies and in log lines.
#[derive(Clone, Debug)]
pub struct CorrelationId(pub String);

impl CorrelationId {
    fn random(app: &App) -> Self {
        let mut bytes = [0; 16];
        app.random.fill(&mut bytes);
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid().to_string())
    }
}

/// Puts the envelope of `group` around its paths.
pub fn around(paths: Router<Arc<App>>, group: Group, app: &Arc<App>) -> Router<Arc<App>> {
    let app = Arc::clone(app);
    paths.layer(middleware::from_fn(move |request: Request, next: Next| {
        let app = Arc::clone(&app);
        async move { answer(&app, group, request, next).await }
    }))
}

async fn answer(app: &App, group: Group, request: Request, next: Next) -> Response {
    let id = CorrelationId::random(app);
    let asked = tracing::enabled!(tracing::Level::DEBUG)
        .then(|| format!("{} {}", request.method(), request.uri().path()));
    let begun = std::time::Instant::now();
    let tried_basic = respond::tried_basic(request.headers());
    let mut response = AssertUnwindSafe(run(request, next))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Failure::Internal("a handler panicked".to_owned()).into_response());
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        report(&failure, &id);
        let kept =
            [ALLOW, CONNECTION].map(|name| response.headers_mut().remove(&name).map(|value| (name, value)));
        response = match group {
            Group::Genesys => respond::genesys(&failure, &app.policy),
            Group::Standard => respond::standard(&failure, tried_basic),
            Group::Api => respond::api(&failure, &id),
            Group::Plain => respond::plain(&failure),
        };
        response.headers_mut().extend(kept.into_iter().flatten());
    }
    if let Some(asked) = asked {
        let status = response.status().as_u16();
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::debug!(correlation_id = %id.0, status, micros, "{asked}");
    }
    stamp(response.headers_mut(), group, &id);
    response
}

/// The body comes first, whole: see `body::read`.
async fn run(request: Request, next: Next) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, content) = request.into_parts();
    match body::read(&parts.headers, content).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(failure) => {
            let mut response = failure.into_response();
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            response
        }
    }
}

fn report(failure: &Failure, id: &CorrelationId) {
    match failure {
        Failure::Internal(_) => tracing::error!(correlation_id = %id.0, "{failure}"),
        Failure::Unavailable(_) | Failure::Conflict => tracing::warn!(correlation_id = %id.0, "{failure}"),
        _ => {}
    }
}

fn stamp(headers: &mut HeaderMap, group: Group, id: &CorrelationId) {
    const NO_STORE: HeaderValue = HeaderValue::from_static("no-cache, no-store, must-revalidate");
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(HeaderName::from_static("inin-correlation-id"), value.clone());
        headers.insert(HeaderName::from_static("genesys-correlation-id"), value);
    }
    headers.insert(axum::http::header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, NO_STORE);
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        if group == Group::Api {
            headers.insert(EXPIRES, HeaderValue::from_static("0"));
        }
    }
}
