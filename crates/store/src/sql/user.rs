//! Users.

use chancery_core::types::{DivisionId, OrganizationId, Timestamp, UserId, from_wire};
use chancery_core::user::{PasswordHash, User, UserState};

use super::{Columns, Expect, Query, Statement, params};

pub fn insert(it: &User) -> Statement {
    Statement {
        sql: "INSERT INTO users (id, organization_id, division_id, name, email, state, password, epoch, version, created_at,
                  last_token_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        params: params![
            it.id,
            it.organization,
            it.division,
            &*it.name,
            &*it.email,
            it.state.as_str(),
            it.password.as_ref().map(PasswordHash::expose),
            it.epoch,
            it.version,
            it.created_at,
            it.last_token_at
        ],
        expect: Expect::OneRow,
    }
}

pub fn record_token(id: UserId, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE users SET last_token_at = $1 WHERE id = $2 AND (last_token_at IS NULL OR last_token_at < $1)",
        params: params![at, id],
        expect: Expect::Anything,
    }
}

pub fn require(id: UserId, version: u32) -> Statement {
    Statement {
        sql: "SELECT 1 FROM users WHERE id = $1 AND version = $2",
        params: params![id, version],
        expect: Expect::Found,
    }
}

pub fn find(id: UserId) -> Query<User> {
    Query {
        sql:
            "SELECT id, organization_id, division_id, name, email, state, password, epoch, version, created_at,
                  last_token_at
              FROM users WHERE id = $1",
        params: params![id],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(User {
                id: row.parse(UserId::parse)?,
                organization: row.parse(OrganizationId::parse)?,
                division: row.parse(DivisionId::parse)?,
                name: row.next()?,
                email: row.next()?,
                state: row.parse(|text| from_wire(UserState::ALL, text))?,
                password: row.maybe()?.map(PasswordHash::new),
                epoch: row.next()?,
                version: row.next()?,
                created_at: row.next()?,
                last_token_at: row.maybe()?,
            })
        },
    }
}
