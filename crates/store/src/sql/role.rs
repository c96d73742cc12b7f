//! Roles, and grants of them.

use chancery_core::rbac::{DivisionScope, Role, RoleGrant, SubjectKind};
use chancery_core::types::{OrganizationId, RoleId, SubjectId, from_wire};

use super::{Columns, Expect, Query, Statement, json, params};

pub fn insert(it: &Role) -> Statement {
    let mut params = params![it.id, it.organization, &*it.name, &*it.description, it.template.clone()];
    params.extend([json(&it.permissions), json(&it.policies), it.version.into()]);
    Statement {
        sql: "INSERT INTO roles (id, organization_id, name, description, template, permissions, policies, version)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        params,
        expect: Expect::OneRow,
    }
}

pub fn of_organization(organization: OrganizationId) -> Query<Role> {
    Query {
        sql: "SELECT id, organization_id, name, description, template, permissions, policies, version
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
    let mut statements = vec![Statement {
        sql: "DELETE FROM role_grants WHERE organization_id = $1 AND subject_id = $2",
        params: params![organization, subject],
        expect: Expect::Anything,
    }];
    statements.extend(grants.iter().zip(0_i64..).map(|(it, position)| Statement {
        sql: "INSERT INTO role_grants (organization_id, subject_id, subject_kind, role_id, division, position, granted_at)
              VALUES ($1, $2, $3, $4, $5, $6, $7)",
        params: params![organization, subject, it.kind.as_str(), it.role, it.division.to_string(), position, it.granted_at],
        expect: Expect::OneRow,
    }));
    statements
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
        read: |row| {
            let mut row = Columns::of(row);
            Ok(RoleGrant {
                subject: row.parse(SubjectId::parse)?,
                kind: row.parse(|text| from_wire(SubjectKind::ALL, text))?,
                role: row.parse(RoleId::parse)?,
                division: row.parse(DivisionScope::parse)?,
                granted_at: row.next()?,
            })
        },
    }
}
