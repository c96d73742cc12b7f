//! `/api/v2/authorization/divisions`: the divisions of the organization.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use chancery_api::AuthzDivision;
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::organization::Division;
use chancery_core::types::{DivisionId, OrganizationId};

use super::paging::Query;
use super::{Answer, admit};
use crate::app::App;
use crate::failure::Failure;
use crate::http::respond;
use crate::http::segment::Segment;
use crate::settle::look_up;

const PATH: &str = "/api/v2/authorization/divisions";

/// `GET`: page by page, filtered by `id` and `name`.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Answer {
    let caller = admit(&app, request.headers(), &[]).await?;
    let query = Query::of(request.uri());
    let ids = query.many("id");
    let name = query.one("name").map(str::to_lowercase);
    let wanted = |division: &&Division| {
        (ids.is_empty() || ids.iter().any(|id| DivisionId::parse(id) == Some(division.id)))
            && name.as_ref().is_none_or(|name| division.name.to_lowercase().contains(name.trim_matches('*')))
    };
    let divisions = all(&app, caller.organization).await?;
    let found = divisions.iter().filter(wanted).map(represent).collect();
    Ok(respond::ok(&query.page(found, PATH)?))
}

/// `GET` of one.
pub async fn read(State(app): State<Arc<App>>, Segment(id): Segment, request: Request) -> Answer {
    let id = DivisionId::parse(&id);
    find(&app, request.headers(), |division| Some(division.id) == id).await
}

/// `GET` of the home division.
pub async fn home(State(app): State<Arc<App>>, request: Request) -> Answer {
    find(&app, request.headers(), |division| division.home).await
}

async fn find(app: &Arc<App>, headers: &HeaderMap, wanted: impl Fn(&Division) -> bool) -> Answer {
    let caller = admit(app, headers, &[]).await?;
    let division = look_up(app, |facts| {
        let found = facts.divisions(caller.organization)?.iter().find(|division| wanted(division));
        found.map(represent).ok_or_else(|| ApiError::new(ApiCode::NotFound).into())
    });
    Ok(respond::ok(&division.await?))
}

/// All divisions of an organization.
pub async fn all(app: &Arc<App>, organization: OrganizationId) -> Result<Arc<Vec<Division>>, Failure> {
    look_up(app, |facts| facts.divisions(organization).cloned()).await
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
