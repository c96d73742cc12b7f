//! The audit log.

use chancery_core::audit::{Audited, Entry, Wanted};
use chancery_core::types::{AuditKey, ClientId, OrganizationId, Timestamp};

use super::client::{actor, parse_actor};
use super::{Columns, Expect, Query, Row, Statement, Value, params};
use crate::StoreError;

pub fn insert(it: &Entry) -> Statement {
    let (entity_kind, entity_id) = it.entity.as_ref().map(|(kind, id)| (&**kind, &**id)).unzip();
    Statement {
        sql: "INSERT INTO audit (key, organization_id, at, kind, actor, client_id, entity_kind, entity_id, address,
                  correlation_id, count, detail)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        params: params![
            Value::Null,
            it.organization,
            it.at,
            &*it.kind,
            it.actor.map(actor),
            it.client,
            entity_kind,
            entity_id,
            it.address.map(|it| it.to_string()),
            it.correlation.as_deref(),
            it.count,
            it.detail.as_deref()
        ],
        expect: Expect::Log,
    }
}

/// The newest first. One bound from above, so that the index finds where to begin.
pub fn wanted(it: &Wanted) -> Query<Audited> {
    let last = (Timestamp::from_millis(i64::MAX), AuditKey(i64::MAX));
    let until = it.until.map_or(last, |until| (until, AuditKey(i64::MIN)));
    let (at, key) = until.min(it.before.unwrap_or(last));
    Query {
        sql: "SELECT key, organization_id, at, kind, actor, client_id, entity_kind, entity_id, address, correlation_id,
                  count, detail
              FROM audit WHERE organization_id = $1 AND (at, key) < ($2, $3) AND at >= $4
                  AND (actor IN ('user:' || $5, 'client:' || $5) OR $5 IS NULL) AND (client_id = $6 OR $6 IS NULL)
                  AND (kind = $7 OR substr(kind, 1, length($7) + 1) = $7 || '.' OR $7 IS NULL)
              ORDER BY at DESC, key DESC LIMIT $8",
        params: params![
            it.organization,
            at,
            key.0,
            it.from.unwrap_or(Timestamp::from_millis(i64::MIN)),
            it.actor,
            it.client,
            it.kind.as_deref(),
            it.limit
        ],
        read,
    }
}

fn read(row: &dyn Row) -> Result<Audited, StoreError> {
    let mut row = Columns::of(row);
    Ok(Audited {
        key: AuditKey(row.next()?),
        entry: Entry {
            organization: row.parse(OrganizationId::parse)?,
            at: row.next()?,
            kind: row.next()?,
            actor: row.maybe_parse(parse_actor)?,
            client: row.maybe_parse(ClientId::parse)?,
            entity: row.maybe()?.zip(row.maybe()?),
            address: row.maybe_parse(|text| text.parse().ok())?,
            correlation: row.maybe()?,
            count: row.next()?,
            detail: row.maybe()?,
        },
    })
}
