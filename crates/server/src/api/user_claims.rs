//! `/api/v2/chancery/users/{userId}/claims`: what relying parties are told of a person beyond what the vendor's user has.

use chancery_api::UserClaims;
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::{ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN, DIRECTORY_USER_EDIT};
use chancery_core::user::claims;
use serde_json::{Map, Value};

use super::users::{known, user_id};
use super::{Answer, Call, Operation, USERS, USERS_READ};
use crate::http::respond;

const PATH: &str = "/api/v2/chancery/users/{userId}/claims";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getChanceryUserClaims", PATH, "Get the OpenID Connect claims of a user", |call| {
        Box::pin(read(call))
    })
    .about("Chancery's own. One's own, or with the permission to edit the user.")
    .scopes(USERS_READ)
    .answers::<UserClaims>()
    .refuses(&[ApiCode::NotFound, ApiCode::MissingDivisionPermission]),
    Operation::patch("patchChanceryUserClaims", PATH, "Change the OpenID Connect claims of a user", |call| {
        Box::pin(change(call))
    })
    .about("Chancery's own. What is left out stays as it is, null takes a claim away. Name and email are those of the user.")
    .any(&[ADMIN_WORD, DIRECTORY_USER_EDIT, DIRECTORY_ORGANIZATION_ADMIN])
    .scopes(USERS)
    .takes::<UserClaims>()
    .answers::<UserClaims>()
    .refuses(&[ApiCode::NotFound, ApiCode::ConstraintValidation, ApiCode::MissingDivisionPermission]),
];

/// `GET`.
async fn read(call: Call) -> Answer {
    let id = user_id(&call)?;
    Ok(respond::ok(&call.settle(|facts, _| claims::read(facts, &call.caller, id)).await?))
}

/// `PATCH`.
async fn change(call: Call) -> Answer {
    let id = known(&call).await?;
    let changes: Map<String, Value> = call.json()?;
    let _turn = call.app.turn(id).await;
    let changed = call.change(|facts, env| claims::change(facts, &call.caller, id, &changes, env)).await?;
    Ok(respond::ok(&changed))
}
