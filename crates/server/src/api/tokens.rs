//! `/api/v2/tokens`: the token in use, and the tokens of a user.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{DateTime, OrgOAuthClient, TokenInfo};
use chancery_core::error::ApiCode;
use chancery_core::rbac::permission::OAUTH_TOKEN_DELETE;
use chancery_core::user::registry;
use chancery_core::write::{Revoked, RevokedId, Write};

use super::users::user_id;
use super::{Answer, Call, Kind, Operation, Param, USER_BASIC_INFO, actor, clients, date, organizations};
use crate::failure::Failure;
use crate::http::respond;

const ME: &str = "/api/v2/tokens/me";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getTokensMe", ME, "Fetch information about the current token", |call| {
        Box::pin(read(call))
    })
    .scopes(USER_BASIC_INFO)
    .query(&[Param::new("preserveIdleTTL", Kind::Flag, "Whether this request counts as no activity")])
    .answers::<TokenInfo>(),
    Operation::head("headTokensMe", ME, "Verify the current token", |call| Box::pin(check(call)))
        .scopes(USER_BASIC_INFO),
    Operation::delete("deleteTokensMe", ME, "Delete the token in use", |call| Box::pin(revoke(call)))
        .about("Other tokens of the same client or user live on.")
        .scopes(USER_BASIC_INFO),
    Operation::delete(
        "deleteToken",
        "/api/v2/tokens/{userId}",
        "Delete all auth tokens for the specified user",
        |call| Box::pin(revoke_all(call)),
    )
    .about("The user's browser sessions end too.")
    .any(&[OAUTH_TOKEN_DELETE])
    .scopes(USER_BASIC_INFO)
    .answers_nothing()
    .refuses(&[ApiCode::NotFound]),
];

/// `GET`.
async fn read(call: Call) -> Answer {
    Ok(respond::ok(&describe(&call).await?))
}

/// `HEAD`: whether the token is good, without a body.
async fn check(_: Call) -> Answer {
    Ok(StatusCode::OK.into_response())
}

/// `DELETE`: revokes the token in use, and no other.
async fn revoke(call: Call) -> Answer {
    let (organization, token) = (call.caller.organization, &call.caller.token);
    let revoked = Revoked { organization, id: RevokedId::Token(token.id), expires_at: token.expires_at };
    call.app.commit(vec![Write::Revoke(revoked)]).await?;
    Ok(StatusCode::OK.into_response())
}

/// `DELETE tokens/{userId}`.
async fn revoke_all(call: Call) -> Answer {
    let id = user_id(&call)?;
    let _turn = call.app.turn(id).await;
    call.change(|facts, env| registry::revoke_tokens(facts, &call.caller, id, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// When the token lapses if it is not used before.
async fn idles_at(call: &Call) -> Result<Option<DateTime>, Failure> {
    let (Some(idle), Some(family)) = (call.caller.idle, call.caller.token.family) else { return Ok(None) };
    let used = call.look_up(|facts| facts.family_use(family).copied()).await?;
    Ok(used.map(|used| date(idle.lapses_at(used))))
}

/// What a token is, for its bearer.
pub async fn describe(call: &Call) -> Result<TokenInfo, Failure> {
    let organization = organizations::reference(&*organizations::find(call).await?);
    let (caller, client) = (&call.caller, &call.caller.client);
    let grants = call.look_up(|facts| facts.role_grants(client.subject()).cloned()).await?;
    let described = OrgOAuthClient {
        id: Some(client.id.to_string()),
        name: client.name.clone(),
        date_created: Some(date(client.created_at)),
        date_modified: Some(date(client.modified_at)),
        created_by: client.created_by.map(actor),
        modified_by: client.modified_by.map(actor),
        authorized_grant_type: client.authorized_grant_type().to_owned(),
        scope: Some(client.scope.names().map(str::to_owned).collect()),
        role_divisions: Some(clients::role_divisions(&grants)),
        state: Some(client.state.as_str().to_owned()),
        date_to_delete: client.date_to_delete.map(date),
        organization: organization.clone(),
    };
    Ok(TokenInfo {
        home_organization: Some(organization.clone()),
        organization: Some(organization),
        authorized_scope: Some(caller.token.scope.names().map(str::to_owned).collect()),
        date_token_idles: idles_at(call).await?,
        oauth_client: Some(described),
        ..TokenInfo::default()
    })
}
