//! `/api/v2/organizations/me`: the organization of the token.

use std::sync::Arc;

use axum::extract::{Request, State};
use chancery_api::{NamedEntity, Organization};
use chancery_core::organization::Organization as Tenant;
use chancery_core::types::OrganizationId;

use super::{Answer, admit};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;
use crate::settle::look_up;

/// `GET`.
pub async fn me(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[]).await?;
    Ok(respond::ok(&represent(&*find(&app, caller.organization).await?)))
}

/// The organization; one that a valid token names always exists.
pub async fn find(app: &Arc<App>, id: OrganizationId) -> Result<Arc<Tenant>, Failure> {
    let found = look_up(app, |facts| facts.organization(id).cloned()).await?;
    found.ok_or_else(|| Failure::Internal(format!("organization {id} is gone")))
}

/// As it is named elsewhere.
pub fn reference(organization: &Tenant) -> NamedEntity {
    NamedEntity { id: organization.id.to_string(), name: Some(organization.name.clone()) }
}

/// The wire form.
pub fn represent(organization: &Tenant) -> Organization {
    Organization {
        id: Some(organization.id.to_string()),
        name: Some(organization.name.clone()),
        default_language: Some(organization.default_language.clone()),
        third_party_org_name: Some(organization.short_name.clone()),
        version: i32::try_from(organization.version).unwrap_or(i32::MAX),
        state: Some("active".to_owned()),
        features: Some(std::collections::BTreeMap::new()),
        self_uri: Some("/api/v2/organizations/me".to_owned()),
        ..Organization::default()
    }
}
