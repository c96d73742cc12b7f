//! The only renderers: one for each group's failures, and the few answers that belong to no group.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, HttpBody};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use chancery_api::{Detail, ErrorBody, Limit};
use chancery_core::error::ErrorCode;
use chancery_core::policy::Policy;
use serde::Serialize;

use crate::api::Answer;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{Request, envelope::CorrelationId};
use crate::pages::brand::Brand;
use crate::pages::views::ErrorPage;
use crate::pages::{show, texts};

/// The headers of nearly every answer find room without moving.
const MOST_HEADERS: usize = 14;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A JSON answer.
pub fn json<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => written(status, body),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// An answer that is JSON already.
pub fn written(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::with_capacity(MOST_HEADERS);
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}

/// A JSON answer with status 200.
pub fn ok<T: Serialize>(value: &T) -> Response {
    json(StatusCode::OK, value)
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The answer to `HEAD`: it tells the length of what it leaves out.
pub fn without_body(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    if let Some(length) = body.size_hint().exact() {
        parts.headers.entry(CONTENT_LENGTH).or_insert(HeaderValue::from(length));
    }
    Response::from_parts(parts, Body::empty())
}

#[derive(Serialize)]
struct OAuthBody {
    error: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'static str>,
    error_description: &'static str,
}

/// The vendor's login host: 400 where the standard has 401 or 429, both descriptions, never a challenge.
pub fn genesys(failure: &Failure, policy: &Policy) -> Response {
    let error = failure.as_oauth();
    let code = match (failure, error.code) {
        (Failure::NotFound | Failure::MethodNotAllowed, _) => outside(failure),
        (_, ErrorCode::InvalidClient) => policy.invalid_client_status.into(),
        // The vendor's login host has no 429.
        (_, ErrorCode::RateLimitExceeded) => 400,
        (_, code) => code.status(),
    };
    let name =
        if error.code == ErrorCode::RateLimitExceeded { ErrorCode::InvalidRequest } else { error.code };
    let body =
        OAuthBody { error: name.as_str(), description: Some(error.detail), error_description: error.detail };
    json(status(code), &body)
}

/// RFC 6749 section 5.2, with the challenge that every 401 has (RFC 9110 section 15.5.2).
pub fn standard(failure: &Failure) -> Response {
    let error = failure.as_oauth();
    let code = match failure {
        Failure::NotFound | Failure::MethodNotAllowed => outside(failure),
        _ => error.code.status(),
    };
    let body = OAuthBody { error: error.code.as_str(), description: None, error_description: error.detail };
    let mut response = json(status(code), &body);
    // RFC 6750 section 3: whoever presented nothing is told no error.
    let challenge = match error.code {
        ErrorCode::InvalidClient => Some(r#"Basic realm="chancery", charset="UTF-8""#.to_owned()),
        ErrorCode::TokenRequired => Some(r#"Bearer realm="chancery""#.to_owned()),
        ErrorCode::InvalidToken | ErrorCode::InsufficientScope => Some(format!(
            r#"Bearer realm="chancery", error="{}", error_description="{}""#,
            error.code.as_str(),
            error.detail
        )),
        _ => None,
    };
    let challenge = challenge.and_then(|it| HeaderValue::from_str(&it).ok());
    response.headers_mut().extend(challenge.map(|it| (WWW_AUTHENTICATE, it)));
    response
}

/// The management API's ErrorBody.
pub fn api(failure: &Failure, id: &CorrelationId) -> Response {
    let error = failure.as_api();
    let params: BTreeMap<String, String> =
        error.params.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let field = error.field.iter().map(|field| Detail {
        error_code: Some(error.code.as_str().to_owned()),
        field_name: Some(field.clone()),
        ..Detail::default()
    });
    let body = ErrorBody {
        message: error.message(),
        code: error.code.as_str().to_owned(),
        status: error.code.status(),
        context_id: id.0.to_string(),
        message_with_params: (!params.is_empty()).then(|| error.code.text().to_owned()),
        message_params: params,
        details: field.collect(),
        limit: error.limit.map(|(key, value)| Limit {
            key: key.to_owned(),
            namespace: "auth.api".to_owned(),
            value: i64::from(value),
        }),
        ..ErrorBody::default()
    };
    json(status(error.code.status()), &body)
}

/// A page for a person. What the request said is not on it.
pub fn page(
    failure: &Failure,
    id: &CorrelationId,
    brand: &Brand,
    languages: Option<&HeaderValue>,
) -> Response {
    let languages = languages.and_then(|value| value.to_str().ok());
    let page = ErrorPage {
        t: texts::choose(None, languages, None),
        brand,
        problem: failure.as_page(),
        correlation: &id.0,
    };
    show::html(status(outside(failure)), &page, show::Forms::Here)
}

/// Where nobody speaks a dialect.
pub fn plain(failure: &Failure) -> Response {
    let code = status(outside(failure));
    let text = code.canonical_reason().unwrap_or_default();
    (code, format!("{} {text}\n", code.as_u16())).into_response()
}

fn outside(failure: &Failure) -> u16 {
    match failure {
        Failure::NotFound => 404,
        Failure::MethodNotAllowed => 405,
        Failure::TooLarge(_) => 413,
        Failure::TimedOut => 408,
        Failure::Misdirected => 421,
        Failure::RateLimited(..) => 429,
        Failure::Conflict => 409,
        Failure::Unavailable(_) | Failure::NoRoom | Failure::Busy => 503,
        Failure::Forged => 403,
        Failure::OAuth(_)
        | Failure::Api(_)
        | Failure::Stray(_)
        | Failure::WrongCredentials
        | Failure::BrokenOff
        | Failure::NoHost => 400,
        Failure::Internal(_) => 500,
    }
}

/// `/`: tells whoever looks that they have found the right port.
pub async fn front(app: Arc<App>, _: Request) -> Answer {
    let (version, issuer) = (env!("CARGO_PKG_VERSION"), &app.issuer);
    let text = format!(
        "Chancery {version}\n\nAuthorization    {issuer}/oauth/authorize\nToken endpoint   {issuer}/oauth/token\n\
         Standard OAuth   {issuer}/.well-known/openid-configuration\n\
         Keys             {issuer}/.well-known/jwks.json\nManagement API   {issuer}/api/v2\nYour account     {issuer}/account\n\
         Documentation    {issuer}/docs\n"
    );
    Ok(text.into_response())
}

/// Whether the process answers at all.
pub async fn live(_: Arc<App>, _: Request) -> Answer {
    Ok(ok(&serde_json::json!({ "status": "live" })))
}

/// Whether the node can do its work: the store answers and takes what is written, and the node hears of changes.
pub async fn ready(app: Arc<App>, _: Request) -> Answer {
    // The keys: a table of a handful of rows, however much the store holds.
    if app.store.keys().await.is_ok() && app.is_writable() && !app.is_deaf() {
        return Ok(ok(&serde_json::json!({ "status": "ready" })));
    }
    Ok(json(StatusCode::SERVICE_UNAVAILABLE, &serde_json::json!({ "status": "not ready" })))
}
