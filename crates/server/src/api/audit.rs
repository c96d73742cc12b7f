//! `/api/v2/chancery/audit`: who did what, to what, from where and when.

use chancery_api::{AuditEntity, AuditEntry, AuditListing};
use chancery_core::audit::{Audited, Wanted};
use chancery_core::client::Actor;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::permission::AUDITS_AUDIT_VIEW;
use chancery_core::types::{AuditKey, ClientId, SubjectId, Timestamp};

use super::paging::Query;
use super::{Answer, Call, Kind, Operation, Param, actor, date};
use crate::http::respond;

const PATH: &str = "/api/v2/chancery/audit";

/// See the module.
pub const OPERATIONS: &[Operation] = &[Operation::get(
    "getChanceryAudit",
    PATH,
    "List what happened, the newest first",
    |call| Box::pin(list(call)),
)
.about("Chancery's own. The address nextUri leads on to what is older. Tokens that were issued or refused together are one entry with their count.")
.any(&[AUDITS_AUDIT_VIEW])
.scopes(&["audits:readonly"])
.query(&[
    Param::new("pageSize", Kind::Number(1, 500), "How many a page holds; absent: 100"),
    Param::new("from", Kind::Text, "Not before this instant").refused_as(ApiCode::InvalidDate),
    Param::new("until", Kind::Text, "Before this instant").refused_as(ApiCode::InvalidDate),
    Param::new("actor", Kind::Uuid, "Only what this user or client did"),
    Param::new("client", Kind::Uuid, "Only what was done through this client"),
    Param::new("kind", Kind::Text, "Only of this kind, or all of a group: login or login.failed, for example"),
    Param::new("before", Kind::Like("^([0-9]{1,18}-[0-9]{1,18})?$"), "Where the page before ended: see nextUri"),
])
.answers::<AuditListing>()];

/// `GET`.
async fn list(call: Call) -> Answer {
    let query = &call.query;
    let size = query.number("pageSize", 100)?;
    let wanted = Wanted {
        organization: call.caller.organization,
        from: instant(query, "from")?,
        until: instant(query, "until")?,
        actor: query
            .one("actor")
            .map(|text| SubjectId::parse(text).ok_or_else(|| Query::refused("actor")))
            .transpose()?,
        client: query
            .one("client")
            .map(|text| ClientId::parse(text).ok_or_else(|| Query::refused("client")))
            .transpose()?,
        kind: query.one("kind").map(str::to_owned),
        before: query
            .one("before")
            .map(|text| cursor(text).ok_or_else(|| Query::refused("before")))
            .transpose()?,
        // One more tells whether there is a next page.
        limit: u32::try_from(size + 1).unwrap_or(u32::MAX),
    };
    let mut found = call.app.store.audit(wanted).await?;
    let more = found.len() > size;
    found.truncate(size);
    let last = found.last().filter(|_| more);
    let next = last.map(|it| format!("{}-{}", it.entry.at.millis(), it.key.0));
    Ok(respond::ok(&AuditListing {
        entities: found.iter().map(represent).collect(),
        next_uri: next.map(|cursor| query.cursor(PATH, "before", &cursor)),
        self_uri: Some(query.same(PATH)),
    }))
}

fn instant(query: &Query, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let refused = || ApiError::new(ApiCode::InvalidDate).at(name);
    query.one(name).map(|text| Timestamp::parse(text).ok_or_else(refused)).transpose()
}

fn cursor(text: &str) -> Option<(Timestamp, AuditKey)> {
    let (at, key) = text.split_once('-')?;
    Some((Timestamp::from_millis(at.parse().ok()?), AuditKey(key.parse().ok()?)))
}

fn represent(it: &Audited) -> AuditEntry {
    let entry = &it.entry;
    AuditEntry {
        id: it.key.0.to_string(),
        date: date(entry.at),
        kind: entry.kind.clone(),
        actor: entry.actor.map(actor),
        client: entry.client.map(|id| actor(Actor::Client(id))),
        entity: entry.entity.as_ref().map(|(kind, id)| AuditEntity {
            r#type: kind.clone(),
            id: id.clone(),
            name: None,
        }),
        address: entry.address.map(|address| address.to_string()),
        correlation_id: entry.correlation.clone(),
        count: i64::from(entry.count),
        detail: entry.detail.clone(),
    }
}
