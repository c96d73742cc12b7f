//! `/api/v2/users/me`: the person behind the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use chancery_api::{
    Contact, DomainEntityRef, NamedEntity, ResourcePermissionPolicy, UserAuthorization, UserMe,
};
use chancery_core::error::ApiCode;
use chancery_core::rbac::{Authority, permission};

use super::paging::Query;
use super::{Answer, admit, divisions, organizations, tokens};
use crate::app::App;
use crate::http::respond;
use crate::settle::look_up;

/// `GET`; `expand` adds `authorization`, `organization` and `token`.
pub async fn me(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[]).await?;
    let user = caller.user.clone().ok_or(ApiCode::NotAUser)?;
    let query = Query::of(request.uri());
    let expands = |name: &str| query.many("expand").iter().any(|wanted| wanted.eq_ignore_ascii_case(name));
    let divisions = divisions::all(&app, user.organization).await?;
    let division = divisions.iter().find(|division| division.id == user.division);
    let mut me = UserMe {
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
        ..UserMe::default()
    };
    if expands("organization") {
        me.organization =
            Some(organizations::represent(&*organizations::find(&app, user.organization).await?));
    }
    if expands("token") {
        me.token = Some(tokens::describe(&app, &caller).await?);
    }
    if expands("authorization") {
        let authorization = look_up(&app, |facts| {
            Authority::load(facts, user.organization, user.id.into()).map(|authority| represent(&authority))
        });
        me.authorization = Some(authorization.await?);
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
                allow_conditions: Some(false),
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
