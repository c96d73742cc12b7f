//! Rows that nothing needs any more.

use chancery_core::session::attempts::FORGOTTEN;
use chancery_core::types::{Lifetime, Timestamp};
use chancery_core::usage::{Day, KEPT_DAYS};

use super::{Expect, Statement, params};

/// How long a ticket stays after its expiry.
pub const TICKETS: Lifetime = Lifetime::from_days(1);
/// How long a family stays after its expiry: its last access token may live on for so long.
pub const FAMILIES: Lifetime = chancery_core::policy::LONGEST_TOKEN;
/// How long a change stays readable: far longer than a node can go without reading.
pub const CHANGES: Lifetime = Lifetime::from_seconds(3600);

/// The oldest day whose counts stay.
pub fn first_day(now: Timestamp) -> Day {
    Day(Day::of(now).0 - KEPT_DAYS)
}

/// One statement a table, each removing at most `limit` rows.
pub fn statements(now: Timestamp, audit_before: Timestamp, limit: u32) -> Vec<Statement> {
    let delete =
        |sql, before: i64| Statement { sql, params: params![before, limit], expect: Expect::Anything };
    vec![
        delete(
            "DELETE FROM tickets WHERE key IN (SELECT key FROM tickets WHERE expires_at < $1 LIMIT $2)",
            (now - TICKETS).millis(),
        ),
        delete(
            "DELETE FROM families WHERE key IN (SELECT key FROM families WHERE expires_at < $1 LIMIT $2)",
            (now - FAMILIES).millis(),
        ),
        delete(
            "DELETE FROM sessions WHERE key IN (SELECT key FROM sessions WHERE expires_at < $1 LIMIT $2)",
            now.millis(),
        ),
        delete(
            "DELETE FROM audit WHERE key IN (SELECT key FROM audit WHERE at < $1 LIMIT $2)",
            audit_before.millis(),
        ),
        delete(
            "DELETE FROM assertions WHERE digest IN (SELECT digest FROM assertions WHERE expires_at < $1 LIMIT $2)",
            now.millis(),
        ),
        delete(
            "DELETE FROM attempts WHERE key IN (SELECT key FROM attempts WHERE last_at < $1 LIMIT $2)",
            (now - FORGOTTEN).millis(),
        ),
        delete(
            "DELETE FROM revoked WHERE id IN (SELECT id FROM revoked WHERE expires_at < $1 LIMIT $2)",
            now.millis(),
        ),
        delete(
            "DELETE FROM change_log WHERE key IN (SELECT key FROM change_log WHERE at < $1 LIMIT $2)",
            (now - CHANGES).millis(),
        ),
        delete(
            "DELETE FROM usage_counts WHERE (client_id, day, template, method) IN
                 (SELECT client_id, day, template, method FROM usage_counts WHERE day < $1 LIMIT $2)",
            first_day(now).0,
        ),
    ]
}
