//! `/api/v2/users/{subjectId}/roles`: the roles of users and clients.

use chancery_api::{NamedEntity, ResourcePermissionPolicy, UserAuthorization};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::grants::{self, Change, Unknown};
use chancery_core::rbac::permission::{AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_VIEW};
use chancery_core::rbac::{Authority, permission};
use chancery_core::types::SubjectId;

use super::role_members::{HOLD_RULES, change};
use super::{AUTHORIZATION, AUTHORIZATION_READ, Answer, Call, Operation};
use crate::failure::Failure;
use crate::http::respond;

const ROLES: &str = "/api/v2/users/{subjectId}/roles";
/// Most roles in one request.
const MOST: usize = 1000;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getUserRoles", ROLES, "Returns a listing of roles and permissions for a user", |call| {
        Box::pin(roles(call))
    })
    .any(&[AUTHORIZATION_GRANT_VIEW])
    .scopes(AUTHORIZATION_READ)
    .answers::<UserAuthorization>()
    .refuses(&[ApiCode::NotFound]),
    Operation::put("putUserRoles", ROLES, "Sets the user's roles", |call| Box::pin(set_roles(call)))
    .about("These roles and no others. One that is held already stays where it is held; a new one comes in the home division.")
        .any(&[AUTHORIZATION_GRANT_ADD])
        .scopes(AUTHORIZATION)
        .takes::<Vec<String>>()
        .answers::<UserAuthorization>()
        .refuses(HOLD_RULES),
];

/// `GET .../roles` of a user or client.
async fn roles(call: Call) -> Answer {
    let subject = find(&call).await?;
    Ok(respond::ok(&authorization(&call, subject).await?))
}

/// `PUT .../roles`: these roles and no others. One that is held already stays where it is held; a new one comes in
/// the home division.
async fn set_roles(call: Call) -> Answer {
    let subject = find(&call).await?;
    let ids: Vec<String> = call.json_array()?;
    if ids.len() > MOST {
        return Err(ApiError::because(ApiCode::GeneralBadRequest, "At most 1000 roles at a time.").into());
    }
    change(&call, &[subject.to_string()], &Change::Hold(ids), Unknown::BadRequest(None)).await?;
    Ok(respond::ok(&authorization(&call, subject).await?))
}

async fn find(call: &Call) -> Result<SubjectId, Failure> {
    call.look_up(|facts| {
        let found = grants::find(facts, call.caller.organization, call.segment("subjectId"))?;
        let (subject, ..) = found.ok_or(ApiError::new(ApiCode::NotFound))?;
        Ok(subject)
    })
    .await
}

/// What a subject holds, and so may do.
pub async fn authorization(call: &Call, subject: SubjectId) -> Result<UserAuthorization, Failure> {
    call.look_up(|facts| {
        Authority::load(facts, call.caller.organization, subject).map(|authority| represent(&authority))
    })
    .await
}

fn represent(authority: &Authority) -> UserAuthorization {
    let mut roles: Vec<NamedEntity> = Vec::new();
    for (_, role) in authority.roles() {
        let role = NamedEntity { id: role.id.to_string(), name: Some(role.name.clone()) };
        if !roles.contains(&role) {
            roles.push(role);
        }
    }
    let mut permissions: Vec<String> = permission::ALL
        .iter()
        .filter(|permission| authority.has(permission))
        .map(ToString::to_string)
        .collect();
    let mut policies: Vec<ResourcePermissionPolicy> = Vec::new();
    for (_, role) in authority.roles() {
        for word in &role.permissions {
            if !permissions.contains(word) {
                permissions.push(word.clone());
            }
        }
        for policy in &role.policies {
            let policy = ResourcePermissionPolicy {
                domain: Some(policy.domain.clone()),
                entity_name: Some(policy.entity.clone()),
                action_set: Some(policy.actions.clone()),
                policy_name: policy.remarks.name.clone(),
                policy_description: policy.remarks.description.clone(),
                allow_conditions: Some(policy.remarks.allows_conditions.unwrap_or_default()),
                named_resources: Some(policy.remarks.named_resources.clone())
                    .filter(|named| !named.is_empty()),
                resource_condition_node: policy
                    .remarks
                    .condition
                    .clone()
                    .and_then(|node| serde_json::from_value(node).ok()),
                ..ResourcePermissionPolicy::default()
            };
            if !policies.contains(&policy) {
                policies.push(policy);
            }
        }
    }
    UserAuthorization {
        roles: Some(roles),
        permissions: Some(permissions),
        permission_policies: Some(policies),
        ..UserAuthorization::default()
    }
}
