//! Organizations.

use chancery_core::organization::Organization;
use chancery_core::types::OrganizationId;

use super::{Columns, Expect, Query, Row, Statement, json, params};
use crate::StoreError;

/// A new one, which has no clients yet.
pub fn insert(it: &Organization) -> Vec<Statement> {
    let row = Statement {
        sql: "INSERT INTO organizations (id, name, short_name, default_language, settings, version, authority, created_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params: params![
            it.id,
            &*it.name,
            &*it.short_name,
            &*it.default_language,
            json(&it.settings),
            it.version,
            it.authority,
            it.created_at
        ],
        expect: Expect::OneRow,
    };
    vec![row, super::client::count_more(it.id, 0)]
}

/// Replaces what administrators choose, if the version is still the one that was read.
pub fn replace(it: &Organization) -> Statement {
    Statement {
        sql: "UPDATE organizations SET version = version + 1, name = $1, default_language = $2, settings = $3
              WHERE id = $4 AND version = $5",
        params: params![&*it.name, &*it.default_language, json(&it.settings), it.id, it.version],
        expect: Expect::OneRow,
    }
}

pub fn advance_authority(id: OrganizationId, authority: u32) -> Statement {
    Statement {
        sql: "UPDATE organizations SET authority = authority + 1 WHERE id = $1 AND authority = $2",
        params: params![id, authority],
        expect: Expect::OneRow,
    }
}

pub fn require_authority(id: OrganizationId, authority: u32) -> Statement {
    Statement {
        sql: "SELECT 1 FROM organizations WHERE id = $1 AND authority = $2",
        params: params![id, authority],
        expect: Expect::Found,
    }
}

/// Whoever founds the first one does so alone.
pub fn none() -> Vec<Statement> {
    vec![
        Statement {
            sql: "INSERT INTO leases (name, holder, until) VALUES ('founding', '', 0)
                  ON CONFLICT (name) DO UPDATE SET until = 0",
            params: vec![],
            expect: Expect::Anything,
        },
        Statement {
            sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM organizations)",
            params: vec![],
            expect: Expect::Found,
        },
    ]
}

pub fn all() -> Query<Organization> {
    Query {
        sql: "SELECT id, name, short_name, default_language, settings, version, authority, created_at
              FROM organizations ORDER BY created_at, id",
        params: vec![],
        read,
    }
}

pub fn find(id: OrganizationId) -> Query<Organization> {
    Query {
        sql: "SELECT id, name, short_name, default_language, settings, version, authority, created_at
              FROM organizations WHERE id = $1",
        params: params![id],
        read,
    }
}

fn read(row: &dyn Row) -> Result<Organization, StoreError> {
    let mut row = Columns::of(row);
    Ok(Organization {
        id: row.parse(OrganizationId::parse)?,
        name: row.next()?,
        short_name: row.next()?,
        default_language: row.next()?,
        settings: row.json()?,
        version: row.next()?,
        authority: row.next()?,
        created_at: row.next()?,
    })
}
