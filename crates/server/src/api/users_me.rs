//! `/api/v2/users/me`: the person behind the token.

use chancery_api::UserMe;
use chancery_core::error::ApiCode;

use super::user_view::{describe, expands};
use super::{Answer, Call, Kind, Operation, Param, USER_BASIC_INFO, organizations, roles, tokens};
use crate::http::respond;

const PATH: &str = "/api/v2/users/me";

/// See the module.
pub const OPERATIONS: &[Operation] = &[Operation::get(
    "getUsersMe",
    PATH,
    "Get current user details",
    |call| Box::pin(read(call)),
)
.scopes(USER_BASIC_INFO)
.query(&[Param::new(
    "expand",
    Kind::Many,
    "What else is answered: authorization, lasttokenissued, dateLastLogin, organization, orgauthorization, token",
)])
.answers::<UserMe>()
.refuses(&[ApiCode::NotAUser])];

/// `GET`.
async fn read(call: Call) -> Answer {
    let person = call.caller.user.clone().ok_or(ApiCode::NotAUser)?;
    let mut me = UserMe { user: describe(&call, &person).await?, ..UserMe::default() };
    if expands(&call, "organization") {
        me.organization = Some(organizations::represent(&*organizations::find(&call).await?));
    }
    if expands(&call, "token") {
        me.token = Some(tokens::describe(&call).await?);
    }
    if expands(&call, "orgauthorization") {
        me.org_authorization = Some(roles::all(&call).await?.iter().map(roles::represent).collect());
    }
    Ok(respond::ok(&me))
}
