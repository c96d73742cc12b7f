//! Reading bodies: bounded, and refused in the words of whoever sent them.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use bytes::Bytes;
use chancery_core::error::{ApiCode, ApiError, ErrorCode, OAuthError};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// No body is larger, in bytes.
pub const LARGEST: usize = 256 * 1024;

/// Reads a body to its end.
pub async fn read(body: Body) -> Result<Bytes, Failure> {
    match Limited::new(body, LARGEST).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::TooLarge(LARGEST)),
        // The client broke off; nobody is left to read the answer.
        Err(_) => Err(ApiCode::BadRequest.into()),
    }
}

/// Reads a form; RFC 6749 section 3.2 has it `application/x-www-form-urlencoded`.
pub async fn form(headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    if !is_type(headers, "application/x-www-form-urlencoded") {
        let detail = "the body must be application/x-www-form-urlencoded";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into());
    }
    read(body).await
}

/// Reads a JSON object; a body without type is taken for JSON.
pub async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    if headers.contains_key(CONTENT_TYPE) && !is_type(headers, "application/json") {
        return Err(ApiCode::UnsupportedMediaType.into());
    }
    let bytes = read(body).await?;
    // Only an object can be any of our types; this also refuses `null`, which some SDKs send for no body.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(ApiCode::BadRequest.into());
    }
    let mut reader = serde_json::Deserializer::from_slice(&bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        match error.inner().classify() {
            // Without a path the fault is in the object itself: a member that stands twice, for example.
            serde_json::error::Category::Data if path != "." => {
                ApiError::new(ApiCode::InvalidValue).with("field", &path).at(path)
            }
            _ => ApiCode::BadRequest.into(),
        }
    })?;
    reader.end().map_err(|_| Failure::from(ApiCode::BadRequest))?;
    Ok(value)
}

fn is_type(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}
