//! All tokens that came of one authorization: one row, which is advanced and revoked as a whole.

use serde::{Deserialize, Serialize};

use crate::client::Client;
use crate::dialect::Dialect;
use crate::env::Env;
use crate::grants::Behalf;
use crate::openid::Login;
use crate::tokens::Audience;
use crate::types::{ClientId, CodeId, FamilyKey, KeyId, OrganizationId, Scope, Timestamp, UserId};

/// A family that is not stored yet; the store makes its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewFamily {
    /// Whose it is.
    pub organization: OrganizationId,
    /// The client that was authorized.
    pub client: ClientId,
    /// The client's epoch at that time.
    pub client_epoch: u32,
    /// The user who authorized it.
    pub user: UserId,
    /// The user's epoch at that time.
    pub user_epoch: u32,
    /// The epoch of the user's consent at that time; `None`: it stands on no consent.
    pub consent_epoch: Option<u32>,
    /// How its client speaks: the other side has nothing to do with it.
    pub dialect: Dialect,
    /// What was allowed.
    pub scope: Scope,
    /// For what its tokens are good.
    pub audience: Audience,
    /// The login that it came of, where its client asked for one (OpenID Connect).
    #[serde(with = "crate::openid::as_json")]
    pub login: Option<Login>,
    /// The key of its refresh tokens.
    pub mac_key: KeyId,
    /// Whether the client proved who it is; a refresh demands the same.
    pub client_authenticated: bool,
    /// The code that it came of, if it came of one. No two come of the same.
    #[serde(skip)]
    pub code: Option<CodeId>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
}

impl NewFamily {
    #[expect(clippy::too_many_arguments, reason = "a row of a table")]
    /// That of what `client` gets on behalf of a person who agreed to `scope`, until `expires_at`.
    pub fn begin(
        client: &Client,
        behalf: Behalf,
        scope: Scope,
        audience: Audience,
        dialect: Dialect,
        login: Option<Login>,
        client_authenticated: bool,
        expires_at: Timestamp,
        env: &Env,
    ) -> Self {
        Self {
            organization: client.organization,
            client: client.id,
            client_epoch: behalf.client_epoch,
            user: behalf.user,
            user_epoch: behalf.user_epoch,
            consent_epoch: behalf.consent_epoch,
            dialect,
            scope,
            audience,
            login,
            mac_key: env.keys.digest_key(),
            client_authenticated,
            code: None,
            created_at: env.now,
            expires_at,
        }
    }
}

/// A stored family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its row.
    pub key: FamilyKey,
    /// What it was made with.
    pub origin: NewFamily,
    /// How often its refresh token was replaced.
    pub generation: u32,
    /// When that happened last.
    pub rotated_at: Timestamp,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When one of its tokens was last used, at a minute's grain; kept only where tokens idle.
    pub last_used_at: Option<Timestamp>,
    /// Counted up by every change.
    pub version: u32,
}

impl Family {
    /// Whether its tokens can be refreshed.
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.origin.expires_at
    }
}
