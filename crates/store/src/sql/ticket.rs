//! Tickets of every kind.

use chancery_core::ticket::{NewTicket, Ticket};
use chancery_core::types::{Digest, KeyId, OrganizationId, TicketKey, Timestamp};

use super::{Columns, Expect, Query, Statement, Value, params};

pub fn insert(it: &NewTicket) -> Statement {
    Statement {
        sql: "INSERT INTO tickets (key, kind, digest_key, digest, organization_id, expires_at, payload)
              VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params: params![
            Value::Null,
            &*it.kind,
            it.digest.key.0,
            it.digest.bytes.to_vec(),
            it.organization,
            it.expires_at,
            &*it.payload
        ],
        expect: Expect::Ticket,
    }
}

pub fn spend(key: TicketKey, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE tickets SET spent_at = $1 WHERE key = $2 AND spent_at IS NULL AND expires_at > $1",
        params: params![at, key.0],
        expect: Expect::OneRow,
    }
}

pub fn find(key: TicketKey) -> Query<Ticket> {
    Query {
        sql: "SELECT key, spent_at, kind, digest_key, digest, organization_id, expires_at, payload
              FROM tickets WHERE key = $1",
        params: params![key.0],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(Ticket {
                key: TicketKey(row.next()?),
                spent_at: row.maybe()?,
                content: NewTicket {
                    kind: row.next()?,
                    digest: Digest { key: KeyId(row.next()?), bytes: super::client::digest(row.next()?)? },
                    organization: row.parse(OrganizationId::parse)?,
                    expires_at: row.next()?,
                    payload: row.next()?,
                },
            })
        },
    }
}
