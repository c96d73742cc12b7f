//! `/api/v2/authorization/divisions`: the divisions of the organization.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use chancery_api::{
    AuthzDivision, AuthzDivisionCursorListing, AuthzDivisionRequest, AuthzGrant, DomainEntityRef, Listing,
};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::organization::Division;
use chancery_core::rbac::permission::{
    AUTHORIZATION_DIVISION_ADD, AUTHORIZATION_DIVISION_DELETE, AUTHORIZATION_DIVISION_DELETED_VIEW,
    AUTHORIZATION_DIVISION_EDIT, AUTHORIZATION_GRANT_ADD, AUTHORIZATION_GRANT_VIEW,
};
use chancery_core::rbac::{DivisionScope, divisions};
use chancery_core::types::DivisionId;

use super::paging::{PAGE_NUMBER, PAGE_SIZE, Query};
use super::{AUTHORIZATION, AUTHORIZATION_READ, Answer, Call, Kind, Operation, Param, subjects};
use crate::failure::Failure;
use crate::http::respond;

/// Where divisions are.
pub const PATH: &str = "/api/v2/authorization/divisions";
const ONE: &str = "/api/v2/authorization/divisions/{divisionId}";
const HOME: &str = "/api/v2/authorization/divisions/home";
const LIMIT: &str = "/api/v2/authorization/divisions/limit";
const QUERY: &str = "/api/v2/authorization/divisions/query";
const GRANTS: &str = "/api/v2/authorization/divisions/{divisionId}/grants";
const DELETED: &str = "/api/v2/authorization/divisions/deleted";
const RESTORE: &str = "/api/v2/authorization/divisions/{divisionId}/restore";
/// Most ids in one query.
const MOST_IDS: usize = 100;

const OBJECT_COUNT: Param = Param::new("objectCount", Kind::Flag, "Whether objectCounts is answered");
const ID: Param = Param::new("id", Kind::Many, "Ids, at most 100");
const NAME: Param = Param::new("name", Kind::Text, "A part of the name, in any case");
/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getAuthorizationDivisions", PATH, "Retrieve a list of all divisions", |call| {
        Box::pin(list(call))
    })
    .scopes(AUTHORIZATION_READ)
    .query(&[PAGE_SIZE, PAGE_NUMBER, OBJECT_COUNT, ID, NAME])
    .answers::<Listing<AuthzDivision>>(),
    Operation::post("postAuthorizationDivisions", PATH, "Create a division", |call| Box::pin(create(call)))
        .all(&[AUTHORIZATION_DIVISION_ADD, AUTHORIZATION_GRANT_ADD])
        .scopes(AUTHORIZATION)
        .takes::<AuthzDivisionRequest>()
        .answers::<AuthzDivision>()
        .refuses(&[
            ApiCode::DivisionNameInvalid,
            ApiCode::MaxLengthExceeded,
            ApiCode::MaxScopesExceeded,
            ApiCode::ResourceAlreadyExists,
        ]),
    Operation::get("getAuthorizationDivisionsHome", HOME, "Retrieve the home division", |call| {
        Box::pin(home(call))
    })
    .scopes(AUTHORIZATION_READ)
    .answers::<AuthzDivision>()
    .refuses(&[ApiCode::NotFound]),
    Operation::get(
        "getAuthorizationDivisionsLimit",
        LIMIT,
        "Returns the maximum allowed number of divisions",
        |call| Box::pin(limit(call)),
    )
    .scopes(AUTHORIZATION_READ)
    .answers::<i32>(),
    Operation::get("getAuthorizationDivisionsQuery", QUERY, "Retrieve divisions by cursor", |call| {
        Box::pin(by_cursor(call))
    })
    .about("The cursor is the id of a division, so it stands whatever is made or deleted meanwhile.")
    .scopes(AUTHORIZATION_READ)
    .query(&[
        Param::new("before", Kind::Text, "The division that follows the last one answered"),
        Param::new("after", Kind::Text, "The division before the first one answered"),
        Param::new("pageSize", Kind::Number(1, 200), "How many are answered; absent: 25"),
        ID,
        NAME,
    ])
    .answers::<AuthzDivisionCursorListing>()
    .refuses(&[ApiCode::BothAfterAndBefore]),
    Operation::get(
        "getAuthorizationDivisionsDeleted",
        DELETED,
        "Get a list of soft deleted divisions",
        |call| Box::pin(deleted(call)),
    )
    .any(&[AUTHORIZATION_DIVISION_DELETED_VIEW])
    .scopes(AUTHORIZATION_READ)
    .query(&[PAGE_SIZE, PAGE_NUMBER])
    .answers::<Listing<AuthzDivision>>(),
    Operation::get("getAuthorizationDivision", ONE, "Returns an authorization division", |call| {
        Box::pin(read(call))
    })
    .scopes(AUTHORIZATION_READ)
    .query(&[OBJECT_COUNT])
    .answers::<AuthzDivision>()
    .refuses(&[ApiCode::NotFound]),
    Operation::put("putAuthorizationDivision", ONE, "Update a division", |call| Box::pin(update(call)))
        .any(&[AUTHORIZATION_DIVISION_EDIT])
        .scopes(AUTHORIZATION)
        .takes::<AuthzDivisionRequest>()
        .answers::<AuthzDivision>()
        .refuses(&[
            ApiCode::DivisionNameInvalid,
            ApiCode::MaxLengthExceeded,
            ApiCode::MissingDivisionPermission,
            ApiCode::ResourceAlreadyExists,
            ApiCode::NotFound,
        ]),
    Operation::delete("deleteAuthorizationDivision", ONE, "Delete a division", |call| Box::pin(delete(call)))
    .about("The grants in it end, and its users move to the home division. One that is in use is deleted by force only.")
        .any(&[AUTHORIZATION_DIVISION_DELETE])
        .scopes(AUTHORIZATION)
        .query(&[Param::new("force", Kind::Flag, "Whether a division in use is deleted too")])
        .answers_nothing()
        .refuses(&[ApiCode::PreconditionFailure, ApiCode::MissingDivisionPermission, ApiCode::NotFound]),
    Operation::get(
        "getAuthorizationDivisionGrants",
        GRANTS,
        "Gets all grants for a given division",
        |call| Box::pin(grants(call)),
    )
    .any(&[AUTHORIZATION_GRANT_VIEW])
    .scopes(AUTHORIZATION_READ)
    .query(&[PAGE_SIZE, PAGE_NUMBER])
    .answers::<Listing<AuthzGrant>>()
    .refuses(&[ApiCode::NotFound]),
    Operation::post(
        "postAuthorizationDivisionRestore",
        RESTORE,
        "Recreate a previously deleted division",
        |call| Box::pin(restore(call)),
    )
    .about("The division comes back empty.")
    .any(&[AUTHORIZATION_DIVISION_ADD])
    .scopes(AUTHORIZATION)
    .answers::<AuthzDivision>()
    .refuses(&[ApiCode::MaxScopesExceeded, ApiCode::ResourceAlreadyExists, ApiCode::NotFound]),
];

/// `GET`: page by page, filtered by `id` and `name`.
async fn list(call: Call) -> Answer {
    let found = matching(&call, &all(&call).await?)?;
    let page = call.query.page(found, PATH)?;
    let mut shown = Vec::new();
    for division in &page.entities {
        shown.push(counted(&call, division).await?);
    }
    Ok(respond::ok(&page.of(shown)))
}

/// `GET` of one.
async fn read(call: Call) -> Answer {
    let id = division_id(&call)?;
    let division = find(&call, id).await?;
    Ok(respond::ok(&counted(&call, &division).await?))
}

/// `GET` of the home division.
async fn home(call: Call) -> Answer {
    let home = call.look_up(|facts| {
        let home = facts.divisions(call.caller.organization)?.iter().find(|division| division.home);
        home.map(represent).ok_or_else(|| ApiError::new(ApiCode::NotFound).into())
    });
    Ok(respond::ok(&home.await?))
}

/// `POST`.
async fn create(call: Call) -> Answer {
    let draft = draft(&call)?;
    let _turn = call.app.turn(call.caller.organization).await;
    let division = call.change(|facts, env| divisions::create(facts, &call.caller, &draft, env)).await?;
    Ok(respond::ok(&represent(&division)))
}

/// `PUT`.
async fn update(call: Call) -> Answer {
    let id = division_id(&call)?;
    // A division that is not there is a 404, whatever the body.
    find(&call, id).await?;
    let draft = draft(&call)?;
    let _turn = call.app.turn(call.caller.organization).await;
    let division = call.change(|facts, _| divisions::update(facts, &call.caller, id, &draft)).await?;
    Ok(respond::ok(&represent(&division)))
}

/// `DELETE`; `force=true` also deletes one that is in use.
async fn delete(call: Call) -> Answer {
    let (id, force) = (division_id(&call)?, call.query.flag("force"));
    let _turn = call.app.turn(call.caller.organization).await;
    call.change(|facts, env| divisions::delete(facts, &call.caller, id, force, env)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST .../restore`.
async fn restore(call: Call) -> Answer {
    let id = division_id(&call)?;
    let _turn = call.app.turn(call.caller.organization).await;
    let division = call.change(|facts, env| divisions::restore(facts, &call.caller, id, env)).await?;
    Ok(respond::ok(&represent(&division)))
}

/// `GET .../deleted`.
async fn deleted(call: Call) -> Answer {
    let divisions = call.app.store.deleted_divisions(call.caller.organization).await?;
    Ok(respond::ok(&call.query.page(divisions.iter().map(represent).collect(), DELETED)?))
}

/// `GET .../limit`: a bare number.
async fn limit(call: Call) -> Answer {
    Ok(respond::ok(&call.app.policy.max_divisions))
}

/// `GET .../query`: the cursor is the id of a division, so it stands whatever is made or deleted meanwhile.
async fn by_cursor(call: Call) -> Answer {
    let query = &call.query;
    let (before, after) = (query.one("before"), query.one("after"));
    if before.is_some() && after.is_some() {
        return Err(ApiCode::BothAfterAndBefore.into());
    }
    let size = query.number("pageSize", 25)?;
    let found = matching(&call, &all(&call).await?)?;
    // Where a division is in the list, or was before it was deleted.
    let deleted = call.look_up(|facts| facts.deleted_divisions(call.caller.organization).cloned()).await?;
    let place = |name: &'static str, id: &str| {
        let is_it = |division: &&Division| division.id.to_string() == id;
        let known = found.iter().chain(deleted.iter()).find(is_it).ok_or_else(|| Query::refused(name))?;
        Ok::<_, ApiError>(found.partition_point(|division| division.name < known.name))
    };
    let start = match (before, after) {
        (Some(id), _) => place("before", id)?.saturating_sub(size),
        (_, Some(id)) => {
            let at = place("after", id)?;
            at + usize::from(found.get(at).is_some_and(|division| division.id.to_string() == id))
        }
        _ => 0,
    };
    let end = match before {
        Some(id) => place("before", id)?,
        None => (start + size).min(found.len()),
    };
    let uri = |name: &str, division: &Division| query.cursor(QUERY, name, &division.id.to_string());
    let shown = &found[start..end];
    Ok(respond::ok(&AuthzDivisionCursorListing {
        entities: shown.iter().map(represent).collect(),
        next_uri: shown.last().filter(|_| end < found.len()).map(|last| uri("after", last)),
        previous_uri: shown.first().filter(|_| start > 0).map(|first| uri("before", first)),
        self_uri: Some(query.same(QUERY)),
    }))
}

/// `GET .../grants`: those that hold in this division alone.
async fn grants(call: Call) -> Answer {
    let id = division_id(&call)?;
    find(&call, id).await?;
    let divisions = all(&call).await?;
    let roles = call.look_up(|facts| facts.roles(call.caller.organization).cloned()).await?;
    let grants = call.app.store.division_grants(id).await?;
    let known = grants.iter().filter_map(|grant| {
        let role = roles.iter().find(|role| role.id == grant.role)?;
        Some(subjects::represent(grant, role, &divisions))
    });
    Ok(respond::ok(&call.query.page(known.collect(), &format!("{PATH}/{id}/grants"))?))
}

async fn find(call: &Call, id: DivisionId) -> Result<Division, Failure> {
    call.look_up(|facts| Ok(divisions::find(facts.divisions(call.caller.organization)?, id)?.clone())).await
}

fn division_id(call: &Call) -> Result<DivisionId, Failure> {
    DivisionId::parse(call.segment("divisionId")).ok_or(Failure::NotFound)
}

fn draft(call: &Call) -> Result<divisions::Draft, Failure> {
    let body: AuthzDivisionRequest = call.json()?;
    Ok(divisions::Draft { name: body.name, description: body.description })
}

/// All divisions of the caller's organization, by name.
pub async fn all(call: &Call) -> Result<Arc<Vec<Division>>, Failure> {
    call.look_up(|facts| facts.divisions(call.caller.organization).cloned()).await
}

/// Those that the query's `id` and `name` let through.
fn matching(call: &Call, divisions: &[Division]) -> Result<Vec<Division>, ApiError> {
    let ids = call.query.many("id");
    if ids.len() > MOST_IDS {
        return Err(Query::refused("id"));
    }
    let ids: Vec<_> = ids.iter().map(|id| DivisionId::parse(id)).collect();
    let name = call.query.one("name").map(str::to_lowercase);
    let wanted = |division: &&Division| {
        (ids.is_empty() || ids.contains(&Some(division.id)))
            && name.as_ref().is_none_or(|name| division.name.to_lowercase().contains(name.trim_matches('*')))
    };
    Ok(divisions.iter().filter(wanted).cloned().collect())
}

/// With `objectCounts`, if the query asks for them.
async fn counted(call: &Call, division: &Division) -> Result<AuthzDivision, Failure> {
    let mut shown = represent(division);
    if call.query.flag("objectCount") {
        let found = call.look_up(|facts| facts.division_use(division.id).copied()).await?;
        let counts = [("USER", found.users), ("GRANT", found.grants)];
        shown.object_counts =
            Some(BTreeMap::from(counts.map(|(name, count)| (name.to_owned(), i64::from(count)))));
    }
    Ok(shown)
}

/// The wire form.
pub fn represent(division: &Division) -> AuthzDivision {
    AuthzDivision {
        id: Some(division.id.to_string()),
        name: Some(division.name.clone()),
        description: Some(division.description.clone()),
        home_division: Some(division.home),
        self_uri: Some(format!("{PATH}/{}", division.id)),
        ..AuthzDivision::default()
    }
}

/// As it is named elsewhere; all divisions together are `*`.
pub fn reference(place: DivisionScope, divisions: &[Division]) -> DomainEntityRef {
    let name = match place {
        DivisionScope::All => Some("*".to_owned()),
        DivisionScope::One(id) => divisions.iter().find(|it| it.id == id).map(|it| it.name.clone()),
    };
    let self_uri = matches!(place, DivisionScope::One(_)).then(|| format!("{PATH}/{place}"));
    DomainEntityRef { id: place.to_string(), name, self_uri }
}
