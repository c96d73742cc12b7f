//! `/api/v2/authorization/roles`: the roles of the organization.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{
    DefaultRoles, DomainOrganizationRole, DomainOrganizationRoleCreate, DomainOrganizationRolePatch,
    DomainOrganizationRoleUpdate, DomainPermissionPolicy, Listing,
};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::{
    AUTHORIZATION_ROLE_ADD, AUTHORIZATION_ROLE_DELETE, AUTHORIZATION_ROLE_EDIT, AUTHORIZATION_ROLE_VIEW,
};
use chancery_core::rbac::roles::{self, Defaults, Draft};
use chancery_core::rbac::{PermissionPolicy, PolicyRemarks, Role};
use chancery_core::types::RoleId;

use super::paging::{PAGE_NUMBER, PAGE_SIZE, Query};
use super::{AUTHORIZATION, AUTHORIZATION_READ, Answer, Call, Kind, Operation, Param};
use crate::failure::Failure;
use crate::http::respond;

const PATH: &str = "/api/v2/authorization/roles";
const ONE: &str = "/api/v2/authorization/roles/{roleId}";
const DEFAULT: &str = "/api/v2/authorization/roles/default";
/// Most ids, and most permissions, in one query.
const MOST_IDS: usize = 100;
const USER_COUNT: Param = Param::new("userCount", Kind::Flag, "Whether userCount is answered; absent: true");

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get(
        "getAuthorizationRoles",
        PATH,
        "Retrieve a list of all roles defined for the organization",
        |call| Box::pin(list(call)),
    )
    .any(&[AUTHORIZATION_ROLE_VIEW])
    .scopes(AUTHORIZATION_READ)
    .query(&[
        PAGE_SIZE,
        PAGE_NUMBER,
        Param::new("name", Kind::Text, "A part of the name, in any case"),
        Param::new("permission", Kind::Many, "Permissions that a role must carry, at most 100"),
        Param::new("defaultRoleId", Kind::Many, "Templates, one of which a role must be made from"),
        Param::new("id", Kind::Many, "Ids, at most 100"),
        USER_COUNT,
    ])
    .answers::<Listing<DomainOrganizationRole>>()
    .refuses(&[ApiCode::MaxRoleIds]),
    Operation::post("postAuthorizationRoles", PATH, "Create an organization role", |call| {
        Box::pin(create(call))
    })
    .about("The caller must hold all that the role is to carry, in one division at least.")
    .any(&[AUTHORIZATION_ROLE_ADD])
    .scopes(AUTHORIZATION)
    .takes::<DomainOrganizationRoleCreate>()
    .answers::<DomainOrganizationRole>()
    .refuses(&[
        ApiCode::GeneralBadRequest,
        ApiCode::MaxRolesExceeded,
        ApiCode::MissingPermissions,
        ApiCode::GeneralConflict,
    ]),
    Operation::post("postAuthorizationRolesDefault", DEFAULT, "Restores all default roles", |call| {
        Box::pin(restore_all(call))
    })
    .about("Makes those that are missing; by force, those that were edited are as they were at first.")
    .any(&[AUTHORIZATION_ROLE_EDIT])
    .scopes(AUTHORIZATION)
    .query(&[Param::new("force", Kind::Flag, "Whether those that were edited are reset too")])
    .answers::<Listing<DomainOrganizationRole>>()
    .refuses(&[ApiCode::GeneralBadRequest, ApiCode::MissingPermissions, ApiCode::GeneralConflict]),
    Operation::put("putAuthorizationRolesDefault", DEFAULT, "Restore specified default roles", |call| {
        Box::pin(restore(call))
    })
    .about("Each is named by id or defaultRoleId.")
    .any(&[AUTHORIZATION_ROLE_EDIT])
    .scopes(AUTHORIZATION)
    .takes::<DefaultRoles>()
    .answers::<Listing<DomainOrganizationRole>>()
    .refuses(&[ApiCode::GeneralBadRequest, ApiCode::MissingPermissions, ApiCode::GeneralConflict]),
    Operation::get("getAuthorizationRole", ONE, "Get a single organization role", |call| {
        Box::pin(read(call))
    })
    .any(&[AUTHORIZATION_ROLE_VIEW])
    .scopes(AUTHORIZATION_READ)
    .query(&[USER_COUNT])
    .answers::<DomainOrganizationRole>()
    .refuses(&[ApiCode::NotFound]),
    Operation::put("putAuthorizationRole", ONE, "Update an organization role", |call| Box::pin(update(call)))
    .about("Replaces every writable member. The caller must hold what the role carries and is to carry, in all divisions.")
        .any(&[AUTHORIZATION_ROLE_EDIT])
        .scopes(AUTHORIZATION)
        .takes::<DomainOrganizationRoleUpdate>()
        .answers::<DomainOrganizationRole>()
        .refuses(&[
            ApiCode::GeneralBadRequest,
            ApiCode::MissingPermissions,
            ApiCode::GeneralConflict,
            ApiCode::NotFound,
        ]),
    Operation::patch(
        "patchAuthorizationRole",
        ONE,
        "Patch an organization role for needsUpdate field",
        |call| Box::pin(mark(call)),
    )
    .any(&[AUTHORIZATION_ROLE_EDIT])
    .scopes(AUTHORIZATION)
    .takes::<DomainOrganizationRolePatch>()
    .answers::<DomainOrganizationRole>()
    .refuses(&[ApiCode::NotFound]),
    Operation::delete("deleteAuthorizationRole", ONE, "Delete an organization role", |call| {
        Box::pin(delete(call))
    })
    .about("All grants of the role end. The caller must hold it in all divisions.")
    .any(&[AUTHORIZATION_ROLE_DELETE])
    .scopes(AUTHORIZATION)
    .answers_nothing()
    .refuses(&[ApiCode::NotFound, ApiCode::GeneralBadRequest, ApiCode::MissingPermissions]),
];

/// `GET`: page by page, filtered by `id`, `name`, `permission` and `defaultRoleId`.
async fn list(call: Call) -> Answer {
    let query = &call.query;
    let (ids, templates, permissions) =
        (query.many("id"), query.many("defaultRoleId"), query.many("permission"));
    if ids.len() > MOST_IDS {
        return Err(ApiCode::MaxRoleIds.into());
    }
    if permissions.len() > MOST_IDS {
        return Err(Query::refused("permission").into());
    }
    let name = query.one("name").map(str::to_lowercase);
    let wanted = |role: &&Role| {
        (ids.is_empty() || ids.iter().any(|id| RoleId::parse(id) == Some(role.id)))
            && (templates.is_empty() || role.template.as_deref().is_some_and(|own| templates.contains(&own)))
            && name.as_ref().is_none_or(|name| role.name.to_lowercase().contains(name.trim_matches('*')))
            && permissions.iter().all(|permission| carries(role, permission))
    };
    let found: Vec<_> = all(&call).await?.iter().filter(wanted).map(represent).collect();
    let mut page = query.page(found, PATH)?;
    count_users(&call, &mut page.entities).await?;
    Ok(respond::ok(&page))
}

/// `GET` of one.
async fn read(call: Call) -> Answer {
    let id = role_id(&call)?;
    let role = call.look_up(|facts| {
        let roles = facts.roles(call.caller.organization)?;
        Ok(represent(roles::find(roles, id)?))
    });
    show(&call, role.await?).await
}

/// `POST`.
async fn create(call: Call) -> Answer {
    let body: DomainOrganizationRoleCreate = call.json()?;
    let draft = draft(body.name, body.description, body.permissions, body.permission_policies);
    let _turn = call.app.turn(call.caller.organization).await;
    let role = call.change(|facts, env| roles::create(facts, &call.caller, &draft, env)).await?;
    show(&call, represent(&role)).await
}

/// `PUT`: replaces every writable member.
async fn update(call: Call) -> Answer {
    let id = known(&call).await?;
    let body: DomainOrganizationRoleUpdate = call.json()?;
    let draft = draft(body.name, body.description, body.permissions, body.permission_policies);
    let _turn = call.app.turn(call.caller.organization).await;
    let role = call.change(|facts, _| roles::update(facts, &call.caller, id, &draft)).await?;
    show(&call, represent(&role)).await
}

/// `PATCH`: sets `roleNeedsUpdate`.
async fn mark(call: Call) -> Answer {
    let id = known(&call).await?;
    let body: DomainOrganizationRolePatch = call.json()?;
    let Some(needs_update) = body.role_needs_update else { return read(call).await };
    let _turn = call.app.turn(id).await;
    let role = call.change(|facts, _| roles::mark(facts, &call.caller, id, needs_update)).await?;
    show(&call, represent(&role)).await
}

/// `DELETE`: the role and all grants of it.
async fn delete(call: Call) -> Answer {
    let id = role_id(&call)?;
    let _turn = call.app.turn(call.caller.organization).await;
    call.change(|facts, _| roles::delete(facts, &call.caller, id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST .../default`: brings back what is missing, by force also what was edited.
async fn restore_all(call: Call) -> Answer {
    let which = if call.query.flag("force") { Defaults::All } else { Defaults::Missing };
    restored(&call, &which).await
}

/// `PUT .../default`: brings back these, named by id or `defaultRoleId`.
async fn restore(call: Call) -> Answer {
    let body: DefaultRoles = call.json_array()?;
    let named: Vec<_> =
        body.0.unwrap_or_default().into_iter().map(|role| (role.id, role.default_role_id)).collect();
    restored(&call, &Defaults::These(&named)).await
}

async fn restored(call: &Call, which: &Defaults<'_>) -> Answer {
    let _turn = call.app.turn(call.caller.organization).await;
    let roles = call.change(|facts, env| roles::restore(facts, &call.caller, which, env)).await?;
    let mut page = Query::default().page(roles.iter().map(represent).collect(), PATH)?;
    count_users(call, &mut page.entities).await?;
    Ok(respond::ok(&page))
}

/// The role that the path names; one that is not there is a 404, whatever the body.
pub async fn known(call: &Call) -> Result<RoleId, Failure> {
    let id = role_id(call)?;
    call.look_up(|facts| Ok(roles::find(facts.roles(call.caller.organization)?, id).map(drop)?)).await?;
    Ok(id)
}

fn role_id(call: &Call) -> Result<RoleId, Failure> {
    RoleId::parse(call.segment("roleId")).ok_or(Failure::NotFound)
}

/// The roles of the caller's organization, by name.
pub async fn all(call: &Call) -> Result<Arc<Vec<Role>>, Failure> {
    call.look_up(|facts| facts.roles(call.caller.organization).cloned()).await
}

async fn show(call: &Call, role: DomainOrganizationRole) -> Answer {
    let mut role = [role];
    count_users(call, &mut role).await?;
    Ok(respond::ok(&role[0]))
}

/// Fills in `userCount`, unless the query says that it is not wanted.
async fn count_users(call: &Call, roles: &mut [DomainOrganizationRole]) -> Result<(), Failure> {
    if call.query.one("userCount").is_some_and(|wanted| wanted.eq_ignore_ascii_case("false")) {
        return Ok(());
    }
    let counts = call.app.store.role_user_counts(call.caller.organization).await?;
    for role in roles {
        let own = counts.iter().find(|(id, _)| role.id.as_deref() == Some(id.to_string().as_str()));
        role.user_count = Some(own.map_or(0, |(_, count)| i32::try_from(*count).unwrap_or(i32::MAX)));
    }
    Ok(())
}

/// Whether a role carries `domain:entity:action`, or a legacy permission of one word.
pub fn carries(role: &Role, permission: &str) -> bool {
    let mut parts = permission.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(domain), Some(entity), Some(action)) => role.carries(domain, entity, action),
        _ => role.carries_word(permission),
    }
}

fn draft(
    name: Option<String>,
    description: Option<String>,
    permissions: Option<Vec<String>>,
    policies: Option<Vec<DomainPermissionPolicy>>,
) -> Draft {
    let permissions = permissions.unwrap_or_default();
    Draft { name, description, permissions, policies: self::policies(policies) }
}

fn policies(sent: Option<Vec<DomainPermissionPolicy>>) -> Vec<PermissionPolicy> {
    let policy = |it: DomainPermissionPolicy| PermissionPolicy {
        domain: it.domain.unwrap_or_default(),
        entity: it.entity_name.unwrap_or_default(),
        actions: it.action_set.unwrap_or_default(),
        remarks: PolicyRemarks {
            name: it.policy_name,
            description: it.policy_description,
            allows_conditions: it.allow_conditions,
            named_resources: it.named_resources.unwrap_or_default(),
            condition: it.resource_condition_node.and_then(|node| serde_json::to_value(node).ok()),
        },
    };
    sent.unwrap_or_default().into_iter().map(policy).collect()
}

/// The wire form.
pub fn represent(role: &Role) -> DomainOrganizationRole {
    let policies = role.policies.iter().map(|policy| DomainPermissionPolicy {
        domain: Some(policy.domain.clone()),
        entity_name: Some(policy.entity.clone()),
        policy_name: policy.remarks.name.clone(),
        policy_description: policy.remarks.description.clone(),
        action_set: Some(policy.actions.clone()),
        named_resources: Some(policy.remarks.named_resources.clone()).filter(|named| !named.is_empty()),
        allow_conditions: Some(policy.remarks.allows_conditions.unwrap_or_default()),
        resource_condition_node: policy
            .remarks
            .condition
            .clone()
            .and_then(|node| serde_json::from_value(node).ok()),
    });
    DomainOrganizationRole {
        id: Some(role.id.to_string()),
        name: Some(role.name.clone()),
        description: Some(role.description.clone()),
        default_role_id: role.template.clone(),
        permissions: Some(role.permissions.clone()),
        permission_policies: Some(policies.collect()),
        role_needs_update: Some(role.needs_update),
        base: Some(false),
        default: Some(role.template.is_some()),
        self_uri: Some(format!("{PATH}/{}", role.id)),
        ..DomainOrganizationRole::default()
    }
}
