//! Attempts to log in, counted.

use chancery_core::session::attempts::Tries;
use chancery_core::types::{AttemptKey, Timestamp};

use super::{Columns, Expect, Query, Statement, params};
use crate::StoreError;

/// Replaces what was counted, if that is still what is known.
pub fn replace(key: &AttemptKey, known: Option<Tries>, next: Option<Tries>) -> Statement {
    let key = key.0.to_vec();
    let (sql, params) = match (known, next) {
        (None, Some(next)) => (
            "INSERT INTO attempts (key, count, last_at) VALUES ($1, $2, $3) ON CONFLICT (key) DO NOTHING",
            params![key, next.count, next.last],
        ),
        (Some(known), Some(next)) => (
            "UPDATE attempts SET count = $1, last_at = $2 WHERE key = $3 AND count = $4 AND last_at = $5",
            params![next.count, next.last, key, known.count, known.last],
        ),
        (Some(known), None) => (
            "DELETE FROM attempts WHERE key = $1 AND count = $2 AND last_at = $3",
            params![key, known.count, known.last],
        ),
        (None, None) => ("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM attempts WHERE key = $1)", params![key]),
    };
    let expect = if known.is_none() && next.is_none() { Expect::Found } else { Expect::OneRow };
    Statement { sql, params, expect }
}

pub fn find(keys: &[AttemptKey; 3]) -> Query<(AttemptKey, Tries)> {
    let [one, two, three] = keys.map(|key| key.0.to_vec());
    Query {
        sql: "SELECT key, count, last_at FROM attempts WHERE key IN ($1, $2, $3)",
        params: params![one, two, three],
        read: |row| {
            let mut row = Columns::of(row);
            let (key, count, last): (Vec<u8>, u32, Timestamp) = (row.next()?, row.next()?, row.next()?);
            let key =
                key.try_into().map_err(|_| StoreError::Corrupt("a key does not have 32 bytes".to_owned()))?;
            Ok((AttemptKey(key), Tries { count, last }))
        },
    }
}
