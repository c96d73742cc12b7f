//! A person of an organization.

pub mod claims;
pub mod draft;
pub mod password;
mod password_check;
pub mod registry;
pub mod rules;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::types::{DivisionId, OrganizationId, Timestamp, UserId};

pub use draft::Draft;
pub use password::NewPassword;
pub use password_check::{Password, PasswordCheck};

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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
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
    /// When its owner set the password; `None`: another did, and the owner may change it at once.
    pub password_changed_at: Option<Timestamp>,
    /// The passwords before it, the last one first; none of them is taken again.
    pub former_passwords: Vec<PasswordHash>,
    /// What others are told about the person.
    pub profile: Profile,
    /// Tokens carry it; counting it up kills them all.
    pub epoch: u32,
    /// Counted up by every change.
    pub version: u32,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a token was last issued for it, at a minute's grain.
    pub last_token_at: Option<Timestamp>,
    /// When the person last logged in.
    pub last_login_at: Option<Timestamp>,
}

/// What others are told about a person. Kept as one document; what an older version did not know has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// `title`.
    pub title: Option<String>,
    /// `department`.
    pub department: Option<String>,
    /// `preferredName`.
    pub preferred_name: Option<String>,
    /// `addresses`.
    pub addresses: Vec<Contact>,
    /// Claims of OpenID Connect that the management API has no member for.
    #[serde(skip_serializing_if = "serde_json::Map::is_empty")]
    pub claims: serde_json::Map<String, serde_json::Value>,
    /// `acdAutoAnswer`; kept for the vendor's clients, means nothing here.
    pub acd_auto_answer: bool,
}

/// One way to reach a person, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// `address`.
    pub address: Option<String>,
    /// `mediaType`.
    pub media_type: Option<String>,
    /// `type`.
    pub kind: Option<String>,
    /// `extension`.
    pub extension: Option<String>,
    /// `countryCode`.
    pub country_code: Option<String>,
}
