//! The tenant and its divisions.

use crate::types::{DivisionId, OrganizationId, Timestamp};

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
    /// Counted up by every change.
    pub version: u32,
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
