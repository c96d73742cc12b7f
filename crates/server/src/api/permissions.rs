//! `/api/v2/authorization/permissions`: what operations can demand, grouped by domain.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use chancery_api::{DomainPermission, PermissionCollection};
use chancery_core::error::{ApiCode, ApiError};
use chancery_core::rbac::permission::{ALL, Permission};

use super::paging::Query;
use super::{Answer, admit};
use crate::app::App;
use crate::http::respond;

const PATH: &str = "/api/v2/authorization/permissions";

/// `GET`: page by page; `queryType` says whether `query` lists domains or permissions.
pub async fn list(State(app): State<Arc<App>>, request: Request) -> Answer {
    admit(&app, request.headers(), &[]).await?;
    let query = Query::of(request.uri());
    let terms = query.many("query");
    let wanted: Box<dyn Fn(&Permission) -> bool + Send> = match query.one("queryType") {
        None | Some("domain" | "permission") if terms.is_empty() => Box::new(|_| true),
        None | Some("domain") => Box::new(|permission| terms.contains(&permission.domain)),
        Some("permission") => Box::new(|permission| terms.contains(&permission.to_string().as_str())),
        Some(_) => {
            return Err(ApiError::new(ApiCode::InvalidQueryValue)
                .with("field", "queryType")
                .at("queryType")
                .into());
        }
    };
    let mut domains: BTreeMap<&str, PermissionCollection> = BTreeMap::new();
    for permission in ALL.iter().filter(|permission| wanted(permission)) {
        let domain = domains.entry(permission.domain).or_insert_with(|| PermissionCollection {
            id: Some(permission.domain.to_owned()),
            name: Some(permission.domain.to_owned()),
            domain: permission.domain.to_owned(),
            self_uri: Some(format!("{PATH}?queryType=domain&query={}", permission.domain)),
            ..PermissionCollection::default()
        });
        domain.permission_map.entry(permission.entity.to_owned()).or_default().push(represent(permission));
    }
    Ok(respond::ok(&query.page(domains.into_values().collect(), PATH)?))
}

fn represent(permission: &Permission) -> DomainPermission {
    DomainPermission {
        domain: permission.domain.to_owned(),
        entity_type: permission.entity.to_owned(),
        action: permission.action.to_owned(),
        label: Some(permission.label.to_owned()),
        allows_conditions: Some(false),
        division_aware: Some(permission.division_aware),
    }
}
