//! `/api/v2/tokens/me`: the token in use.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{OrgOAuthClient, TokenInfo};
use chancery_core::access::Caller;
use chancery_core::write::{Revoked, RevokedId, Write};

use super::{Answer, actor, admit, clients, date, organizations};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;
use crate::settle::look_up;

/// `GET`.
pub async fn read(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[]).await?;
    Ok(respond::ok(&describe(&app, &caller).await?))
}

/// `HEAD`: whether the token is good, without a body.
pub async fn check(State(app): State<Arc<App>>, request: Request) -> Answer {
    admit(&app, request.headers(), &[]).await?;
    Ok(StatusCode::OK.into_response())
}

/// `DELETE`: revokes the token in use, and no other.
pub async fn revoke(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[]).await?;
    let (organization, token) = (caller.organization, &caller.token);
    let revoked = Revoked { organization, id: RevokedId::Token(token.id), expires_at: token.expires_at };
    app.commit(vec![Write::Revoke(revoked)]).await?;
    Ok(StatusCode::OK.into_response())
}

/// What a token is, for its bearer.
pub async fn describe(app: &Arc<App>, caller: &Caller) -> Result<TokenInfo, Failure> {
    let organization = organizations::reference(&*organizations::find(app, caller.organization).await?);
    let client = &caller.client;
    let grants = look_up(app, |facts| facts.role_grants(client.subject()).cloned()).await?;
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
        oauth_client: Some(described),
        ..TokenInfo::default()
    })
}
