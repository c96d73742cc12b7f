//! Compact serialization (RFC 7515 section 7.1), for tokens that we sign and get back.

use serde::de::DeserializeOwned;

use crate::jose::alg::PrivateKey;
use crate::jose::{base64url, from_base64url};

/// The protected header of an access token (RFC 9068 section 2.1), encoded.
pub fn access_token_header(alg: &str, kid: &str) -> String {
    base64url(format!(r#"{{"typ":"at+jwt","alg":"{alg}","kid":"{kid}"}}"#).as_bytes())
}

/// Signs `claims` under an encoded header.
pub fn sign(key: &PrivateKey, header: &str, claims: &[u8]) -> Option<String> {
    let mut token = String::with_capacity(header.len() + claims.len() * 4 / 3 + 96);
    token.push_str(header);
    token.push('.');
    token.push_str(&base64url(claims));
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    token.push_str(&base64url(&signature));
    Some(token)
}

/// The claims, if the token bears exactly this header and this key's signature. Comparing whole headers leaves
/// a sender nothing to choose: no other algorithm, type or key can be slipped in (RFC 8725 section 3.1).
pub fn open<T: DeserializeOwned>(key: &PrivateKey, header: &str, token: &str) -> Option<T> {
    let (message, signature) = token.rsplit_once('.')?;
    let (presented, claims) = message.split_once('.')?;
    if presented != header || !key.verify(message.as_bytes(), &from_base64url(signature)?) {
        return None;
    }
    serde_json::from_slice(&from_base64url(claims)?).ok()
}
