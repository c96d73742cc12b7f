//! `/api/v2/users`: the person behind the token, and the roles of users.

use chancery_api::{
    Contact, DomainEntityRef, NamedEntity, OAuthLastTokenIssued, ResourcePermissionPolicy, User,
    UserAuthorization, UserMe,
};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::grants::{self, Change, Unknown};
use chancery_core::rbac::permission::{AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_VIEW};
use chancery_core::rbac::{Authority, permission};
use chancery_core::types::SubjectId;

use super::role_members::change;
use super::{
    AUTHORIZATION, AUTHORIZATION_READ, Answer, Call, Kind, Operation, Param, USER_BASIC_INFO, date,
    divisions, organizations, tokens,
};
use crate::failure::Failure;
use crate::http::respond;

const ME: &str = "/api/v2/users/me";
const ROLES: &str = "/api/v2/users/{subjectId}/roles";
/// Most roles in one request.
const MOST: usize = 1000;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getUsersMe", ME, "Get current user details", |call| Box::pin(me(call)))
        .scopes(USER_BASIC_INFO)
        .query(&[Param::new(
            "expand",
            Kind::Many,
            "What else is answered: authorization, lasttokenissued, organization, token",
        )])
        .answers::<UserMe>()
        .refuses(&[ApiCode::NotAUser]),
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
        .refuses(&[
            ApiCode::NotFound,
            ApiCode::GeneralBadRequest,
            ApiCode::MaxRoleAssignmentsExceeded,
            ApiCode::MissingDivisionPermissions,
            ApiCode::MissingDivisionPermissionImplied,
        ]),
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

async fn authorization(call: &Call, subject: SubjectId) -> Result<UserAuthorization, Failure> {
    call.look_up(|facts| {
        Authority::load(facts, call.caller.organization, subject).map(|authority| represent(&authority))
    })
    .await
}

/// `GET`; `expand` adds `authorization`, `lasttokenissued`, `organization` and `token`.
async fn me(call: Call) -> Answer {
    let user = call.caller.user.clone().ok_or(ApiCode::NotAUser)?;
    let query = &call.query;
    let expands = |name: &str| query.many("expand").iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    let divisions = divisions::all(&call).await?;
    let division = divisions.iter().find(|division| division.id == user.division);
    let found = User {
        id: user.id.to_string(),
        name: Some(user.name.clone()),
        division: Some(DomainEntityRef {
            id: user.division.to_string(),
            name: division.map(|division| division.name.clone()),
            self_uri: Some(format!("/api/v2/authorization/divisions/{}", user.division)),
        }),
        email: Some(user.email.clone()),
        username: Some(user.email.clone()),
        state: Some(user.state.as_str().to_owned()),
        primary_contact_info: Some(vec![Contact {
            address: Some(user.email.clone()),
            media_type: Some("EMAIL".to_owned()),
            r#type: Some("PRIMARY".to_owned()),
            ..Contact::default()
        }]),
        version: i32::try_from(user.version).unwrap_or(i32::MAX),
        self_uri: Some(format!("/api/v2/users/{}", user.id)),
        ..User::default()
    };
    let mut me = UserMe { user: found, ..UserMe::default() };
    if expands("organization") {
        me.organization = Some(organizations::represent(&*organizations::find(&call).await?));
    }
    if expands("token") {
        me.token = Some(tokens::describe(&call).await?);
    }
    if expands("authorization") {
        me.user.authorization = Some(authorization(&call, user.id.into()).await?);
    }
    if expands("lasttokenissued") {
        // Noted by whoever issued it, and told to nobody: the store knows best.
        let stored = call.app.store.find_user(user.id).await?;
        me.user.last_token_issued = stored
            .and_then(|user| user.last_token_at)
            .map(|at| OAuthLastTokenIssued { date_issued: Some(date(at)) });
    }
    Ok(respond::ok(&me))
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
