//! Users. One that is deleted keeps its row: what it did still names it.

use chancery_core::types::{DivisionId, OrganizationId, Timestamp, UserId, from_wire};
use chancery_core::user::{PasswordHash, User, UserState};

use super::{Columns, Expect, Query, Row, Statement, Value, consent, json, params, role, session};
use crate::StoreError;

/// The writable columns, in the order of `INSERT` and `UPDATE`.
fn writable(it: &User) -> Vec<Value> {
    params![
        it.division,
        &*it.name,
        &*it.email,
        it.state.as_str(),
        it.password.as_ref().map(PasswordHash::expose),
        it.password_changed_at,
        json(&it.former_passwords),
        json(&it.profile),
        it.epoch
    ]
}

pub fn insert(it: &User) -> Statement {
    let mut params =
        params![it.id, it.organization, it.version, it.created_at, it.last_token_at, it.last_login_at];
    params.extend(writable(it));
    Statement {
        sql: "INSERT INTO users (id, organization_id, version, created_at, last_token_at, last_login_at, division_id,
                  name, email, state, password, password_changed_at, former_passwords, profile, epoch)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        params,
        expect: Expect::OneRow,
    }
}

/// Replaces the writable columns, if the version is still the one that was read.
pub fn replace(it: &User) -> Statement {
    let mut params = writable(it);
    params.extend(params![it.id, it.version]);
    Statement {
        sql: "UPDATE users SET version = version + 1, division_id = $1, name = $2, email = $3, state = $4,
                  password = $5, password_changed_at = $6, former_passwords = $7, profile = $8, epoch = $9
              WHERE id = $10 AND version = $11 AND state <> 'deleted'",
        params,
        expect: Expect::OneRow,
    }
}

/// Marks a user deleted, and leaves nothing that it could act with.
pub fn delete(organization: OrganizationId, id: UserId, version: u32) -> Vec<Statement> {
    vec![
        Statement {
            sql: "UPDATE users SET version = version + 1, epoch = epoch + 1, state = 'deleted', password = NULL,
                      former_passwords = '[]', profile = '{}'
                  WHERE organization_id = $1 AND id = $2 AND version = $3 AND state <> 'deleted'",
            params: params![organization, id, version],
            expect: Expect::OneRow,
        },
        role::delete_grants(organization, id.into()),
        consent::delete_of_user(id),
        session::delete_of_user(id, None),
    ]
}

pub fn record_token(id: UserId, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE users SET last_token_at = $1 WHERE id = $2 AND (last_token_at IS NULL OR last_token_at < $1)",
        params: params![at, id],
        expect: Expect::Anything,
    }
}

pub fn record_login(id: UserId, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE users SET last_login_at = $1 WHERE id = $2 AND (last_login_at IS NULL OR last_login_at < $1)",
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
        sql: "SELECT id, organization_id, version, created_at, last_token_at, last_login_at, division_id, name, email,
                  state, password, password_changed_at, former_passwords, profile, epoch
              FROM users WHERE id = $1",
        params: params![id],
        read,
    }
}

pub fn find_by_email(organization: OrganizationId, email: &str) -> Query<User> {
    Query {
        sql: "SELECT id, organization_id, version, created_at, last_token_at, last_login_at, division_id, name, email,
                  state, password, password_changed_at, former_passwords, profile, epoch
              FROM users WHERE organization_id = $1 AND email = $2 AND state <> 'deleted'",
        params: params![organization, email],
        read,
    }
}

/// Name and id of every user of that state, or of any, to be put in order.
pub fn names(organization: OrganizationId, state: Option<UserState>) -> Query<(String, UserId)> {
    let read = |row: &dyn Row| {
        let mut row = Columns::of(row);
        Ok((row.next()?, row.parse(UserId::parse)?))
    };
    match state {
        None => Query {
            sql: "SELECT name, id FROM users WHERE organization_id = $1",
            params: params![organization],
            read,
        },
        Some(state) => Query {
            sql: "SELECT name, id FROM users WHERE organization_id = $1 AND state = $2",
            params: params![organization, state.as_str()],
            read,
        },
    }
}

fn read(row: &dyn Row) -> Result<User, StoreError> {
    let mut row = Columns::of(row);
    Ok(User {
        id: row.parse(UserId::parse)?,
        organization: row.parse(OrganizationId::parse)?,
        version: row.next()?,
        created_at: row.next()?,
        last_token_at: row.maybe()?,
        last_login_at: row.maybe()?,
        division: row.parse(DivisionId::parse)?,
        name: row.next()?,
        email: row.next()?,
        state: row.parse(|text| from_wire(UserState::ALL, text))?,
        password: row.maybe()?.map(PasswordHash::new),
        password_changed_at: row.maybe()?,
        former_passwords: row.json()?,
        profile: row.json()?,
        epoch: row.next()?,
    })
}
