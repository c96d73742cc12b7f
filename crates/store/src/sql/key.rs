//! Keys, wrapped.

use chancery_core::keyring::{KeyRow, Purpose};
use chancery_core::types::{KeyId, from_wire};

use super::{Columns, Expect, Query, Statement, params};

pub fn insert(it: &KeyRow) -> Statement {
    Statement {
        sql: "INSERT INTO keys (id, purpose, wrapped, created_at, active_from) VALUES ($1, $2, $3, $4, $5)",
        params: params![it.id.0, it.purpose.as_str(), it.wrapped.clone(), it.created_at, it.active_from],
        expect: Expect::OneRow,
    }
}

pub fn delete(id: KeyId) -> Statement {
    Statement { sql: "DELETE FROM keys WHERE id = $1", params: params![id.0], expect: Expect::Anything }
}

pub fn all() -> Query<KeyRow> {
    Query {
        sql: "SELECT id, purpose, wrapped, created_at, active_from FROM keys ORDER BY id",
        params: vec![],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(KeyRow {
                id: KeyId(row.next()?),
                purpose: row.parse(|text| from_wire(Purpose::ALL, text))?,
                wrapped: row.next()?,
                created_at: row.next()?,
                active_from: row.next()?,
            })
        },
    }
}
