//! The change log: what other processes must fetch again.

use chancery_core::types::{ClientId, OrganizationId, SubjectId, Timestamp, UserId};
use chancery_core::write::{Changed, RevokedId};

use super::{Columns, Expect, Query, Statement, Value, params};
use crate::Change;

pub fn insert(node: &str, at: Timestamp, changed: Changed) -> Statement {
    let (kind, id) = name(changed);
    Statement {
        sql: "INSERT INTO change_log (key, at, node, kind, id) VALUES ($1, $2, $3, $4, $5)",
        params: params![Value::Null, at, node, kind, id],
        expect: Expect::Log,
    }
}

/// What others than `node` wrote. A kind that this version does not know reads as no change.
pub fn since(node: &str, since: Timestamp) -> Query<Option<Change>> {
    Query {
        sql: "SELECT key, kind, id FROM change_log WHERE at >= $1 AND node <> $2",
        params: params![since, node],
        read: |row| {
            let mut row = Columns::of(row);
            let (key, kind, id): (i64, String, String) = (row.next()?, row.next()?, row.next()?);
            Ok(parse(&kind, &id).map(|changed| Change { key, changed }))
        },
    }
}

fn name(changed: Changed) -> (&'static str, String) {
    match changed {
        Changed::Organization(id) => ("organization", id.to_string()),
        Changed::Divisions(id) => ("divisions", id.to_string()),
        Changed::Roles(id) => ("roles", id.to_string()),
        Changed::User(id) => ("user", id.to_string()),
        Changed::Client(id) => ("client", id.to_string()),
        Changed::RoleGrants(id) => ("role_grants", id.to_string()),
        Changed::Consent(user, client) => ("consent", format!("{user}:{client}")),
        Changed::Consents(id) => ("consents", id.to_string()),
        Changed::Members(id) => ("members", id.to_string()),
        Changed::Keys => ("keys", String::new()),
        Changed::Revoked(id, until) => ("revoked", format!("{id}@{}", until.millis())),
    }
}

fn parse(kind: &str, id: &str) -> Option<Changed> {
    Some(match kind {
        "organization" => Changed::Organization(OrganizationId::parse(id)?),
        "divisions" => Changed::Divisions(OrganizationId::parse(id)?),
        "roles" => Changed::Roles(OrganizationId::parse(id)?),
        "user" => Changed::User(UserId::parse(id)?),
        "client" => Changed::Client(ClientId::parse(id)?),
        "role_grants" => Changed::RoleGrants(SubjectId::parse(id)?),
        "consent" => {
            let (user, client) = id.split_once(':')?;
            Changed::Consent(UserId::parse(user)?, ClientId::parse(client)?)
        }
        "consents" => Changed::Consents(ClientId::parse(id)?),
        "members" => Changed::Members(OrganizationId::parse(id)?),
        "keys" => Changed::Keys,
        "revoked" => {
            let (id, until) = id.split_once('@')?;
            Changed::Revoked(RevokedId::parse(id)?, Timestamp::from_millis(until.parse().ok()?))
        }
        _ => return None,
    })
}
