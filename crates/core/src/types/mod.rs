//! The values that everything else is made of.

pub mod ids;
pub mod redirect_uri;
pub mod scope;
pub mod secret;
pub mod time;

pub use ids::{
    AssertionKey, AttemptKey, AuditKey, ClientId, CodeId, DivisionId, FamilyKey, KeyId, OrganizationId,
    RoleId, SecretId, SessionKey, SubjectId, TicketKey, TokenId, UserId,
};
pub use redirect_uri::RedirectUri;
pub use scope::{Scope, ScopeName};
pub use secret::{ClientSecret, Digest, Secret};
pub use time::{Lifetime, Timestamp};

/// The wire name of a value in a table of all values.
pub fn wire_name<T: PartialEq + Copy>(all: &[(T, &'static str)], value: T) -> &'static str {
    all.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| name)
}

/// The value with that wire name.
pub fn from_wire<T: Copy>(all: &[(T, &'static str)], name: &str) -> Option<T> {
    all.iter().find(|(_, known)| *known == name).map(|(value, _)| *value)
}
