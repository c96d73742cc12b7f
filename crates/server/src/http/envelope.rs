//! What every answer of a group has in common: correlation ids, cache headers, and the form of its failures.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_LANGUAGE, CACHE_CONTROL, CONNECTION, EXPIRES, PRAGMA, RETRY_AFTER, STRICT_TRANSPORT_SECURITY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Version};
use axum::response::Response;
use futures_util::FutureExt;
use tracing::Instrument;

use crate::app::App;
use crate::failure::Failure;
use crate::http::origin::{ORIGIN, Origin};
use crate::http::{Group, address, body, cors, respond};
use crate::telemetry::{self, metrics};

/// The id of a request, in the answer's headers, in error bodies and in log lines.
#[derive(Clone, Debug)]
pub struct CorrelationId(pub Arc<str>);

impl CorrelationId {
    fn random(app: &App) -> Self {
        let mut bytes = [0; 16];
        app.random.fill(&mut bytes);
        let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
        Self(Arc::from(&*id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer())))
    }
}

/// An answer, or a refusal that has no form yet, with headers that it has either way.
pub struct Outcome {
    answer: Result<Response, Failure>,
    headers: HeaderMap,
}

impl From<Result<Response, Failure>> for Outcome {
    fn from(answer: Result<Response, Failure>) -> Self {
        Self { answer, headers: HeaderMap::new() }
    }
}

impl Outcome {
    /// With these headers too.
    pub fn with(mut self, headers: HeaderMap) -> Self {
        self.headers.extend(headers);
        self
    }

    /// The status that the management API gives it.
    pub fn status(&self) -> u16 {
        self.answer.as_ref().map_or_else(|failure| failure.as_api().code.status(), |it| it.status().as_u16())
    }
}

/// Answers a request by `handle`, in the form of `group`. `name` is what figures, lines and traces call it.
pub async fn seal<F: Future<Output = Outcome>>(
    app: Arc<App>,
    group: Group,
    name: &'static str,
    request: Request,
    handle: impl FnOnce(Arc<App>, Request) -> F,
) -> Response {
    let (id, begun, method) = (CorrelationId::random(&app), Instant::now(), request.method().clone());
    let span = telemetry::request_span(name, &method, &id.0, request.headers());
    let origin = Origin::new(address::of_request(&request, &app.edges), id.clone());
    let answering = answer(app, group, name, id, request, handle).instrument(span.clone());
    let response = ORIGIN.scope(origin, answering).await;
    let (status, elapsed) = (response.status().as_u16(), begun.elapsed());
    telemetry::answered(&span, status);
    let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    // By its name: what stands in a path may be anything, a secret in the wrong place too.
    span.in_scope(|| tracing::debug!(status, micros, "{method} {name}"));
    metrics::http_request(name, method.as_str(), status, elapsed);
    response
}

async fn answer<F: Future<Output = Outcome>>(
    app: Arc<App>,
    group: Group,
    name: &'static str,
    id: CorrelationId,
    request: Request,
    handle: impl FnOnce(Arc<App>, Request) -> F,
) -> Response {
    let version = request.version();
    let languages = request.headers().get(ACCEPT_LANGUAGE).filter(|_| group == Group::Page).cloned();
    let outcome = AssertUnwindSafe(open(&app, name, request, handle)).catch_unwind().await;
    let outcome =
        outcome.unwrap_or_else(|_| Outcome::from(Err(Failure::Internal("a handler panicked".to_owned()))));
    let mut response = outcome.answer.unwrap_or_else(|failure| {
        report(&failure);
        let mut response = match group {
            Group::Genesys => respond::genesys(&failure, &app.policy),
            Group::Standard => respond::standard(&failure),
            Group::Api => respond::api(&failure, &id),
            Group::Page => respond::page(&failure, &id, &app.brand, languages.as_ref()),
            Group::Plain => respond::plain(&failure),
        };
        admonish(response.headers_mut(), &failure, group, version);
        response
    });
    response.headers_mut().extend(outcome.headers);
    if cors::is_open(group) {
        cors::open(response.headers_mut());
    }
    if app.edges.https_only {
        // RFC 6797 section 7.1: for ten minutes, as the vendor's service does; the next answer prolongs it.
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=600"));
    }
    stamp(response.headers_mut(), group, &id);
    response
}

/// The host first, then the body, whole: see `body::read`.
async fn open<F: Future<Output = Outcome>>(
    app: &Arc<App>,
    name: &'static str,
    request: Request,
    handle: impl FnOnce(Arc<App>, Request) -> F,
) -> Outcome {
    // Whoever watches over the server knows its address, and not always its name.
    let host =
        if matches!(name, "live" | "ready") { Ok(()) } else { address::check_host(&request, &app.edges) };
    let (parts, content) = request.into_parts();
    let held = if content.is_end_stream() {
        Ok(None)
    } else {
        body::read(&parts.headers, content, &app.bodies, app.edges.body_timeout).await.map(Some)
    };
    match host.and(held) {
        Ok(held) => {
            let content = held.as_ref().map_or_else(Body::empty, |held| Body::from(held.bytes.clone()));
            let outcome = handle(Arc::clone(app), Request::from_parts(parts, content)).await;
            drop(held);
            outcome
        }
        Err(failure) => Outcome::from(Err(failure)),
    }
}

/// What some refusals tell by headers.
fn admonish(headers: &mut HeaderMap, failure: &Failure, group: Group, version: Version) {
    // The vendor's login host names no time; its SDKs read the text.
    if let Failure::RateLimited(seconds, _) = failure
        && group != Group::Genesys
    {
        headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    // What is left of the body was not read. HTTP/2 has no such header and needs none.
    if failure.leaves_the_body() && version < Version::HTTP_2 {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
}

fn report(failure: &Failure) {
    match failure {
        Failure::Internal(_) => tracing::error!("{failure}"),
        Failure::Unavailable(_) | Failure::NoRoom | Failure::Conflict => tracing::warn!("{failure}"),
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
