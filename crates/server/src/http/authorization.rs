//! The `Authorization` header (RFC 9110 section 11.6.2).

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use chancery_core::client_auth::Header;

/// The header's value. One that stands twice is as good as none: nobody knows which was meant.
pub fn find(headers: &HeaderMap) -> Option<Header<'_>> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok().map(Header::new)).flatten()
}
