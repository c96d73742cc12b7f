//! What people allowed clients to do.

use chancery_core::consent::{Consent, ConsentState};
use chancery_core::types::{ClientId, OrganizationId, Scope, UserId, from_wire};

use super::{Columns, Expect, Query, Row, Statement, params};
use crate::StoreError;

pub fn insert(it: &Consent) -> Statement {
    Statement {
        sql: "INSERT INTO consents (user_id, client_id, organization_id, scope, asked, state, epoch, version, created_at,
                  modified_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        params: params![
            it.user,
            it.client,
            it.organization,
            it.scope.to_string(),
            it.asked,
            it.state.as_str(),
            it.epoch,
            it.version,
            it.created_at,
            it.modified_at
        ],
        expect: Expect::OneRow,
    }
}

/// Replaces what can be changed, if the version is still the one that was read.
pub fn replace(it: &Consent) -> Statement {
    Statement {
        sql: "UPDATE consents SET version = version + 1, scope = $1, asked = $2, state = $3, epoch = $4, modified_at = $5
              WHERE user_id = $6 AND client_id = $7 AND version = $8",
        params: params![
            it.scope.to_string(),
            it.asked,
            it.state.as_str(),
            it.epoch,
            it.modified_at,
            it.user,
            it.client,
            it.version
        ],
        expect: Expect::OneRow,
    }
}

pub fn ask_again(client: ClientId) -> Statement {
    Statement {
        sql: "UPDATE consents SET version = version + 1, asked = 0 WHERE client_id = $1 AND asked = 1",
        params: params![client],
        expect: Expect::Many,
    }
}

pub fn delete_of_user(user: UserId) -> Statement {
    Statement {
        sql: "DELETE FROM consents WHERE user_id = $1",
        params: params![user],
        expect: Expect::Anything,
    }
}

pub fn delete_of_client(client: ClientId) -> Statement {
    Statement {
        sql: "DELETE FROM consents WHERE client_id = $1",
        params: params![client],
        expect: Expect::Many,
    }
}

pub fn require(user: UserId, client: ClientId, version: u32) -> Statement {
    Statement {
        sql: "SELECT 1 FROM consents WHERE user_id = $1 AND client_id = $2 AND version = $3",
        params: params![user, client, version],
        expect: Expect::Found,
    }
}

pub fn find(user: UserId, client: ClientId) -> Query<Consent> {
    Query {
        sql: "SELECT user_id, client_id, organization_id, scope, asked, state, epoch, version, created_at, modified_at
              FROM consents WHERE user_id = $1 AND client_id = $2",
        params: params![user, client],
        read,
    }
}

pub fn of_user(user: UserId) -> Query<Consent> {
    Query {
        sql: "SELECT user_id, client_id, organization_id, scope, asked, state, epoch, version, created_at, modified_at
              FROM consents WHERE user_id = $1 ORDER BY created_at DESC, client_id",
        params: params![user],
        read,
    }
}

fn read(row: &dyn Row) -> Result<Consent, StoreError> {
    let mut row = Columns::of(row);
    Ok(Consent {
        user: row.parse(UserId::parse)?,
        client: row.parse(ClientId::parse)?,
        organization: row.parse(OrganizationId::parse)?,
        scope: row.parse(Scope::parse)?,
        asked: row.next()?,
        state: row.parse(|text| from_wire(ConsentState::ALL, text))?,
        epoch: row.next()?,
        version: row.next()?,
        created_at: row.next()?,
        modified_at: row.next()?,
    })
}
