//! How a client proves who it is (RFC 6749 section 2.3): one method a file, tried by what the request carries.

pub mod client_secret_basic;
pub mod client_secret_post;
pub mod none;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::client::{Client, ClientState};
use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::grants::exchange::TokenRequest;
use crate::types::{ClientId, SecretId};

/// A method, by its name in discovery (`token_endpoint_auth_methods_supported`, RFC 8414 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// RFC 6749 section 2.3.1, HTTP Basic.
    ClientSecretBasic,
    /// RFC 6749 section 2.3.1, in the form.
    ClientSecretPost,
    /// RFC 7591 section 2: not at all.
    None,
}

/// The value of an `Authorization` header. Never printed.
#[derive(Clone, Copy)]
pub struct Header<'a>(&'a str);

impl<'a> Header<'a> {
    /// Takes the value.
    pub const fn new(value: &'a str) -> Self {
        Self(value)
    }

    /// What follows the scheme, if it is this one; the scheme's case does not count (RFC 9110 section 11.1).
    pub fn credentials(&self, scheme: &str) -> Option<&'a str> {
        let (found, rest) = self.0.split_once(' ')?;
        found.eq_ignore_ascii_case(scheme).then(|| rest.trim())
    }
}

impl fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Header(..)")
    }
}

/// What a client says about itself. Never printed.
pub struct Claim {
    /// Who it says it is, as sent.
    pub client_id: String,
    /// Its proof, as sent; `None`: it has none to show.
    pub secret: Option<zeroize::Zeroizing<String>>,
}

/// One method.
pub trait ClientAuth: Sync {
    /// Which.
    fn method(&self) -> AuthMethod;

    /// What the request presents by this method: nothing, something that cannot be read, or a claim.
    fn presented(&self, request: &TokenRequest) -> Option<Result<Claim, OAuthError>>;
}

/// The methods that the server has.
pub const ALL: &[&dyn ClientAuth] =
    &[&client_secret_basic::ClientSecretBasic, &client_secret_post::ClientSecretPost, &none::None];

/// The client that a request says it comes from, whether that is true or not; `None` if no client could have that id.
pub fn claimed(request: &TokenRequest) -> Option<ClientId> {
    let claim = ALL.iter().find_map(|method| method.presented(request)?.ok())?;
    ClientId::parse(&claim.client_id)
}

/// A client that has proved who it is, unless its method is `none`.
pub struct Proven<'a> {
    /// The client.
    pub client: &'a Client,
    /// How.
    pub method: AuthMethod,
    /// With which of its secrets.
    pub secret: Option<SecretId>,
}

impl Proven<'_> {
    /// Refuses a client that proved nothing.
    pub fn demand(&self) -> Result<(), OAuthError> {
        match self.method {
            AuthMethod::None => {
                Err(OAuthError::new(ErrorCode::InvalidClient, "no client credentials were presented"))
            }
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => Ok(()),
        }
    }
}

/// Refuses a client that was blocked, or will be gone.
pub fn refuse_unless_active(client: &Client) -> Result<(), OAuthError> {
    if client.state != ClientState::Active {
        return Err(OAuthError::new(ErrorCode::InvalidClient, "the client is not active"));
    }
    Ok(())
}

/// Authenticates the client of a request. Which part failed is told in the Genesys dialect only, as its SDKs expect.
pub fn authenticate<'a>(
    facts: &'a Facts,
    request: &TokenRequest,
    env: &Env,
) -> Result<Proven<'a>, Undecided<OAuthError>> {
    let mut presented =
        ALL.iter().filter_map(|method| method.presented(request).map(|claim| (method.method(), claim)));
    let refused = |detail| OAuthError::new(ErrorCode::InvalidClient, detail);
    let (method, claim) = presented.next().ok_or(refused("no client credentials were presented"))?;
    // RFC 6749 section 2.3: one method a request.
    if presented.next().is_some() {
        return Err(OAuthError::new(
            ErrorCode::InvalidRequest,
            "the client authenticates in more than one way",
        )
        .into());
    }
    let claim = claim?;
    let (unknown, wrong) = match request.dialect {
        Dialect::Genesys => ("client not found", "authentication failed"),
        Dialect::Standard => ("client authentication failed", "client authentication failed"),
    };
    let id = ClientId::parse(&claim.client_id).ok_or(refused(unknown))?;
    let client = facts.client(id)?.as_deref().ok_or(refused(unknown))?;
    let Some(presented) = &claim.secret else { return Ok(Proven { client, method, secret: None }) };
    let mut live = client.secrets.iter().filter(|secret| secret.is_live(env.now));
    let matching = live.find(|secret| env.keys.matches(&secret.digest, presented.as_bytes()));
    let secret = matching.ok_or(refused(wrong))?;
    Ok(Proven { client, method, secret: Some(secret.id) })
}

#[cfg(test)]
mod tests;
