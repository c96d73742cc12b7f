//! `/api/v2/authorization/permissions`: what operations can demand, grouped by domain.

use std::collections::BTreeMap;

use chancery_api::{AuthorizationProduct, DomainPermission, Listing, PermissionCollection};
use chancery_core::rbac::permission::{ALL, Permission};

use super::paging::{PAGE_NUMBER, PAGE_SIZE};
use super::{AUTHORIZATION_READ, Answer, Call, Kind, Operation, Param};
use crate::http::respond;

const PATH: &str = "/api/v2/authorization/permissions";
const PRODUCTS: &str = "/api/v2/authorization/products";

/// See the module.
pub const OPERATIONS: &[Operation] = &[
    Operation::get("getAuthorizationPermissions", PATH, "Get all permissions", |call| Box::pin(list(call)))
        .scopes(AUTHORIZATION_READ)
        .query(&[
            PAGE_SIZE,
            PAGE_NUMBER,
            Param::new("queryType", Kind::OneOf(&["domain", "permission"]), "What query lists"),
            Param::new("query", Kind::Many, "Domains or permissions to be shown; absent: all"),
        ])
        .answers::<Listing<PermissionCollection>>(),
    Operation::get("getAuthorizationProducts", PRODUCTS, "Get the list of enabled products", |call| {
        Box::pin(products(call))
    })
    .scopes(AUTHORIZATION_READ)
    .answers::<Listing<AuthorizationProduct>>(),
];

/// `GET`: page by page; `queryType` says whether `query` lists domains or permissions.
async fn list(call: Call) -> Answer {
    let query = &call.query;
    let terms = query.many("query");
    let wanted: Box<dyn Fn(&Permission) -> bool + Send> = match query.one("queryType") {
        _ if terms.is_empty() => Box::new(|_| true),
        Some("permission") => Box::new(|permission| terms.contains(&permission.to_string().as_str())),
        _ => Box::new(|permission| terms.contains(&permission.domain)),
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

/// `GET`: the one product that clients of the API expect; nothing is licensed here.
async fn products(call: Call) -> Answer {
    let product = AuthorizationProduct { id: "purecloud".to_owned() };
    Ok(respond::ok(&call.query.page(vec![product], PRODUCTS)?))
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
