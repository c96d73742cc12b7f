//! `/api/v2/authorization/roles/{roleId}/...`: who holds a role.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{Listing, SubjectDivisionGrants, SubjectDivisions, UserReference};
use chancery_core::decision::Undecided;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::facts::{Facts, Load};
use chancery_core::rbac::grants::{self, Change, Unknown};
use chancery_core::rbac::permission::{
    AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_DELETE, AUTHORIZATION_ROLE_VIEW,
};
use chancery_core::rbac::{DivisionScope, RoleGrant, SubjectKind};
use chancery_core::types::{ClientId, SubjectId, UserId};

use super::paging::{PAGE_NUMBER, PAGE_SIZE};
use super::roles::known;
use super::{AUTHORIZATION, AUTHORIZATION_READ, Answer, Call, Kind, Operation, Param, divisions};
use crate::failure::Failure;
use crate::http::respond;

const ROLE: &str = "/api/v2/authorization/roles/{roleId}";
const USERS: &str = "/api/v2/authorization/roles/{roleId}/users";
const ADD: &str = "/api/v2/authorization/roles/{roleId}/users/add";
const REMOVE: &str = "/api/v2/authorization/roles/{roleId}/users/remove";
const SUBJECTS: &str = "/api/v2/authorization/roles/{roleId}/subjectgrants";
/// Most grants in one request.
const MOST: usize = 1000;

/// What kind of subject is meant. A subject's own kind counts, so the value is only checked.
pub const SUBJECT_TYPE: Param = Param::new(
    "subjectType",
    Kind::OneOf(&["PC_USER", "PC_GROUP", "PC_OAUTH_CLIENT"]),
    "What kind of subject is meant; absent: PC_USER",
)
.refused_as(ApiCode::InvalidSubjectType);
/// What granting what a body names can be refused for.
pub const GRANT_RULES: &[ApiCode] = &[
    ApiCode::NotFound,
    ApiCode::InvalidSubjectType,
    ApiCode::GeneralBadRequest,
    ApiCode::BadRoleDivisions,
    ApiCode::MaxRoleAssignmentsExceeded,
    ApiCode::MissingDivisionPermissions,
    ApiCode::MissingDivisionPermissionImplied,
];
/// What granting to or of those that a body lists by id can be refused for.
pub const HOLD_RULES: &[ApiCode] = &[
    ApiCode::NotFound,
    ApiCode::GeneralBadRequest,
    ApiCode::MaxRoleAssignmentsExceeded,
    ApiCode::MissingDivisionPermissions,
    ApiCode::MissingDivisionPermissionImplied,
];
/// What taking a grant away can be refused for.
pub const TAKE_RULES: &[ApiCode] = &[
    ApiCode::NotFound,
    ApiCode::GeneralBadRequest,
    ApiCode::MissingDivisionPermissions,
    ApiCode::MissingDivisionPermissionImplied,
];

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::post(
        "postAuthorizationRole",
        ROLE,
        "Bulk-grant subjects and divisions with an organization role",
        |call| Box::pin(grant(call)),
    )
    .about("Each subject gets the role in each division. The caller must hold it there.")
    .all(&[AUTHORIZATION_GRANT_ADD])
    .scopes(AUTHORIZATION)
    .query(&[SUBJECT_TYPE])
    .takes::<SubjectDivisions>()
    .answers_nothing()
    .refuses(&[
        ApiCode::NotFound,
        ApiCode::InvalidSubjectType,
        ApiCode::GeneralBadRequest,
        ApiCode::MaxRoleAssignmentsExceeded,
        ApiCode::MissingDivisionPermissions,
        ApiCode::MissingDivisionPermissionImplied,
    ]),
    Operation::get(
        "getAuthorizationRoleUsers",
        USERS,
        "Get a list of the users in a specified role",
        |call| Box::pin(users(call)),
    )
    .scopes(AUTHORIZATION_READ)
    .query(&[PAGE_SIZE, PAGE_NUMBER])
    .answers::<Listing<UserReference>>()
    .refuses(&[ApiCode::NotFound]),
    Operation::put("putAuthorizationRoleUsersAdd", ADD, "Sets the users for the role", |call| {
        Box::pin(add(call))
    })
    .about("These users get the role in the home division.")
    .any(&[AUTHORIZATION_GRANT_ADD])
    .scopes(AUTHORIZATION)
    .takes::<Vec<String>>()
    .answers::<Vec<String>>()
    .refuses(HOLD_RULES),
    Operation::put("putAuthorizationRoleUsersRemove", REMOVE, "Removes the users from the role", |call| {
        Box::pin(remove(call))
    })
    .about("These users lose the role, wherever they hold it.")
    .any(&[AUTHORIZATION_GRANT_DELETE])
    .scopes(AUTHORIZATION)
    .takes::<Vec<String>>()
    .answers::<Vec<String>>()
    .refuses(TAKE_RULES),
    Operation::get(
        "getAuthorizationRoleSubjectgrants",
        SUBJECTS,
        "Get the subjects' granted divisions in the specified role",
        |call| Box::pin(subjects(call)),
    )
    .any(&[AUTHORIZATION_ROLE_VIEW])
    .scopes(AUTHORIZATION_READ)
    .query(&[PAGE_SIZE, PAGE_NUMBER])
    .answers::<Listing<SubjectDivisionGrants>>()
    .refuses(&[ApiCode::NotFound]),
];

/// `POST` of subjects and divisions: each subject gets the role in each division.
async fn grant(call: Call) -> Answer {
    known(&call).await?;
    let body: SubjectDivisions = call.json()?;
    let (subjects, divisions) = (body.subject_ids.unwrap_or_default(), body.division_ids.unwrap_or_default());
    if !(1..=MOST).contains(&subjects.len().saturating_mul(divisions.len())) {
        let reason = "From 1 to 1000 pairs of a subject and a division are required.";
        return Err(ApiError::because(ApiCode::GeneralBadRequest, reason).into());
    }
    let role = call.segment("roleId").to_owned();
    let pairs = divisions.into_iter().map(|division| (role.clone(), division)).collect();
    change(&call, &subjects, &Change::Add(pairs), Unknown::BadRequest(Some("divisionIds"))).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET` of the users, by the time of their first grant.
async fn users(call: Call) -> Answer {
    let mut users: Vec<SubjectId> = Vec::new();
    for grant in holders(&call).await?.iter().filter(|grant| grant.kind == SubjectKind::User) {
        if !users.contains(&grant.subject) {
            users.push(grant.subject);
        }
    }
    let reference = |user: SubjectId| UserReference {
        id: user.to_string(),
        self_uri: Some(format!("/api/v2/users/{user}")),
    };
    let users = users.into_iter().map(reference).collect();
    Ok(respond::ok(&call.query.page(users, &path(&call, "users"))?))
}

/// `PUT .../users/add`: these users get the role in the home division.
async fn add(call: Call) -> Answer {
    let divisions = divisions::all(&call).await?;
    let home = divisions.iter().find(|division| division.home).map(|division| division.id.to_string());
    let pair = (call.segment("roleId").to_owned(), home.unwrap_or_default());
    members(&call, Change::Add(vec![pair])).await
}

/// `PUT .../users/remove`: these users lose the role, wherever they hold it.
async fn remove(call: Call) -> Answer {
    let role = call.segment("roleId").to_owned();
    members(&call, Change::Withdraw(role)).await
}

async fn members(call: &Call, change_by: Change) -> Answer {
    known(call).await?;
    let ids: Vec<String> = call.json_array()?;
    if ids.len() > MOST {
        return Err(ApiError::because(ApiCode::GeneralBadRequest, "At most 1000 users at a time.").into());
    }
    // A client is no user, whatever it holds.
    call.look_up(|facts| only_users(facts, call, &ids)).await?;
    let changed = change(call, &ids, &change_by, Unknown::NotFound).await?;
    Ok(respond::ok(&changed.iter().map(ToString::to_string).collect::<Vec<_>>()))
}

fn only_users(facts: &Facts, call: &Call, ids: &[String]) -> Result<(), Undecided<ApiError>> {
    facts.together(ids.iter().filter_map(|id| ClientId::parse(id)).map(Load::Client))?;
    facts.together(ids.iter().filter_map(|id| UserId::parse(id)).map(Load::User))?;
    for id in ids {
        match grants::find(facts, call.caller.organization, id)? {
            Some((_, SubjectKind::User, _)) => {}
            _ => return Err(ApiError::new(ApiCode::NotFound).into()),
        }
    }
    Ok(())
}

/// `GET` of all subjects, each with the divisions in which it holds the role.
async fn subjects(call: Call) -> Answer {
    let mut places = BTreeMap::<SubjectId, (SubjectKind, Vec<DivisionScope>)>::new();
    for grant in holders(&call).await?.iter() {
        places.entry(grant.subject).or_insert((grant.kind, Vec::new())).1.push(grant.division);
    }
    let page = call.query.page(places.into_iter().collect(), &path(&call, "subjectgrants"))?;
    let organization = call.caller.organization;
    let named = call.look_up(|facts| {
        let divisions = facts.divisions(organization)?;
        facts.together(page.entities.iter().map(|(subject, (kind, _))| load(*subject, *kind)))?;
        let mut named = Vec::new();
        for (subject, (kind, places)) in &page.entities {
            let found = grants::find(facts, organization, &subject.to_string())?;
            let self_uri = match kind {
                SubjectKind::User => format!("/api/v2/users/{subject}"),
                SubjectKind::Client => format!("/api/v2/oauth/clients/{subject}"),
            };
            named.push(SubjectDivisionGrants {
                id: subject.to_string(),
                name: found.map(|(_, _, name)| name),
                divisions: places.iter().map(|place| divisions::reference(*place, divisions)).collect(),
                r#type: kind.as_str().to_owned(),
                self_uri: Some(self_uri),
            });
        }
        Ok(named)
    });
    let named = named.await?;
    Ok(respond::ok(&page.of(named)))
}

fn load(subject: SubjectId, kind: SubjectKind) -> Load {
    match kind {
        SubjectKind::User => Load::User(subject.into()),
        SubjectKind::Client => Load::Client(subject.into()),
    }
}

async fn holders(call: &Call) -> Result<std::sync::Arc<Vec<RoleGrant>>, Failure> {
    let id = known(call).await?;
    call.look_up(|facts| facts.role_holders(id).cloned()).await
}

fn path(call: &Call, end: &str) -> String {
    format!("/api/v2/authorization/roles/{}/{end}", call.segment("roleId"))
}

/// Changes grants, one change of a subject at a time on this node.
pub async fn change(
    call: &Call,
    subjects: &[String],
    change: &Change,
    unknown: Unknown,
) -> Result<Vec<SubjectId>, Failure> {
    let _turn = call.app.turn(call.caller.organization).await;
    call.change(|facts, env| grants::change(facts, &call.caller, subjects, change, unknown, env)).await
}
