//! `/api/v2/organizations/me`: the organization of the token.

use std::sync::Arc;

use chancery_api::{NamedEntity, Organization};
use chancery_core::error::ApiCode;
use chancery_core::organization::Organization as Tenant;
use chancery_core::organization::settings::{self, Draft};
use chancery_core::rbac::permission::DIRECTORY_ORGANIZATION_ADMIN;

use super::{Answer, Call, ORGANIZATION, ORGANIZATION_READ, Operation};
use crate::failure::Failure;
use crate::http::respond;

const PATH: &str = "/api/v2/organizations/me";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getOrganizationsMe", PATH, "Get organization", |call| Box::pin(read(call)))
        .scopes(ORGANIZATION_READ)
        .answers::<Organization>(),
    Operation::put("putOrganizationsMe", PATH, "Update organization", |call| Box::pin(update(call)))
        .about("The version must be the one that was read. What is left out stays as it is.")
        .any(&[DIRECTORY_ORGANIZATION_ADMIN])
        .scopes(ORGANIZATION)
        .takes::<Organization>()
        .answers::<Organization>()
        .refuses(&[ApiCode::GeneralConflict]),
];

/// `GET`.
async fn read(call: Call) -> Answer {
    Ok(respond::ok(&represent(&*find(&call).await?)))
}

/// `PUT`: what is left out stays as it is; what only the server sets is ignored.
async fn update(call: Call) -> Answer {
    let body: Organization = call.json()?;
    let draft = Draft {
        version: body.version.map(i64::from),
        name: body.name,
        default_language: body.default_language,
        default_country_code: body.default_country_code,
        domain: body.domain,
        support_uri: body.support_uri,
        default_site_id: body.default_site_id,
        voicemail_enabled: body.voicemail_enabled,
    };
    let changed = call.change(|facts, _| settings::update(facts, &call.caller, &draft)).await?;
    Ok(respond::ok(&represent(&changed)))
}

/// The caller's organization; one that a valid token names always exists.
pub async fn find(call: &Call) -> Result<Arc<Tenant>, Failure> {
    let id = call.caller.organization;
    let found = call.look_up(|facts| facts.organization(id).cloned()).await?;
    found.ok_or_else(|| Failure::Internal(format!("organization {id} is gone")))
}

/// As it is named elsewhere.
pub fn reference(organization: &Tenant) -> NamedEntity {
    NamedEntity { id: organization.id.to_string(), name: Some(organization.name.clone()) }
}

/// The wire form.
pub fn represent(organization: &Tenant) -> Organization {
    let settings = &organization.settings;
    Organization {
        id: Some(organization.id.to_string()),
        name: Some(organization.name.clone()),
        default_language: Some(organization.default_language.clone()),
        default_country_code: settings.default_country_code.clone(),
        domain: settings.domain.clone(),
        support_uri: settings.support_uri.clone(),
        default_site_id: settings.default_site_id.clone(),
        voicemail_enabled: settings.voicemail_enabled.then_some(true),
        third_party_org_name: Some(organization.short_name.clone()),
        version: Some(i32::try_from(organization.version).unwrap_or(i32::MAX)),
        state: Some("active".to_owned()),
        features: Some(std::collections::BTreeMap::new()),
        self_uri: Some(PATH.to_owned()),
        ..Organization::default()
    }
}
