//! OpenID Connect Core 1.0: what a client is told of a person, and of their login.

pub mod claims;
pub mod hint;
pub mod id_token;
pub mod request;
pub mod subject;
pub mod userinfo;

use serde::{Deserialize, Serialize};

use crate::types::{Scope, Timestamp};

pub use request::ClaimsRequest;

/// What every login here is worth (`acr`, section 2): a password, level 1 of ISO/IEC 29115.
pub const ACR: &str = "1";
/// How people log in here (`amr`, RFC 8176 section 2).
pub const AMR: &str = "pwd";

/// A login, as an authorization request asked to be told of it. Kept with what comes of the request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Login {
    /// When the person proved who they are.
    pub auth_time: Timestamp,
    /// What the client told this request from others by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// Which claims were asked for one by one.
    #[serde(skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
}

/// A login under a seal: it holds whatever values a client asked for, which only JSON can tell apart.
pub mod as_json {
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Login;

    /// As text.
    pub fn serialize<S: Serializer>(login: &Option<Login>, to: S) -> Result<S::Ok, S::Error> {
        let text = login.as_ref().map(serde_json::to_string).transpose().map_err(S::Error::custom)?;
        text.serialize(to)
    }

    /// From text.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Login>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(D::Error::custom)
    }
}

/// Whether a request of that scope is one of OpenID Connect (section 3.1.2.1).
pub fn is_asked(scope: &Scope) -> bool {
    scope.has_named("openid")
}
