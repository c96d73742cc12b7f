//! Usage counts.

use chancery_core::types::ClientId;
use chancery_core::usage::{Day, Tally, UsageCount};

use super::{Columns, Expect, Query, Statement, params};

/// Adds to what is counted already. A client that is gone counts no more.
pub fn add(it: &UsageCount) -> Statement {
    let tally = &it.tally;
    Statement {
        sql: "WITH it (client_id, day, template, method, status200, status300, status400, status500, status429) AS (
                  VALUES ($1, CAST($2 AS BIGINT), $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($7 AS BIGINT),
                      CAST($8 AS BIGINT), CAST($9 AS BIGINT)))
              INSERT INTO usage_counts (client_id, day, template, method, organization_id,
                  status200, status300, status400, status500, status429)
              SELECT it.client_id, it.day, it.template, it.method, clients.organization_id,
                  it.status200, it.status300, it.status400, it.status500, it.status429
              FROM it JOIN clients ON clients.id = it.client_id WHERE 1 = 1
              ON CONFLICT (client_id, day, template, method) DO UPDATE SET
                  status200 = usage_counts.status200 + excluded.status200,
                  status300 = usage_counts.status300 + excluded.status300,
                  status400 = usage_counts.status400 + excluded.status400,
                  status500 = usage_counts.status500 + excluded.status500,
                  status429 = usage_counts.status429 + excluded.status429",
        params: params![
            it.client,
            it.day.0,
            &*it.template,
            &*it.method,
            tally.status200,
            tally.status300,
            tally.status400,
            tally.status500,
            tally.status429
        ],
        expect: Expect::Add,
    }
}

pub fn delete(client: ClientId) -> Statement {
    Statement {
        sql: "DELETE FROM usage_counts WHERE client_id = $1",
        params: params![client],
        expect: Expect::Many,
    }
}

pub fn of_client(client: ClientId, from: Day, until: Day) -> Query<UsageCount> {
    Query {
        sql: "SELECT client_id, day, template, method, status200, status300, status400, status500, status429
              FROM usage_counts WHERE client_id = $1 AND day >= $2 AND day < $3",
        params: params![client, from.0, until.0],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(UsageCount {
                client: row.parse(ClientId::parse)?,
                day: Day(row.next()?),
                template: row.next()?,
                method: row.next()?,
                tally: Tally {
                    status200: row.next()?,
                    status300: row.next()?,
                    status400: row.next()?,
                    status500: row.next()?,
                    status429: row.next()?,
                },
            })
        },
    }
}
