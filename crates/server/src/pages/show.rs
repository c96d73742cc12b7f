//! Answers for people: pages that nobody can frame, fill or script, and ways on.

use askama::Template;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use chancery_core::authorize::Stray;
use chancery_core::form::Form;

use crate::failure::Failure;
use crate::http::{Request, body};

macro_rules! policy {
    () => {
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"
    };
}

/// No request that came by a form is longer: it goes on as an address.
const MOST_BYTES: usize = 8 * 1024;

/// Where the forms of a page may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forms {
    /// To this server.
    Here,
    /// To this server, and on with the answer: browsers hold every redirect that follows to `form-action`, those of the
    /// application too, and nobody knows where these lead.
    Anywhere,
    /// The same, and the page has a script of ours that sends it.
    ByScript,
}

/// A page.
pub fn html(status: StatusCode, page: &impl Template, forms: Forms) -> Response {
    let text = match page.render() {
        Ok(text) => text,
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let policy = match forms {
        Forms::Here => concat!(policy!(), "; form-action 'self'"),
        Forms::Anywhere => policy!(),
        Forms::ByScript => concat!(policy!(), "; script-src 'self'"),
    };
    let mut response = (status, text).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // With none at all, a browser would not say where our own forms stood.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Sends the browser on: after a GET as RFC 6749 section 4.1.2 shows it, after a POST with a GET (RFC 9110 section 15.4.4).
pub fn onward(method: &Method, location: &str) -> Result<Response, Failure> {
    let location =
        HeaderValue::from_str(location).map_err(|_| Failure::Internal("a way on is no header".to_owned()))?;
    let status = if *method == Method::POST { StatusCode::SEE_OTHER } else { StatusCode::FOUND };
    let mut response = status.into_response();
    response.headers_mut().insert(LOCATION, location);
    // The request has a state and a challenge that are nobody else's business.
    response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// The same request by a `GET`: a form that comes from another site brings no cookies, and what follows it does.
pub async fn by_get(request: Request, page: &str) -> Result<Response, Failure> {
    let (parts, content) = request.into_parts();
    let bytes = body::form(&parts.headers, content)?;
    Form::parse_all(&bytes).map_err(|_| Stray::Malformed)?;
    // No browser would bring more in an address.
    if bytes.len() > MOST_BYTES {
        return Err(Stray::Malformed.into());
    }
    let members = form_urlencoded::parse(&bytes);
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(members).finish();
    onward(&parts.method, &format!("{page}?{query}"))
}
