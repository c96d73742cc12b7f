//! `/api/v2/chancery/users/{userId}/sessions`: the browsers in which a person is logged in.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{UserSession, UserSessionListing};
use chancery_core::audit::{Entry, kinds};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::{ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN, DIRECTORY_USER_EDIT};
use chancery_core::session::Session;
use chancery_core::session::end::{Which, end};
use chancery_core::types::UserId;
use chancery_core::user::{User, registry};

use super::users::user_id;
use super::{Answer, Call, Operation, USERS, USERS_READ, date};
use crate::failure::Failure;
use crate::http::respond;

const ALL: &str = "/api/v2/chancery/users/{userId}/sessions";
const ONE: &str = "/api/v2/chancery/users/{userId}/sessions/{sessionId}";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getChanceryUserSessions", ALL, "List the browser sessions of a user", |call| {
        Box::pin(list(call))
    })
    .about("Chancery's own. One's own, or with the permission to edit the user.")
    .scopes(USERS_READ)
    .answers::<UserSessionListing>()
    .refuses(&[ApiCode::NotFound, ApiCode::MissingDivisionPermission]),
    Operation::delete("deleteChanceryUserSessions", ALL, "End all browser sessions of a user", |call| {
        Box::pin(end_all(call))
    })
    .about("Chancery's own. Tokens that were issued live on; DELETE tokens/{userId} ends both.")
    .scopes(USERS)
    .answers_nothing()
    .refuses(&[ApiCode::NotFound, ApiCode::MissingDivisionPermission]),
    Operation::delete("deleteChanceryUserSession", ONE, "End a browser session of a user", |call| {
        Box::pin(end_one(call))
    })
    .about("Chancery's own.")
    .scopes(USERS)
    .answers_nothing()
    .refuses(&[ApiCode::NotFound, ApiCode::MissingDivisionPermission]),
];

/// `GET`: those that have not ended by themselves.
async fn list(call: Call) -> Answer {
    let user = theirs(&call).await?;
    let (now, idle) = (call.app.clock.now(), call.app.policy.login.session_idle);
    let found = call.app.store.sessions(user.id).await?;
    let live = found.iter().filter(|it| it.stands_for(&user, idle, now));
    let entities: Vec<UserSession> = live.map(|it| represent(user.id, it)).collect();
    Ok(respond::ok(&UserSessionListing {
        total: i64::try_from(entities.len()).unwrap_or(i64::MAX),
        entities,
        self_uri: Some(path(user.id)),
    }))
}

/// `DELETE` of all.
async fn end_all(call: Call) -> Answer {
    ended(&call, Which::AllBut(None)).await
}

/// `DELETE` of one.
async fn end_one(call: Call) -> Answer {
    ended(&call, Which::One(call.segment("sessionId"))).await
}

async fn ended(call: &Call, which: Which<'_>) -> Answer {
    let user = theirs(call).await?;
    let known = call.app.store.sessions(user.id).await?;
    let entry = Entry::by(&call.caller, kinds::SESSIONS_ENDED, ("user", user.id), call.app.clock.now());
    call.change(|_, _| end(&user, &known, which, entry.clone())).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The user that the path names, if the caller may see where it is logged in.
async fn theirs(call: &Call) -> Result<Arc<User>, Failure> {
    let id = user_id(call)?;
    call.look_up(|facts| {
        let user = registry::find(facts, &call.caller, id)?;
        if call.caller.subject() != id.into() {
            let anywhere = [ADMIN_WORD, DIRECTORY_ORGANIZATION_ADMIN];
            registry::may(facts, &call.caller, &[DIRECTORY_USER_EDIT], &anywhere, user.division)?;
        }
        Ok(Arc::clone(user))
    })
    .await
}

fn represent(user: UserId, it: &Session) -> UserSession {
    UserSession {
        id: it.key.0.to_string(),
        address: it.origin.address.map(|address| address.to_string()),
        user_agent: Some(it.origin.agent.clone()).filter(|agent| !agent.is_empty()),
        date_created: date(it.origin.created_at),
        date_last_seen: Some(date(it.seen_at)),
        date_expires: date(it.origin.expires_at),
        self_uri: Some(format!("{}/{}", path(user), it.key.0)),
    }
}

fn path(user: UserId) -> String {
    format!("/api/v2/chancery/users/{user}/sessions")
}
