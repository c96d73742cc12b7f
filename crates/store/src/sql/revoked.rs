//! Ids that were revoked one by one.

use chancery_core::types::{OrganizationId, Timestamp};
use chancery_core::write::{Revoked, RevokedId};

use super::{Columns, Expect, Query, Statement, params};

/// The later expiry wins: the same family can be revoked again, with younger tokens.
pub fn insert(it: &Revoked) -> Statement {
    Statement {
        sql: "INSERT INTO revoked (id, organization_id, expires_at) VALUES ($1, $2, $3)
              ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
              WHERE excluded.expires_at > revoked.expires_at",
        params: params![it.id.to_string(), it.organization, it.expires_at],
        expect: Expect::Anything,
    }
}

/// The next of those that still matter, in the order of their texts.
pub fn live(now: Timestamp, after: Option<RevokedId>, limit: u32) -> Query<Revoked> {
    Query {
        sql: "SELECT id, organization_id, expires_at FROM revoked WHERE expires_at > $1 AND id > $2 ORDER BY id LIMIT $3",
        params: params![now, after.map(|id| id.to_string()).unwrap_or_default(), limit],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(Revoked {
                id: row.parse(RevokedId::parse)?,
                organization: row.parse(OrganizationId::parse)?,
                expires_at: row.next()?,
            })
        },
    }
}
