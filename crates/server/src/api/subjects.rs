//! `/api/v2/authorization/subjects`: who holds which roles where.

use chancery_api::{
    AuthzDivision, AuthzGrant, AuthzGrantPolicy, AuthzGrantRole, AuthzSubject, DivsPermittedEntityListing,
    RoleCounts,
};
use chancery_core::decision::Undecided;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::facts::Facts;
use chancery_core::organization::Division;
use chancery_core::rbac::permission::AUTHORIZATION_GRANT_VIEW;
use chancery_core::rbac::{Authority, DivisionScope, Role, RoleGrant, grants};
use chancery_core::types::OrganizationId;

use super::paging::{PAGE_NUMBER, PAGE_SIZE};
use super::{AUTHORIZATION_READ, Answer, Call, Kind, Operation, Param, date, divisions, roles};
use crate::http::respond;

const PATH: &str = "/api/v2/authorization/subjects";
const ME: &str = "/api/v2/authorization/subjects/me";
const COUNTS: &str = "/api/v2/authorization/subjects/rolecounts";
const ONE: &str = "/api/v2/authorization/subjects/{subjectId}";
const PERMITTED: &str = "/api/v2/authorization/divisionspermitted/paged/me";
/// Most ids in one query.
const MOST_IDS: usize = 100;

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get(
        "getAuthorizationSubjectsMe",
        ME,
        "Returns a listing of roles and permissions for the currently authenticated user",
        |call| Box::pin(me(call)),
    )
    .scopes(AUTHORIZATION_READ)
    .query(&[Param::new("includeDuplicates", Kind::Flag, "Means nothing here: nobody inherits grants")])
    .answers::<AuthzSubject>(),
    Operation::get(
        "getAuthorizationSubjectsRolecounts",
        COUNTS,
        "Get the count of roles granted to a list of subjects",
        |call| Box::pin(counts(call)),
    )
    .any(&[AUTHORIZATION_GRANT_VIEW])
    .scopes(AUTHORIZATION_READ)
    .query(&[Param::new("id", Kind::Many, "Ids of subjects, at most 100")])
    .answers::<RoleCounts>()
    .refuses(&[ApiCode::MaxSubjectIds]),
    Operation::get(
        "getAuthorizationSubject",
        ONE,
        "Returns a listing of roles and permissions for a user",
        |call| Box::pin(read(call)),
    )
    .any(&[AUTHORIZATION_GRANT_VIEW])
    .scopes(AUTHORIZATION_READ)
    .answers::<AuthzSubject>()
    .refuses(&[ApiCode::NotFound]),
    Operation::get(
        "getAuthorizationDivisionspermittedPagedMe",
        PERMITTED,
        "Returns which divisions the current user has the given permission in",
        |call| Box::pin(permitted(call)),
    )
    .scopes(AUTHORIZATION_READ)
    .query(&[
        Param::new("permission", Kind::Text, "The permission, domain:entity:action").required(),
        PAGE_SIZE,
        PAGE_NUMBER,
    ])
    .answers::<DivsPermittedEntityListing>()
    .refuses(&[ApiCode::MissingPermissionParam]),
];

/// `GET` of the caller.
async fn me(call: Call) -> Answer {
    describe(&call, &call.caller.subject().to_string()).await
}

/// `GET` of any user or client.
async fn read(call: Call) -> Answer {
    describe(&call, call.segment("subjectId")).await
}

async fn describe(call: &Call, id: &str) -> Answer {
    let subject = call.look_up(|facts| subject(facts, call.caller.organization, id)).await?;
    Ok(respond::ok(&subject))
}

/// `GET .../rolecounts`: how many roles each subject holds, wherever; one that is not there holds none.
async fn counts(call: Call) -> Answer {
    let ids = call.query.many("id");
    if ids.len() > MOST_IDS {
        return Err(ApiCode::MaxSubjectIds.into());
    }
    let mut counts = RoleCounts::new();
    for id in ids {
        let held = call.look_up(|facts| {
            let found = grants::find(facts, call.caller.organization, id)?;
            let Some((subject, ..)) = found else { return Ok(0) };
            let mut roles: Vec<_> = facts.role_grants(subject)?.iter().map(|grant| grant.role).collect();
            roles.sort_unstable();
            roles.dedup();
            Ok(i64::try_from(roles.len()).unwrap_or(i64::MAX))
        });
        counts.insert(id.to_owned(), held.await?);
    }
    Ok(respond::ok(&counts))
}

/// `GET .../divisionspermitted/paged/me`.
async fn permitted(call: Call) -> Answer {
    let permission = call.query.one("permission").ok_or(ApiCode::MissingPermissionParam)?;
    let held: Vec<DivisionScope> = call
        .look_up(|facts| {
            let authority = Authority::load(facts, call.caller.organization, call.caller.subject())?;
            let carrying = authority.roles().filter(|(_, role)| roles::carries(role, permission));
            Ok(carrying.map(|(division, _)| division).collect())
        })
        .await?;
    let all_divs_permitted = held.contains(&DivisionScope::All);
    let divisions = divisions::all(&call).await?;
    let in_it = |division: &&Division| all_divs_permitted || held.contains(&DivisionScope::One(division.id));
    let found = divisions.iter().filter(in_it).map(divisions::represent).collect();
    let page = call.query.page(found, PERMITTED)?;
    Ok(respond::ok(&DivsPermittedEntityListing { page, all_divs_permitted }))
}

fn subject(
    facts: &Facts,
    organization: OrganizationId,
    id: &str,
) -> Result<AuthzSubject, Undecided<ApiError>> {
    let (subject, _, name) =
        grants::find(facts, organization, id)?.ok_or(ApiError::new(ApiCode::NotFound))?;
    let roles = facts.roles(organization)?;
    let places = facts.divisions(organization)?;
    let held = facts.role_grants(subject)?.iter();
    let held = held.filter_map(|grant| {
        roles.iter().find(|role| role.id == grant.role).map(|role| represent(grant, role, places))
    });
    Ok(AuthzSubject {
        id: subject.to_string(),
        name: Some(name),
        grants: held.collect(),
        version: None,
        self_uri: Some(format!("{PATH}/{subject}")),
    })
}

/// The wire form of a grant.
pub fn represent(grant: &RoleGrant, role: &Role, places: &[Division]) -> AuthzGrant {
    let division = match grant.division {
        DivisionScope::One(id) => places.iter().find(|division| division.id == id).map(divisions::represent),
        DivisionScope::All => None,
    };
    let policies = role.policies.iter().map(|policy| AuthzGrantPolicy {
        actions: Some(policy.actions.clone()),
        domain: Some(policy.domain.clone()),
        entity_name: Some(policy.entity.clone()),
        condition: policy.remarks.condition.as_ref().map(ToString::to_string),
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
