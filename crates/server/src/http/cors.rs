//! Which route groups a script of another site may call (the Fetch standard, section 3.2). No answer depends on a cookie, so any origin
//! is as good as another; pages are for people and stay out.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
};
use axum::http::{HeaderMap, HeaderValue};

use super::Group;

const ANYBODY: HeaderValue = HeaderValue::from_static("*");
const READABLE: HeaderValue = HeaderValue::from_static(
    "ININ-Correlation-Id, Genesys-Correlation-Id, inin-ratelimit-count, inin-ratelimit-allowed, \
     inin-ratelimit-reset, Retry-After, WWW-Authenticate",
);
const SENDABLE: HeaderValue =
    HeaderValue::from_static("Authorization, Content-Type, Accept, Genesys-App, purecloud-sdk");
/// A preflight is good for so many seconds; browsers cap it at two hours.
const KEPT: HeaderValue = HeaderValue::from_static("7200");

/// Whether scripts of other sites may call this group.
pub const fn is_open(group: Group) -> bool {
    matches!(group, Group::Genesys | Group::Standard | Group::Api)
}

/// Lets scripts of other sites read an answer.
pub fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, ANYBODY);
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, READABLE);
}

/// Answers whether a request with these methods may be sent.
pub fn preflight(headers: &mut HeaderMap, methods: &HeaderValue) {
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods.clone());
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, SENDABLE);
    headers.insert(ACCESS_CONTROL_MAX_AGE, KEPT);
}
