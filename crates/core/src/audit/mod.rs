//! The audit log: who did what, to what, from where and when.

pub mod derived;
pub mod kinds;

use std::net::IpAddr;

use crate::access::Caller;
use crate::client::Actor;
use crate::types::{AuditKey, ClientId, OrganizationId, SubjectId, Timestamp};

/// An entry that is not stored yet; the store makes its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is.
    pub organization: OrganizationId,
    /// When; of a batch, when it ended.
    pub at: Timestamp,
    /// What happened, `client.created` for example: one of `kinds::ALL`.
    pub kind: String,
    /// Who did it; `None`: the server itself, or nobody who is known.
    pub actor: Option<Actor>,
    /// The client that was used, if one was.
    pub client: Option<ClientId>,
    /// What it was done to: a kind of thing, and its id.
    pub entity: Option<(String, String)>,
    /// From where; `None`: from no network.
    pub address: Option<IpAddr>,
    /// The correlation id of the request.
    pub correlation: Option<String>,
    /// How often; more than 1 for batches only.
    pub count: u32,
    /// Anything else, an error code for example.
    pub detail: Option<String>,
}

impl Entry {
    /// What a caller of the management API did to something.
    pub fn by(caller: &Caller, kind: &str, (thing, id): (&str, impl ToString), at: Timestamp) -> Self {
        Self {
            actor: Some(caller.actor()),
            client: Some(caller.client.id),
            entity: Some((thing.to_owned(), id.to_string())),
            ..Self::of(caller.organization, kind, at)
        }
    }

    /// One event of which nothing else is known yet.
    pub fn of(organization: OrganizationId, kind: &str, at: Timestamp) -> Self {
        Self {
            organization,
            at,
            kind: kind.to_owned(),
            actor: None,
            client: None,
            entity: None,
            address: None,
            correlation: None,
            count: 1,
            detail: None,
        }
    }
}

/// A stored entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audited {
    /// Its row.
    pub key: AuditKey,
    /// What it says.
    pub entry: Entry,
}

/// Which entries are wanted; `None` where anything will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Whose.
    pub organization: OrganizationId,
    /// Not before this.
    pub from: Option<Timestamp>,
    /// Before this.
    pub until: Option<Timestamp>,
    /// By whom, a user or a client.
    pub actor: Option<SubjectId>,
    /// With which client.
    pub client: Option<ClientId>,
    /// Of which kind: the kind itself, or all that begin with it and a dot.
    pub kind: Option<String>,
    /// Older than this one, in the order of the listing.
    pub before: Option<(Timestamp, AuditKey)>,
    /// No more than so many.
    pub limit: u32,
}
