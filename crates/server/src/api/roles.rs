//! `/api/v2/authorization/roles`: the roles of the organization.

use std::sync::Arc;

use axum::extract::{Request, State};
use chancery_api::{DomainOrganizationRole, DomainPermissionPolicy};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::Role;
use chancery_core::rbac::permission::AUTHORIZATION_ROLE_VIEW;
use chancery_core::types::{OrganizationId, RoleId};

use super::paging::Query;
use super::{Answer, admit};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;
use crate::http::segment::Segment;
use crate::settle::look_up;

const PATH: &str = "/api/v2/authorization/roles";
/// Most ids in one query.
const MOST_IDS: usize = 100;

/// `GET`: page by page, filtered by `id`, `name`, `permission` and `defaultRoleId`.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[AUTHORIZATION_ROLE_VIEW]).await?;
    let query = Query::of(request.uri());
    let (ids, templates, permissions) =
        (query.many("id"), query.many("defaultRoleId"), query.many("permission"));
    if ids.len() > MOST_IDS {
        return Err(ApiCode::MaxRoleIds.into());
    }
    let name = query.one("name").map(str::to_lowercase);
    let wanted = |role: &&Role| {
        (ids.is_empty() || ids.iter().any(|id| RoleId::parse(id) == Some(role.id)))
            && (templates.is_empty() || role.template.as_deref().is_some_and(|own| templates.contains(&own)))
            && name.as_ref().is_none_or(|name| role.name.to_lowercase().contains(name.trim_matches('*')))
            && permissions.iter().all(|permission| carries(role, permission))
    };
    let roles = all(&app, caller.organization).await?;
    let found: Vec<_> = roles.iter().filter(wanted).map(represent).collect();
    let mut page = query.page(found, PATH)?;
    count_users(&app, caller.organization, &query, &mut page.entities).await?;
    Ok(respond::ok(&page))
}

/// `GET` of one.
pub async fn read(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[AUTHORIZATION_ROLE_VIEW]).await?;
    let id = RoleId::parse(&id).ok_or(Failure::NotFound)?;
    let role = look_up(&app, |facts| {
        let found = facts.roles(caller.organization)?.iter().find(|role| role.id == id);
        found.map(represent).ok_or_else(|| ApiError::new(ApiCode::NotFound).into())
    });
    let mut role = [role.await?];
    count_users(&app, caller.organization, &Query::of(request.uri()), &mut role).await?;
    Ok(respond::ok(&role[0]))
}

async fn all(app: &Arc<App>, organization: OrganizationId) -> Result<Arc<Vec<Role>>, Failure> {
    look_up(app, |facts| facts.roles(organization).cloned()).await
}

/// Fills in `userCount`, unless the query says that it is not wanted.
async fn count_users(
    app: &App,
    organization: OrganizationId,
    query: &Query,
    roles: &mut [DomainOrganizationRole],
) -> Result<(), Failure> {
    if query.one("userCount").is_some_and(|wanted| wanted.eq_ignore_ascii_case("false")) {
        return Ok(());
    }
    let counts = app.store.role_user_counts(organization).await?;
    for role in roles {
        let own = counts.iter().find(|(id, _)| role.id.as_deref() == Some(id.to_string().as_str()));
        role.user_count = Some(own.map_or(0, |(_, count)| i32::try_from(*count).unwrap_or(i32::MAX)));
    }
    Ok(())
}

/// Whether a role carries `domain:entity:action`, or a legacy permission of one word.
fn carries(role: &Role, permission: &str) -> bool {
    let mut parts = permission.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(domain), Some(entity), Some(action)) => role.carries(domain, entity, action),
        _ => role.carries_word(permission),
    }
}

fn represent(role: &Role) -> DomainOrganizationRole {
    let policies = role.policies.iter().map(|policy| DomainPermissionPolicy {
        domain: Some(policy.domain.clone()),
        entity_name: Some(policy.entity.clone()),
        action_set: Some(policy.actions.clone()),
        allow_conditions: Some(false),
        ..DomainPermissionPolicy::default()
    });
    DomainOrganizationRole {
        id: Some(role.id.to_string()),
        name: Some(role.name.clone()),
        description: Some(role.description.clone()),
        default_role_id: role.template.clone(),
        permissions: Some(role.permissions.clone()),
        permission_policies: Some(policies.collect()),
        role_needs_update: Some(false),
        base: Some(false),
        default: Some(role.template.is_some()),
        self_uri: Some(format!("{PATH}/{}", role.id)),
        ..DomainOrganizationRole::default()
    }
}
