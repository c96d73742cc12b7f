//! `/api/v2/tokens/timeout`: when tokens of people lapse because nobody uses them.

use chancery_api::IdleTokenTimeout;
use chancery_core::error::ApiCode;
use chancery_core::organization::{IdleTimeout, idle};
use chancery_core::rbac::permission::DIRECTORY_ORGANIZATION_ADMIN;

use super::{AUTHORIZATION, Answer, Call, Operation, organizations};
use crate::http::respond;

const PATH: &str = "/api/v2/tokens/timeout";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getTokensTimeout", PATH, "Get the current idle token timeout value", |call| {
        Box::pin(read(call))
    })
    .scopes(&["authorization", "authorization:readonly", "organization", "organization:readonly"])
    .answers::<IdleTokenTimeout>(),
    Operation::put("putTokensTimeout", PATH, "Update idle token timeout value", |call| {
        Box::pin(update(call))
    })
    .about("What is left out stays as it is. Clients that act for themselves are not concerned.")
    .any(&[DIRECTORY_ORGANIZATION_ADMIN])
    .scopes(AUTHORIZATION)
    .takes::<IdleTokenTimeout>()
    .answers::<IdleTokenTimeout>()
    .refuses(&[ApiCode::TokenTimeoutExceeded]),
];

/// `GET`.
async fn read(call: Call) -> Answer {
    Ok(respond::ok(&represent(&organizations::find(&call).await?.settings.idle)))
}

/// `PUT`.
async fn update(call: Call) -> Answer {
    let body: IdleTokenTimeout = call.json()?;
    let (seconds, enabled) = (body.idle_token_timeout_seconds.map(i64::from), body.enable_idle_token_timeout);
    let unit = body.inactivity_timeout_unit.as_deref();
    let changed =
        call.change(|facts, env| idle::idle_after(facts, &call.caller, seconds, enabled, unit, env)).await?;
    Ok(respond::ok(&represent(&changed.settings.idle)))
}

fn represent(it: &IdleTimeout) -> IdleTokenTimeout {
    IdleTokenTimeout {
        idle_token_timeout_seconds: Some(i32::try_from(it.after.seconds()).unwrap_or(i32::MAX)),
        enable_idle_token_timeout: Some(it.since.is_some()),
        inactivity_timeout_unit: it.unit.clone(),
        inactivity_timeout_groups_enabled: Some(false),
        ..IdleTokenTimeout::default()
    }
}
