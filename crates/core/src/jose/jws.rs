//! Compact serialization (RFC 7515 section 7.1): what we sign, what we signed and get back, and what others sign.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::jose::alg::PrivateKey;
use crate::jose::jwk::{Jwk, KeySet};
use crate::jose::{Alg, base64url, from_base64url, json, push_base64url};

/// No token of others is longer, in characters.
pub const MOST_CHARACTERS: usize = 16 * 1024;

/// A protected header, encoded: the type of an access token is `at+jwt` (RFC 9068 section 2.1), an ID token has `JWT`.
pub fn header(typ: &str, alg: Alg, kid: &str) -> String {
    base64url(format!(r#"{{"typ":"{typ}","alg":"{}","kid":"{kid}"}}"#, alg.as_str()).as_bytes())
}

/// Signs `claims` under an encoded header.
pub fn sign(key: &PrivateKey, header: &str, claims: &[u8]) -> Option<String> {
    let mut token = String::with_capacity(header.len() + claims.len() * 4 / 3 + 352);
    token.push_str(header);
    token.push('.');
    push_base64url(&mut token, claims);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    push_base64url(&mut token, &signature);
    Some(token)
}

/// The claims, if the token bears exactly this header and this key's signature. Comparing whole headers leaves
/// a sender nothing to choose: no other algorithm, type or key can be slipped in (RFC 8725 section 3.1).
pub fn open<T: DeserializeOwned>(key: &Jwk, alg: Alg, header: &str, token: &str) -> Option<T> {
    let (message, signature) = token.rsplit_once('.')?;
    let (presented, claims) = message.split_once('.')?;
    if presented != header || !key.verify(alg, message.as_bytes(), &from_base64url(signature)?) {
        return None;
    }
    serde_json::from_slice(&from_base64url(claims)?).ok()
}

/// A token that somebody else signed, read but not believed.
pub struct Foreign<'a> {
    /// The algorithm that it says it is signed with.
    pub alg: Alg,
    /// The key that it says it is signed with.
    pub kid: Option<String>,
    /// Its type, in lower case and without `application/` (RFC 7515 section 4.1.9).
    pub typ: Option<String>,
    /// The claims.
    pub claims: Value,
    message: &'a str,
    signature: Vec<u8>,
}

/// The header members that count. `jwk`, `jku`, `x5u` and `x5c` do not: a key in the token proves nothing.
#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    typ: Option<String>,
}

impl<'a> Foreign<'a> {
    /// Reads a token; `None` for one that is too long, has an algorithm that is not ours (`none` is not), demands an
    /// extension (`crit`, RFC 7515 section 4.1.11), or names a member twice (section 4, RFC 7519 section 4).
    pub fn read(text: &'a str) -> Option<Self> {
        if text.len() > MOST_CHARACTERS {
            return None;
        }
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        let members = json::read(&from_base64url(header)?)?;
        if members.get("crit").is_some() {
            return None;
        }
        let header: Header = serde_json::from_value(members).ok()?;
        let typ = header.typ.map(|typ| typ.to_ascii_lowercase());
        let claims = json::read(&from_base64url(claims)?)?;
        Some(Self {
            alg: Alg::find_foreign(&header.alg)?,
            kid: header.kid,
            typ: typ.map(|typ| typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ)),
            claims: Some(claims).filter(Value::is_object)?,
            message,
            signature: from_base64url(signature)?,
        })
    }

    /// Whether one of these keys signed it.
    pub fn is_signed_by(&self, keys: &KeySet) -> bool {
        let mut candidates = keys.candidates(self.alg, self.kid.as_deref());
        candidates.any(|key| key.verify(self.alg, self.message.as_bytes(), &self.signature))
    }
}

#[cfg(test)]
mod tests;
