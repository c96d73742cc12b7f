//! Sessions of browsers. One that was ended is gone.

use chancery_core::session::{NewSession, Session};
use chancery_core::types::{Digest, KeyId, OrganizationId, SessionKey, Timestamp, UserId};

use super::{Columns, Expect, Query, Row, Statement, Value, params};
use crate::StoreError;

pub fn insert(it: &NewSession) -> Statement {
    Statement {
        sql: "INSERT INTO sessions (key, organization_id, user_id, user_epoch, digest_key, digest, address, agent,
                  created_at, seen_at, expires_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10)",
        params: params![
            Value::Null,
            it.organization,
            it.user,
            it.user_epoch,
            it.digest.key.0,
            it.digest.bytes.to_vec(),
            it.address.map(|it| it.to_string()),
            &*it.agent,
            it.created_at,
            it.expires_at
        ],
        expect: Expect::Session,
    }
}

pub fn delete(key: SessionKey) -> Statement {
    Statement { sql: "DELETE FROM sessions WHERE key = $1", params: params![key.0], expect: Expect::Anything }
}

/// All sessions of a user, or all but one.
pub fn delete_of_user(user: UserId, but: Option<SessionKey>) -> Statement {
    match but {
        None => Statement {
            sql: "DELETE FROM sessions WHERE user_id = $1",
            params: params![user],
            expect: Expect::Anything,
        },
        Some(but) => Statement {
            sql: "DELETE FROM sessions WHERE user_id = $1 AND key <> $2",
            params: params![user, but.0],
            expect: Expect::Anything,
        },
    }
}

pub fn record(key: SessionKey, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE sessions SET seen_at = $1 WHERE key = $2 AND seen_at < $1",
        params: params![at, key.0],
        expect: Expect::Anything,
    }
}

pub fn require(key: SessionKey) -> Statement {
    Statement { sql: "SELECT 1 FROM sessions WHERE key = $1", params: params![key.0], expect: Expect::Found }
}

pub fn find(key: SessionKey) -> Query<Session> {
    Query {
        sql: "SELECT key, seen_at, organization_id, user_id, user_epoch, digest_key, digest, address, agent, created_at,
                  expires_at
              FROM sessions WHERE key = $1",
        params: params![key.0],
        read,
    }
}

pub fn of_user(user: UserId) -> Query<Session> {
    Query {
        sql: "SELECT key, seen_at, organization_id, user_id, user_epoch, digest_key, digest, address, agent, created_at,
                  expires_at
              FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, key DESC",
        params: params![user],
        read,
    }
}

fn read(row: &dyn Row) -> Result<Session, StoreError> {
    let mut row = Columns::of(row);
    Ok(Session {
        key: SessionKey(row.next()?),
        seen_at: row.next()?,
        origin: NewSession {
            organization: row.parse(OrganizationId::parse)?,
            user: row.parse(UserId::parse)?,
            user_epoch: row.next()?,
            digest: Digest { key: KeyId(row.next()?), bytes: super::client::digest(row.next()?)? },
            address: row.maybe_parse(|text| text.parse().ok())?,
            agent: row.next()?,
            created_at: row.next()?,
            expires_at: row.next()?,
        },
    })
}
