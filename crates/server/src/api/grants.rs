//! `/api/v2/authorization/subjects/{subjectId}/...`: granting roles to a user or client, and taking them away.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chancery_api::RoleDivisionGrants;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::grants::{self, Change, Named, Unknown};
use chancery_core::rbac::permission::{AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_DELETE};

use super::role_members::{GRANT_RULES, SUBJECT_TYPE, TAKE_RULES, change};
use super::{AUTHORIZATION, Answer, Call, Operation};
use crate::failure::Failure;

const ONE: &str = "/api/v2/authorization/subjects/{subjectId}/divisions/{divisionId}/roles/{roleId}";
const ADD: &str = "/api/v2/authorization/subjects/{subjectId}/bulkadd";
const REMOVE: &str = "/api/v2/authorization/subjects/{subjectId}/bulkremove";
const REPLACE: &str = "/api/v2/authorization/subjects/{subjectId}/bulkreplace";
/// Most grants in one request.
const MOST: usize = 1000;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::post(
        "postAuthorizationSubjectDivisionRole",
        ONE,
        "Make a grant of a role in a division",
        |call| Box::pin(add_one(call)),
    )
    .all(&[AUTHORIZATION_GRANT_ADD])
    .scopes(AUTHORIZATION)
    .query(&[SUBJECT_TYPE])
    .answers_nothing()
    .refuses(&[
        ApiCode::NotFound,
        ApiCode::InvalidSubjectType,
        ApiCode::MaxRoleAssignmentsExceeded,
        ApiCode::MissingDivisionPermissions,
        ApiCode::MissingDivisionPermissionImplied,
    ]),
    Operation::delete(
        "deleteAuthorizationSubjectDivisionRole",
        ONE,
        "Delete a grant of a role in a division",
        |call| Box::pin(remove_one(call)),
    )
    .about("A grant that is not there is as good as deleted.")
    .all(&[AUTHORIZATION_GRANT_DELETE])
    .scopes(AUTHORIZATION)
    .answers_nothing()
    .refuses(TAKE_RULES),
    Operation::post(
        "postAuthorizationSubjectBulkadd",
        ADD,
        "Bulk-grant roles and divisions to a subject",
        |call| Box::pin(add(call)),
    )
    .all(&[AUTHORIZATION_GRANT_ADD])
    .scopes(AUTHORIZATION)
    .query(&[SUBJECT_TYPE])
    .takes::<RoleDivisionGrants>()
    .answers_nothing()
    .refuses(GRANT_RULES),
    Operation::post(
        "postAuthorizationSubjectBulkremove",
        REMOVE,
        "Bulk-remove grants from a subject",
        |call| Box::pin(remove(call)),
    )
    .all(&[AUTHORIZATION_GRANT_DELETE])
    .scopes(AUTHORIZATION)
    .takes::<RoleDivisionGrants>()
    .answers_nothing()
    .refuses(&[
        ApiCode::NotFound,
        ApiCode::GeneralBadRequest,
        ApiCode::BadRoleDivisions,
        ApiCode::MissingDivisionPermissions,
        ApiCode::MissingDivisionPermissionImplied,
    ]),
    Operation::post(
        "postAuthorizationSubjectBulkreplace",
        REPLACE,
        "Replace a subject's roles and divisions",
        |call| Box::pin(replace(call)),
    )
    .about("The subject holds these grants and no others.")
    .all(&[AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_DELETE])
    .scopes(AUTHORIZATION)
    .query(&[SUBJECT_TYPE])
    .takes::<RoleDivisionGrants>()
    .answers_nothing()
    .refuses(GRANT_RULES),
];

/// `POST` of one grant, all of it in the path; whatever body came is not read.
async fn add_one(call: Call) -> Answer {
    let pair = named_in_path(&call);
    settle(&call, &Change::Add(vec![pair]), Unknown::NotFound).await
}

/// `DELETE` of one grant. One that is not there is as good as deleted.
async fn remove_one(call: Call) -> Answer {
    let pair = named_in_path(&call);
    settle(&call, &Change::Remove(vec![pair]), Unknown::NotFound).await
}

/// `POST .../bulkadd`.
async fn add(call: Call) -> Answer {
    let pairs = named_in_body(&call).await?;
    settle(&call, &Change::Add(pairs), Unknown::BadRoleDivisions).await
}

/// `POST .../bulkremove`.
async fn remove(call: Call) -> Answer {
    let pairs = named_in_body(&call).await?;
    settle(&call, &Change::Remove(pairs), Unknown::BadRoleDivisions).await
}

/// `POST .../bulkreplace`.
async fn replace(call: Call) -> Answer {
    let pairs = named_in_body(&call).await?;
    settle(&call, &Change::Replace(pairs), Unknown::BadRoleDivisions).await
}

fn named_in_path(call: &Call) -> Named {
    (call.segment("roleId").to_owned(), call.segment("divisionId").to_owned())
}

/// A subject that is not there is a 404, whatever the body.
async fn named_in_body(call: &Call) -> Result<Vec<Named>, Failure> {
    let (organization, subject) = (call.caller.organization, call.segment("subjectId"));
    call.look_up(|facts| match grants::find(facts, organization, subject)? {
        Some(_) => Ok(()),
        None => Err(ApiError::new(ApiCode::NotFound).into()),
    })
    .await?;
    let body: RoleDivisionGrants = call.json()?;
    let grants = body.grants.ok_or_else(|| {
        ApiError::because(ApiCode::GeneralBadRequest, "The member grants is required.").at("grants")
    })?;
    if grants.len() > MOST {
        let reason = "At most 1000 grants at a time.";
        return Err(ApiError::because(ApiCode::GeneralBadRequest, reason).at("grants").into());
    }
    Ok(grants.into_iter().map(|pair| (pair.role_id, pair.division_id)).collect())
}

async fn settle(call: &Call, by: &Change, unknown: Unknown) -> Result<Response, Failure> {
    change(call, &[call.segment("subjectId").to_owned()], by, unknown).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
