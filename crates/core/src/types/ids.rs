//! Identifiers: UUIDs for what the outside sees, integers for rows that only a handle names.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::env::Random;
use crate::types::Timestamp;

macro_rules! uuids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh version 4 UUID.
            pub fn random(random: &dyn Random) -> Self {
                let mut bytes = [0; 16];
                random.fill(&mut bytes);
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// Reads the hyphenated form of 36 characters; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                (text.len() == 36).then(|| Uuid::try_parse(text).ok().map(Self)).flatten()
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }
    )+};
}

uuids! {
    /// A tenant; every other row names one.
    OrganizationId,
    /// An OAuth client; is the `client_id` of RFC 6749 section 2.2.
    ClientId,
    /// A person.
    UserId,
    /// A role.
    RoleId,
    /// A division of an organization.
    DivisionId,
    /// One of the secrets of a client.
    SecretId,
    /// Whoever can hold roles: a user or a client.
    SubjectId,
    /// An access token; is the `jti` of RFC 7519 section 4.1.7.
    TokenId,
    /// An authorization code.
    CodeId,
}

impl CodeId {
    /// A fresh version 7 UUID.
    pub fn made_at(now: Timestamp, random: &dyn Random) -> Self {
        Self(ordered(now, random))
    }
}

impl SecretId {
    /// A fresh version 7 UUID.
    pub fn made_at(now: Timestamp, random: &dyn Random) -> Self {
        Self(ordered(now, random))
    }
}

/// RFC 9562 section 5.7: those made one after another stand side by side in an index.
fn ordered(now: Timestamp, random: &dyn Random) -> Uuid {
    let mut bytes = [0; 10];
    random.fill(&mut bytes);
    uuid::Builder::from_unix_timestamp_millis(now.millis().unsigned_abs(), &bytes).into_uuid()
}

impl From<ClientId> for SubjectId {
    fn from(id: ClientId) -> Self {
        Self(id.0)
    }
}

/// For who knows that the subject is one.
impl From<SubjectId> for ClientId {
    fn from(id: SubjectId) -> Self {
        Self(id.0)
    }
}

/// For who knows that the subject is one.
impl From<SubjectId> for UserId {
    fn from(id: SubjectId) -> Self {
        Self(id.0)
    }
}

impl From<UserId> for SubjectId {
    fn from(id: UserId) -> Self {
        Self(id.0)
    }
}

macro_rules! row_keys {
    ($($(#[$doc:meta])* $name:ident($of:ty)),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $of);
    )+};
}

row_keys! {
    /// The row of a ticket; made by the store, part of the handle.
    TicketKey(i64),
    /// The row of a family; made by the store, part of a refresh token.
    FamilyKey(i64),
    /// The row of a session; made by the store, part of a cookie.
    SessionKey(i64),
    /// The row of an entry of the audit log; made by the store.
    AuditKey(i64),
    /// A data key or a signing key; counted up from 1 over the whole store.
    KeyId(u32),
}

/// An assertion of a client: a digest of the client and the id that it gave it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AssertionKey(pub [u8; 32]);

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AssertionKey(..)")
    }
}

/// What attempts to log in are counted by: a digest of account, address, or both.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptKey(pub [u8; 32]);

impl fmt::Debug for AttemptKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_hyphenated_form_is_an_id() {
        let text = "9b2b1f2e-6f43-4c62-b1a5-0b7c1a2d3e4f";
        assert_eq!(ClientId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        for wrong in ["", "9b2b1f2e6f434c62b1a50b7c1a2d3e4f", "{9b2b1f2e-6f43-4c62-b1a5-0b7c1a2d3e4f}", "x"] {
            assert_eq!(ClientId::parse(wrong), None, "{wrong}");
        }
    }
}
