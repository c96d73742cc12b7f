//! Access tokens: minted in one place, in two formats, neither of which writes a row.

pub mod introspect;
pub mod issue;
pub mod jwt;
pub mod refresh;
pub mod revoke;
pub mod sealed;
pub mod verify;

use serde::{Deserialize, Serialize};

use crate::env::Env;
use crate::tokens::sealed::Sealed;
use crate::types::{ClientId, FamilyKey, Scope, Timestamp, TokenId, UserId};

/// What a token is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Audience {
    /// `/api/v2` of this server.
    Management,
    /// The issuer itself and whoever trusts it; never `/api/v2`.
    Issuer,
}

impl Audience {
    /// Both with their names in the store.
    pub const ALL: &[(Self, &str)] = &[(Self::Management, "management"), (Self::Issuer, "issuer")];

    /// The name in the store.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }

    /// The audience that a `resource` names (RFC 8707 section 2); `None` if it is none of ours.
    pub fn find(resource: &str, env: &Env) -> Option<Self> {
        if resource == env.issuer {
            return Some(Self::Issuer);
        }
        (resource == env.management_audience()).then_some(Self::Management)
    }
}

/// How a token is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFormat {
    /// Readable by this server alone.
    Sealed,
    /// RFC 9068; readable by everybody, verifiable offline.
    Jwt,
}

/// What a token says, whatever its format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessToken {
    /// Its own id.
    pub id: TokenId,
    /// To whom it was issued.
    pub client: ClientId,
    /// The client's epoch then.
    pub client_epoch: u32,
    /// The user it stands for, and the user's epoch then; `None`: the client itself.
    pub user: Option<(UserId, u32)>,
    /// The epoch of the user's consent then; `None`: it stands on no consent.
    pub consent_epoch: Option<u32>,
    /// The family it belongs to, if it has one.
    pub family: Option<FamilyKey>,
    /// What it is good for.
    pub audience: Audience,
    /// What was allowed.
    pub scope: Scope,
    /// Whether the scope counts at the management API, whatever the operator chose.
    pub scoped: bool,
    /// When it was issued, in whole seconds.
    pub issued_at: Timestamp,
    /// From then on it is refused, in whole seconds.
    pub expires_at: Timestamp,
}

impl Sealed for AccessToken {
    const CONTEXT: &'static [u8] = b"chancery access token 3";
}

/// The ids that were revoked one by one, held in memory whole.
pub trait Revocations {
    /// Whether the token or its family was revoked.
    fn covers(&self, token: &AccessToken) -> bool;
}
