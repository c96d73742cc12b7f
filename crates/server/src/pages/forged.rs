//! Whether a form was sent by one of our own pages, in the same browser: a token in the form that only this server can make
//! of the browser's cookie, and what the browser says of where the form stood.

use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use chancery_core::jose::{base64url, from_base64url};
use chancery_core::keyring::Keyring;
use chancery_core::types::{Digest, KeyId};

/// Keeps these MACs apart from all else that is made with the same key.
const CONTEXT: &[u8] = b"chancery form\0";

/// What a form carries: bound to a cookie's value, and to what the form is for.
pub fn token(cookie: &str, purpose: &str, keys: &Keyring) -> String {
    let digest = keys.digest(&content(cookie, purpose));
    let mut bytes = digest.key.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(&digest.bytes);
    base64url(&bytes)
}

/// Whether a form carries what `token` makes.
pub fn is_genuine(presented: &str, cookie: &str, purpose: &str, keys: &Keyring) -> bool {
    let read = || {
        let bytes: [u8; 36] = from_base64url(presented)?.try_into().ok()?;
        let (key, mac) = bytes.split_first_chunk::<4>()?;
        Some(Digest { key: KeyId(u32::from_be_bytes(*key)), bytes: mac.try_into().ok()? })
    };
    read().is_some_and(|digest| keys.matches(&digest, &content(cookie, purpose)))
}

fn content(cookie: &str, purpose: &str) -> Vec<u8> {
    [CONTEXT, cookie.as_bytes(), b"\0", purpose.as_bytes()].concat()
}

/// Whether the browser says that the form stood elsewhere. One that says nothing is believed: the token decides.
pub fn is_foreign(parts: &Parts) -> bool {
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    match text("sec-fetch-site") {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text(ORIGIN.as_str()).is_some_and(|origin| !is_own(origin, &parts.headers, parts)),
    }
}

fn is_own(origin: &str, headers: &HeaderMap, parts: &Parts) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|authority| authority.as_str()));
    let named = origin.split_once("://").map(|(_, authority)| authority);
    named.is_some() && named == host
}
