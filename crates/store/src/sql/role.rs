//! Roles, and grants of them.

use chancery_core::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use chancery_core::types::{DivisionId, OrganizationId, RoleId, SubjectId, from_wire};

use super::{Columns, Expect, Query, Row, Statement, json, params};
use crate::StoreError;

pub fn insert(it: &Role) -> Statement {
    let mut params = params![it.id, it.organization, &*it.name, &*it.description, it.template.clone()];
    params.extend([json(&it.permissions), json(&it.policies), it.needs_update.into(), it.version.into()]);
    Statement {
        sql: "INSERT INTO roles (id, organization_id, name, description, template, permissions, policies, needs_update,
                  version)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        params,
        expect: Expect::OneRow,
    }
}

/// Replaces what can be changed, if the version is still the one that was read.
pub fn replace(it: &Role) -> Statement {
    Statement {
        sql: "UPDATE roles SET version = version + 1, name = $1, description = $2, permissions = $3, policies = $4,
                  needs_update = $5
              WHERE id = $6 AND version = $7",
        params: params![
            &*it.name,
            &*it.description,
            json(&it.permissions),
            json(&it.policies),
            it.needs_update,
            it.id,
            it.version
        ],
        expect: Expect::OneRow,
    }
}

/// Removes a role, and takes it from all who hold it.
pub fn delete(organization: OrganizationId, id: RoleId) -> Vec<Statement> {
    vec![
        Statement {
            sql: "DELETE FROM roles WHERE organization_id = $1 AND id = $2",
            params: params![organization, id],
            expect: Expect::OneRow,
        },
        Statement {
            sql: "DELETE FROM role_grants WHERE organization_id = $1 AND role_id = $2",
            params: params![organization, id],
            expect: Expect::Many,
        },
    ]
}

pub fn of_organization(organization: OrganizationId) -> Query<Role> {
    Query {
        sql: "SELECT id, organization_id, name, description, template, permissions, policies, needs_update, version
              FROM roles WHERE organization_id = $1",
        params: params![organization],
        read: |row| {
            let mut row = Columns::of(row);
            Ok(Role {
                id: row.parse(RoleId::parse)?,
                organization: row.parse(OrganizationId::parse)?,
                name: row.next()?,
                description: row.next()?,
                template: row.maybe()?,
                permissions: row.json()?,
                policies: row.json()?,
                needs_update: row.next()?,
                version: row.next()?,
            })
        },
    }
}

/// Replaces the grants of a subject: one statement to clear, one for each grant.
pub fn replace_grants(
    organization: OrganizationId,
    subject: SubjectId,
    grants: &[RoleGrant],
) -> Vec<Statement> {
    let mut statements = vec![delete_grants(organization, subject)];
    statements.extend(grants.iter().zip(0_i64..).map(|(it, position)| Statement {
        sql: "INSERT INTO role_grants (organization_id, subject_id, subject_kind, role_id, division, position, granted_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params: params![organization, subject, it.kind.as_str(), it.role, it.division.to_string(), position, it.granted_at],
        expect: Expect::OneRow,
    }));
    statements
}

pub fn delete_grants(organization: OrganizationId, subject: SubjectId) -> Statement {
    Statement {
        sql: "DELETE FROM role_grants WHERE organization_id = $1 AND subject_id = $2",
        params: params![organization, subject],
        expect: Expect::Anything,
    }
}

pub fn user_counts(organization: OrganizationId) -> Query<(RoleId, u32)> {
    Query {
        sql: "SELECT role_id, COUNT(DISTINCT subject_id) FROM role_grants
              WHERE organization_id = $1 AND subject_kind = 'PC_USER' GROUP BY role_id",
        params: params![organization],
        read: |row| {
            let mut row = Columns::of(row);
            Ok((row.parse(RoleId::parse)?, row.next()?))
        },
    }
}

pub fn grants(subject: SubjectId) -> Query<RoleGrant> {
    Query {
        sql: "SELECT subject_id, subject_kind, role_id, division, granted_at
              FROM role_grants WHERE subject_id = $1 ORDER BY position",
        params: params![subject],
        read: read_grant,
    }
}

/// The grants of many subjects.
pub const GRANTS_OF_MANY: &str = concat!(
    "SELECT subject_id, subject_kind, role_id, division, granted_at FROM role_grants WHERE subject_id ",
    any_of!(),
    " ORDER BY subject_id, position"
);

/// The grants of a role in the organization that it belongs to.
pub fn holders(role: RoleId) -> Query<RoleGrant> {
    Query {
        sql: "SELECT subject_id, subject_kind, role_id, division, granted_at
              FROM role_grants WHERE organization_id = (SELECT organization_id FROM roles WHERE id = $1) AND role_id = $1
              ORDER BY granted_at, subject_id, division",
        params: params![role],
        read: read_grant,
    }
}

pub fn working_holders(role: RoleId) -> Query<(SubjectId, SubjectKind)> {
    Query {
        sql: "SELECT subject_id, subject_kind
              FROM role_grants WHERE organization_id = (SELECT organization_id FROM roles WHERE id = $1) AND role_id = $1
                  AND division = '*'
                  AND (subject_kind = 'PC_USER' AND EXISTS (SELECT 1 FROM users
                          WHERE id = subject_id AND state = 'active')
                      OR subject_kind = 'PC_OAUTH_CLIENT' AND EXISTS (SELECT 1 FROM clients
                          WHERE id = subject_id AND state = 'active'
                              AND ' ' || grant_types || ' ' LIKE '% client_credentials %'))
              ORDER BY subject_id",
        params: params![role],
        read: |row| {
            let mut row = Columns::of(row);
            Ok((row.parse(SubjectId::parse)?, row.parse(|text| from_wire(SubjectKind::ALL, text))?))
        },
    }
}

/// The grants that hold in a division alone.
pub fn in_division(division: DivisionId) -> Query<RoleGrant> {
    Query {
        sql: "SELECT subject_id, subject_kind, role_id, division, granted_at
              FROM role_grants WHERE organization_id = (SELECT organization_id FROM divisions WHERE id = $1)
                  AND division = $1
              ORDER BY granted_at, subject_id, role_id",
        params: params![division],
        read: read_grant,
    }
}

pub fn read_grant(row: &dyn Row) -> Result<RoleGrant, StoreError> {
    let mut row = Columns::of(row);
    Ok(RoleGrant {
        subject: row.parse(SubjectId::parse)?,
        kind: row.parse(|text| from_wire(SubjectKind::ALL, text))?,
        role: row.parse(RoleId::parse)?,
        division: row.parse(DivisionScope::parse)?,
        granted_at: row.next()?,
    })
}
