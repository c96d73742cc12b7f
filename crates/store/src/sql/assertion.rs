//! Assertions that were used.

use chancery_core::types::{AssertionKey, Timestamp};

use super::{Columns, Expect, Query, Statement, params};

pub fn insert(key: &AssertionKey, expires_at: Timestamp) -> Statement {
    Statement {
        sql: "INSERT INTO assertions (digest, expires_at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
        params: params![key.0.to_vec(), expires_at],
        expect: Expect::OneRow,
    }
}

pub fn find(key: &AssertionKey) -> Query<i64> {
    Query {
        sql: "SELECT expires_at FROM assertions WHERE digest = $1",
        params: params![key.0.to_vec()],
        read: |row| Columns::of(row).next(),
    }
}
