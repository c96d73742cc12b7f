//! All tokens that came of one authorization: one row, which is advanced and revoked as a whole.

use crate::dialect::Dialect;
use crate::types::{ClientId, FamilyKey, KeyId, OrganizationId, Scope, Timestamp, UserId};

/// A family that is not stored yet; the store makes its key.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    /// The key of the MAC in its refresh tokens.
    pub mac_key: KeyId,
    /// Whether the client proved who it is; a refresh demands the same.
    pub client_authenticated: bool,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
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
