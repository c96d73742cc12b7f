//! The tenant and its divisions.

pub mod idle;
pub mod settings;

use crate::types::{DivisionId, OrganizationId, Timestamp};

pub use idle::IdleTimeout;
pub use settings::Settings;

/// A tenant. Every other row names one; a `client_id` fixes it at the OAuth endpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its id.
    pub id: OrganizationId,
    /// Its name for people.
    pub name: String,
    /// The short name that users type when they log in (`orgName`); unique in the store.
    pub short_name: String,
    /// A BCP 47 tag.
    pub default_language: String,
    /// What its administrators chose.
    pub settings: Settings,
    /// Counted up by every change of what is above.
    pub version: u32,
    /// Counted up by whatever changes roles, divisions, or what anybody holds; a decision that stands on those names it.
    pub authority: u32,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A part of an organization in which roles can be granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Division {
    /// Its id.
    pub id: DivisionId,
    /// Whose it is.
    pub organization: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it is the one where everything lands that names none; exactly one is.
    pub home: bool,
}

/// What would be without its division if that were deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DivisionUse {
    /// Users that belong to it.
    pub users: u32,
    /// Grants that hold in it alone.
    pub grants: u32,
}

impl DivisionUse {
    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.users == 0 && self.grants == 0
    }
}
