//! `/api/v2/authorization/subjects`: who holds which roles where.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use chancery_api::{AuthzDivision, AuthzGrant, AuthzGrantPolicy, AuthzGrantRole, AuthzSubject};
use chancery_core::client::Client;
use chancery_core::decision::Undecided;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::facts::Facts;
use chancery_core::organization::Division;
use chancery_core::rbac::permission::AUTHORIZATION_GRANT_VIEW;
use chancery_core::rbac::{DivisionScope, Role, RoleGrant};
use chancery_core::types::{ClientId, OrganizationId, SubjectId, UserId};

use super::{Answer, admit, date, divisions};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;
use crate::http::segment::Segment;
use crate::settle::look_up;

const PATH: &str = "/api/v2/authorization/subjects";

/// `GET` of the caller.
pub async fn me(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[]).await?;
    describe(&app, caller.organization, &caller.subject().to_string()).await
}

/// `GET` of any user or client.
pub async fn read(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[AUTHORIZATION_GRANT_VIEW]).await?;
    describe(&app, caller.organization, &id).await
}

async fn describe(app: &Arc<App>, organization: OrganizationId, id: &str) -> Result<Response, Failure> {
    let subject = look_up(app, |facts| subject(facts, organization, id)).await?;
    Ok(respond::ok(&subject))
}

fn subject(
    facts: &Facts,
    organization: OrganizationId,
    id: &str,
) -> Result<AuthzSubject, Undecided<ApiError>> {
    let (subject, name) = name(facts, organization, id)?.ok_or(ApiError::new(ApiCode::NotFound))?;
    let roles = facts.roles(organization)?;
    let places = facts.divisions(organization)?;
    let grants = facts.role_grants(subject)?.iter();
    let grants = grants.filter_map(|grant| {
        roles.iter().find(|role| role.id == grant.role).map(|role| represent(grant, role, places))
    });
    Ok(AuthzSubject {
        id: subject.to_string(),
        name: Some(name),
        grants: grants.collect(),
        version: None,
        self_uri: Some(format!("{PATH}/{subject}")),
    })
}

/// The subject and its name, if the organization has it.
fn name(
    facts: &Facts,
    organization: OrganizationId,
    id: &str,
) -> Result<Option<(SubjectId, String)>, Undecided<ApiError>> {
    if let Some(id) = ClientId::parse(id)
        && let Some(client) = Client::find_in(facts, organization, id)?
    {
        return Ok(Some((id.into(), client.name.clone())));
    }
    let Some(id) = UserId::parse(id) else { return Ok(None) };
    let user = facts.user(id)?.as_ref().filter(|user| user.organization == organization);
    Ok(user.map(|user| (id.into(), user.name.clone())))
}

fn represent(grant: &RoleGrant, role: &Role, places: &[Division]) -> AuthzGrant {
    let division = match grant.division {
        DivisionScope::One(id) => places.iter().find(|division| division.id == id).map(divisions::represent),
        DivisionScope::All => None,
    };
    let policies = role.policies.iter().map(|policy| AuthzGrantPolicy {
        actions: Some(policy.actions.clone()),
        domain: Some(policy.domain.clone()),
        entity_name: Some(policy.entity.clone()),
        ..AuthzGrantPolicy::default()
    });
    AuthzGrant {
        subject_id: Some(grant.subject.to_string()),
        division: division.unwrap_or_else(|| AuthzDivision {
            id: Some(grant.division.to_string()),
            name: Some(grant.division.to_string()),
            ..AuthzDivision::default()
        }),
        role: AuthzGrantRole {
            id: role.id.to_string(),
            name: Some(role.name.clone()),
            description: Some(role.description.clone()),
            policies: Some(policies.collect()),
            default: Some(role.template.is_some()),
            self_uri: Some(format!("/api/v2/authorization/roles/{}", role.id)),
        },
        grant_made_at: Some(date(grant.granted_at)),
    }
}
