//! Signed tokens and the keys behind them: RFC 7515 (JWS), RFC 7517 (JWK), RFC 7518 (JWA).

pub mod alg;
pub mod json;
pub mod jwk;
pub mod jws;

pub use alg::Alg;
pub use jwk::{Jwk, KeySet, MOST_KEYS};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The SHA-256 digest of a text, or of bytes.
pub fn sha256(content: impl AsRef<[u8]>) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, content.as_ref()).as_ref());
    bytes
}

/// Base64url without padding (RFC 7515 section 2).
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The same, behind what `text` has already.
pub fn push_base64url(text: &mut String, bytes: &[u8]) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Reads base64url without padding; `None` for anything else, including stray bits at the end.
pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}
