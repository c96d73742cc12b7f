//! Organizations and their divisions.

use chancery_core::organization::{Division, Organization};
use chancery_core::types::{DivisionId, OrganizationId};

use super::{Columns, Expect, Query, Row, Statement, params};
use crate::StoreError;

pub fn insert(it: &Organization) -> Statement {
    Statement {
        sql: "INSERT INTO organizations (id, name, short_name, default_language, version, created_at)
              VALUES ($1, $2, $3, $4, $5, $6)",
        params: params![it.id, &*it.name, &*it.short_name, &*it.default_language, it.version, it.created_at],
        expect: Expect::OneRow,
    }
}

pub fn none() -> Statement {
    Statement {
        sql: "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM organizations)",
        params: vec![],
        expect: Expect::Found,
    }
}

pub fn all() -> Query<Organization> {
    Query {
        sql: "SELECT id, name, short_name, default_language, version, created_at
              FROM organizations ORDER BY created_at, id",
        params: vec![],
        read,
    }
}

pub fn find(id: OrganizationId) -> Query<Organization> {
    Query {
        sql: "SELECT id, name, short_name, default_language, version, created_at FROM organizations WHERE id = $1",
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
        version: row.next()?,
        created_at: row.next()?,
    })
}

pub fn insert_division(it: &Division) -> Statement {
    Statement {
        sql: "INSERT INTO divisions (id, organization_id, name, description, home) VALUES ($1, $2, $3, $4, $5)",
        params: params![it.id, it.organization, &*it.name, &*it.description, it.home],
        expect: Expect::OneRow,
    }
}

pub fn divisions(organization: OrganizationId) -> Query<Division> {
    Query {
        sql: "SELECT id, organization_id, name, description, home FROM divisions WHERE organization_id = $1",
        params: params![organization],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(Division {
                id: row.parse(DivisionId::parse)?,
                organization: row.parse(OrganizationId::parse)?,
                name: row.next()?,
                description: row.next()?,
                home: row.next()?,
            })
        },
    }
}
