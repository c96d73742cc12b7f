//! How a client proves who it is (RFC 6749 section 2.3): one method a file, tried by what the request carries.

pub mod client_secret_basic;
pub mod client_secret_post;
pub mod none;
pub mod private_key_jwt;

use std::fmt;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::client::{Client, ClientState};
use crate::decision::Undecided;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::error::{ErrorCode, OAuthError};
use crate::facts::Facts;
use crate::grants::exchange::TokenRequest;
use crate::keyring::Keyring;
use crate::types::{ClientId, Digest, SecretId};
use crate::write::Write;

/// A method, by its name in discovery (`token_endpoint_auth_methods_supported`, RFC 8414 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// RFC 6749 section 2.3.1, HTTP Basic.
    ClientSecretBasic,
    /// RFC 6749 section 2.3.1, in the form.
    ClientSecretPost,
    /// OpenID Connect Core section 9: by a token that it signed.
    PrivateKeyJwt,
    /// RFC 7591 section 2: not at all.
    None,
}

impl AuthMethod {
    /// Whether a client that registered this may use `other`: the same secret proves the same in the header and in the form,
    /// and libraries choose between the two as they like.
    const fn admits(self, other: Self) -> bool {
        matches!(
            (self, other),
            (
                Self::ClientSecretBasic | Self::ClientSecretPost,
                Self::ClientSecretBasic | Self::ClientSecretPost
            ) | (Self::PrivateKeyJwt, Self::PrivateKeyJwt)
                | (Self::None, Self::None)
        )
    }
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
    /// Its proof, as sent.
    pub proof: Proof,
}

/// What a client proves itself with. Never printed.
pub enum Proof {
    /// Nothing.
    None,
    /// A secret.
    Secret(PresentedSecret),
    /// A token that it signed.
    Assertion(String),
}

/// A secret as a client sent it. Never printed.
pub struct PresentedSecret {
    text: Zeroizing<String>,
    /// What it was found to match: a decision is made in rounds, and a MAC is dear.
    matched: OnceLock<Digest>,
}

impl PresentedSecret {
    /// Takes the text.
    pub fn new(text: String) -> Self {
        Self { text: Zeroizing::new(text), matched: OnceLock::new() }
    }

    /// Whether `digest` was made of it.
    fn matches(&self, digest: &Digest, keys: &Keyring) -> bool {
        if self.matched.get() == Some(digest) {
            return true;
        }
        let is_right = keys.matches(digest, self.text.as_bytes());
        if is_right {
            // Another may stand there already; then this one is judged anew.
            let _ = self.matched.set(digest.clone());
        }
        is_right
    }
}

/// All that a request says of its client, by method. Never printed.
#[derive(Default)]
pub struct Claims(Vec<(AuthMethod, Result<Claim, OAuthError>)>);

impl Claims {
    /// Reads them off the request.
    pub(crate) fn of(request: &TokenRequest) -> Self {
        Self(ALL.iter().filter_map(|it| Some((it.method(), it.presented(request)?))).collect())
    }
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Claims(..)")
    }
}

/// One method.
pub trait ClientAuth: Sync {
    /// Which.
    fn method(&self) -> AuthMethod;

    /// What the request presents by this method: nothing, something that cannot be read, or a claim.
    fn presented(&self, request: &TokenRequest) -> Option<Result<Claim, OAuthError>>;
}

/// The methods that the server has.
pub const ALL: &[&dyn ClientAuth] = &[
    &client_secret_basic::ClientSecretBasic,
    &client_secret_post::ClientSecretPost,
    &private_key_jwt::PrivateKeyJwt,
    &none::None,
];

/// The client that a request says it comes from, whether that is true or not; `None` if no client could have that id.
pub fn claimed(request: &TokenRequest) -> Option<ClientId> {
    let claim = request.claims.0.iter().find_map(|(_, claim)| claim.as_ref().ok())?;
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
    /// What is written of the proof.
    pub writes: Vec<Write>,
}

impl Proven<'_> {
    /// Refuses a client that proved nothing.
    pub fn demand(&self) -> Result<(), OAuthError> {
        match self.method {
            AuthMethod::None => {
                Err(OAuthError::new(ErrorCode::InvalidClient, "no client credentials were presented"))
            }
            AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost | AuthMethod::PrivateKeyJwt => {
                Ok(())
            }
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
    let mut presented = request.claims.0.iter();
    let refused = |detail| OAuthError::new(ErrorCode::InvalidClient, detail);
    let &(method, ref claim) = presented.next().ok_or(refused("no client credentials were presented"))?;
    // RFC 6749 section 2.3: one method a request.
    if presented.next().is_some() {
        return Err(OAuthError::new(
            ErrorCode::InvalidRequest,
            "the client authenticates in more than one way",
        )
        .into());
    }
    let claim = claim.as_ref().map_err(|error| *error)?;
    let (unknown, wrong) = match request.dialect {
        Dialect::Genesys => ("client not found", "authentication failed"),
        Dialect::Standard => ("client authentication failed", "client authentication failed"),
    };
    let id = ClientId::parse(&claim.client_id).ok_or(refused(unknown))?;
    let client = facts.client(id)?.as_deref().ok_or(refused(unknown))?;
    // RFC 7591 section 2: a client that registered one method has no other.
    if client.metadata.auth_method.is_some_and(|registered| !registered.admits(method)) {
        return Err(refused("the client is registered for another method of authentication").into());
    }
    match &claim.proof {
        Proof::None => Ok(Proven { client, method, secret: None, writes: Vec::new() }),
        Proof::Secret(presented) => {
            let mut live = client.secrets.iter().filter(|secret| secret.is_live(env.now));
            let matching = live.find(|secret| presented.matches(&secret.digest, env.keys));
            let secret = matching.ok_or(refused(wrong))?;
            Ok(Proven { client, method, secret: Some(secret.id), writes: Vec::new() })
        }
        Proof::Assertion(assertion) => {
            let writes = vec![private_key_jwt::judge(facts, client, assertion, env)?];
            Ok(Proven { client, method, secret: None, writes })
        }
    }
}

#[cfg(test)]
mod tests;
