//! A person of an organization.

use std::fmt;

use crate::types::{DivisionId, OrganizationId, Timestamp, UserId};

/// Whether a person can act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    /// Can log in.
    Active,
    /// Cannot log in; the tokens are dead.
    Inactive,
    /// Gone, but still named by what they did.
    Deleted,
}

impl UserState {
    /// All of them with their wire names.
    pub const ALL: &[(Self, &str)] =
        &[(Self::Active, "active"), (Self::Inactive, "inactive"), (Self::Deleted, "deleted")];

    /// The wire name.
    pub fn as_str(self) -> &'static str {
        crate::types::wire_name(Self::ALL, self)
    }
}

/// A password as it is kept: Argon2id in PHC form. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string.
    pub const fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for the store and the verifier.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id; is the `sub` of tokens.
    pub id: UserId,
    /// Whose user it is.
    pub organization: OrganizationId,
    /// The division that the user belongs to.
    pub division: DivisionId,
    /// The name for people.
    pub name: String,
    /// The address in lower case, which is the login name; unique in the organization.
    pub email: String,
    /// Whether the user can act.
    pub state: UserState,
    /// `None`: cannot log in with a password.
    pub password: Option<PasswordHash>,
    /// Tokens carry it; counting it up kills them all.
    pub epoch: u32,
    /// Counted up by every change.
    pub version: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a token was last issued for it, at a minute's grain.
    pub last_token_at: Option<Timestamp>,
}
