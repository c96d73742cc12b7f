//! Divisions. One that is deleted keeps its row, so that it can come back.

use chancery_core::organization::{Division, DivisionUse};
use chancery_core::types::{DivisionId, OrganizationId, Timestamp};

use super::{Columns, Expect, Query, Row, Statement, params};
use crate::StoreError;

pub fn insert(it: &Division) -> Statement {
    Statement {
        sql: "INSERT INTO divisions (id, organization_id, name, description, home) VALUES ($1, $2, $3, $4, $5)",
        params: params![it.id, it.organization, &*it.name, &*it.description, it.home],
        expect: Expect::OneRow,
    }
}

pub fn replace(it: &Division) -> Statement {
    Statement {
        sql: "UPDATE divisions SET name = $1, description = $2
              WHERE organization_id = $3 AND id = $4 AND deleted_at IS NULL",
        params: params![&*it.name, &*it.description, it.organization, it.id],
        expect: Expect::OneRow,
    }
}

/// Marks a division deleted, and leaves nothing in it.
pub fn delete(
    organization: OrganizationId,
    id: DivisionId,
    home: DivisionId,
    at: Timestamp,
) -> Vec<Statement> {
    vec![
        Statement {
            sql: "UPDATE divisions SET deleted_at = $1 WHERE organization_id = $2 AND id = $3 AND deleted_at IS NULL",
            params: params![at, organization, id],
            expect: Expect::OneRow,
        },
        Statement {
            sql: "DELETE FROM role_grants WHERE organization_id = $1 AND division = $2",
            params: params![organization, id],
            expect: Expect::Many,
        },
        Statement {
            sql: "UPDATE users SET version = version + 1, division_id = $1
                  WHERE organization_id = $2 AND division_id = $3",
            params: params![home, organization, id],
            expect: Expect::Many,
        },
    ]
}

pub fn restore(organization: OrganizationId, id: DivisionId) -> Statement {
    Statement {
        sql: "UPDATE divisions SET deleted_at = NULL WHERE organization_id = $1 AND id = $2 AND deleted_at IS NOT NULL",
        params: params![organization, id],
        expect: Expect::OneRow,
    }
}

pub fn of_organization(organization: OrganizationId) -> Query<Division> {
    Query {
        sql: "SELECT id, organization_id, name, description, home
              FROM divisions WHERE organization_id = $1 AND deleted_at IS NULL",
        params: params![organization],
        read,
    }
}

pub fn deleted(organization: OrganizationId) -> Query<Division> {
    Query {
        sql: "SELECT id, organization_id, name, description, home
              FROM divisions WHERE organization_id = $1 AND deleted_at IS NOT NULL",
        params: params![organization],
        read,
    }
}

pub fn in_use(id: DivisionId) -> Query<DivisionUse> {
    Query {
        sql: "SELECT (SELECT COUNT(*) FROM users WHERE organization_id = divisions.organization_id
                          AND division_id = divisions.id AND state <> 'deleted'),
                  (SELECT COUNT(*) FROM role_grants WHERE organization_id = divisions.organization_id
                          AND division = divisions.id)
              FROM divisions WHERE id = $1",
        params: params![id],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(DivisionUse { users: row.next()?, grants: row.next()? })
        },
    }
}

fn read(row: &dyn Row) -> Result<Division, StoreError> {
    let mut row = Columns::of(row);
    Ok(Division {
        id: row.parse(DivisionId::parse)?,
        organization: row.parse(OrganizationId::parse)?,
        name: row.next()?,
        description: row.next()?,
        home: row.next()?,
    })
}
