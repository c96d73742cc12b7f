//! What every answer of a group has in common: correlation ids, cache headers, and the form of its failures.

use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Instant;

use axum::body::HttpBody;
use axum::http::header::{
    ACCEPT_LANGUAGE, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONNECTION, EXPIRES, PRAGMA, RETRY_AFTER,
    STRICT_TRANSPORT_SECURITY,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request as Incoming, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::FutureExt;
use tracing::Instrument;

use crate::api::{Operation, call};
use crate::app::App;
use crate::failure::Failure;
use crate::http::body::Held;
use crate::http::origin::{ORIGIN, Origin};
use crate::http::{Group, Head, Request, Route, address, body, cors, respond};
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

/// How a request is answered.
#[derive(Clone, Copy)]
pub enum Answering<'a> {
    /// By a route.
    Route(&'static Route),
    /// By an operation of the management API.
    Operation(&'static Operation),
    /// With these methods, to a browser that asks for another site.
    Preflight(&'a HeaderValue),
    /// Not by this method, but by these.
    OtherMethods(&'a HeaderValue),
    /// By nobody.
    Nothing,
}

/// Whoever answers a request.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// In whose form.
    pub group: Group,
    /// What figures, lines and traces call it.
    pub name: &'static str,
    /// How.
    pub answering: Answering<'a>,
}

/// Answers a request that came from `peer`, in the form of its group.
pub async fn seal<B>(
    app: &Arc<App>,
    target: Target<'_>,
    request: Incoming<B>,
    segments: Vec<(String, String)>,
    peer: IpAddr,
) -> Response
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let begun = Instant::now();
    let (parts, body) = request.into_parts();
    let address = address::behind(peer.to_canonical(), &parts.headers, &app.edges.trusted_proxies);
    let origin = Arc::new(Origin::new(address, CorrelationId::random(app)));
    let (name, method) = (target.name, parts.method.clone());
    let span = telemetry::request_span(name, &method, &origin.correlation.0, &parts.headers);
    let head = Head { parts, address, segments };
    // On the heap: what is awaited is moved again and again, whole.
    let answering = Box::pin(answer(app, target, Arc::clone(&origin), head, body));
    let response = ORIGIN.scope(origin, answering).instrument(span.clone()).await;
    let (status, elapsed) = (response.status().as_u16(), begun.elapsed());
    telemetry::answered(&span, status);
    metrics::http_request(name, method.as_str(), status, elapsed);
    response
}

async fn answer<B>(app: &Arc<App>, target: Target<'_>, origin: Arc<Origin>, head: Head, body: B) -> Response
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    let (group, version) = (target.group, head.version);
    let languages = head.headers.get(ACCEPT_LANGUAGE).filter(|_| group == Group::Page).cloned();
    let told = tracing::enabled!(tracing::Level::DEBUG).then(|| (Instant::now(), head.method.clone()));
    let outcome = AssertUnwindSafe(open(app, target, head, body)).catch_unwind().await;
    let outcome =
        outcome.unwrap_or_else(|_| Outcome::from(Err(Failure::Internal("a handler panicked".to_owned()))));
    let mut response = outcome.answer.unwrap_or_else(|failure| {
        report(&failure);
        let mut response = match group {
            Group::Genesys => respond::genesys(&failure, &app.policy),
            Group::Standard => respond::standard(&failure),
            Group::Api => respond::api(&failure, &origin.correlation),
            Group::Page => respond::page(&failure, &origin.correlation, &app.brand, languages.as_ref()),
            Group::Plain => respond::plain(&failure),
        };
        admonish(response.headers_mut(), &failure, group, version);
        response
    });
    let headers = response.headers_mut();
    headers.extend(outcome.headers);
    if cors::is_open(group) {
        cors::open(headers);
    }
    if app.edges.https_only {
        // RFC 6797 section 7.1: for ten minutes, as the vendor's service does; the next answer prolongs it.
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=600"));
    }
    stamp(headers, group, &origin.correlation);
    if let Some((begun, method)) = told {
        let (status, micros) = (response.status().as_u16(), begun.elapsed().as_micros());
        // By its name: what stands in a path may be anything, a secret in the wrong place too.
        tracing::debug!(
            status,
            micros = u64::try_from(micros).unwrap_or(u64::MAX),
            "{method} {}",
            target.name
        );
    }
    response
}

/// The host first, then the body, whole: see `body::read`.
async fn open<B>(app: &Arc<App>, target: Target<'_>, head: Head, body: B) -> Outcome
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    // Whoever watches over the server knows its address, and not always its name; and sees it busy.
    let is_watched = matches!(target.name, "live" | "ready");
    let host = if is_watched { Ok(()) } else { address::check_host(&head, &app.edges) };
    let held = if body.is_end_stream() {
        Ok(Held::default())
    } else {
        body::read(&head, body, &app.bodies, app.edges.body_timeout).await
    };
    let held = match host.and(held) {
        Ok(held) => held,
        Err(failure) => return Outcome::from(Err(failure)),
    };
    let credentials = head.headers.get(AUTHORIZATION).map(HeaderValue::as_bytes);
    let place = app.limits.places.take(head.address, credentials);
    if place.is_none() && !is_watched {
        metrics::throttled("busy");
        return Outcome::from(Err(Failure::Busy));
    }
    let request = Request { head, body: held.bytes.clone() };
    let outcome = match target.answering {
        Answering::Route(route) => (route.handle)(Arc::clone(app), request).await,
        Answering::Operation(operation) => Box::pin(call::answer(operation, Arc::clone(app), request)).await,
        Answering::Preflight(methods) => preflight(methods),
        Answering::OtherMethods(methods) => other_methods(methods, target.group),
        Answering::Nothing => Outcome::from(Err(Failure::NotFound)),
    };
    drop((held, place));
    outcome
}

/// RFC 9110 section 15.5.6.
fn other_methods(methods: &HeaderValue, group: Group) -> Outcome {
    let named = methods.to_str().unwrap_or_default();
    let all = if cors::is_open(group) { format!("{named},OPTIONS") } else { named.to_owned() };
    let allow = HeaderValue::try_from(all).map(|it| (ALLOW, it));
    Outcome::from(Err(Failure::MethodNotAllowed)).with(allow.into_iter().collect())
}

fn preflight(methods: &HeaderValue) -> Outcome {
    let mut response = StatusCode::NO_CONTENT.into_response();
    cors::preflight(response.headers_mut(), methods);
    response.headers_mut().insert(ALLOW, methods.clone());
    Outcome::from(Ok(response))
}

/// What some refusals tell by headers.
fn admonish(headers: &mut HeaderMap, failure: &Failure, group: Group, version: Version) {
    // The vendor's login host names no time; its SDKs read the text.
    if let Failure::RateLimited(seconds, _) = failure
        && group != Group::Genesys
    {
        headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
    }
    // RFC 9110 section 15.6.4: what is too much now may do in a moment.
    if matches!(failure, Failure::Busy | Failure::NoRoom | Failure::Unavailable(_)) {
        headers.insert(RETRY_AFTER, HeaderValue::from(1));
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
