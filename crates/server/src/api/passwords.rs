//! `/api/v2/users/{userId}/password` and `/api/v2/users/me/password`.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{ChangeMyPasswordRequest, ChangePasswordRequest, Password as Sent};
use chancery_core::audit::{Entry, kinds};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::DIRECTORY_USER_SET_PASSWORD;
use chancery_core::user::{NewPassword, Password, password as rules};

use super::users::known;
use super::{Answer, Call, Operation, USERS};
use crate::failure::Failure;
use crate::own_password::{self, Change};
use crate::password;

/// These refusals, and those of every new password.
macro_rules! password_rules {
    ($($own:expr),* $(,)?) => {
        [
            $($own,)*
            ApiCode::PasswordEmpty,
            ApiCode::PasswordTooShort,
            ApiCode::PasswordCompromised,
            ApiCode::PasswordLetters,
            ApiCode::PasswordDigits,
            ApiCode::PasswordSpecials,
            ApiCode::PasswordLowercase,
            ApiCode::PasswordUppercase,
            ApiCode::InvalidNewPassword,
        ]
    };
}
pub(super) use password_rules;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::post(
        "postUserPassword",
        "/api/v2/users/{userId}/password",
        "Change a user's password",
        |call| Box::pin(set(call)),
    )
    .about("Whoever sets the password of another must hold all that the other holds. By default the user's tokens and sessions end.")
    .any(&[DIRECTORY_USER_SET_PASSWORD])
    .scopes(USERS)
    .takes::<ChangePasswordRequest>()
    .answers_nothing()
    .refuses(&password_rules![
        ApiCode::NotFound,
        ApiCode::MissingDivisionPermission,
        ApiCode::MissingDivisionPermissionImplied,
        ApiCode::PasswordReused,
    ]),
    Operation::post(
        "postUsersMePassword",
        "/api/v2/users/me/password",
        "Change your password",
        |call| Box::pin(change(call)),
    )
    .about("By default all tokens and sessions end, the token in use among them.")
    .scopes(USERS)
    .takes::<ChangeMyPasswordRequest>()
    .answers_nothing()
    .refuses(&password_rules![
        ApiCode::NotAUser,
        ApiCode::InvalidOldPassword,
        ApiCode::PasswordTooYoung,
        ApiCode::PasswordReused,
    ]),
];

/// `POST` of another's.
async fn set(call: Call) -> Answer {
    let id = known(&call).await?;
    let body: ChangePasswordRequest = call.json()?;
    let new = prepare(&call, body.new_password).await?;
    let _turn = call.app.turn(id).await;
    call.change(|facts, env| rules::set(facts, &call.caller, id, &new, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST` of one's own.
async fn change(call: Call) -> Answer {
    let user = call.caller.user.clone().ok_or(ApiCode::NotAUser)?;
    let body: ChangeMyPasswordRequest = call.json()?;
    let change = Change {
        user: &user,
        address: call.caller.address,
        old: body.old_password.as_ref().map_or("", Sent::expose),
        new: body.new_password.as_ref().map_or("", Sent::expose),
        session: None,
        entry: Entry::by(&call.caller, kinds::PASSWORD_CHANGED, ("user", user.id), call.app.clock.now()),
    };
    own_password::change(&call.app, &change).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn prepare(call: &Call, sent: Option<Sent>) -> Result<NewPassword, Failure> {
    let password = Password::new(sent.as_ref().map_or("", Sent::expose));
    Ok(password::prepare(&call.app.hashing, password, Arc::clone(&call.app.random)).await?)
}
