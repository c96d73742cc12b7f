//! Reading bodies: bounded, and refused in the words of whoever sent them.

use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_TYPE, EXPECT};
use bytes::{Bytes, BytesMut};
use chancery_core::error::{ApiCode, ApiError, ErrorCode, OAuthError};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use crate::failure::Failure;

/// No body is larger, in bytes.
pub const LARGEST: usize = 256 * 1024;
/// Of a body that is too large, so much is read and thrown away, so that its sender gets to read the answer.
const POLITE: usize = 16 * 1024 * 1024;

/// Reads a body to its end. Every answer waits for that: answered earlier, the connection could not be kept.
pub async fn read(headers: &HeaderMap, body: Body, patience: Duration) -> Result<Bytes, Failure> {
    let announced = body.size_hint().lower();
    if announced > LARGEST as u64 && headers.contains_key(EXPECT) {
        // The sender asked first, and is told before it sends.
        return Err(Failure::TooLarge(LARGEST));
    }
    tokio::time::timeout(patience, gather(body)).await.unwrap_or(Err(Failure::TimedOut))
}

async fn gather(mut body: Body) -> Result<Bytes, Failure> {
    let (mut whole, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Failure::BrokenOff)?.into_data() else { continue };
        length += data.len();
        if length > POLITE {
            break;
        }
        if length <= LARGEST {
            whole.extend_from_slice(&data);
        }
    }
    if length > LARGEST { Err(Failure::TooLarge(LARGEST)) } else { Ok(whole.freeze()) }
}

/// The body that `read` has read already.
pub async fn taken(body: Body) -> Result<Bytes, Failure> {
    body.collect()
        .await
        .map(|collected| collected.to_bytes())
        .map_err(|error| Failure::Internal(error.to_string()))
}

/// Reads a form; RFC 6749 section 3.2 has it `application/x-www-form-urlencoded`.
pub async fn form(headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    if !is_type(headers, "application/x-www-form-urlencoded") {
        let detail = "the body must be application/x-www-form-urlencoded";
        return Err(OAuthError::new(ErrorCode::InvalidRequest, detail).into());
    }
    taken(body).await
}

/// Reads JSON that begins with `first`; a body without type is taken for JSON.
pub fn json<T: DeserializeOwned>(headers: &HeaderMap, bytes: &[u8], first: u8) -> Result<T, Failure> {
    if headers.contains_key(CONTENT_TYPE) && !is_type(headers, "application/json") {
        return Err(ApiCode::UnsupportedMediaType.into());
    }
    // An object is never an array; this also refuses `null`, which some SDKs send for no body.
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&first) {
        return Err(ApiCode::BadRequest.into());
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
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
