//! Leases: what one process at a time does, by rows that expire.

use chancery_core::types::Timestamp;

use super::{Expect, Statement, params};

/// Takes it if it is free, or held by this node already.
pub fn take(name: &str, holder: &str, until: Timestamp, now: Timestamp) -> Statement {
    Statement {
        sql: "INSERT INTO leases (name, holder, until) VALUES ($1, $2, $3)
              ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
              WHERE leases.until <= $4 OR leases.holder = excluded.holder",
        params: params![name, holder, until, now],
        expect: Expect::OneRow,
    }
}
