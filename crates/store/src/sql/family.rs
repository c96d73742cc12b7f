//! Families.

use chancery_core::dialect::Dialect;
use chancery_core::family::{Family, NewFamily};
use chancery_core::tokens::Audience;
use chancery_core::types::{
    ClientId, CodeId, FamilyKey, KeyId, OrganizationId, Scope, Timestamp, UserId, from_wire,
};

use super::{Columns, Expect, Query, Row, Statement, Value, params};
use crate::StoreError;

pub fn insert(it: &NewFamily) -> Statement {
    Statement {
        sql: "INSERT INTO families (key, version, generation, organization_id, client_id, client_epoch, user_id,
                  user_epoch, consent_epoch, dialect, scope, audience, login, mac_key, client_authenticated, code,
                  created_at, rotated_at, expires_at)
              VALUES ($1, 1, 0, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15, $16)",
        params: params![
            Value::Null,
            it.organization,
            it.client,
            it.client_epoch,
            it.user,
            it.user_epoch,
            it.consent_epoch,
            it.dialect.as_str(),
            it.scope.to_string(),
            it.audience.as_str(),
            it.login.as_ref().and_then(|login| serde_json::to_string(login).ok()),
            it.mac_key.0,
            it.client_authenticated,
            it.code,
            it.created_at,
            it.expires_at
        ],
        expect: Expect::Family,
    }
}

pub fn advance(key: FamilyKey, began: Timestamp, generation: u32, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE families SET version = version + 1, generation = generation + 1, rotated_at = $1
              WHERE key = $2 AND generation = $3 AND created_at = $4 AND revoked_at IS NULL AND expires_at > $1",
        params: params![at, key.0, generation, began],
        expect: Expect::OneRow,
    }
}

pub fn revoke(key: FamilyKey, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE families SET version = version + 1, revoked_at = $1 WHERE key = $2 AND revoked_at IS NULL",
        params: params![at, key.0],
        expect: Expect::Anything,
    }
}

pub fn record(key: FamilyKey, at: Timestamp) -> Statement {
    Statement {
        sql: "UPDATE families SET last_used_at = $1 WHERE key = $2 AND (last_used_at IS NULL OR last_used_at < $1)",
        params: params![at, key.0],
        expect: Expect::Anything,
    }
}

pub fn require(key: FamilyKey, version: u32) -> Statement {
    Statement {
        sql: "SELECT 1 FROM families WHERE key = $1 AND version = $2",
        params: params![key.0, version],
        expect: Expect::Held,
    }
}

macro_rules! select {
    ($which:literal) => {
        concat!(
            "SELECT key, version, generation, rotated_at, revoked_at, last_used_at, organization_id, client_id,
                 client_epoch, user_id, user_epoch, consent_epoch, dialect, scope, audience, login, mac_key,
                 client_authenticated, code, created_at, expires_at
             FROM families WHERE ",
            $which
        )
    };
}

pub fn find(key: FamilyKey) -> Query<Family> {
    Query { sql: select!("key = $1"), params: params![key.0], read }
}

pub fn of_code(code: CodeId) -> Query<Family> {
    Query { sql: select!("code = $1"), params: params![code], read }
}

fn read(row: &dyn Row) -> Result<Family, StoreError> {
    let mut row = Columns::of(row);
    Ok(Family {
        key: FamilyKey(row.next()?),
        version: row.next()?,
        generation: row.next()?,
        rotated_at: row.next()?,
        revoked_at: row.maybe()?,
        last_used_at: row.maybe()?,
        origin: NewFamily {
            organization: row.parse(OrganizationId::parse)?,
            client: row.parse(ClientId::parse)?,
            client_epoch: row.next()?,
            user: row.parse(UserId::parse)?,
            user_epoch: row.next()?,
            consent_epoch: row.maybe()?,
            dialect: row.parse(|text| from_wire(Dialect::ALL, text))?,
            scope: row.parse(Scope::parse)?,
            audience: row.parse(|text| from_wire(Audience::ALL, text))?,
            login: row.maybe_parse(|text| serde_json::from_str(text).ok())?,
            mac_key: KeyId(row.next()?),
            client_authenticated: row.next()?,
            code: row.maybe_parse(CodeId::parse)?,
            created_at: row.next()?,
            expires_at: row.next()?,
        },
    })
}
