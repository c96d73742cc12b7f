//! What a client can be beyond what the management API knows: the metadata of RFC 7591 section 2 and OpenID Connect Dynamic
//! Client Registration 1.0 section 2. Kept as one document; what an older version did not know has its default.

use serde::{Deserialize, Serialize};

use crate::client_auth::AuthMethod;
use crate::jose::{Alg, KeySet};
use crate::types::redirect_uri::{is_authority, is_encoded};
use crate::types::{Digest, Lifetime, RedirectUri, Scope};

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Metadata {
    /// `token_endpoint_auth_method`; `None`: by its secret, or not at all where a challenge stands in for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_method: Option<AuthMethod>,
    /// `token_endpoint_auth_signing_alg`; `None`: any that is offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_alg: Option<Alg>,
    /// `jwks`: the keys that it signs with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<KeySet>,
    /// `jwks_uri`: where its keys are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// `id_token_signed_response_alg`; `None`: RS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_alg: Option<Alg>,
    /// `userinfo_signed_response_alg`; `None`: userinfo is plain JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_alg: Option<Alg>,
    /// `introspection_signed_response_alg`; `None`: RS256.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_alg: Option<Alg>,
    /// What its pairwise subjects are made for; `None`: its subjects are public.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// `post_logout_redirect_uris`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// `default_max_age`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<Lifetime>,
    /// What it said of itself that is only given back.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub about: serde_json::Map<String, serde_json::Value>,
    /// What it manages its registration with (RFC 7592), digested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Digest>,
    /// What an administrator left to one that registered itself; `None`: all that it may ask for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub most: Option<Scope>,
    /// Whether it registered itself: then it administers nothing, and people are always asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub self_registered: bool,
}

impl Metadata {
    /// What it said of itself under that name.
    pub fn about(&self, name: &str) -> Option<&str> {
        self.about.get(name)?.as_str()
    }

    /// Whether it has keys to sign with.
    pub fn has_keys(&self) -> bool {
        self.jwks.is_some() || self.jwks_uri.is_some()
    }

    /// Whether it never proves who it is.
    pub fn is_public(&self) -> bool {
        self.auth_method == Some(AuthMethod::None)
    }
}

/// Whether a text is a URL that documents can be fetched from, or that people can be shown: https, or http where the operator
/// lets it be fetched.
pub fn place(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let is_uri = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/?[]@!$&'()*+,;=%".contains(&b);
    let authority = rest.split(['/', '?']).next().filter(|authority| is_authority(authority));
    authority.filter(|_| rest.bytes().all(is_uri) && is_encoded(rest)).map(|_| text)
}
